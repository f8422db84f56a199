from typing import Any

import pytest

from tests.local_aws.control_plane.authorization.needs.given import PLACE, needed

ROLE = "arn:aws:iam::123456789012:role/echo"
BUS = f"arn:aws:events:{PLACE}:event-bus"


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "expected"),
    [
        ("sts", "AssumeRole", {"RoleArn": ROLE}, [("sts:AssumeRole", ROLE)]),
        ("sts", "GetCallerIdentity", {}, []),
        ("monitoring", "PutMetricData", {}, [("cloudwatch:PutMetricData", "*")]),
        (
            "kms",
            "Decrypt",
            {"KeyId": "one"},
            [("kms:Decrypt", f"arn:aws:kms:{PLACE}:key/one")],
        ),
        (
            "ssm",
            "GetParameters",
            {"Names": ["/a/b", "c"]},
            [
                ("ssm:GetParameters", f"arn:aws:ssm:{PLACE}:parameter/a/b"),
                ("ssm:GetParameters", f"arn:aws:ssm:{PLACE}:parameter/c"),
            ],
        ),
        (
            "events",
            "PutEvents",
            {"Entries": [{}, {"EventBusName": "own"}, {"EventBusName": f"{BUS}/arn"}]},
            [("events:PutEvents", f"{BUS}/{name}") for name in ("default", "own", "arn")],
        ),
    ],
)
def test_call_needs_what_it_names(
    service: str, operation: str, parameters: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert needed(service, operation, **parameters) == expected
