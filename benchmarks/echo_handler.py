"""The function that is loaded: it sends every message back, or says which connection sent it."""

from typing import Any


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer an event of API Gateway."""
    if event["requestContext"]["routeKey"] == "whoami":
        return {"statusCode": 200, "body": event["requestContext"]["connectionId"]}
    return {"statusCode": 200, "body": event.get("body") or ""}
