"""What functions decide: who is let in, where messages go, and what comes back."""

import json
from dataclasses import replace
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from tests.local_aws.api_gateway.given import (
    ECHO_ROUTES,
    LIFECYCLE,
    OK,
    Behaviour,
    Functions,
    Result,
    answering,
    api,
    crash,
    deployment,
    route,
    serving,
)


def refuse_to_invoke(error: Exception) -> Behaviour:
    async def behave(event: dict[str, Any]) -> Result:
        del event
        raise error

    return behave


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


async def test_reply_over_the_message_limit_is_an_error_frame() -> None:
    functions = Functions({"$default": answering({"body": "x" * 131_073})})
    async with serving(functions=functions) as running, running.connect() as client:
        await client.send("x")
        assert "Internal server error" in str(await client.recv())
        assert "131073 bytes" in running.logged("MESSAGE")[0].detail
