"""What each operation needs: IAM actions and the ARNs that they are needed on.

Actions and resources are those of the Service Authorization Reference, written as the service
writes them in its refusals.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from local_aws.control_plane.authorization.call import Call
from local_aws.control_plane.authorization.needs import (
    dynamodb,
    functions,
    logs,
    others,
    s3,
    sns,
    sqs,
    states,
)
from local_aws.control_plane.authorization.needs.need import Need

_SERVICES: Final[Mapping[str, Callable[[Call], Iterable[Need]]]] = {
    "dynamodb": dynamodb.needs,
    "lambda": functions.needs,
    "logs": logs.needs,
    "s3": s3.needs,
    "sns": sns.needs,
    "sqs": sqs.needs,
    "states": states.needs,
}


def needs_of(call: Call) -> Iterable[Need]:
    """Return all that a call needs; without needs it is allowed to everybody."""
    return _SERVICES.get(call.service, others.needs)(call)
