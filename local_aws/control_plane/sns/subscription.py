"""A subscription of a topic."""

from typing import Any

from moto.sns import models

from local_aws.control_plane.awslambda import service_invocation
from local_aws.control_plane.awslambda.service_invocation import Caller

_RENAMED = {"SigningCertURL": "SigningCertUrl", "UnsubscribeURL": "UnsubscribeUrl"}


class Subscription(models.Subscription):
    """moto's subscription; a function gets the whole of a message."""

    def publish(  # noqa: PLR0913, PLR0917 - moto's signature
        self,
        message: str,
        message_id: str,
        subject: str | None = None,
        message_attributes: dict[str, Any] | None = None,
        group_id: str | None = None,
        deduplication_id: str | None = None,
        message_structure: str | None = None,
    ) -> None:
        """Send a message to the subscriber, if it is for it."""
        if self.protocol != "lambda":
            super().publish(
                message,
                message_id,
                subject,
                message_attributes,
                group_id,
                deduplication_id,
                message_structure,
            )
            return
        matcher = self._filter_policy_matcher
        if matcher is not None and not matcher.matches(message_attributes, message):
            return
        if message_structure == "json":
            message = self._parse_message_structure(message, self.protocol)
        notification = self.get_post_data(message, message_id, subject, message_attributes)
        service_invocation.invoke(
            self.endpoint,
            self._event(notification),
            Caller("sns.amazonaws.com", str(self.topic.arn), self.account_id),
        )

    def _event(self, notification: dict[str, Any]) -> dict[str, Any]:
        """Write the event, whose shape is that of "Invoking Lambda functions with Amazon SNS"."""
        message = {_RENAMED.get(name, name): value for name, value in notification.items()}
        record = {
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "EventSubscriptionArn": self.arn,
            "Sns": {"Subject": None, "MessageAttributes": {}, **message},
        }
        return {"Records": [record]}
