"""From the import of boto3.resource to the stored row, as most $connect handlers are written."""

import time

began, cpu_began = time.perf_counter(), time.process_time()

import json
import os
import sys
from pathlib import Path

import boto3

table = boto3.resource("dynamodb").Table(os.environ["WEBSOCKET_TABLE_NAME"])


def handler(event: dict[str, dict[str, str]], _context: object) -> dict[str, int]:
    """Store the connection."""
    request = event["requestContext"]
    table.put_item(
        Item={
            "pk": f"CONNECTION#{request['connectionId']}",
            "sk": f"CONNECTION#{request['connectionId']}",
            "connection_id": request["connectionId"],
            "connected_at_ms": request["connectedAt"],
            "domain_name": request["domainName"],
            "stage": request["stage"],
            "ttl": int(time.time()) + 7500,
        }
    )
    return {"statusCode": 200}


handler(json.loads(Path(sys.argv[1]).read_bytes()), None)
seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_began

print(json.dumps({"seconds": seconds, "cpu_seconds": cpu_seconds}))
