from __future__ import annotations

from operator import attrgetter
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from websocket_api import clients

if TYPE_CHECKING:
    from tests.lambda_src.conftest import LoopbackServer

ENDPOINT = "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod"
FUNCTION_TIMEOUT_SECONDS = 10  # the default of infra/variables.tf


def test_each_client_is_made_once() -> None:
    assert clients.dynamodb() is clients.dynamodb()
    assert clients.management(ENDPOINT) is clients.management(ENDPOINT)
    assert clients.management(ENDPOINT) is not clients.management(f"{ENDPOINT}uction")


def test_client_for_many_posts_is_made_once_and_has_a_connection_for_each() -> None:
    client = clients.posting(ENDPOINT, maximum_connections=40)
    assert client is clients.posting(ENDPOINT, maximum_connections=40)
    assert client.meta.endpoint_url == ENDPOINT
    assert attrgetter("max_pool_connections")(client.meta.config) == 40


def test_management_client_calls_its_endpoint() -> None:
    assert clients.management(ENDPOINT).meta.endpoint_url == ENDPOINT


def test_all_attempts_of_a_call_end_within_the_functions_timeout() -> None:
    timeouts = attrgetter("connect_timeout", "read_timeout")
    attempts = clients.MAXIMUM_ATTEMPTS
    longest_pauses = sum(2**retry for retry in range(attempts - 1))
    longest_attempt = clients.CONNECT_TIMEOUT_SECONDS + clients.READ_TIMEOUT_SECONDS
    assert attempts * longest_attempt + longest_pauses < FUNCTION_TIMEOUT_SECONDS
    for client in (
        clients.dynamodb(),
        clients.management(ENDPOINT),
        clients.posting(ENDPOINT, maximum_connections=1),
        clients.s3(),
    ):
        assert timeouts(client.meta.config) == (
            clients.CONNECT_TIMEOUT_SECONDS,
            clients.READ_TIMEOUT_SECONDS,
        )


def test_throttled_call_is_tried_as_often_as_allowed(
    server: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=pauses.append))
    server.answer(429, error="LimitExceededException")
    client = clients.management(f"{server.url}/prod")
    with pytest.raises(client.exceptions.LimitExceededException):
        client.post_to_connection(ConnectionId="a", Data=b"")
    assert len(server.requests) == clients.MAXIMUM_ATTEMPTS
    assert len(pauses) == clients.MAXIMUM_ATTEMPTS - 1


def test_error_code_of_an_answer_is_the_one_aws_gave() -> None:
    error = ClientError({"Error": {"Code": "ThrottlingException"}}, "PutItem")
    assert clients.error_code(error) == "ThrottlingException"


def test_error_code_of_an_answer_without_one_is_the_class_name() -> None:
    assert clients.error_code(ClientError({}, "PutItem")) == "ClientError"


def test_error_code_where_there_was_no_answer_is_the_class_name() -> None:
    error = EndpointConnectionError(endpoint_url=ENDPOINT)
    assert isinstance(error, clients.errors())
    assert clients.error_code(error) == "EndpointConnectionError"
