"""DynamoDB's operations on rows, called as the SDK's low-level client is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from websocket_api.aws.errors import Exceptions

if TYPE_CHECKING:
    from websocket_api.aws.service import Service


class DynamoDB:
    """The operations: each takes and returns what the DynamoDB API Reference says.

    Values of the type B, and sets of them, are base64 texts here.
    """

    exceptions = Exceptions

    def __init__(self, service: Service) -> None:
        """Take what calls the service."""
        self._service = service

    def get_item(self, **parameters: Any) -> dict[str, Any]:
        """Call GetItem."""
        return self._service.call_json("DynamoDB_20120810.GetItem", parameters)

    def put_item(self, **parameters: Any) -> dict[str, Any]:
        """Call PutItem."""
        return self._service.call_json("DynamoDB_20120810.PutItem", parameters)

    def update_item(self, **parameters: Any) -> dict[str, Any]:
        """Call UpdateItem."""
        return self._service.call_json("DynamoDB_20120810.UpdateItem", parameters)

    def delete_item(self, **parameters: Any) -> dict[str, Any]:
        """Call DeleteItem."""
        return self._service.call_json("DynamoDB_20120810.DeleteItem", parameters)

    def query(self, **parameters: Any) -> dict[str, Any]:
        """Call Query."""
        return self._service.call_json("DynamoDB_20120810.Query", parameters)
