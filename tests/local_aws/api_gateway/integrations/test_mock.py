"""Mock integrations, as a client meets them."""

from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from local_aws.publication import Integration
from tests.local_aws.api_gateway.given import LIFECYCLE, api, deployment, route, serving
from tests.local_aws.api_gateway.integrations.given import backend, response


def mock(*responses: dict[str, Any], says: str | None = '{"statusCode": 200}') -> Integration:
    templates = {} if says is None else {"$default": says}
    return backend("MOCK", requestTemplates=templates, integrationResponses=list(responses))


async def test_mock_answers_without_a_backend() -> None:
    pong = mock(response(template='{"pong": "$context.connectionId"}'))
    routes = deployment(route("$default", two_way=True), integrations=[pong])
    async with serving(api(routes)) as running, running.connect() as client:
        await client.send("ping")
        connection_id = running.connection().context.connection_id
        assert await client.recv() == f'{{"pong": "{connection_id}"}}'
        assert running.functions.events == []


async def test_status_of_the_template_selects_the_response() -> None:
    by_message = mock(
        response("/2../", "good"),
        response("/4../", "bad"),
        says='{"statusCode": $input.path("$.status")}',
    )
    routes = deployment(route("$default", two_way=True), integrations=[by_message])
    async with serving(api(routes)) as running, running.connect() as client:
        await client.send('{"status": 404}')
        assert await client.recv() == "bad"
        await client.send('{"status": 200}')
        assert await client.recv() == "good"
        assert [line.status for line in running.logged("MESSAGE")] == [404, 200]


@pytest.mark.parametrize("says", [None, "hello", "[]", "{}", '{"statusCode": "200"}'])
async def test_mock_without_a_status_is_an_error_frame(says: str | None) -> None:
    routes = deployment(route("$default"), integrations=[mock(response(), says=says)])
    async with serving(api(routes)) as running, running.connect() as client:
        await client.send("x")
        assert "Internal server error" in str(await client.recv())
        assert 'make it give {"statusCode": 200}' in running.logged("MESSAGE")[0].detail


@pytest.mark.parametrize(
    ("answer", "says", "status"),
    [
        (mock(response("/403/")), '{"statusCode": 403}', 403),
        (mock(response("/200/")), '{"statusCode": 403}', 500),
        (mock(), '{"statusCode": 200}', 500),
        (mock(response()), "hello", 500),
    ],
)
async def test_mock_decides_on_handshakes(answer: Integration, says: str, status: int) -> None:
    raw = {**answer.raw, "requestTemplates": {"$default": says}}
    routes = deployment(*LIFECYCLE, integrations=[backend("MOCK", **raw)])
    async with serving(api(routes)) as running:
        with pytest.raises(InvalidStatus) as refused:
            await running.connect()
        assert refused.value.response.status_code == status


async def test_handshake_that_mock_lets_in_is_told_of_a_failure_that_counts_for_nothing() -> None:
    lenient = mock(response(), says='{"statusCode": 403}')
    routes = deployment(*LIFECYCLE, integrations=[lenient])
    async with serving(api(routes)) as running, running.connect():
        line = running.logged("CONNECT")[0]
        assert line.status == 101
        assert "lets the client in all the same" in line.detail
