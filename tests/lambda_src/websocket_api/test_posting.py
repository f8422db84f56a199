from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from websocket_api import clients
from websocket_api.delivery import Delivery, DeliveryReport, Throttled
from websocket_api.management import Gone
from websocket_api.posting import ManagementPost

if TYPE_CHECKING:
    from tests.lambda_src.conftest import LoopbackServer

PATH = "/prod/@connections/R1k%3D"


@pytest.fixture
def post(server: LoopbackServer) -> ManagementPost:
    return ManagementPost(clients.posting(f"{server.url}/prod", maximum_connections=4))


def test_post_sends_the_bytes(post: ManagementPost, server: LoopbackServer) -> None:
    post.post("R1k=", "grüß".encode())
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", PATH)
    assert request.body.decode() == "grüß"


def test_gone_connection_is_gone(post: ManagementPost, server: LoopbackServer) -> None:
    server.answer(410, error="GoneException")
    with pytest.raises(Gone):
        post.post("R1k=", b"")


@pytest.mark.parametrize(
    "error", ["LimitExceededException", "TooManyRequestsException", "RequestThrottled", None]
)
def test_throttled_post_is_told_after_one_attempt(
    post: ManagementPost, server: LoopbackServer, error: str | None
) -> None:
    server.answer(429, error=error)
    with pytest.raises(Throttled):
        post.post("R1k=", b"")
    assert len(server.requests) == 1


def test_any_other_refusal_is_awss(post: ManagementPost, server: LoopbackServer) -> None:
    server.answer(403, error="ForbiddenException")
    with pytest.raises(clients.errors()) as caught:
        post.post("R1k=", b"")
    assert clients.error_code(caught.value) == "ForbiddenException"


def test_connection_that_api_gateway_knows_is_open(
    post: ManagementPost, server: LoopbackServer
) -> None:
    status = {
        "identity": {"sourceIp": "192.0.2.1", "userAgent": None},
        "connectedAt": "2020-11-15T12:23:14.726Z",
        "lastActiveAt": "2020-11-15T12:23:14.972Z",
    }
    server.answer(200, body=json.dumps(status).encode())
    assert post.is_open("R1k=")
    server.answer(410, error="GoneException")
    assert not post.is_open("R1k=")
    assert [request.method for request in server.requests] == ["GET", "GET"]


def test_closing_a_closed_connection_is_no_error(
    post: ManagementPost, server: LoopbackServer
) -> None:
    server.answer(204)
    post.close("R1k=")
    server.answer(410, error="GoneException")
    post.close("R1k=")
    assert [request.method for request in server.requests] == ["DELETE", "DELETE"]


def test_many_threads_share_the_client(post: ManagementPost, server: LoopbackServer) -> None:
    connections = [f"c{number}" for number in range(40)]
    report = Delivery(post, concurrency=4).send(connections, b"hello")
    assert report == DeliveryReport(delivered=40)
    assert {request.path for request in server.requests} == {
        f"/prod/@connections/{connection_id}" for connection_id in connections
    }
