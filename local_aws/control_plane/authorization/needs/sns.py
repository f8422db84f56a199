"""SNS: topics, of which a subscription is a part."""

from collections.abc import Iterator
from typing import Final

from local_aws.control_plane.authorization.call import Call
from local_aws.control_plane.authorization.needs.need import EVERYTHING, Need, arn

_ARNS: Final = ("TopicArn", "TargetArn", "ResourceArn", "EndpointArn", "PlatformApplicationArn")
# A message to a telephone is about its number.
_NUMBER: Final = ("PhoneNumber", "phoneNumber")


def needs(call: Call) -> Iterator[Need]:
    """Yield what a call needs; that of a batch is what each of its messages needs."""
    # SNS writes its own name in upper case.
    yield Need(f"SNS:{call.operation.removesuffix('Batch')}", _resource(call))


def _resource(call: Call) -> str:
    parameters = call.parameters
    if subscription := parameters.get("SubscriptionArn"):
        return str(subscription).rpartition(":")[0]
    if call.operation == "CreateTopic":
        return arn(call, parameters.get("Name", ""))
    return next(
        (str(parameters[name]) for name in (*_ARNS, *_NUMBER) if parameters.get(name)), EVERYTHING
    )
