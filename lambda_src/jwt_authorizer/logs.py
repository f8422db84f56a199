"""Structured logs: one JSON object a line on standard output, as the API's other functions write.

What is logged has fixed texts for messages, and the rest in ``extra``: nothing of a token.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

_RECORD_ATTRIBUTES = frozenset(vars(logging.makeLogRecord({})))


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without an end of line."""
        instant = datetime.fromtimestamp(record.created, tz=UTC)
        extra = {
            name: value for name, value in vars(record).items() if name not in _RECORD_ATTRIBUTES
        }
        return json.dumps(
            {
                "timestamp": instant.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "level": record.levelname,
                "message": record.getMessage(),
                "logger": record.name,
                **extra,
            }
        )


def configure() -> None:
    """Send the logs of this process to standard output as JSON, from INFO on.

    It takes the place of the handlers there are: Lambda's own would write each line once more.
    """
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
