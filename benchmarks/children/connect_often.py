"""CPU of a $connect once all is imported, and that of its PutItem alone."""

import json
import sys
import time
from pathlib import Path

from handlers.connect import CONNECTIONS, TTL_SECONDS, handler
from websocket_api import events
from websocket_api.connections import ConnectionRow

calls = int(sys.argv[2])
event = json.loads(Path(sys.argv[1]).read_bytes())
row = ConnectionRow.from_event(
    events.parse_connect(event), ttl_seconds=TTL_SECONDS, clock=time.time
)


def cpu_of_handler() -> float:
    """Return the seconds of a whole connect."""
    began = time.process_time()
    for _ in range(calls):
        handler(event, None)
    return (time.process_time() - began) / calls


def cpu_of_put() -> float:
    """Return the seconds of the call of DynamoDB alone."""
    began = time.process_time()
    for _ in range(calls):
        CONNECTIONS.put(row)
    return (time.process_time() - began) / calls


cpu_of_handler()
print(json.dumps({"handler": cpu_of_handler(), "put": cpu_of_put()}))
