import json
from pathlib import Path

import pytest

from local_aws.ready_file import ready_file, write_ready_file

ADDRESSES = {"websocket_url": "ws://127.0.0.1:4567/prod"}


def test_file_holds_the_addresses_as_long_as_the_stack_runs(tmp_path: Path) -> None:
    path = tmp_path / "ready.json"
    with ready_file(path, ADDRESSES):
        assert json.loads(path.read_text(encoding="utf-8")) == ADDRESSES
    assert list(tmp_path.iterdir()) == []


def test_file_of_an_earlier_stack_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "ready.json"
    path.write_text("left by a stack that was killed", encoding="utf-8")
    with ready_file(path, ADDRESSES):
        assert json.loads(path.read_text(encoding="utf-8")) == ADDRESSES


def test_file_goes_with_a_stack_that_fails(tmp_path: Path) -> None:
    path = tmp_path / "ready.json"
    with pytest.raises(ConnectionError), ready_file(path, ADDRESSES):
        raise ConnectionError
    assert not path.exists()


def test_file_is_written_anew_when_the_addresses_change(tmp_path: Path) -> None:
    path = tmp_path / "ready.json"
    with ready_file(path, ADDRESSES):
        write_ready_file(path, {"websocket_url": "ws://127.0.0.1:4567/other"})
        assert "/other" in path.read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == []
