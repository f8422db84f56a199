"""What the tests of the functions are given to work on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from tests.lambda_src.in_process_aws import Calls

EVENTS = Path(__file__).parent.parent / "events"
TABLE_NAME = "connections"


def golden_event(name: str) -> dict[str, Any]:
    """Return a golden event of tests/events."""
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return event


@dataclass(frozen=True, slots=True)
class Context:
    """What the handlers read of Lambda's context object."""

    aws_request_id: str = "6bc28136-xmpl-4365-b021-0ce6b2e64ab0"


@dataclass(frozen=True, slots=True)
class Table:
    """The API's table."""

    client: DynamoDBClient
    """The SDK's, by which a test looks at it."""
    name: str
    calls: Calls
    """Those of our own clients."""

    @property
    def operations(self) -> list[str]:
        """Return the operations that our own clients called."""
        return self.calls.operations

    def rows(self) -> list[dict[str, Any]]:
        return self.client.scan(TableName=self.name)["Items"]

    def plain_rows(self) -> list[dict[str, Any]]:
        """Return the rows with their values as Python's, numbers as integers."""
        return [
            {name: int(value["N"]) if "N" in value else value["S"] for name, value in row.items()}
            for row in self.rows()
        ]
