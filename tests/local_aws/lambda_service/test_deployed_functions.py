from dataclasses import replace

import pytest

from local_aws.lambda_service.deployed_functions import DeployedFunctions, Target
from local_aws.lambda_service.errors import FunctionNotFound
from local_aws.publication import Alias, EventInvokeConfig, Function

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:greeter"
LIVE = Alias("live", ARN, "1", {})
CANARY = Alias("canary", ARN, "1", {"2": 0.25, "3": 0.5})


@pytest.fixture
def deployed(greeter: Function) -> DeployedFunctions:
    """A function with four versions and two aliases."""
    versions = [replace(greeter, version=version) for version in ("$LATEST", "1", "2", "3", "4")]
    return DeployedFunctions(versions, [LIVE, CANARY])


@pytest.mark.parametrize(
    ("named", "invoked_arn", "version"),
    [
        ("greeter", ARN, "$LATEST"),
        (ARN, ARN, "$LATEST"),
        ("greeter:$LATEST", f"{ARN}:$LATEST", "$LATEST"),
        (f"{ARN}:2", f"{ARN}:2", "2"),
        (f"{ARN}:live", f"{ARN}:live", "1"),
    ],
)
def test_name_stands_for_one_version(
    deployed: DeployedFunctions, named: str, invoked_arn: str, version: str
) -> None:
    target = deployed.target(named)
    assert target == Target(invoked_arn, ARN, version, {})
    assert target.choose(lambda: 0.0) == (ARN, version)
    assert deployed.target(named) is target


@pytest.mark.parametrize(
    ("drawn", "version"),
    [(0.0, "2"), (0.2499, "2"), (0.25, "3"), (0.7499, "3"), (0.75, "1"), (0.9999, "1")],
)
def test_alias_chooses_a_version_by_weight(
    deployed: DeployedFunctions, drawn: float, version: str
) -> None:
    target = deployed.target("greeter:canary")
    assert target.keys == ((ARN, "1"), (ARN, "2"), (ARN, "3"))
    assert target.choose(lambda: drawn) == (ARN, version)


@pytest.mark.parametrize("qualifier", ["5", "gone", "LIVE"])
def test_qualifier_that_does_not_exist_is_refused_as_on_aws(
    deployed: DeployedFunctions, qualifier: str
) -> None:
    with pytest.raises(FunctionNotFound, match=rf"^Function not found: {ARN}:{qualifier}$"):
        deployed.target(f"greeter:{qualifier}")


def test_alias_of_a_version_that_is_not_there_is_refused(greeter: Function) -> None:
    deployed = DeployedFunctions([replace(greeter, version="1")], [CANARY, LIVE])
    assert deployed.target("greeter:live").version == "1"
    with pytest.raises(FunctionNotFound):
        deployed.target("greeter:canary")


def test_nothing_is_found_where_nothing_is_deployed() -> None:
    with pytest.raises(FunctionNotFound, match="Function not found: greeter"):
        DeployedFunctions().target("greeter")


@pytest.mark.parametrize(
    ("version", "reachable"),
    [("$LATEST", True), ("1", True), ("2", True), ("3", True), ("4", False)],
)
def test_latest_and_aliased_versions_are_reachable(
    deployed: DeployedFunctions, greeter: Function, version: str, *, reachable: bool
) -> None:
    assert deployed.is_reachable(replace(greeter, version=version)) is reachable
    other = replace(greeter, arn=f"{ARN}2", version="1")
    assert not deployed.is_reachable(other)


def test_asynchronous_invocations_are_configured_for_each_qualifier(greeter: Function) -> None:
    versions = [replace(greeter, version=version) for version in ("$LATEST", "1")]
    latest = EventInvokeConfig(f"{ARN}:$LATEST", maximum_retry_attempts=0)
    live = EventInvokeConfig(f"{ARN}:live", maximum_retry_attempts=1)
    deployed = DeployedFunctions(versions, [LIVE], [latest, live])
    assert deployed.event_invoke_config(deployed.target("greeter")) is latest
    assert deployed.event_invoke_config(deployed.target("greeter:$LATEST")) is latest
    assert deployed.event_invoke_config(deployed.target("greeter:live")) is live
    assert deployed.event_invoke_config(deployed.target("greeter:1")) == EventInvokeConfig(
        f"{ARN}:1", maximum_retry_attempts=2, maximum_event_age_seconds=21_600
    )
