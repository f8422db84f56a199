"""What an application is tested on in the place of AWS: a client, a table, a clock."""

from websocket_api.testing.client import ConnectionRefused, TestClient
from websocket_api.testing.client_connection import (
    ClientConnection,
    ConnectionClosed,
    NothingReceived,
)
from websocket_api.testing.clock import Clock
from websocket_api.testing.memory_table import MemoryTable

__all__ = [
    "ClientConnection",
    "Clock",
    "ConnectionClosed",
    "ConnectionRefused",
    "MemoryTable",
    "NothingReceived",
    "TestClient",
]
