"""The refusal of a token."""

from __future__ import annotations


class InvalidToken(Exception):
    """A token does not open the API.

    The reason is one of a few fixed texts: it goes to the log, and may hold nothing of the token.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
