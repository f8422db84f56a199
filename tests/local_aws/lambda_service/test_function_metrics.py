import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest

from local_aws.aws_client import AwsClient
from local_aws.http1.client import HttpClient
from local_aws.lambda_service.deployed_functions import Target
from local_aws.lambda_service.errors import TooManyRequestsError
from local_aws.lambda_service.function_metrics import (
    NAMESPACE,
    FunctionMetrics,
)
from local_aws.lambda_service.invocation import Ending, InvocationType
from local_aws.lambda_service.service import LambdaService
from local_aws.lambda_service.telemetry import Telemetry
from local_aws.monitoring.metrics import Measurement, Metrics, Sample
from local_aws.publication import Alias, Function
from tests.local_aws.lambda_service.given import (
    Output,
    Roles,
    Running,
    function_of,
    settings_of,
)
from tests.local_aws.monitoring.given import REGION, new_name, total

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:greeter"
FUNCTION = ("FunctionName", "greeter")
DIVIDE = """
    def handler(event, context):
        return 1 / event
"""

SLEEP = """
    import time

    def handler(event, context):
        print("begun")
        time.sleep(event)
"""


@contextlib.asynccontextmanager
async def counting(
    directory: Path, endpoint_url: str, *functions: Function, aliases: Iterable[Alias] = ()
) -> AsyncIterator[Running]:
    """Run a service, whose metrics CloudWatch has when the block ends."""
    http, output = HttpClient(), Output()
    metrics = Metrics(NAMESPACE, AwsClient(http, endpoint_url=endpoint_url), pytest.fail)
    service = LambdaService(
        settings_of(directory, maximum_environments_per_function=1),
        output,
        role_sessions=Roles(),
        telemetry=Telemetry(metrics=FunctionMetrics(metrics)),
    )
    service.update(functions, aliases)
    yield Running(service, output)
    await service.close()
    await metrics.close()
    await http.close()


@dataclass(slots=True)
class Counted:
    """Stands for what goes to CloudWatch."""

    measurements: list[Measurement] = field(default_factory=list)

    def add(self, measurement: Measurement) -> None:
        self.measurements.append(measurement)


def counted(target: Target, ending: Ending | None) -> Measurement:
    """Return what is counted of an invocation, or of a throttle."""
    told = Counted()
    metrics = FunctionMetrics(cast("Metrics", told))
    if ending is None:
        metrics.count_throttle(target)
    else:
        metrics.count_ending(target, ending)
    (measurement,) = told.measurements
    return measurement


@pytest.mark.parametrize(
    ("ending", "samples"),
    [
        (
            Ending("$LATEST", has_failed=False, duration_seconds=0.012_345_6),
            {"Invocations": 1, "Errors": 0, "Throttles": 0, "Duration": 12.35},
        ),
        (
            Ending("$LATEST", has_failed=True, duration_seconds=1.0),
            {"Invocations": 1, "Errors": 1, "Throttles": 0, "Duration": 1_000},
        ),
        (
            Ending("$LATEST", has_failed=True, duration_seconds=None),
            {"Invocations": 1, "Errors": 1, "Throttles": 0},
        ),
    ],
)
def test_invocation_adds_to_its_metrics(ending: Ending, samples: dict[str, float]) -> None:
    measurement = counted(Target(ARN, ARN, "$LATEST", {}), ending)
    assert {each.name: each.value for each in measurement.samples} == samples


def test_duration_is_in_milliseconds() -> None:
    measurement = counted(
        Target(ARN, ARN, "1", {}), Ending("1", has_failed=False, duration_seconds=0.5)
    )
    assert Sample("Duration", 500, "Milliseconds") in measurement.samples


@pytest.mark.parametrize(
    ("invoked_arn", "weights", "resource", "more"),
    [
        (ARN, {}, "greeter", []),
        (f"{ARN}:4", {}, "greeter:4", []),
        (f"{ARN}:live", {}, "greeter:live", []),
        (f"{ARN}:live", {"4": 0.1}, "greeter:live", [("ExecutedVersion", "4")]),
    ],
)
def test_invocation_is_counted_for_the_function_and_what_the_caller_named(
    invoked_arn: str, weights: dict[str, float], resource: str, more: list[tuple[str, str]]
) -> None:
    target = Target(invoked_arn, ARN, "3", weights)
    measurement = counted(target, Ending("4", has_failed=False, duration_seconds=None))
    named = (FUNCTION, ("Resource", resource))
    weighted = [(*named, *more)] if more else []
    assert measurement.region == "eu-west-1"
    assert measurement.dimensions == ((), (FUNCTION,), named, *weighted)


def test_throttle_has_no_version() -> None:
    measurement = counted(Target(f"{ARN}:live", ARN, "3", {"4": 0.1}), None)
    assert measurement.region == "eu-west-1"
    assert measurement.dimensions[-1] == (FUNCTION, ("Resource", "greeter:live"))
    assert list(measurement.samples) == [Sample("Throttles")]


async def test_errors_of_functions_are_counted(tmp_path: Path, moto_endpoint: str) -> None:
    function = function_under_new_name(tmp_path, DIVIDE)
    name = function.name
    async with counting(tmp_path, moto_endpoint, function) as on:
        for divisor in (2, 0, 0):
            await on.call(divisor, function=name)
    assert total("Invocations", namespace=NAMESPACE, FunctionName=name) == 3
    assert total("Errors", namespace=NAMESPACE, FunctionName=name, Resource=name) == 2
    assert total("Duration", namespace=NAMESPACE, FunctionName=name) > 0


async def test_invocation_that_is_one_too_many_is_a_throttle_alone(
    tmp_path: Path, moto_endpoint: str
) -> None:
    function = replace(function_under_new_name(tmp_path, DIVIDE), reserved_concurrency=0)
    name = function.name
    async with counting(tmp_path, moto_endpoint, function) as on:
        with pytest.raises(TooManyRequestsError):
            await on.call(1, function=name)
    assert total("Throttles", namespace=NAMESPACE, FunctionName=name) == 1
    assert total("Invocations", namespace=NAMESPACE, FunctionName=name) == 0


async def test_invocation_whose_caller_has_gone_is_counted_when_it_ends(
    tmp_path: Path, moto_endpoint: str
) -> None:
    function = function_under_new_name(tmp_path, SLEEP)
    name = function.name
    async with counting(tmp_path, moto_endpoint, function) as on:
        abandoned = asyncio.create_task(on.value(0.1, function=name))
        await on.output.until("begun")
        abandoned.cancel()
        await on.value(0, function=name)
    assert total("Invocations", namespace=NAMESPACE, FunctionName=name) == 2


async def test_asynchronous_invocation_is_counted_under_the_alias_it_named(
    tmp_path: Path, moto_endpoint: str
) -> None:
    function = function_under_new_name(tmp_path, DIVIDE)
    name = function.name
    version = replace(function, version="1")
    alias = Alias("live", function.arn, "1", {})
    async with counting(tmp_path, moto_endpoint, function, version, aliases=[alias]) as on:
        await on.call(1, function=f"{name}:live", invocation_type=InvocationType.EVENT)
        await on.prepared()
    resource = f"{name}:live"
    assert total("Invocations", namespace=NAMESPACE, FunctionName=name, Resource=resource) == 1


def function_under_new_name(directory: Path, source: str) -> Function:
    """Make a function in the Region of CloudWatch's tests, which share what they count."""
    name = new_name()
    arn = f"arn:aws:lambda:{REGION}:123456789012:function:{name}"
    return function_of(directory, source, name=name, arn=arn)
