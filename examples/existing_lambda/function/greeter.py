"""A function that knows nothing of this project."""

import json
from typing import Any


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Greet whoever the message names."""
    name = json.loads(event["body"]).get("name", "stranger")
    return {"statusCode": 200, "body": json.dumps({"greeting": f"Hello, {name}."})}
