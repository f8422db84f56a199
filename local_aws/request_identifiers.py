"""Identifiers of calls, as AWS services give them."""

import os
from typing import Final

_VARIANTS: Final = "89ab"


def new_request_id() -> str:
    """Return a random UUID (RFC 9562, version 4) in its usual form.

    `uuid.uuid4` takes three times as long, by way of an object, for each of thousands a second.
    """
    drawn = os.urandom(16).hex()
    variant = _VARIANTS[int(drawn[16], 16) % len(_VARIANTS)]
    return f"{drawn[:8]}-{drawn[8:12]}-4{drawn[13:16]}-{variant}{drawn[17:20]}-{drawn[20:]}"
