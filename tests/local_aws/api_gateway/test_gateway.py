"""The gateway over real sockets: handshakes, routing, deployments and its own life."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.typing import Subprotocol

from local_aws.api_gateway.access_log import Notice
from local_aws.api_gateway.gateway import ApiGateway, GatewayError
from local_aws.api_gateway.settings import GatewaySettings
from tests.local_aws.api_gateway.given import (
    ECHO_ROUTES,
    FUNCTION_ARN,
    LIFECYCLE,
    OK,
    Behaviour,
    Functions,
    Result,
    answering,
    api,
    crash,
    deployment,
    echo,
    exchange,
    function,
    hang,
    integration,
    permission,
    route,
    serving,
)

SOURCE = "arn:aws:execute-api:us-east-1:123456789012:abc123"


def plain(target: str, *, host: str = "here", method: str = "GET", extra: str = "") -> bytes:
    return (
        f"{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{extra}\r\n".encode()
    )


def refuse_to_invoke(error: Exception) -> Behaviour:
    async def behave(event: dict[str, Any]) -> Result:
        del event
        raise error

    return behave


async def test_client_connects_and_gets_its_echo() -> None:
    async with serving() as running, running.connect() as client:
        await client.send("hello")
        assert await client.recv() == "hello"


async def test_connect_event_tells_headers_query_and_address() -> None:
    async with (
        serving() as running,
        running.connect("?token=a&token=b", additional_headers={"X-Mine": "1"}),
    ):
        event = running.functions.received("$connect")[0]
        assert event["headers"]["X-Mine"] == "1"
        assert event["headers"]["X-Forwarded-Port"] == str(running.gateway.port)
        assert event["multiValueQueryStringParameters"] == {"token": ["a", "b"]}
        assert "body" not in event
        context = event["requestContext"]
        assert context["domainName"] == running.host
        assert context["identity"]["sourceIp"] == "127.0.0.1"
        assert context["identity"]["userAgent"].startswith("Python/")
        assert (context["apiId"], context["stage"]) == ("abc123", "prod")
        assert context["requestId"] == context["extendedRequestId"]


async def test_what_stays_the_same_does_in_all_events_of_a_connection() -> None:
    async with (
        serving() as running,
        running.connect(user_agent_header=None) as client,
    ):
        await client.send("hello")
        await client.recv()
        await client.close()
        await running.functions.wait_for("$disconnect")
    contexts = [event["requestContext"] for event in running.functions.events]
    assert [each["eventType"] for each in contexts] == ["CONNECT", "MESSAGE", "DISCONNECT"]
    for name in ("connectionId", "connectedAt", "domainName", "apiId", "stage", "identity"):
        assert contexts[0][name] == contexts[1][name] == contexts[2][name]
    assert contexts[0]["identity"] == {"sourceIp": "127.0.0.1"}
    assert len({each["requestId"] for each in contexts}) == 3


async def test_connection_opens_without_a_connect_route() -> None:
    async with (
        serving(api(deployment(route("$default", two_way=True)))) as running,
        running.connect() as client,
    ):
        await client.send("hello")
        assert await client.recv() == "hello"
        assert {each["requestContext"]["eventType"] for each in running.functions.events} == {
            "MESSAGE"
        }


async def test_connection_opens_if_the_connect_route_has_no_integration() -> None:
    bare = [replace(each, target_integration_id=None) for each in LIFECYCLE]
    async with serving(api(deployment(*bare))) as running:
        client = await running.connect()
        await client.close()
        await running.wait_for_log("DISCONNECT")
        assert running.functions.events == []


@pytest.mark.parametrize("status", [200, 201, 299])
async def test_any_2xx_of_connect_opens(status: int) -> None:
    functions = Functions({"$connect": answering({"statusCode": status})})
    async with serving(functions=functions) as running, running.connect():
        assert running.logged("CONNECT")[0].status == 101


@pytest.mark.parametrize(
    ("behaviour", "status", "message"),
    [
        (answering({"statusCode": 301}), 301, "Moved Permanently"),
        (answering({"statusCode": 400, "body": "a secret"}), 400, "Bad Request"),
        (answering({"statusCode": 401}), 401, "Unauthorized"),
        (answering({"statusCode": 501}), 501, "Not Implemented"),
        (answering({"statusCode": 500}), 500, "Internal Server Error"),
        (crash, 502, "Internal server error"),
        (answering(None), 502, "Internal server error"),
        (answering({"statusCode": 200, "extra": 1}), 502, "Internal server error"),
        (refuse_to_invoke(LookupError("a secret")), 500, "Internal server error"),
    ],
)
async def test_refused_handshake_has_its_status_and_no_disconnect(
    behaviour: Behaviour, status: int, message: str
) -> None:
    functions = Functions({"$connect": behaviour})
    async with serving(functions=functions) as running:
        with pytest.raises(InvalidStatus) as refused:
            await running.connect()
        response = refused.value.response
        assert response.status_code == status
        body = json.loads(response.body)
        assert body["message"] == message
        context = functions.events[0]["requestContext"]
        assert body["connectionId"] == context["connectionId"]
        assert body["requestId"] == context["requestId"]
        assert b"a secret" not in response.body
        assert running.logged("CONNECT")[0].status == status
    assert functions.received("$disconnect") == []


async def test_connect_that_takes_too_long_is_a_504() -> None:
    slow = deployment(*ECHO_ROUTES, integrations=[integration(timeout_milliseconds=50)])
    functions = Functions({"$connect": hang})
    async with serving(api(slow), functions=functions) as running:
        with pytest.raises(InvalidStatus) as refused:
            await running.connect()
        assert refused.value.response.status_code == 504
        assert b'"message": "Endpoint request timed out"' in refused.value.response.body
        assert "timeout of 0.05 s" in running.logged("CONNECT")[0].detail


@pytest.mark.parametrize(
    ("changes", "needed"),
    [
        ({"authorization_type": "CUSTOM", "authorizer_id": "a"}, "needs CUSTOM"),
        ({"authorization_type": "AWS_IAM"}, "needs AWS_IAM"),
        ({"api_key_required": True}, "needs an API key"),
    ],
)
async def test_authorization_that_cannot_be_evaluated_lets_nobody_in(
    changes: dict[str, Any], needed: str
) -> None:
    async with serving(api(deployment(route("$connect", **changes)))) as running:
        with pytest.raises(InvalidStatus) as refused:
            await running.connect()
        assert refused.value.response.status_code == 500
        assert needed in running.logged("CONNECT")[0].detail
        assert running.functions.events == []


async def test_subprotocol_is_the_one_that_connect_returns() -> None:
    answer = {"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": "chat", "Set-Cookie": "a"}}
    functions = Functions({"$connect": answering(answer)})
    offered = [Subprotocol("talk"), Subprotocol("chat")]
    async with (
        serving(functions=functions) as running,
        running.connect(subprotocols=offered) as client,
    ):
        assert client.subprotocol == "chat"
        assert client.response is not None
        assert "Set-Cookie" not in client.response.headers
        assert functions.events[0]["headers"]["Sec-WebSocket-Protocol"] == "talk, chat"


async def test_subprotocol_is_none_unless_connect_returns_it() -> None:
    async with (
        serving() as running,
        running.connect(subprotocols=[Subprotocol("chat")]) as client,
    ):
        assert client.subprotocol is None


async def test_compression_is_not_negotiated() -> None:
    async with serving() as running, running.connect() as client:
        assert client.response is not None
        assert "Sec-WebSocket-Extensions" not in client.response.headers


async def test_foreign_origin_is_let_in() -> None:
    async with serving() as running, running.connect(origin="https://elsewhere.example"):
        assert running.functions.events[0]["headers"]["Origin"] == "https://elsewhere.example"


async def test_plain_get_is_told_to_upgrade() -> None:
    async with serving() as running:
        answer = await exchange(running, plain("/prod"))
        assert answer.startswith(b"HTTP/1.1 426 Upgrade Required\r\n")
        assert b"\r\nUpgrade: websocket\r\n" in answer
        assert running.functions.events == []


@pytest.mark.parametrize(
    "target", ["/", "/dev", "/prod/more", "/prod/@connections", "*", "/@connections/abc="]
)
async def test_address_that_does_not_exist_is_forbidden(target: str) -> None:
    async with serving() as running:
        answer = await exchange(running, plain(target))
        assert answer.startswith(b"HTTP/1.1 403 Forbidden\r\n")
        assert b'"Forbidden"' in answer
        assert len(running.lines) == 1


async def test_other_method_than_get_opens_nothing() -> None:
    async with serving() as running:
        answer = await exchange(running, plain("/prod", method="POST"))
        assert answer.startswith(b"HTTP/1.1 403 ")


async def test_stage_without_a_deployment_is_forbidden() -> None:
    async with serving(api(None)) as running:
        with pytest.raises(InvalidStatus) as refused:
            await running.connect()
        assert refused.value.response.status_code == 403


async def test_too_long_address_and_head_are_refused() -> None:
    async with serving() as running:
        answer = await exchange(running, plain("/prod?" + "a" * 4_096))
        assert answer.startswith(b"HTTP/1.1 414 ")
        answer = await exchange(running, plain("/prod", extra=f"X: {'a' * 10_240}\r\n"))
        assert answer.startswith(b"HTTP/1.1 431 ")


async def test_stage_with_a_trailing_slash_is_the_stage() -> None:
    async with serving() as running, running.connect("/"):
        assert running.functions.events[0]["requestContext"]["stage"] == "prod"


async def test_two_apis_are_told_apart_by_their_hosts() -> None:
    apis = [api(deployment(*ECHO_ROUTES), api_id=name) for name in ("first", "second")]
    async with serving(*apis) as running:
        with pytest.raises(InvalidStatus) as refused:
            await running.connect()
        assert refused.value.response.status_code == 403
        assert "first.localhost or second.localhost" in running.logged("GET")[0].detail
        target = f"ws://second.localhost:{running.gateway.port}/prod"
        async with running.connect_to(target, host="127.0.0.1"):
            assert running.functions.events[0]["requestContext"]["apiId"] == "second"


# Messages


async def test_message_goes_to_the_route_that_it_selects() -> None:
    functions = Functions({"join": answering({"body": "joined"})})
    routes = deployment(*ECHO_ROUTES, route("join", two_way=True))
    async with serving(api(routes), functions=functions) as running, running.connect() as client:
        await client.send('{"action": "join"}')
        assert await client.recv() == "joined"
        await client.send("anything else")
        assert await client.recv() == "anything else"
        assert running.logged("MESSAGE")[0].route_key == "join"


async def test_message_event_has_the_text_and_no_headers() -> None:
    async with serving() as running, running.connect() as client:
        await client.send("é\r\n")
        await client.recv()
        event = running.functions.received("$default")[0]
        assert event.keys() == {"requestContext", "body", "isBase64Encoded"}
        assert event["body"] == "é\r\n"
        assert event["requestContext"]["messageId"] != event["requestContext"]["requestId"]


async def test_one_way_route_answers_nothing() -> None:
    one_way = deployment(*ECHO_ROUTES, route("quiet"))
    async with serving(api(one_way)) as running, running.connect() as client:
        await client.send('{"action": "quiet"}')
        await running.functions.wait_for("quiet")
        await client.send("marker")
        assert await client.recv() == "marker"


@pytest.mark.parametrize(
    "changes",
    [{"route_response_selection_expression": None}, {"has_default_route_response": False}],
)
async def test_two_way_needs_both_the_expression_and_the_response(changes: dict[str, Any]) -> None:
    half = replace(route("half", two_way=True), **changes)
    async with (
        serving(api(deployment(*ECHO_ROUTES, half))) as running,
        running.connect() as client,
    ):
        await client.send('{"action": "half"}')
        await running.functions.wait_for("half")
        await client.send("marker")
        assert await client.recv() == "marker"


@pytest.mark.parametrize("status", [301, 401, 500])
async def test_status_of_a_reply_does_not_matter(status: int) -> None:
    functions = Functions({"$default": answering({"statusCode": status, "body": "said"})})
    async with serving(functions=functions) as running, running.connect() as client:
        await client.send("x")
        assert await client.recv() == "said"
        assert running.logged("MESSAGE")[0].status == status


async def test_reply_without_a_body_is_an_empty_message() -> None:
    functions = Functions({"$default": answering(OK)})
    async with serving(functions=functions) as running, running.connect() as client:
        await client.send("x")
        assert await client.recv() == ""


@pytest.mark.parametrize("two_way", [True, False])
@pytest.mark.parametrize(
    ("behaviour", "status"),
    [
        (crash, 502),
        (answering({"ConnectionId": "x", "statusCode": 200}), 502),
        (refuse_to_invoke(LookupError("a secret")), 500),
    ],
)
async def test_failure_is_an_error_frame_even_on_a_one_way_route(
    behaviour: Behaviour, status: int, *, two_way: bool
) -> None:
    functions = Functions({"$default": behaviour})
    routes = deployment(*LIFECYCLE, route("$default", two_way=two_way))
    async with serving(api(routes), functions=functions) as running, running.connect() as client:
        await client.send("x")
        context = (await functions.wait_for("$default"))[0]["requestContext"]
        assert await client.recv() == (
            '{"message": "Internal server error", '
            f'"connectionId":"{context["connectionId"]}", "requestId":"{context["requestId"]}"}}'
        )
        assert running.logged("MESSAGE")[0].status == status
        await (await client.ping())


async def test_message_without_a_route_is_forbidden() -> None:
    async with (
        serving(api(deployment(*LIFECYCLE, route("join")))) as running,
        running.connect() as client,
    ):
        await client.send('{"action": "leave"}')
        connection_id = running.connection().context.connection_id
        frame = str(await client.recv())
        assert frame.startswith(
            f'{{"message": "Forbidden", "connectionId":"{connection_id}", "requestId":"'
        )
        await (await client.ping())


async def test_integration_timeout_is_an_error_frame() -> None:
    slow = deployment(*ECHO_ROUTES, integrations=[integration(timeout_milliseconds=50)])
    functions = Functions({"$default": hang})
    async with serving(api(slow), functions=functions) as running, running.connect() as client:
        await client.send("x")
        assert str(await client.recv()).startswith('{"message": "Endpoint request timed out", ')
        assert running.logged("MESSAGE")[0].status == 504


async def test_reply_over_the_message_limit_is_an_error_frame() -> None:
    functions = Functions({"$default": answering({"body": "x" * 131_073})})
    async with serving(functions=functions) as running, running.connect() as client:
        await client.send("x")
        assert "Internal server error" in str(await client.recv())
        assert "131073 bytes" in running.logged("MESSAGE")[0].detail


@pytest.mark.parametrize(
    ("routes", "integrations", "detail"),
    [
        ([route("$default", target_integration_id=None)], [], "has no integration"),
        ([route("$default", target_integration_id="lost")], [], "not in the deployment"),
        ([route("$default")], [integration(integration_type="MOCK")], "of type MOCK"),
        ([route("$default")], [integration(function_arn=None)], "calls Lambda functions"),
    ],
)
async def test_route_that_leads_nowhere_is_an_error_frame_and_says_why(
    routes: list[Any], integrations: list[Any], detail: str
) -> None:
    deployed = deployment(*routes, integrations=integrations)
    async with serving(api(deployed)) as running, running.connect() as client:
        await client.send("x")
        assert "Internal server error" in str(await client.recv())
        assert detail in running.logged("MESSAGE")[0].detail


async def test_stage_variables_choose_the_function_and_are_in_the_event() -> None:
    named = integration(function_arn=f"{FUNCTION_ARN}-${{stageVariables.color}}")
    deployed = deployment(*ECHO_ROUTES, integrations=[named])
    async with (
        serving(api(deployed, variables={"color": "blue"})) as running,
        running.connect(),
    ):
        assert running.functions.arns == [f"{FUNCTION_ARN}-blue"]
        assert running.functions.events[0]["stageVariables"] == {"color": "blue"}


# Permissions


async def test_permission_for_the_route_lets_the_gateway_invoke() -> None:
    allowed = function(permission(f"{SOURCE}/*/*"))
    async with serving(policies=[allowed]) as running, running.connect() as client:
        await client.send("hello")
        assert await client.recv() == "hello"


async def test_permission_for_another_source_is_a_500_that_names_the_arn() -> None:
    async with serving(policies=[function(permission(f"{SOURCE}/*/*/*"))]) as running:
        with pytest.raises(InvalidStatus) as refused:
            await running.connect()
        assert refused.value.response.status_code == 500
        assert f"source ARN {SOURCE}/prod/$connect" in running.logged("CONNECT")[0].detail
        assert running.functions.events == []


async def test_permission_for_one_route_alone_fails_the_others() -> None:
    only_connect = function(permission(f"{SOURCE}/*/$connect"))
    async with serving(policies=[only_connect]) as running, running.connect() as client:
        await client.send("hello")
        assert "Internal server error" in str(await client.recv())


async def test_credentials_of_an_integration_need_no_permission() -> None:
    with_role = integration(raw={"credentialsArn": "arn:aws:iam::123456789012:role/invoke"})
    deployed = deployment(*ECHO_ROUTES, integrations=[with_role])
    async with serving(api(deployed), policies=[function()]) as running, running.connect():
        assert len(running.functions.events) == 1


async def test_unknown_function_is_left_to_the_lambda_service() -> None:
    async with serving(policies=[]) as running, running.connect():
        assert running.functions.arns == [FUNCTION_ARN]


# Deployments


async def test_open_connection_goes_on_with_the_new_deployment() -> None:
    async with serving() as running, running.connect() as client:
        await client.send('{"action": "new"}')
        assert await client.recv() == '{"action": "new"}'
        running.functions.behaviours["new"] = answering({"body": "from the new route"})
        running.gateway.update([api(deployment(*ECHO_ROUTES, route("new", two_way=True)))])
        await client.send('{"action": "new"}')
        assert await client.recv() == "from the new route"


async def test_connection_of_a_stage_that_is_gone_is_closed() -> None:
    async with serving() as running, running.connect() as client:
        running.gateway.update([])
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1001, "Going away")
    assert running.functions.received("$disconnect") == []


async def test_stage_that_goes_during_the_handshake_takes_the_connection_along() -> None:
    async def undeploy(event: dict[str, Any]) -> Result:
        running.gateway.update([])
        return await echo(event)

    functions = Functions({"$connect": undeploy})
    async with serving(functions=functions) as running, running.connect() as client:
        with pytest.raises(ConnectionClosed):
            await client.recv()


async def test_message_whose_stage_goes_before_it_is_routed_is_dropped() -> None:
    async with serving() as running, running.connect() as client:
        running.connection().data_received(Frame(Opcode.TEXT, b"x").serialize(mask=True))
        running.gateway.update([])
        with pytest.raises(ConnectionClosed):
            await client.recv()
    assert running.functions.received("$default") == []


async def test_deployment_that_cannot_work_is_noticed() -> None:
    async with serving() as running:
        running.gateway.update([api(deployment(*ECHO_ROUTES, expression="$nowhere"))])
        assert [type(line) for line in running.lines] == [Notice]
        async with running.connect() as client:
            await client.send("hello")
            assert await client.recv() == "hello"


# The gateway's own life


async def test_port_in_use_says_what_to_do() -> None:
    async with serving() as running:
        other = ApiGateway(GatewaySettings(), Functions(), output=lambda _: None)
        port = running.gateway.port
        with pytest.raises(GatewayError) as refused:
            await other.serve(port=port)
        assert str(refused.value) == (
            f"Port {port} on 127.0.0.1 is in use; pass --port or stop the other program."
        )
        await other.close()


async def test_address_of_another_machine_cannot_be_listened_on() -> None:
    gateway = ApiGateway(GatewaySettings(), Functions(), output=lambda _: None)
    with pytest.raises(GatewayError, match="cannot be listened on"):
        await gateway.serve("192.0.2.1")


async def test_gateway_has_no_port_before_it_serves() -> None:
    gateway = ApiGateway(GatewaySettings(), Functions(), output=lambda _: None)
    with pytest.raises(RuntimeError, match="call serve first"):
        _ = gateway.port


async def test_closing_gateway_closes_connections_and_tells_disconnect() -> None:
    async with serving() as running:
        client = await running.connect()
        await running.gateway.close()
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1001, "Going away")
    context = running.functions.received("$disconnect")[0]["requestContext"]
    assert (context["disconnectStatusCode"], context["disconnectReason"]) == (1001, "Going away")


async def test_closing_gateway_answers_connections_calls_of_disconnect_but_no_handshake() -> None:
    answers: list[bytes] = []

    async def call_back(event: dict[str, Any]) -> Result:
        answers.append(await exchange(running, plain("/prod/@connections/abcd")))
        with pytest.raises(InvalidStatus):
            await running.connect()
        return await echo(event)

    functions = Functions({"$disconnect": call_back})
    async with serving(functions=functions) as running:
        client = await running.connect()
        await running.gateway.close()
        assert answers[0].startswith(b"HTTP/1.1 410 ")
        assert running.logged("CONNECT")[-1].status == 503
        await client.wait_closed()


async def test_closing_gateway_does_not_wait_for_ever() -> None:
    functions = Functions({"$disconnect": hang, "$default": hang})
    async with serving(functions=functions, disconnect_grace_seconds=0.05) as running:
        client = await running.connect()
        await client.send("x")
        await functions.wait_for("$default")
        functions.behaviours["$connect"] = hang
        pending = asyncio.create_task(running.connect().__aenter__())
        await functions.wait_for("$connect", 2)
        await running.gateway.close()
        with pytest.raises(Exception, match="did not receive a valid HTTP response"):
            await pending
        await client.wait_closed()
    assert len(asyncio.all_tasks()) == 1
