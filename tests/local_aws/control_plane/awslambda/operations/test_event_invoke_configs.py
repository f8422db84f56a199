from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.publication import EventInvokeConfig
from tests.local_aws.control_plane.conftest import ControlPlane

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

QUEUE = "arn:aws:sqs:us-east-1:123456789012:{}"


@pytest.fixture
def function(create_function: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return create_function(Publish=True)


def test_settings_are_published_for_each_qualifier(
    functions: "LambdaClient", control_plane: ControlPlane, function: dict[str, Any]
) -> None:
    name = function["FunctionName"]
    functions.put_function_event_invoke_config(
        FunctionName=name,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": QUEUE.format("failed")}},
    )
    functions.put_function_event_invoke_config(
        FunctionName=name, Qualifier="1", MaximumEventAgeInSeconds=60
    )
    arn = function["FunctionArn"].removesuffix(":1")
    assert control_plane.state().event_invoke_configs == (
        EventInvokeConfig(
            f"{arn}:$LATEST", maximum_retry_attempts=0, on_failure_arn=QUEUE.format("failed")
        ),
        EventInvokeConfig(f"{arn}:1", maximum_event_age_seconds=60),
    )
    listed = functions.list_function_event_invoke_configs(FunctionName=name)
    assert [each["FunctionArn"] for each in listed["FunctionEventInvokeConfigs"]] == [
        f"{arn}:$LATEST",
        f"{arn}:1",
    ]


def test_update_changes_what_it_names_and_put_replaces_all(
    functions: "LambdaClient", function: dict[str, Any]
) -> None:
    name = function["FunctionName"]
    functions.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=1)
    functions.update_function_event_invoke_config(FunctionName=name, MaximumEventAgeInSeconds=90)
    updated = functions.get_function_event_invoke_config(FunctionName=name)
    assert (updated["MaximumRetryAttempts"], updated["MaximumEventAgeInSeconds"]) == (1, 90)
    functions.put_function_event_invoke_config(FunctionName=name, MaximumEventAgeInSeconds=60)
    assert "MaximumRetryAttempts" not in functions.get_function_event_invoke_config(
        FunctionName=name
    )


def test_deleted_settings_are_gone(functions: "LambdaClient", function: dict[str, Any]) -> None:
    name = function["FunctionName"]
    functions.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=1)
    functions.delete_function_event_invoke_config(FunctionName=name)
    with pytest.raises(functions.exceptions.ResourceNotFoundException):
        functions.get_function_event_invoke_config(FunctionName=name)
