from __future__ import annotations

import io
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from websockets.sync.client import connect

from local_aws.command_line import StackSettings
from tests.docs.guide import APP, ROOT, address, dialogues, exchanges, is_like, versions
from tests.end_to_end.given import REPOSITORY, serving

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.examples
def test_dialogues_of_the_guide_are_held_on_a_local_aws(tmp_path: Path) -> None:
    for path in REPOSITORY.iterdir():
        (tmp_path / path.name).symlink_to(path)

    def write(step: int) -> None:
        for file in (APP, ROOT):
            path = tmp_path / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(versions(file)[step], encoding="utf-8")

    write(0)
    settings = StackSettings(root=(tmp_path / ROOT).parent, port=0, aws_port=0)
    with serving(settings, io.StringIO()) as stack:
        for step, dialogue in enumerate(dialogues()):
            write(step)
            stack.terraform.apply({})
            query = urlsplit(address(dialogue)).query
            with connect(f"{stack.addresses[0].websocket_url}?{query}") as client:
                for sent, received in exchanges(dialogue):
                    client.send(sent)
                    answer = str(client.recv(timeout=10))
                    assert is_like(answer, received), answer
