from typing import Any

import pytest

from tests.local_aws.control_plane.authorization.needs.given import PLACE, needed

MACHINE = f"arn:aws:states:{PLACE}:stateMachine:work"


@pytest.mark.parametrize(
    ("operation", "parameters", "resource"),
    [
        ("StartExecution", {"stateMachineArn": MACHINE}, MACHINE),
        ("CreateStateMachine", {"name": "work"}, MACHINE),
        ("SendTaskSuccess", {"taskToken": "t"}, "*"),
    ],
)
def test_call_needs_its_state_machine(
    operation: str, parameters: dict[str, Any], resource: str
) -> None:
    assert needed("states", operation, **parameters) == [(f"states:{operation}", resource)]
