"""Events of records, none larger than Lambda takes."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

MAXIMUM_EVENT_BYTES: Final = 6_291_456
"""The payload of a synchronous invocation, from "Lambda quotas"."""

Record = dict[str, Any]

_SEPARATOR_BYTES: Final = len(", ")
# A separator is counted with each record, of which the first has none.
_ENVELOPE_BYTES: Final = len('{"Records": []}') - _SEPARATOR_BYTES


def event_of(records: Sequence[Record]) -> bytes:
    """Write the event of some records."""
    return json.dumps({"Records": list(records)}).encode()


def batches(
    records: Sequence[Record], *, maximum_bytes: int = MAXIMUM_EVENT_BYTES
) -> Iterator[list[Record]]:
    """Divide records, in their order, among as few events as they fit in."""
    batch: list[Record] = []
    size = _ENVELOPE_BYTES
    for record in records:
        record_bytes = len(json.dumps(record)) + _SEPARATOR_BYTES
        if batch and size + record_bytes > maximum_bytes:
            yield batch
            batch, size = [], _ENVELOPE_BYTES
        batch.append(record)
        size += record_bytes
    if batch:
        yield batch
