"""Step Functions: state machines, executions and activities, which calls name by their ARN."""

from collections.abc import Iterator
from typing import Final

from local_aws.control_plane.authorization.call import Call
from local_aws.control_plane.authorization.needs.need import EVERYTHING, Need, arn

_ARNS: Final = ("stateMachineArn", "executionArn", "activityArn", "mapRunArn", "resourceArn")
_CREATED: Final = {"CreateActivity": "activity", "CreateStateMachine": "stateMachine"}


def needs(call: Call) -> Iterator[Need]:
    """Yield what a call needs."""
    yield Need(f"states:{call.operation}", _resource(call))


def _resource(call: Call) -> str:
    parameters = call.parameters
    if kind := _CREATED.get(call.operation):
        return arn(call, f"{kind}:{parameters.get('name', '')}")
    return next((str(parameters[name]) for name in _ARNS if parameters.get(name)), EVERYTHING)
