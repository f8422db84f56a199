"""DynamoDB tables and what is in them, as the page gets them."""

import base64
import json
from collections.abc import Mapping
from typing import Any, Final

from local_aws.aws_client import AwsClient, json_call
from local_aws.credentials import ROOT

MAXIMUM_ITEMS: Final = 100
"""How many items of a table are shown."""

_LARGEST_EXACT: Final = 2**53 - 1
"""JavaScript's Number.MAX_SAFE_INTEGER."""


class Tables:
    """Reads the tables of one Region."""

    def __init__(self, client: AwsClient, *, region: str) -> None:
        """Prepare to call DynamoDB."""
        self._client = client
        self._region = region

    async def names(self) -> list[str]:
        """Return the names of the tables, or of the first hundred.

        Raises:
            AwsClientError: DynamoDB does not answer.
        """
        names: list[str] = (await self._call("ListTables", {}))["TableNames"]
        return names

    async def items(self, name: str) -> dict[str, Any]:
        """Return the first items of a table, and whether there are more.

        Raises:
            AwsClientError: There is no such table, or DynamoDB does not answer.
        """
        answer = await self._call("Scan", {"TableName": name, "Limit": MAXIMUM_ITEMS})
        table = (await self._call("DescribeTable", {"TableName": name}))["Table"]
        return {
            "keys": [each["AttributeName"] for each in table["KeySchema"]],
            "items": [
                {attribute: plain(value) for attribute, value in item.items()}
                for item in answer["Items"]
            ],
            "hasMore": "LastEvaluatedKey" in answer,
        }

    async def _call(self, action: str, document: Mapping[str, Any]) -> Any:
        call = json_call(
            "dynamodb",
            region=self._region,
            target=f"DynamoDB_20120810.{action}",
            version="1.0",
            document=document,
        )
        return json.loads((await self._client.send(call, ROOT)).body)


def plain(value: Mapping[str, Any]) -> Any:
    """Return an attribute's value without its type.

    A number that a browser would write in another way is a text: DynamoDB's have 38 digits.
    """
    ((kind, content),) = value.items()
    match kind:
        case "M":
            result: Any = {name: plain(each) for name, each in content.items()}
        case "L":
            result = [plain(each) for each in content]
        case "NULL":
            result = None
        case "N":
            result = _number(content)
        case "NS":
            result = [_number(each) for each in content]
        case "B":
            result = _readable(content)
        case "BS":
            result = [_readable(each) for each in content]
        case _:
            result = content
    return result


def _number(content: str) -> int | float | str:
    value = float(content)
    is_exact = value.is_integer() and abs(value) <= _LARGEST_EXACT
    number = int(value) if is_exact else value
    return number if str(number) == content else content


def _readable(content: str) -> str:
    data = base64.b64decode(content)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return f"base64:{content}"
