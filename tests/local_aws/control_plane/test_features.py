"""What the control plane adds to moto, asked for by Terraform's AWS provider."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local_aws.publication import Alias, StageReference, State
from local_aws.terraform.binary import Binary
from local_aws.terraform.command import Terraform
from local_aws.terraform.environment import local_environment
from tests.local_aws.control_plane.conftest import (
    ControlPlane,
    running_control_plane,
    zip_of,
)

pytestmark = pytest.mark.stacks

FEATURES_ROOT = Path(__file__).parents[2] / "roots" / "features"
TAGS = {"team": "chat"}


@dataclass(frozen=True, slots=True)
class Features:
    """The root and a control plane of its own."""

    terraform: Terraform
    control_plane: ControlPlane
    package_path: Path

    def apply(self, source: str, **variables: Any) -> State:
        """Apply the root with a function of this source; a second plan must be clean."""
        self.package_path.write_bytes(zip_of("echo.py", source))
        variables["package_path"] = str(self.package_path)
        self.terraform.apply(variables)
        assert not self.terraform.plan(variables)
        return self.control_plane.state()


@pytest.fixture(scope="module")
def features(
    terraform_binary: Binary,
    terraform_environment: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Features]:
    directory = tmp_path_factory.mktemp("features")
    root = directory / "root"
    shutil.copytree(FEATURES_ROOT, root, ignore=shutil.ignore_patterns(".terraform*"))
    with running_control_plane(directory, invoke_address="127.0.0.1:9") as control_plane:
        environment = local_environment(
            terraform_environment, aws_endpoint=control_plane.endpoint, region="us-east-1"
        )
        terraform = Terraform(terraform_binary.path, root, environment)
        terraform.init()
        yield Features(terraform, control_plane, directory / "package.zip")


# Terraform is slow, so each of these goes on from where the one before it ended.


@pytest.fixture(scope="module")
def first(features: Features) -> State:
    return features.apply("handler = 1\n")


@pytest.fixture(scope="module")
def changed(features: Features, first: State) -> State:
    assert first.aliases
    return features.apply("handler = 2\n", canary={"1": 0.1}, rate_limit=7, tags=TAGS)


def test_applied_features_are_published(first: State) -> None:
    (api,), (plan,), (key,), (domain,) = (
        first.apis,
        first.usage_plans,
        first.api_keys,
        first.domains,
    )
    stage = StageReference(api.api_id, "prod")
    assert (plan.stages, plan.key_ids) == ((stage,), (key.api_key_id,))
    assert plan.throttle is not None
    assert plan.throttle.rate_limit == 0.5
    assert (domain.name, domain.mappings) == ("ws.example.com", {"chat": stage})
    assert {each.version: each.reserved_concurrency for each in first.functions} == {
        "$LATEST": 0,
        "1": 0,
    }
    (alias,), (config,) = first.aliases, first.event_invoke_configs
    assert config.function_arn == f"{alias.function_arn}:live"
    (permission,) = first.functions[0].permissions
    assert permission["Resource"] == f"{alias.function_arn}:live"


def test_features_change_in_place(first: State, changed: State) -> None:
    (before,), (after,) = first.apis, changed.apis
    assert after.api_id == before.api_id
    assert after.stages[0].settings["tags"] == TAGS
    assert changed.api_keys == first.api_keys
    (plan,) = changed.usage_plans
    assert plan.usage_plan_id == first.usage_plans[0].usage_plan_id
    assert plan.throttle is not None
    assert plan.throttle.rate_limit == 7


def test_alias_divides_requests_between_versions(first: State, changed: State) -> None:
    arn = first.functions[0].arn
    assert first.aliases == (Alias("live", arn, "1", {}),)
    assert changed.aliases == (Alias("live", arn, "2", {"1": 0.1}),)
    codes = {each.version: each.code_path for each in changed.functions}
    assert codes["1"] == first.functions[1].code_path
    assert codes["2"] == codes["$LATEST"] != codes["1"]


@pytest.mark.usefixtures("changed")
def test_destroyed_features_leave_nothing(features: Features) -> None:
    features.terraform.destroy({"package_path": str(features.package_path)})
    state = features.control_plane.state()
    assert state == State(version=state.version, apis=(), functions=())
    client = features.control_plane.client
    assert client("acm").list_certificates()["CertificateSummaryList"] == []
    assert client("apigatewayv2").get_domain_names()["Items"] == []
    assert client("iam").list_roles()["Roles"] == []
    assert client("lambda").list_layers()["Layers"] == []
    assert client("logs").describe_log_groups()["logGroups"] == []
    assert client("sns").list_topics()["Topics"] == []
