"""SQS: queues, which calls name by their URL."""

from collections.abc import Iterator
from typing import Final

from local_aws.control_plane.authorization.call import Call
from local_aws.control_plane.authorization.needs.need import EVERYTHING, Need, arn

_ARNS: Final = ("SourceArn",)


def needs(call: Call) -> Iterator[Need]:
    """Yield what a call needs; that of a batch is what each of its messages needs."""
    # SQS writes its actions in lower case.
    action = f"sqs:{call.operation.removesuffix('Batch').lower()}"
    yield Need(action, _resource(call))


def _resource(call: Call) -> str:
    if url := call.parameters.get("QueueUrl"):
        *_, account_id, name = f"/{url}".split("/")
        queue = arn(call, name)
        return queue.replace(f":{call.account_id}:", f":{account_id}:") if account_id else queue
    if queue_name := call.parameters.get("QueueName"):
        return arn(call, queue_name)
    return next(
        (str(call.parameters[each]) for each in _ARNS if each in call.parameters), EVERYTHING
    )
