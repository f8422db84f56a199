"""A function that does as the tests tell it, on whichever route it is called."""

import functools
import json
import os
import time
from collections.abc import Mapping
from typing import Any

import boto3

TABLE_NAME = os.environ["WEBSOCKET_TABLE_NAME"]
OBSERVER_SECONDS = 600


def handler(event: Mapping[str, Any], context: object) -> Any:
    """Answer an authorizer's event, or one of a connection."""
    del context
    if event.get("type") == "REQUEST":
        return _authorize(event)
    match event["requestContext"]["eventType"]:
        case "CONNECT":
            return _connect(event)
        case "DISCONNECT":
            return _disconnect(event)
        case _:
            return _obey(event)


def _authorize(event: Mapping[str, Any]) -> Any:
    method_arn = event["methodArn"]
    token = event["queryStringParameters"]["token"]
    resources = {"other-route": method_arn.rpartition("/")[0] + "/$default"}
    if token == "unauthorized":
        raise RuntimeError("Unauthorized")
    if token == "crash":
        raise ValueError("as told")
    if token == "malformed":
        return {"principalId": "somebody"}
    return {
        "principalId": "somebody",
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Deny" if token == "deny" else "Allow",
                    "Resource": resources.get(token, method_arn),
                }
            ],
        },
        "context": {"text": "hello", "number": 7, "truth": True},
    }


def _connect(event: Mapping[str, Any]) -> Any:
    told = event.get("queryStringParameters") or {}
    if "observer" in told:
        _table().put_item(
            Item={
                "pk": f"OBSERVED#{event['requestContext']['connectionId']}",
                "sk": "OBSERVER",
                "observer": told["observer"],
                "ttl": int(time.time()) + OBSERVER_SECONDS,
            }
        )
    if "fail" in told:
        raise ValueError("as told")
    return json.loads(told.get("answer", '{"statusCode": 200}'))


def _disconnect(event: Mapping[str, Any]) -> Any:
    """Show the event to who watches this connection."""
    key = {"pk": f"OBSERVED#{event['requestContext']['connectionId']}", "sk": "OBSERVER"}
    item = _table().get_item(Key=key).get("Item")
    if item is not None:
        _management(event).post_to_connection(
            ConnectionId=str(item["observer"]), Data=json.dumps(event).encode()
        )
    return {"statusCode": 200}


def _obey(event: Mapping[str, Any]) -> Any:
    try:
        told = json.loads(event["body"])
    except ValueError:
        return {"statusCode": 200, "body": event["body"]}
    if not isinstance(told, dict):
        return {"statusCode": 200, "body": event["body"]}
    time.sleep(told.get("sleep", 0))
    if "fail" in told:
        raise ValueError("as told")
    if "event" in told:
        return {"statusCode": 200, "body": json.dumps(event)}
    if "post" in told:
        _management(event).post_to_connection(
            ConnectionId=event["requestContext"]["connectionId"], Data=told["post"].encode()
        )
    return told.get("answer", {"statusCode": 200, "body": event["body"]})


@functools.cache
def _table() -> Any:
    return boto3.resource("dynamodb").Table(TABLE_NAME)


def _management(event: Mapping[str, Any]) -> Any:
    """Make the client as AWS's documentation shows it, by the event alone."""
    context = event["requestContext"]
    return boto3.client(
        "apigatewaymanagementapi",
        endpoint_url=f"https://{context['domainName']}/{context['stage']}",
    )
