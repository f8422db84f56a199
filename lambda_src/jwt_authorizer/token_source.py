"""Where in a handshake its token is.

A browser can set no header of a handshake but ``Sec-WebSocket-Protocol``. Its client offers the
subprotocol ``bearer``, followed by the token::

    new WebSocket(url, ["bearer", token])

``bearer`` is then the subprotocol that $connect accepts; the token itself is never sent back. Other
subprotocols may stand before or after the two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise
from typing import TYPE_CHECKING

from jwt_authorizer.invalid_token import InvalidToken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jwt_authorizer.request import Request

SUBPROTOCOL = "bearer"
"""The subprotocol after which a client offers its token."""

_AUTHORIZATION = "authorization"
_BEARER_SCHEME = "bearer"
_SUBPROTOCOL_HEADER = "sec-websocket-protocol"
_SYNTAX = re.compile(r"(header|querystring):([A-Za-z0-9_.-]+)|(subprotocol)")


class InvalidTokenSource(Exception):
    """A text names no token source."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is no token source.")
        self.text = text


class Place(Enum):
    """The part of a handshake that holds a token."""

    HEADER = "header"
    QUERY_STRING = "querystring"
    SUBPROTOCOL = "subprotocol"


@dataclass(frozen=True, slots=True)
class FoundToken:
    """A token, and the subprotocol that the client has to be answered with, if any."""

    token: str = field(repr=False)
    subprotocol: str | None


@dataclass(frozen=True, slots=True)
class TokenSource:
    """A place to look for a token in, with the name of the header or parameter."""

    place: Place
    name: str = ""

    @classmethod
    def parse(cls, text: str) -> TokenSource:
        """Return the source written ``header:NAME``, ``querystring:NAME`` or ``subprotocol``.

        Raises:
            InvalidTokenSource: it is written otherwise.
        """
        match = _SYNTAX.fullmatch(text)
        if not match:
            raise InvalidTokenSource(text)
        return cls(Place(match[1] or match[3]), match[2] or "")

    def tokens(self, request: Request) -> Iterator[str]:
        """Return every token there; an empty one is none.

        The header Authorization has to be of the scheme Bearer (RFC 6750), any other header may be.
        """
        if self.place is Place.HEADER:
            return _of_header(self.name, request.header_values(self.name))
        if self.place is Place.QUERY_STRING:
            return iter(request.query_values(self.name))
        return _of_subprotocols(request.header_values(_SUBPROTOCOL_HEADER))


def find_token(sources: Iterable[TokenSource], request: Request) -> FoundToken | None:
    """Return the token of the first source that has one; None if no source has.

    Raises:
        InvalidToken: that source has several tokens, so that none of them is the token.
    """
    for source in sources:
        tokens = [token for token in source.tokens(request) if token]
        if len(tokens) > 1:
            raise InvalidToken("the handshake holds several tokens")
        if tokens:
            is_subprotocol = source.place is Place.SUBPROTOCOL
            return FoundToken(tokens[0], SUBPROTOCOL if is_subprotocol else None)
    return None


def _of_header(name: str, values: Iterable[str]) -> Iterator[str]:
    for value in values:
        scheme, _, credentials = value.strip().partition(" ")
        if scheme.lower() == _BEARER_SCHEME:
            yield credentials.strip()
        elif name.lower() != _AUTHORIZATION:
            yield value.strip()


def _of_subprotocols(values: Iterable[str]) -> Iterator[str]:
    offered = [name.strip() for value in values for name in value.split(",")]
    return (token for marker, token in pairwise(offered) if marker == SUBPROTOCOL)
