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

pytestmark = pytest.mark.stacks

ECHO_ROOT = Path(__file__).parents[2] / "roots" / "echo"


CHANGES = {
    "custom_routes": ["say"],
    "throttling_rate_limit": 7,
    "tags": {"team": "chat"},
    "log_format": "JSON",
    "memory_size": 256,
}


@dataclass(frozen=True, slots=True)
class Applied:
    """What one apply of the root tests/roots/echo led to."""

    outputs: Mapping[str, Any]
    plans_a_change: bool
    state: State

    @property
    def deployment(self) -> Deployment:
        ((stage,),) = (api.stages for api in self.state.apis)
        assert stage.deployment is not None
        return stage.deployment


@dataclass(frozen=True, slots=True)
class Echo:
    """The root and a control plane of its own."""

    terraform: Terraform
    control_plane: ControlPlane
    package_path: Path

    def apply(self, **variables: Any) -> Applied:
        variables["package_path"] = str(self.package_path)
        self.terraform.apply(variables)
        return Applied(
            outputs=self.terraform.output(),
            plans_a_change=self.terraform.plan(variables),
            state=self.control_plane.state(),
        )

    def destroy(self) -> None:
        self.terraform.destroy({"package_path": str(self.package_path)})


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


# Terraform is slow, so each of these goes on from where the one before it ended.


@pytest.fixture(scope="module")
def first(echo: Echo) -> Applied:
    return echo.apply()


@pytest.fixture(scope="module")
def changed(echo: Echo, first: Applied) -> Applied:
    assert first.outputs
    return echo.apply(**CHANGES)


@pytest.fixture(scope="module")
def changed_back(echo: Echo, changed: Applied) -> Applied:
    assert changed.outputs
    return echo.apply()


def test_applied_root_plans_no_change(first: Applied) -> None:
    assert not first.plans_a_change


def test_applied_root_is_published(echo: Echo, first: Applied) -> None:
    assert first.outputs["websocket_url"] == f"ws://{GATEWAY_ADDRESS}/prod"
    assert first.deployment.deployment_id == first.outputs["deployment_id"]
    assert set(first.deployment.routes) == {"$connect", "$default", "$disconnect"}
    assert first.deployment.routes["$default"].has_default_route_response
    (function,) = first.state.functions
    (integration,) = first.deployment.integrations.values()
    assert integration.function_arn == function.arn
    assert function.code_path.read_bytes() == echo.package_path.read_bytes()


def test_changed_route_is_deployed_again(first: Applied, changed: Applied) -> None:
    assert changed.outputs["deployment_id"] != first.outputs["deployment_id"]
    assert changed.deployment.deployment_id == changed.outputs["deployment_id"]
    assert set(changed.deployment.routes) - set(first.deployment.routes) == {"say"}


def test_settings_change_in_place(first: Applied, changed: Applied) -> None:
    assert not changed.plans_a_change
    assert changed.outputs["api_id"] == first.outputs["api_id"]
    ((stage,),) = (api.stages for api in changed.state.apis)
    assert stage.settings["defaultRouteSettings"]["throttlingRateLimit"] == 7
    assert stage.settings["routeSettings"]["say"]["throttlingBurstLimit"] == 1
    assert stage.settings["tags"] == {"team": "chat"}
    (before,), (after,) = first.state.functions, changed.state.functions
    assert after.arn == before.arn
    assert (before.memory_megabytes, after.memory_megabytes) == (128, 256)


def test_settings_change_back(first: Applied, changed_back: Applied) -> None:
    assert not changed_back.plans_a_change
    ((before,),) = (api.stages for api in first.state.apis)
    ((after,),) = (api.stages for api in changed_back.state.apis)
    for name in ("defaultRouteSettings", "routeSettings", "tags"):
        assert after.settings[name] == before.settings[name]
    assert changed_back.state.functions[0].memory_megabytes == 128


@pytest.mark.usefixtures("changed_back")
def test_destroyed_root_leaves_nothing(echo: Echo) -> None:
    echo.destroy()
    state = echo.control_plane.state()
    assert (state.apis, state.functions) == ((), ())
    client = echo.control_plane.client
    assert client("apigatewayv2").get_apis()["Items"] == []
    assert client("lambda").list_functions()["Functions"] == []
    assert client("dynamodb").list_tables()["TableNames"] == []
    assert client("logs").describe_log_groups()["logGroups"] == []
    assert client("iam").list_roles()["Roles"] == []
