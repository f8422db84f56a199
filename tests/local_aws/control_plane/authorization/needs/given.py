"""Calls as they are after they were read."""

from typing import Any

from local_aws.control_plane.authorization.call import Call
from local_aws.control_plane.authorization.needs import needs_of

PLACE = "us-east-1:123456789012"


def needed(service: str, operation: str, **parameters: Any) -> list[tuple[str, str]]:
    """Return the actions and resources that a call needs."""
    call = Call(
        service=service,
        operation=operation,
        parameters=parameters,
        region="us-east-1",
        account_id="123456789012",
        protocol="json",
    )
    return [(need.action, need.resource) for need in needs_of(call)]
