"""A queue of SQS."""

from moto.sqs import models


class Queue(models.Queue):
    """moto's queue; it copies its messages to delete one, which a message sent then would miss."""

    def delete_message(self, receipt_handle: str) -> None:
        """Delete a message."""
        with self._messages_lock:
            super().delete_message(receipt_handle)
