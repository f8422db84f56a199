import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from local_aws.aws_client import AwsClient
from local_aws.http1.client import HttpClient
from local_aws.lambda_service.function_logs import FunctionLogs
from local_aws.lambda_service.service import LambdaService
from local_aws.lambda_service.telemetry import Telemetry
from local_aws.publication import Function
from tests.local_aws.lambda_service.given import (
    Output,
    Roles,
    Running,
    function_of,
    settings_of,
)
from tests.local_aws.monitoring.given import client, new_name

REGION = "eu-west-1"
NAME_THE_STREAM = """
    import os

    def handler(event, context):
        print("hello")
        return os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
"""
COUNT = """
    import json, time

    def handler(event, context):
        directive = {
            "Namespace": event["namespace"],
            "Dimensions": [["Stage"]],
            "Metrics": [{"Name": "Messages", "Unit": "Count"}],
        }
        metadata = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
        print(json.dumps({"_aws": metadata, "Stage": "prod", "Messages": 7}))
"""


@contextlib.asynccontextmanager
async def logging(
    directory: Path, endpoint_url: str, function: Function, notices: list[str], roles: Roles
) -> AsyncIterator[Running]:
    """Run a service, whose function's log CloudWatch has when the block ends."""
    http, output = HttpClient(), Output()
    logs = FunctionLogs(AwsClient(http, endpoint_url=endpoint_url), roles, notices.append)
    service = LambdaService(
        settings_of(directory),
        output,
        role_sessions=Roles(),
        telemetry=Telemetry(logs=logs),
    )
    service.update([function])
    yield Running(service, output)
    await service.close()
    await logs.close()
    await http.close()


async def test_lines_go_to_the_stream_that_the_function_is_told(
    moto_endpoint: str, tmp_path: Path
) -> None:
    function = replace(function_of(tmp_path, NAME_THE_STREAM), log_group=new_name())
    roles, notices = Roles(), list[str]()
    async with logging(tmp_path, moto_endpoint, function, notices, roles) as running:
        stream = await running.value()
    logs = client("logs", moto_endpoint, region=REGION)
    events = logs.get_log_events(logGroupName=function.log_group, logStreamName=stream)["events"]
    assert "hello" in [each["message"] for each in events]
    assert "/[$LATEST]" in stream
    assert set(roles.assumed) == {(function.role_arn, "greeter")}
    assert notices == []


async def test_log_of_a_role_that_cannot_be_assumed_is_lost_and_told_once(
    moto_endpoint: str, tmp_path: Path
) -> None:
    function = replace(function_of(tmp_path, NAME_THE_STREAM), log_group=new_name())
    notices: list[str] = []
    roles = Roles(problem="the role is gone")
    async with logging(tmp_path, moto_endpoint, function, notices, roles) as running:
        await running.value()
    assert notices == [f"Lines for the log group {function.log_group} are lost: the role is gone."]


async def test_function_without_a_role_has_no_log_group(tmp_path: Path, moto_endpoint: str) -> None:
    function = replace(function_of(tmp_path), role_arn=None, log_group=new_name())
    notices: list[str] = []
    http = HttpClient()
    logs = FunctionLogs(AwsClient(http, endpoint_url=moto_endpoint), Roles(), notices.append)
    logs.put(function, "stream", "line")
    await logs.close()
    await http.close()
    (notice,) = notices
    assert "function greeter has no role" in notice


async def test_line_in_the_embedded_metric_format_becomes_a_metric(
    moto_endpoint: str, tmp_path: Path
) -> None:
    namespace, notices = new_name(), list[str]()
    function = replace(function_of(tmp_path, COUNT), log_group=new_name())
    async with logging(tmp_path, moto_endpoint, function, notices, Roles()) as running:
        await running.value({"namespace": namespace})
    found = client("cloudwatch", moto_endpoint, region=REGION).list_metrics(Namespace=namespace)
    assert [metric["MetricName"] for metric in found["Metrics"]] == ["Messages"]
    assert notices == []


async def test_line_that_the_log_did_not_get_becomes_no_metric(
    moto_endpoint: str, tmp_path: Path
) -> None:
    namespace = new_name()
    function = replace(function_of(tmp_path, COUNT), log_group=new_name())
    roles = Roles(problem="the role is gone")
    async with logging(tmp_path, moto_endpoint, function, [], roles) as running:
        await running.value({"namespace": namespace})
    found = client("cloudwatch", moto_endpoint, region=REGION).list_metrics(Namespace=namespace)
    assert found["Metrics"] == []
