from typing import Any

import pytest

from tests.local_aws.control_plane.authorization.needs.given import PLACE, needed

GROUP = f"arn:aws:logs:{PLACE}:log-group"


@pytest.mark.parametrize(
    ("operation", "parameters", "resources"),
    [
        ("CreateLogGroup", {"logGroupName": "/echo"}, [f"{GROUP}:/echo:log-stream:"]),
        (
            "PutLogEvents",
            {"logGroupName": "/echo", "logStreamName": "one"},
            [f"{GROUP}:/echo:log-stream:one"],
        ),
        (
            "GetLogEvents",
            {"logGroupIdentifier": f"{GROUP}:/echo:*", "logStreamName": "one"},
            [f"{GROUP}:/echo:log-stream:one"],
        ),
        ("DescribeLogGroups", {}, [f"{GROUP}::log-stream:"]),
        ("DescribeLogGroups", {"logGroupNamePrefix": "/e"}, [f"{GROUP}:/e:log-stream:"]),
        (
            "StartQuery",
            {"logGroupNames": ["/a", "/b"]},
            [f"{GROUP}:/a:log-stream:", f"{GROUP}:/b:log-stream:"],
        ),
        ("TagResource", {"resourceArn": f"{GROUP}:/echo"}, [f"{GROUP}:/echo"]),
        ("DescribeQueries", {}, ["*"]),
    ],
)
def test_call_needs_its_log_groups(
    operation: str, parameters: dict[str, Any], resources: list[str]
) -> None:
    assert needed("logs", operation, **parameters) == [
        (f"logs:{operation}", resource) for resource in resources
    ]
