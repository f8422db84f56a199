"""A queue of SQS."""

import json
from typing import Any

from moto.sqs import models


class Queue(models.Queue):
    """moto's queue, with what several who use it at once, and Terraform, expect of it."""

    @property
    def attributes(self) -> dict[str, Any]:
        """What GetQueueAttributes tells: JSON without blanks, as Terraform compares its text."""
        attributes: dict[str, Any] = super().attributes
        if self.redrive_policy:
            attributes["RedrivePolicy"] = json.dumps(self.redrive_policy, separators=(",", ":"))
        return attributes

    def delete_message(self, receipt_handle: str) -> None:
        """Delete a message.

        moto copies the messages to delete one, which a message that is sent then would miss.
        """
        with self._messages_lock:
            super().delete_message(receipt_handle)
