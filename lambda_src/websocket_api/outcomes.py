"""What a handler decides: let a connection in, keep it out, answer a message."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LEAST_STATUS = 400
_GREATEST_STATUS = 599


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    """The connection opens."""

    user: str | None = None
    """Whose connection it is: ``App.user`` and presence know the user by this ID."""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """What to keep of the connection as long as it lasts; of JSON's types."""
    channels: Sequence[str] = ()
    """The names of channels that it is subscribed to from the start, whatever on_subscribe says."""
    subprotocol: str | None = None
    """The one chosen of those that the client offers; one that it does not offer is not chosen.

    None leaves the choice to the authorizer of $connect (``authorizer["subprotocol"]``).
    """

    def __post_init__(self) -> None:
        if isinstance(self.channels, str):
            raise TypeError(f"channels is {self.channels!r}; pass a list of names.")


@dataclass(frozen=True, slots=True)
class Reject:
    """The connection does not open, and the client sees this HTTP status, from 400 to 599."""

    status: int = 403

    def __post_init__(self) -> None:
        if not _LEAST_STATUS <= self.status <= _GREATEST_STATUS:
            raise ValueError(
                f"Reject({self.status}) would not tell the client why; pass an HTTP status from "
                f"{_LEAST_STATUS} to {_GREATEST_STATUS}, such as 401 or 403."
            )


@dataclass(frozen=True, slots=True)
class Reply:
    """A message back to the client that sent one: a text as it is, anything else as JSON."""

    value: Any
