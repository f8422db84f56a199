from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.publication import Alias, Function
from tests.local_aws.control_plane.conftest import ControlPlane, zip_of

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

CreateFunction = Callable[..., dict[str, Any]]

CODE = {version: zip_of("echo.py", f"handler = {version}\n") for version in (1, 2)}


def versions_of(control_plane: ControlPlane, name: str) -> dict[str, Function]:
    return {each.version: each for each in control_plane.state().functions if each.name == name}


def test_each_version_is_published_with_its_own_code_and_configuration(
    create_function: CreateFunction, functions: "LambdaClient", control_plane: ControlPlane
) -> None:
    created = create_function(Code={"ZipFile": CODE[1]}, MemorySize=128, Publish=True)
    name = created["FunctionName"]
    functions.update_function_configuration(FunctionName=name, MemorySize=256)
    updated = functions.update_function_code(FunctionName=name, ZipFile=CODE[2], Publish=True)
    assert (updated["Version"], updated["MemorySize"]) == ("2", 256)
    versions = versions_of(control_plane, name)
    assert set(versions) == {"$LATEST", "1", "2"}
    assert {each.arn for each in versions.values()} == {versions["$LATEST"].arn}
    assert {version: each.memory_megabytes for version, each in versions.items()} == {
        "$LATEST": 256,
        "1": 128,
        "2": 256,
    }
    assert versions["1"].code_path.read_bytes() == CODE[1]
    assert versions["2"].code_path.read_bytes() == CODE[2]
    assert versions["$LATEST"].code_path == versions["2"].code_path


def test_nothing_new_is_no_new_version(
    create_function: CreateFunction, functions: "LambdaClient"
) -> None:
    name = create_function(Code={"ZipFile": CODE[1]}, Publish=True)["FunctionName"]
    again = functions.update_function_code(FunctionName=name, ZipFile=CODE[1], Publish=True)
    assert again["Version"] == "1"
    assert functions.publish_version(FunctionName=name)["Version"] == "1"
    functions.update_function_configuration(FunctionName=name, Description="new")
    assert functions.publish_version(FunctionName=name)["Version"] == "2"
    assert functions.publish_version(FunctionName=name)["Version"] == "2"


def test_number_of_a_deleted_version_is_not_given_again(
    create_function: CreateFunction, functions: "LambdaClient", control_plane: ControlPlane
) -> None:
    name = create_function(Publish=True)["FunctionName"]
    functions.update_function_code(FunctionName=name, ZipFile=CODE[2], Publish=True)
    functions.delete_function(FunctionName=name, Qualifier="1")
    functions.update_function_configuration(FunctionName=name, Timeout=7)
    assert functions.publish_version(FunctionName=name)["Version"] == "3"
    assert set(versions_of(control_plane, name)) == {"$LATEST", "2", "3"}


def test_dry_run_publishes_nothing(
    create_function: CreateFunction, functions: "LambdaClient", control_plane: ControlPlane
) -> None:
    name = create_function()["FunctionName"]
    functions.update_function_code(FunctionName=name, ZipFile=CODE[2], Publish=True, DryRun=True)
    assert set(versions_of(control_plane, name)) == {"$LATEST"}


def test_latest_is_deleted_with_its_function_only(
    create_function: CreateFunction, functions: "LambdaClient"
) -> None:
    name = create_function()["FunctionName"]
    with pytest.raises(
        functions.exceptions.InvalidParameterValueException,
        match="cannot be deleted without deleting the function",
    ):
        functions.delete_function(FunctionName=name, Qualifier="$LATEST")


def test_alias_is_published_with_its_weights_and_goes_with_its_policy(
    create_function: CreateFunction, functions: "LambdaClient", control_plane: ControlPlane
) -> None:
    created = create_function(Publish=True)
    name, arn = created["FunctionName"], created["FunctionArn"]
    functions.update_function_code(FunctionName=name, ZipFile=CODE[2], Publish=True)
    alias: dict[str, Any] = {"FunctionName": name, "Name": "live"}
    functions.create_alias(**alias, FunctionVersion="1")
    functions.update_alias(**alias, RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}})
    (published,) = control_plane.state().aliases
    assert published == Alias("live", arn.removesuffix(":1"), "1", {"2": 0.1})
    functions.add_permission(
        FunctionName=name,
        Qualifier="live",
        StatementId="gateway",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    functions.put_provisioned_concurrency_config(
        FunctionName=name, Qualifier="live", ProvisionedConcurrentExecutions=1
    )
    functions.delete_alias(**alias)
    assert control_plane.state().aliases == ()
    assert versions_of(control_plane, name)["$LATEST"].permissions == ()
    assert (
        functions.list_provisioned_concurrency_configs(FunctionName=name)[
            "ProvisionedConcurrencyConfigs"
        ]
        == []
    )


def test_deleted_function_leaves_nothing_to_the_next_of_its_name(
    functions: "LambdaClient", control_plane: ControlPlane, role_arn: str
) -> None:
    function: dict[str, Any] = {
        "FunctionName": "again",
        "Runtime": "python3.13",
        "Role": role_arn,
        "Handler": "echo.handler",
        "Code": {"ZipFile": CODE[1]},
        "Publish": True,
    }
    functions.create_function(**function)
    functions.create_alias(FunctionName="again", Name="live", FunctionVersion="1")
    functions.put_provisioned_concurrency_config(
        FunctionName="again", Qualifier="live", ProvisionedConcurrentExecutions=1
    )
    functions.put_function_event_invoke_config(FunctionName="again", MaximumRetryAttempts=0)
    functions.delete_function(FunctionName="again")
    assert functions.create_function(**function)["Version"] == "1"
    state = control_plane.state()
    assert (state.aliases, state.event_invoke_configs) == ((), ())
    assert (
        functions.list_provisioned_concurrency_configs(FunctionName="again")[
            "ProvisionedConcurrencyConfigs"
        ]
        == []
    )
    functions.delete_function(FunctionName="again")
