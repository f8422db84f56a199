"""What a stage is told of real events, in the terminal and in CloudWatch."""

import json
import uuid
from dataclasses import replace
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from local_aws.api_gateway.access_log import Notice
from local_aws.publication import Api
from tests.local_aws.api_gateway.given import (
    ECHO_ROUTES,
    LIFECYCLE,
    Functions,
    Running,
    answering,
    api,
    crash,
    deployment,
    integration,
    route,
    serving,
)
from tests.local_aws.monitoring.given import client, messages, new_name, total

LOUD = {"loggingLevel": "INFO", "dataTraceEnabled": True, "detailedMetricsEnabled": True}
FORMAT = (
    '{"id":"$context.requestId","event":"$context.eventType","route":"$context.routeKey",'
    '"status":"$context.status","integration":"$context.integration.status",'
    '"error":$context.error.messageString,"principal":"$context.authorizer.principalId"}'
)


def chat(*, logs_to: str | None = None, **settings: Any) -> Api:
    """Serve an echo under an id of its own, with settings of the stage."""
    if logs_to is not None:
        arn = f"arn:aws:logs:us-east-1:123456789012:log-group:{logs_to}"
        settings["accessLogSettings"] = {"destinationArn": arn, "format": FORMAT}
    base = api(deployment(*ECHO_ROUTES), api_id=uuid.uuid4().hex)
    return replace(base, stages=(replace(base.stages[0], settings=settings),))


def notices(running: Running) -> list[str]:
    return [str(line) for line in running.lines if isinstance(line, Notice)]


async def talk(running: Running) -> None:
    async with running.connect() as connected:
        await connected.send("a secret")
        await connected.recv()
    await running.wait_for_log("DISCONNECT")


async def test_access_log_has_a_line_for_each_event(moto_endpoint: str) -> None:
    group = new_name()
    client("logs", moto_endpoint).create_log_group(logGroupName=group)
    served = chat(logs_to=group)
    async with serving(served, aws_endpoint_url=moto_endpoint) as running:
        await talk(running)
    lines = messages(moto_endpoint, group)
    assert lines == notices(running)
    told = [json.loads(line.replace(':-,"p', ':null,"p')) for line in lines]
    assert [(each["event"], each["route"], each["status"]) for each in told] == [
        ("CONNECT", "$connect", "200"),
        ("MESSAGE", "$default", "200"),
        ("DISCONNECT", "$disconnect", "200"),
    ]
    contexts = [event["requestContext"] for event in running.functions.events]
    assert [each["id"] for each in told] == [context["requestId"] for context in contexts]
    assert {each["integration"] for each in told} == {"200"}
    assert {each["principal"] for each in told} == {"-"}


async def test_access_log_names_the_error_that_the_client_got() -> None:
    functions = Functions({"$default": crash})
    async with serving(chat(logs_to="group"), functions=functions) as running:
        await talk(running)
        line = json.loads(notices(running)[1])
    assert line["error"] == "Internal server error"
    assert line["status"] == "502"
    assert line["integration"] == "-"


async def test_refused_handshake_is_in_the_access_log() -> None:
    functions = Functions({"$connect": answering({"statusCode": 401})})
    async with serving(chat(logs_to="group"), functions=functions) as running:
        with pytest.raises(InvalidStatus):
            await running.connect()
        (line,) = notices(running)
    assert '"event":"CONNECT","route":"$connect","status":"401","integration":"401"' in line


async def test_line_cannot_steer_the_terminal() -> None:
    logs = {
        "destinationArn": "arn:aws:logs:us-east-1:123456789012:log-group:x",
        "format": "$context.identity.userAgent",
    }
    async with (
        serving(chat(accessLogSettings=logs)) as running,
        running.connect(additional_headers={"User-Agent": "\x9b31m"}),
    ):
        assert notices(running)[0].endswith("?31m")


