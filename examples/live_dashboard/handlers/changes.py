"""What is watched: the changes of the table of orders, as DynamoDB's stream tells of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orders

from websocket_api import Publisher

if TYPE_CHECKING:
    from collections.abc import Mapping

channel = Publisher.from_env(history=orders.HISTORY).channel(orders.CHANNEL)


def handler(event: Mapping[str, Any], _context: object) -> None:
    """Publish one message for all orders of a batch, so that a rush is still few messages.

    Lambda repeats a batch that fails. Then the message has the same ID, and no dashboard counts it
    twice.
    """
    records = event["Records"]
    changed = [
        _order(record["dynamodb"]["NewImage"])
        for record in records
        if "NewImage" in record["dynamodb"]
    ]
    if changed:
        channel.publish({"orders": changed}, message_id=records[0]["eventID"])


def _order(image: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    return {
        "id": image["id"]["S"],
        "product": image["product"]["S"],
        "cents": int(image["cents"]["N"]),
        "status": image["status"]["S"],
        "at": int(image["at"]["N"]),
    }
