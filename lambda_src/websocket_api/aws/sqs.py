"""SQS's operations that send messages, called as the SDK's client is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from websocket_api.aws.errors import Exceptions

if TYPE_CHECKING:
    from websocket_api.aws.service import Service


class Sqs:
    """The operations: each takes and returns what the Amazon SQS API Reference says."""

    exceptions = Exceptions

    def __init__(self, service: Service) -> None:
        """Take what calls the service."""
        self._service = service

    def send_message(self, **parameters: Any) -> dict[str, Any]:
        """Call SendMessage."""
        return self._service.call_json("AmazonSQS.SendMessage", parameters)

    def send_message_batch(self, **parameters: Any) -> dict[str, Any]:
        """Call SendMessageBatch, whose answer tells which of the entries failed."""
        return self._service.call_json("AmazonSQS.SendMessageBatch", parameters)
