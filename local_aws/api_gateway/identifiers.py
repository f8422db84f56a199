"""Identifiers of connections, requests, messages and traces, in the shapes that AWS gives them."""

import binascii
import os
import re
from typing import Final

_IDENTIFIER_BYTES: Final = 11
_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")
_WELL_FORMED: Final = re.compile(r"(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2}==|[A-Za-z0-9_-]{3}=)?")


def new_identifier() -> str:
    """Return a new connection, request or message id: sixteen characters that end in `=`."""
    drawn = binascii.b2a_base64(os.urandom(_IDENTIFIER_BYTES), newline=False)
    return drawn.translate(_URL_SAFE).decode("ascii")


def is_well_formed(identifier: str) -> bool:
    """Tell whether a text could be a connection id: URL-safe base64 of any length but zero.

    AWS may change the length: "Manage connected users and client apps: $connect and $disconnect
    routes".
    """
    return bool(identifier) and _WELL_FORMED.fullmatch(identifier) is not None


def new_trace_id(epoch_seconds: float) -> str:
    """Return a new root of a trace, as in the header X-Amzn-Trace-Id."""
    return f"Root=1-{int(epoch_seconds):08x}-{os.urandom(12).hex()}"
