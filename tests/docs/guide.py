"""The guide's files and dialogues."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.end_to_end.given import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator

GUIDE = REPOSITORY / "docs" / "guide.md"
APP = "my_chat/handlers/chat.py"
TEST = "my_chat/test_chat.py"
ROOT = "my_chat/main.tf"


@dataclass(frozen=True, slots=True)
class Block:
    """A block of the guide that is set as code."""

    language: str
    text: str

    @property
    def first_line(self) -> str:
        return self.text.partition("\n")[0]

    @property
    def file(self) -> str | None:
        """Which file it is."""
        found = re.fullmatch(r"# (my_chat/\S+)", self.first_line)
        return found[1] if found else None

    @property
    def body(self) -> str:
        """What stands below the first line."""
        return self.text.partition("\n")[2]


FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [Block(*found) for found in FENCED.findall(GUIDE.read_text(encoding="utf-8"))]


def versions(file: str) -> list[str]:
    return [block.body for block in BLOCKS if block.file == file]


def dialogues() -> list[str]:
    return [block.text for block in BLOCKS if block.first_line.startswith("$ npx wscat")]


def exchanges(dialogue: str) -> Iterator[tuple[str, str]]:
    """Yield what is sent, and what the answer has to look like."""
    _, *lines = dialogue.splitlines()
    for sent, received in zip(lines[::2], lines[1::2], strict=True):
        assert (sent[:2], received[:2]) == ("> ", "< ")
        yield sent[2:], received[2:]


def address(dialogue: str) -> str:
    """Return the address to which the dialogue's client connects."""
    (found,) = re.findall(r"ws://[^\"\s]+", dialogue.splitlines()[0])
    return str(found)


def is_like(answer: str, pattern: str) -> bool:
    """Tell whether an answer is what the guide says, in which … stands for anything."""
    return re.fullmatch(re.escape(pattern).replace("…", ".*"), answer) is not None
