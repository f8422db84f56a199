from __future__ import annotations

import binascii
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.lambda_src.websocket_api.aws.scripted_server import CLOSE, scripted_server
from websocket_api.aws.credentials import Credentials, RefreshedCredentials
from websocket_api.aws.errors import AwsError, CredentialsUnavailable, NoAnswer
from websocket_api.aws.service import Service

if TYPE_CHECKING:
    from tests.lambda_src.conftest import LoopbackServer

PAUSES_SECONDS = {"throttled": 1.0, "transient": 0.05}


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return what a service's pauses are; chance makes them as long as they can be."""
    monkeypatch.setattr("random.random", lambda: 1.0)
    return []


def service_at(url: str, pauses: list[float], *, attempts: int = 3, **settings: Any) -> Service:
    return Service(
        "dynamodb",
        region="eu-west-1",
        endpoint_url=url,
        credentials=RefreshedCredentials(lambda: Credentials("AKID", "secret", "token")),
        attempts=attempts,
        connect_seconds=5,
        read_seconds=5,
        clock=lambda: 1_440_938_160.0,
        sleep=pauses.append,
        **settings,
    )


def test_request_is_signed_and_names_the_project(
    server: LoopbackServer, pauses: list[float]
) -> None:
    server.answer(200, body=b'{"a": 1}')
    assert service_at(f"{server.url}/base", pauses).call_json("T_1.Do", {"ü": [1]}) == {"a": 1}
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/base/")
    assert json.loads(request.body) == {"ü": [1]}
    assert request.headers["Host"] == server.url.removeprefix("http://")
    assert request.headers["X-Amz-Target"] == "T_1.Do"
    assert request.headers["User-Agent"] == "terraform-aws-websocket"
    assert request.headers["Authorization"].startswith(
        "AWS4-HMAC-SHA256 Credential=AKID/20150830/eu-west-1/dynamodb/aws4_request, SignedHeaders="
        "content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature="
    )


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, "ProvisionedThroughputExceededException", "throttled"),
        (400, "ThrottlingException", "throttled"),
        (429, "LimitExceededException", "throttled"),
        (429, None, "throttled"),
        (503, "ThrottlingException", "throttled"),
        (400, "RequestTimeout", "transient"),
        (500, "InternalServerError", "transient"),
        (502, None, "transient"),
        (503, None, "transient"),
    ],
)
def test_what_may_pass_is_tried_again_after_growing_pauses(
    server: LoopbackServer, pauses: list[float], status: int, error: str | None, kind: str
) -> None:
    server.answer(status, error=error)
    with pytest.raises(AwsError) as caught:
        service_at(server.url, pauses).call("Do")
    assert caught.value.code == (error or str(status))
    assert caught.value.status == status
    assert len(server.requests) == 3
    assert pauses == [PAUSES_SECONDS[kind], 2 * PAUSES_SECONDS[kind]]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, None),
        (400, "ConditionalCheckFailedException"),
        (400, "ValidationException"),
        (403, "ForbiddenException"),
        (410, "GoneException"),
        (413, None),
    ],
)
def test_what_will_not_pass_is_not_tried_again(
    server: LoopbackServer, pauses: list[float], status: int, error: str | None
) -> None:
    server.answer(status, error=error)
    with pytest.raises(AwsError):
        service_at(server.url, pauses).call("Do")
    assert len(server.requests) == 1
    assert not pauses


def test_single_attempt_is_not_repeated(server: LoopbackServer, pauses: list[float]) -> None:
    server.answer(503)
    with pytest.raises(AwsError):
        service_at(server.url, pauses, attempts=1).call("Do")
    assert len(server.requests) == 1


def test_call_without_an_answer_is_tried_again(pauses: list[float]) -> None:
    ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    with scripted_server([CLOSE], [ok]) as server:
        service = service_at(f"http://127.0.0.1:{server.port}", pauses)
        assert service.call("Do").body == b"ok"
        service.close()
    assert len(pauses) == 1


def test_damaged_answer_is_none(server: LoopbackServer, pauses: list[float]) -> None:
    server.body = b"{}"
    server.headers = {"x-amz-crc32": str(binascii.crc32(b"{}"))}
    service = service_at(server.url, pauses)
    assert service.call("Do").body == b"{}"
    server.body = b"{]"
    with pytest.raises(NoAnswer, match=r"Do .* CRC32"):
        service.call("Do")
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"\xff", pytest.param(b"[" * 100_000, id="deep")],
)
def test_answer_that_is_no_json_object_is_none_and_the_call_not_repeated(
    server: LoopbackServer, pauses: list[float], body: bytes
) -> None:
    server.body = body
    with pytest.raises(NoAnswer, match="Do is no JSON object"):
        service_at(server.url, pauses).call_json("T_1.Do", {})
    assert len(server.requests) == 1


def test_each_attempt_is_signed_with_the_credentials_of_the_moment(
    server: LoopbackServer, pauses: list[float]
) -> None:
    given = iter("ABC")

    class Provider:
        def current(self) -> Credentials:
            return Credentials(next(given), "secret")

    server.answer(503)
    service = Service(
        "sqs",
        region="eu-west-1",
        endpoint_url=server.url,
        credentials=Provider(),
        attempts=3,
        connect_seconds=5,
        read_seconds=5,
        sleep=pauses.append,
    )
    with pytest.raises(AwsError):
        service.call("Do")
    keys = [request.headers["Authorization"].partition("=")[2][:2] for request in server.requests]
    assert keys == ["A/", "B/", "C/"]


def test_call_without_credentials_is_not_made(server: LoopbackServer, pauses: list[float]) -> None:
    def none() -> Credentials:
        raise CredentialsUnavailable("none")

    service = Service(
        "sqs",
        region="eu-west-1",
        endpoint_url=server.url,
        credentials=RefreshedCredentials(none),
        attempts=3,
        connect_seconds=5,
        read_seconds=5,
        sleep=pauses.append,
    )
    with pytest.raises(CredentialsUnavailable):
        service.call("Do")
    assert not server.requests
    assert not pauses


def test_proxy_of_the_environment_is_used(server: LoopbackServer, pauses: list[float]) -> None:
    environ = {"HTTP_PROXY": server.url}
    service_at("http://dynamodb.example.com", pauses, environ=environ).call("Do")
    assert server.requests[0].path == "http://dynamodb.example.com/"
