"""An IAM action that a call needs, and on what."""

from dataclasses import dataclass
from typing import Final

from moto.utilities.utils import get_partition

from local_aws.control_plane.authorization.call import Call

EVERYTHING: Final = "*"


@dataclass(frozen=True, slots=True)
class Need:
    """An action on a resource, which is `*` for an action that has none."""

    action: str
    resource: str


def arn(call: Call, resource: str, *, service: str | None = None) -> str:
    """Return the ARN of a resource in the Region and account of a call; an ARN stays as it is."""
    if resource.startswith("arn:"):
        return resource
    partition, service = get_partition(call.region), service or call.service
    return f"arn:{partition}:{service}:{call.region}:{call.account_id}:{resource}"
