from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.local_aws.control_plane.conftest import ControlPlane, zip_of

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

CreateFunction = Callable[..., dict[str, Any]]


def test_log_group_and_format_have_awss_defaults(create_function: CreateFunction) -> None:
    function = create_function()
    assert function["LoggingConfig"] == {
        "LogFormat": "Text",
        "LogGroup": f"/aws/lambda/{function['FunctionName']}",
    }


def test_logging_configuration_is_kept_and_changes(
    create_function: CreateFunction, functions: "LambdaClient"
) -> None:
    name = create_function(LoggingConfig={"LogFormat": "JSON", "LogGroup": "/logs"})["FunctionName"]
    assert functions.get_function(FunctionName=name)["Configuration"]["LoggingConfig"] == {
        "LogFormat": "JSON",
        "LogGroup": "/logs",
        "ApplicationLogLevel": "INFO",
        "SystemLogLevel": "INFO",
    }
    functions.update_function_configuration(FunctionName=name, LoggingConfig={"LogFormat": "Text"})
    assert functions.get_function_configuration(FunctionName=name)["LoggingConfig"] == {
        "LogFormat": "Text",
        "LogGroup": f"/aws/lambda/{name}",
    }


def test_update_changes_what_it_names_and_keeps_the_rest(
    create_function: CreateFunction, functions: "LambdaClient"
) -> None:
    name = create_function(MemorySize=256, Timeout=7, Environment={"Variables": {"COLOR": "blue"}})[
        "FunctionName"
    ]
    functions.update_function_configuration(
        FunctionName=name,
        EphemeralStorage={"Size": 1024},
        KMSKeyArn="arn:aws:kms:us-east-1:123456789012:key/one",
        TracingConfig={"Mode": "Active"},
    )
    updated = functions.get_function_configuration(FunctionName=name)
    assert updated["EphemeralStorage"] == {"Size": 1024}
    assert updated["KMSKeyArn"].endswith("key/one")
    assert updated["TracingConfig"] == {"Mode": "Active"}
    assert (updated["MemorySize"], updated["Timeout"]) == (256, 7)
    assert updated["Environment"] == {"Variables": {"COLOR": "blue"}}


@pytest.mark.parametrize("environment", [{}, {"Variables": {}}])
def test_environment_can_be_emptied(
    create_function: CreateFunction, functions: "LambdaClient", environment: Any
) -> None:
    name = create_function(Environment={"Variables": {"COLOR": "blue"}})["FunctionName"]
    functions.update_function_configuration(FunctionName=name, Environment=environment)
    assert "Environment" not in functions.get_function_configuration(FunctionName=name)


def test_code_changes_with_its_architecture(
    create_function: CreateFunction, functions: "LambdaClient"
) -> None:
    before = create_function(Architectures=["x86_64"])
    name = before["FunctionName"]
    code = zip_of("echo.py", "handler = None\n")
    tried = functions.update_function_code(
        FunctionName=name, ZipFile=code, Architectures=["arm64"], DryRun=True
    )
    assert (tried["CodeSha256"], tried["Architectures"]) == (before["CodeSha256"], ["x86_64"])
    after = functions.update_function_code(FunctionName=name, ZipFile=code, Architectures=["arm64"])
    assert after["Architectures"] == ["arm64"]
    assert after["CodeSha256"] != before["CodeSha256"]


def test_published_version_keeps_its_configuration(
    create_function: CreateFunction, functions: "LambdaClient"
) -> None:
    created = create_function(Publish=True)
    name = created["FunctionName"]
    assert created["Version"] == "1"
    functions.update_function_configuration(FunctionName=name, LoggingConfig={"LogFormat": "JSON"})
    version = functions.get_function_configuration(FunctionName=name, Qualifier="1")
    latest = functions.get_function_configuration(FunctionName=name)
    assert version["LoggingConfig"]["LogFormat"] == "Text"
    assert (latest["Version"], latest["LoggingConfig"]["LogFormat"]) == ("$LATEST", "JSON")


