"""What Terraform's AWS provider asks for, asked by the provider itself."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local_aws.publication import Deployment, State
from local_aws.terraform.binary import Binary
from local_aws.terraform.command import Terraform
from local_aws.terraform.environment import local_environment
from tests.local_aws.control_plane.conftest import (
    ECHO_SOURCE,
    GATEWAY_ADDRESS,
    ControlPlane,
    running_control_plane,
    zip_of,
)

ECHO_ROOT = Path(__file__).parents[2] / "roots" / "echo"


@dataclass(frozen=True, slots=True)
class Echo:
    """The root tests/roots/echo, applied to a control plane of its own."""

    terraform: Terraform
    control_plane: ControlPlane
    package_path: Path

    def apply(self, **variables: Any) -> Mapping[str, Any]:
        """Apply; return the outputs."""
        self.terraform.apply(self._with_package(variables))
        return self.terraform.output()

    def has_changes(self, **variables: Any) -> bool:
        return self.terraform.plan(self._with_package(variables))

    def destroy(self) -> None:
        self.terraform.destroy(self._with_package({}))

    def deployment(self) -> Deployment:
        """Return what the data plane serves."""
        ((stage,),) = (api.stages for api in self.control_plane.state().apis)
        assert stage.deployment is not None
        return stage.deployment

    def _with_package(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        return {"package_path": str(self.package_path), **variables}


@pytest.fixture(scope="module")
def echo(
    terraform_binary: Binary,
    terraform_environment: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Echo]:
    directory = tmp_path_factory.mktemp("echo")
    root, package_path = directory / "root", directory / "echo.zip"
    shutil.copytree(ECHO_ROOT, root, ignore=shutil.ignore_patterns(".terraform*"))
    package_path.write_bytes(zip_of("echo.py", ECHO_SOURCE))
    with running_control_plane(directory, invoke_address="127.0.0.1:9") as control_plane:
        environment = local_environment(
            terraform_environment, aws_endpoint=control_plane.endpoint, region="us-east-1"
        )
        terraform = Terraform(terraform_binary.path, root, environment)
        terraform.init()
        yield Echo(terraform, control_plane, package_path)


def test_applied_root_plans_no_change(echo: Echo) -> None:
    outputs = echo.apply()
    assert not echo.has_changes()
    assert outputs["websocket_url"] == f"ws://{GATEWAY_ADDRESS}/prod"
    deployment = echo.deployment()
    assert deployment.deployment_id == outputs["deployment_id"]
    assert set(deployment.routes) == {"$connect", "$default", "$disconnect"}
    assert deployment.routes["$default"].has_default_route_response
    (function,) = echo.control_plane.state().functions
    (integration,) = deployment.integrations.values()
    assert integration.function_arn == function.arn
    assert function.code_path.read_bytes() == echo.package_path.read_bytes()


def test_changed_route_is_deployed_again(echo: Echo) -> None:
    before = echo.apply()
    after = echo.apply(custom_routes=["say"])
    assert not echo.has_changes(custom_routes=["say"])
    assert after["api_id"] == before["api_id"]
    assert after["deployment_id"] != before["deployment_id"]
    assert echo.deployment().deployment_id == after["deployment_id"]
    assert "say" in echo.deployment().routes

    echo.apply()
    assert not echo.has_changes()
    assert "say" not in echo.deployment().routes


@pytest.mark.parametrize(
    "variables",
    [
        {"throttling_rate_limit": 7},
        {"tags": {"team": "chat"}},
        {"log_format": "JSON", "memory_size": 256},
    ],
    ids=["throttle", "tags", "function"],
)
def test_setting_changes_in_place_and_back(echo: Echo, variables: dict[str, Any]) -> None:
    before = echo.apply()
    assert echo.has_changes(**variables)
    assert echo.apply(**variables) == before
    assert not echo.has_changes(**variables)
    assert echo.apply() == before
    assert not echo.has_changes()


def test_destroyed_root_leaves_nothing(echo: Echo) -> None:
    echo.apply()
    echo.destroy()
    state = echo.control_plane.state()
    assert state == State(version=state.version, apis=(), functions=())
    client = echo.control_plane.client
    assert client("apigatewayv2").get_apis()["Items"] == []
    assert client("lambda").list_functions()["Functions"] == []
    assert client("dynamodb").list_tables()["TableNames"] == []
    assert client("logs").describe_log_groups()["logGroups"] == []
    assert client("iam").list_roles()["Roles"] == []
