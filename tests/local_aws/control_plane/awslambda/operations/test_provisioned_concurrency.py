from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


@pytest.fixture
def alias(
    create_function: Callable[..., dict[str, Any]], functions: "LambdaClient"
) -> dict[str, Any]:
    name = create_function(Publish=True)["FunctionName"]
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    return {"FunctionName": name, "Qualifier": "live"}


def test_environments_are_ready_at_once(functions: "LambdaClient", alias: dict[str, Any]) -> None:
    functions.put_provisioned_concurrency_config(**alias, ProvisionedConcurrentExecutions=2)
    functions.put_provisioned_concurrency_config(**alias, ProvisionedConcurrentExecutions=3)
    config = functions.get_provisioned_concurrency_config(**alias)
    assert (config["Status"], config["RequestedProvisionedConcurrentExecutions"]) == ("READY", 3)
    (listed,) = functions.list_provisioned_concurrency_configs(FunctionName=alias["FunctionName"])[
        "ProvisionedConcurrencyConfigs"
    ]
    assert listed["FunctionArn"].endswith(f":{alias['FunctionName']}:live")
    assert listed["AllocatedProvisionedConcurrentExecutions"] == 3


def test_deleted_configuration_is_gone(functions: "LambdaClient", alias: dict[str, Any]) -> None:
    functions.put_provisioned_concurrency_config(**alias, ProvisionedConcurrentExecutions=1)
    functions.delete_provisioned_concurrency_config(**alias)
    with pytest.raises(functions.exceptions.ProvisionedConcurrencyConfigNotFoundException):
        functions.get_provisioned_concurrency_config(**alias)


def test_unpublished_function_has_none(functions: "LambdaClient", alias: dict[str, Any]) -> None:
    with pytest.raises(
        functions.exceptions.InvalidParameterValueException, match="unpublished function versions"
    ):
        functions.put_provisioned_concurrency_config(
            FunctionName=alias["FunctionName"],
            Qualifier="$LATEST",
            ProvisionedConcurrentExecutions=1,
        )


def test_number_is_at_least_one(functions: "LambdaClient", alias: dict[str, Any]) -> None:
    with pytest.raises(functions.exceptions.InvalidParameterValueException, match="at least 1"):
        functions.put_provisioned_concurrency_config(**alias, ProvisionedConcurrentExecutions=0)
