"""The authorizer: is there such a room?"""

import os
from typing import Any

ROOMS = frozenset(os.environ["ROOMS"].split(","))


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Allow a connection to a room that there is; later events of it name the room.

    The shape is that of "Output from an API Gateway Lambda authorizer" in the Amazon API Gateway
    Developer Guide.
    """
    room = event["queryStringParameters"]["room"]
    effect = "Allow" if room in ROOMS else "Deny"
    return {
        "principalId": "guest",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": effect, "Action": "execute-api:Invoke", "Resource": event["methodArn"]}
            ],
        },
        "context": {"room": room},
    }