async def test_access_log_may_go_to_firehose_and_is_shown_all_the_same(
    moto_endpoint: str,
) -> None:
    logs = {
        "destinationArn": "arn:aws:firehose:us-east-1:123456789012:deliverystream/x",
        "format": "$context.eventType",
    }
    served = chat(accessLogSettings=logs)
    async with serving(served, aws_endpoint_url=moto_endpoint) as running:
        await talk(running)
    told, *lines = notices(running)
    assert "deliverystream/x, which is no log group: it is shown here alone." in told
    assert lines == ["CONNECT", "MESSAGE", "DISCONNECT"]


async def test_execution_log_tells_each_step(moto_endpoint: str) -> None:
    served = chat(defaultRouteSettings=LOUD)
    async with serving(served, aws_endpoint_url=moto_endpoint) as running:
        await talk(running)
    lines = messages(moto_endpoint, f"/aws/apigateway/{served.api_id}/prod")
    assert lines == notices(running)
    text = "\n".join(lines)
    assert "is connecting to WebSocket API" in text
    assert "WebSocket Request Route: [$default]" in text
    assert 'Endpoint request body after transformations: {"requestContext"' in text
    assert "Received response. Status: 200, Integration latency: " in text
    assert '"body": "a secret"' in text
    assert "Close reason: [1000: ]" in text


async def test_payloads_stay_out_of_a_log_without_data_trace() -> None:
    settings = {"loggingLevel": "INFO"}
    async with serving(chat(defaultRouteSettings=settings)) as running:
        await talk(running)
        assert notices(running)
        assert not any("secret" in line for line in notices(running))


async def test_log_of_errors_tells_nothing_else() -> None:
    functions = Functions({"$default": crash})
    settings = {"loggingLevel": "ERROR", "dataTraceEnabled": True}
    async with serving(chat(defaultRouteSettings=settings), functions=functions) as running:
        await talk(running)
        (line,) = notices(running)
        assert line.endswith("function:chat raised an error")


async def test_stage_without_settings_is_told_nothing() -> None:
    async with serving(chat()) as running:
        await talk(running)
        assert notices(running) == []


async def test_metrics_are_counted(moto_endpoint: str) -> None:
    served = chat(defaultRouteSettings={"detailedMetricsEnabled": True})
    async with serving(served, aws_endpoint_url=moto_endpoint) as running:
        await talk(running)
    stage = {"ApiId": served.api_id, "Stage": "prod"}
    assert total("ConnectCount", **stage) == 1
    assert total("MessageCount", **stage) == 2
    assert total("MessageCount", **stage, Route="$default") == 2
    assert total("ConnectCount", ApiId=served.api_id) == 1
    assert total("IntegrationError", **stage) == 0


async def test_routes_are_counted_only_where_that_is_wanted(moto_endpoint: str) -> None:
    served = chat()
    functions = Functions({"$default": crash})
    async with serving(served, functions=functions, aws_endpoint_url=moto_endpoint) as running:
        await talk(running)
    stage = {"ApiId": served.api_id, "Stage": "prod"}
    assert total("IntegrationError", **stage) == 1
    assert total("IntegrationError", **stage, Route="$default") == 0


async def test_log_that_cannot_be_delivered_disturbs_no_event(moto_endpoint: str) -> None:
    async with serving(chat(logs_to="not-there"), aws_endpoint_url=moto_endpoint) as running:
        await talk(running)
    assert any("log group not-there are lost" in line for line in notices(running))


async def test_timeout_is_an_execution_error(moto_endpoint: str) -> None:
    slow = integration(integration_type="HTTP_PROXY", integration_uri="http://127.0.0.1:1/")
    routes = deployment(*LIFECYCLE[1:], route("$default"), integrations=[slow])
    base = api(routes, api_id=uuid.uuid4().hex)
    async with serving(base, aws_endpoint_url=moto_endpoint) as running:
        await talk(running)
    assert total("ExecutionError", ApiId=base.api_id) >= 1
