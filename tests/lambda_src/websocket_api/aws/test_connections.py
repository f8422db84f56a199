from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from websocket_api import clients, environment
from websocket_api.aws.errors import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.lambda_src.conftest import LoopbackServer

STATUS = {
    "identity": {"sourceIp": "192.0.2.1", "userAgent": "Mozilla/5.0"},
    "connectedAt": "2020-11-15T12:23:14.726Z",
    "lastActiveAt": "2020-11-15T12:23:14.972Z",
}
CALLS: dict[str, Callable[[Any, str], Any]] = {
    "post": lambda client, name: client.post_to_connection(ConnectionId=name, Data=b"gr\xc3\xbc"),
    "get": lambda client, name: client.get_connection(ConnectionId=name),
    "delete": lambda client, name: client.delete_connection(ConnectionId=name),
}


@pytest.fixture
def both(server: LoopbackServer, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return our own client and the SDK's for one API."""
    made = []
    for name in environment.AWS_CLIENTS:
        monkeypatch.setenv(environment.AWS_CLIENT_VARIABLE, name)
        clients.forget()
        made.append(clients.management(f"{server.url}/prod"))
    return made


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("connection_id", ["R1k-Exampl_4CFI=", "a/b+c %~.ü"])
def test_request_is_that_of_the_sdk(
    server: LoopbackServer, both: list[Any], call: str, connection_id: str
) -> None:
    server.body = json.dumps(STATUS).encode()
    for client in both:
        CALLS[call](client, connection_id)
    ours, theirs = server.requests
    assert (ours.method, ours.path, ours.body) == (theirs.method, theirs.path, theirs.body)


@pytest.mark.parametrize("user_agent", ["Mozilla/5.0", None])
def test_status_is_that_of_the_sdk(
    server: LoopbackServer, both: list[Any], user_agent: str | None
) -> None:
    identity = {**STATUS["identity"], "userAgent": user_agent}  # type: ignore[dict-item] # a dict
    server.body = json.dumps({**STATUS, "identity": identity}).encode()
    ours, theirs = (client.get_connection(ConnectionId="a") for client in both)
    del theirs["ResponseMetadata"]
    assert ours == theirs


@pytest.mark.parametrize(
    "told",
    [
        [],
        {},
        {**STATUS, "identity": None},
        {**STATUS, "identity": {"sourceIp": "192.0.2.1"}, "connectedAt": "soon"},
        {**STATUS, "lastActiveAt": 5},
    ],
)
def test_status_of_another_shape_is_no_answer(server: LoopbackServer, told: object) -> None:
    server.body = json.dumps(told).encode()
    with pytest.raises(NoAnswer, match="GetConnection"):
        clients.management(server.url).get_connection(ConnectionId="a")


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, "BadRequestException"),
        (403, "ForbiddenException"),
        (403, None),
        (410, "GoneException"),
        (413, "PayloadTooLargeException"),
    ],
)
def test_refusal_has_the_code_that_the_sdk_gives(
    server: LoopbackServer, both: list[Any], call: str, status: int, error: str | None
) -> None:
    server.answer(status, error=error, body=b'{"message":"no"}')
    codes = []
    for client in both:
        with pytest.raises(clients.errors()) as caught:
            CALLS[call](client, "a")
        assert isinstance(caught.value, client.exceptions.GoneException) == (status == 410)
        codes.append(clients.error_code(caught.value))
    assert codes[0] == codes[1]
