"""The headers of an upgrade request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Headers(Mapping[str, str]):
    """Header fields by name, whatever the case of its letters.

    A name that was sent several times maps to the value sent last; ``get_all`` gives every one.
    Iteration gives each name once, in lower case.
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Sequence[str]]) -> None:
        """Take the values of each name, in the order in which they were sent."""
        self._values: dict[str, tuple[str, ...]] = {}
        for name, sent in values.items():
            if sent:
                self._values[name.lower()] = self.get_all(name) + tuple(sent)

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()][-1]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        # Values are left out: they hold cookies and tokens.
        return f"Headers({', '.join(self._values)})"

    def get_all(self, name: str) -> tuple[str, ...]:
        """Return all values sent under a name, oldest first; none gives an empty tuple."""
        return self._values.get(name.lower(), ())
