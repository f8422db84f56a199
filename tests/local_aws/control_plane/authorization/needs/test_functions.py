from typing import Any

import pytest

from tests.local_aws.control_plane.authorization.needs.given import PLACE, needed

FUNCTION = f"arn:aws:lambda:{PLACE}:function:echo"


@pytest.mark.parametrize(
    ("operation", "parameters", "expected"),
    [
        ("Invoke", {"FunctionName": "echo"}, ("lambda:InvokeFunction", FUNCTION)),
        ("Invoke", {"FunctionName": f"{FUNCTION}:1"}, ("lambda:InvokeFunction", f"{FUNCTION}:1")),
        (
            "GetAlias",
            {"FunctionName": "echo", "Qualifier": "live"},
            ("lambda:GetAlias", f"{FUNCTION}:live"),
        ),
        ("ListFunctions", {}, ("lambda:ListFunctions", "*")),
        (
            "CreateEventSourceMapping",
            {"FunctionName": "echo"},
            ("lambda:CreateEventSourceMapping", "*"),
        ),
        (
            "GetEventSourceMapping",
            {"UUID": "u1"},
            ("lambda:GetEventSourceMapping", f"arn:aws:lambda:{PLACE}:event-source-mapping:u1"),
        ),
        (
            "PublishLayerVersion",
            {"LayerName": "layer"},
            ("lambda:PublishLayerVersion", f"arn:aws:lambda:{PLACE}:layer:layer"),
        ),
        (
            "GetLayerVersion",
            {"LayerName": "layer", "VersionNumber": 2},
            ("lambda:GetLayerVersion", f"arn:aws:lambda:{PLACE}:layer:layer:2"),
        ),
        ("ListTags", {"Resource": FUNCTION}, ("lambda:ListTags", FUNCTION)),
    ],
)
def test_call_needs_its_function_or_layer(
    operation: str, parameters: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert needed("lambda", operation, **parameters) == [expected]
