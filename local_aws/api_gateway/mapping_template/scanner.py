"""A template's text and how far it has been read."""

import re
from typing import Final

from local_aws.api_gateway.mapping_template.syntax import TemplateSyntaxError

_SPACE: Final = re.compile(r"\s*")


class Scanner:
    """Reads a text from its beginning to its end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    @property
    def at_end(self) -> bool:
        """Whether everything has been read."""
        return self.position >= len(self.text)

    def peek(self, length: int = 1) -> str:
        """Return the next characters without reading them."""
        return self.text[self.position : self.position + length]

    def matches(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Return how the text goes on if it fits a pattern, without reading it."""
        return pattern.match(self.text, self.position)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Read what fits a pattern, or nothing."""
        matched = self.matches(pattern)
        if matched is not None:
            self.position = matched.end()
        return matched

    def accept(self, text: str) -> bool:
        """Read exactly this text, or nothing."""
        if self.text.startswith(text, self.position):
            self.position += len(text)
            return True
        return False

    def expect(self, text: str) -> None:
        """Read exactly this text, after any white space.

        Raises:
            TemplateSyntaxError: Something else is there.
        """
        self.skip_space()
        if not self.accept(text):
            raise self.error(f"{text!r} is missing")

    def skip_space(self) -> None:
        """Read white space, line ends included."""
        self.take(_SPACE)

    def error(self, problem: str, position: int | None = None) -> TemplateSyntaxError:
        """Return an error that names a place, by default the one that has been reached."""
        place = self.position if position is None else position
        line = self.text.count("\n", 0, place) + 1
        column = place - self.text.rfind("\n", 0, place)
        return TemplateSyntaxError(f"line {line}, column {column}: {problem}")
