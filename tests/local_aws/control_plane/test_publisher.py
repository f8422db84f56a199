import json
import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from local_aws.control_plane.publisher import Publisher, write_failure


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    readable, writable = os.pipe()
    yield readable, writable
    os.close(writable)


def test_state_is_published_only_when_it_changed(pipe: tuple[int, int]) -> None:
    readable, writable = pipe
    state: dict[str, Any] = {"apis": [], "functions": []}
    publisher = Publisher(writable, lambda: state)
    publisher.ready("http://127.0.0.1:4566")
    publisher.publish_changes()
    state = {"apis": [{"api_id": "a"}], "functions": []}
    publisher.publish_changes()
    publisher.publish_changes()
    state = {"apis": [], "functions": []}
    publisher.publish_changes()
    lines = os.read(readable, 65_536).splitlines()
    os.close(readable)
    assert [json.loads(line) for line in lines] == [
        {"type": "ready", "aws_endpoint": "http://127.0.0.1:4566"},
        {"type": "state", "version": 1, "apis": [{"api_id": "a"}], "functions": []},
        {"type": "state", "version": 2, "apis": [], "functions": []},
    ]


def test_publication_larger_than_a_pipe_arrives_whole(pipe: tuple[int, int]) -> None:
    readable, writable = pipe
    state = {"apis": ["x" * 1_000_000], "functions": []}
    publisher = Publisher(writable, lambda: state)
    thread = threading.Thread(target=publisher.publish_changes)
    thread.start()
    with os.fdopen(readable, "rb") as reader:
        line = reader.readline()
    thread.join()
    assert json.loads(line)["apis"] == state["apis"]


def test_reader_that_is_gone_is_no_error(pipe: tuple[int, int]) -> None:
    readable, writable = pipe
    os.close(readable)
    write_failure(writable, "Nobody reads this.")
