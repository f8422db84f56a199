"""Tests of an application on the whole of it: real sockets, the zip, Terraform, an AWS on loopback.

``plugin`` is the pytest plugin with the fixture ``websocket_api``; the other modules are what it
gives a test to work with.
"""

from local_aws.testing.websocket_api import WebSocketApi
from local_aws.testing.websocket_client import (
    ConnectionRefused,
    NothingReceived,
    WebSocketClient,
)

__all__ = ["ConnectionRefused", "NothingReceived", "WebSocketApi", "WebSocketClient"]
