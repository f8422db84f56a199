"""What a function says of the records of an event that it was given.

See "Reporting batch item failures for Lambda functions" in the AWS Lambda Developer Guide, for
queues and for streams: what is no such answer is a failure of all records.
"""

import json
from collections.abc import Collection
from typing import Any


def failed_identifiers(payload: bytes, identifiers: Collection[str]) -> frozenset[str]:
    """Return which of the records of an event failed, by their identifiers.

    Args:
        payload: What the function returned, as JSON.
        identifiers: Those of all records of the event.
    """
    everything = frozenset(identifiers)
    try:
        answer = json.loads(payload or b"null")
    except ValueError:
        return everything
    match answer:
        case None | {"batchItemFailures": None}:
            return frozenset()
        case {"batchItemFailures": list(failures)}:
            named = {_identifier(failure) for failure in failures}
            return frozenset(named) if named <= everything else everything
        case dict() if not answer:
            return frozenset()
        case _:
            return everything


def _identifier(failure: Any) -> str:
    """Return which record a failure names; the empty string, which none has, if it names none."""
    identifier = failure.get("itemIdentifier") if isinstance(failure, dict) else None
    return identifier if isinstance(identifier, str) else ""
