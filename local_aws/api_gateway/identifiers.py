"""Identifiers of connections, requests, messages and traces, in the shapes that AWS gives them."""

import base64
import os
import re

_IDENTIFIER_BYTES = 11
_WELL_FORMED = re.compile(r"(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2}==|[A-Za-z0-9_-]{3}=)?")


def new_identifier() -> str:
    """Return a new connection, request or message id: sixteen characters that end in `=`."""
    return base64.urlsafe_b64encode(os.urandom(_IDENTIFIER_BYTES)).decode("ascii")


def is_well_formed(identifier: str) -> bool:
    """Tell whether a text could be a connection id: URL-safe base64 of any length but zero.

    AWS may change the length: "Manage connected users and client apps: $connect and $disconnect
    routes".
    """
    return bool(identifier) and _WELL_FORMED.fullmatch(identifier) is not None


def new_trace_id(epoch_seconds: float) -> str:
    """Return a new root of a trace, as in the header X-Amzn-Trace-Id."""
    return f"Root=1-{int(epoch_seconds):08x}-{os.urandom(12).hex()}"