def test_function_code_and_policy_are_published(
    create_function: CreateFunction, functions: "LambdaClient", control_plane: ControlPlane
) -> None:
    code = zip_of("echo.py", "handler = print\n")
    created = create_function(
        Code={"ZipFile": code},
        Timeout=7,
        Architectures=["arm64"],
        Environment={"Variables": {"COLOR": "blue"}},
    )
    name = created["FunctionName"]
    functions.add_permission(
        FunctionName=name,
        StatementId="gateway",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn="arn:aws:execute-api:us-east-1:123456789012:api/prod/$default",
    )
    (function,) = (each for each in control_plane.state().functions if each.name == name)
    assert function.arn == created["FunctionArn"]
    assert (function.timeout_seconds, function.architecture) == (7, "arm64")
    assert (function.version, function.environment) == ("$LATEST", {"COLOR": "blue"})
    assert function.code_sha256 == created["CodeSha256"]
    assert function.code_path.parent == control_plane.code_directory
    assert function.code_path.read_bytes() == code
    (permission,) = function.permissions
    assert permission["Sid"] == "gateway"
    assert permission["Principal"] == {"Service": "apigateway.amazonaws.com"}
    assert permission["Condition"] == {
        "ArnLike": {"AWS:SourceArn": "arn:aws:execute-api:us-east-1:123456789012:api/prod/$default"}
    }


def test_snap_start_takes_hold_of_published_versions(
    create_function: CreateFunction, functions: "LambdaClient"
) -> None:
    name = create_function(SnapStart={"ApplyOn": "PublishedVersions"}, Publish=True)["FunctionName"]
    latest = functions.get_function_configuration(FunctionName=name)["SnapStart"]
    version = functions.get_function_configuration(FunctionName=name, Qualifier="1")["SnapStart"]
    assert latest == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"}
    assert version == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"}
    functions.update_function_configuration(FunctionName=name, SnapStart={"ApplyOn": "None"})
    latest = functions.get_function_configuration(FunctionName=name)["SnapStart"]
    assert latest == {"ApplyOn": "None", "OptimizationStatus": "Off"}


@pytest.mark.parametrize("reserved", [0, 5])
def test_reserved_concurrency_is_told_and_published_at_every_version(
    create_function: CreateFunction,
    functions: "LambdaClient",
    control_plane: ControlPlane,
    reserved: int,
) -> None:
    name = create_function(Publish=True)["FunctionName"]
    functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=reserved)
    assert functions.get_function(FunctionName=name)["Concurrency"] == {
        "ReservedConcurrentExecutions": reserved
    }
    published = [each for each in control_plane.state().functions if each.name == name]
    assert [each.reserved_concurrency for each in published] == [reserved, reserved]
    functions.delete_function_concurrency(FunctionName=name)
    assert "Concurrency" not in functions.get_function(FunctionName=name)


def test_dead_letter_target_is_kept_and_published(
    create_function: CreateFunction, functions: "LambdaClient", control_plane: ControlPlane
) -> None:
    target = "arn:aws:sqs:us-east-1:123456789012:dead"
    name = create_function(DeadLetterConfig={"TargetArn": target})["FunctionName"]
    (published,) = (each for each in control_plane.state().functions if each.name == name)
    assert published.dead_letter_arn == target
    functions.update_function_configuration(FunctionName=name, DeadLetterConfig={"TargetArn": ""})
    assert "DeadLetterConfig" not in functions.get_function_configuration(FunctionName=name)


def test_layers_are_published_from_bottom_to_top(
    create_function: CreateFunction, functions: "LambdaClient", control_plane: ControlPlane
) -> None:
    contents = [zip_of(f"{name}.py", "") for name in ("bottom", "top")]
    layers = [
        functions.publish_layer_version(LayerName=f"layer-{number}", Content={"ZipFile": content})
        for number, content in enumerate(contents)
    ]
    name = create_function(Layers=[each["LayerVersionArn"] for each in layers])["FunctionName"]
    for number in range(len(layers)):
        functions.delete_layer_version(LayerName=f"layer-{number}", VersionNumber=1)
    (published,) = (each for each in control_plane.state().functions if each.name == name)
    assert [path.read_bytes() for path in published.layer_paths] == contents


def test_version_keeps_the_code_that_its_function_had(
    create_function: CreateFunction, functions: "LambdaClient"
) -> None:
    name = create_function(Publish=True)["FunctionName"]
    before = functions.get_function(FunctionName=name, Qualifier="1")["Code"]
    functions.update_function_code(FunctionName=name, ZipFile=zip_of("echo.py", "new = 1\n"))
    assert functions.get_function(FunctionName=name, Qualifier="1")["Code"] == before
    assert functions.get_function(FunctionName=name)["Code"] != before
