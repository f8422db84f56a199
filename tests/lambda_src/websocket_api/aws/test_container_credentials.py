from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from websocket_api.aws.container_credentials import ATTEMPTS, PAUSE_SECONDS, fetch
from websocket_api.aws.credentials import Credentials
from websocket_api.aws.errors import CredentialsUnavailable

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lambda_src.conftest import LoopbackServer

GIVEN = {
    "AccessKeyId": "AKID",
    "SecretAccessKey": "the-secret",
    "Token": "the-token",
    "Expiration": "2015-08-30T12:36:00Z",
}


@pytest.fixture
def environ(server: LoopbackServer) -> dict[str, str]:
    server.answer(200, body=json.dumps(GIVEN).encode())
    return {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{server.url}/2021-04-23/credentials"}


def test_endpoint_gives_credentials_that_expire(
    server: LoopbackServer, environ: dict[str, str]
) -> None:
    assert fetch(environ) == Credentials("AKID", "the-secret", "the-token", 1_440_938_160)
    (request,) = server.requests
    assert (request.method, request.path) == ("GET", "/2021-04-23/credentials")
    assert "Authorization" not in request.headers


def test_token_proves_that_the_process_may_ask(
    server: LoopbackServer, environ: dict[str, str], tmp_path: Path
) -> None:
    environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "of the variable"
    fetch(environ)
    token = tmp_path / "token"
    token.write_text("of the file")
    environ["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = str(token)
    fetch(environ)
    tokens = [request.headers["Authorization"] for request in server.requests]
    assert tokens == ["of the variable", "of the file"]


def test_query_is_sent_along(server: LoopbackServer, environ: dict[str, str]) -> None:
    environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = f"{server.url}?role=a%20b"
    fetch(environ)
    assert server.requests[0].path == "/?role=a%20b"


def test_token_with_a_line_break_is_not_sent(
    server: LoopbackServer, environ: dict[str, str]
) -> None:
    environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "a\r\nX-Other: b"
    with pytest.raises(CredentialsUnavailable, match="line break"):
        fetch(environ)
    assert not server.requests


def test_missing_file_of_the_token_is_named(environ: dict[str, str], tmp_path: Path) -> None:
    environ["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = str(tmp_path / "none")
    with pytest.raises(CredentialsUnavailable, match=r"TOKEN_FILE: .*none"):
        fetch(environ)


def test_file_of_the_token_that_is_no_text_is_named(
    environ: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "token").write_bytes(b"\xff")
    environ["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = str(tmp_path / "token")
    with pytest.raises(CredentialsUnavailable, match="TOKEN_FILE"):
        fetch(environ)


@pytest.mark.parametrize(
    "uri",
    [
        "http://192.0.2.1/credentials",
        "http://example.com/credentials",
        "http://127.0.0.1.example.com/credentials",
        "http://127.0.0.x/credentials",
        "ftp://localhost/credentials",
        "credentials",
    ],
)
def test_token_is_sent_to_no_other_machine(environ: dict[str, str], uri: str) -> None:
    environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = uri
    with pytest.raises(CredentialsUnavailable, match="AWS_CONTAINER_CREDENTIALS_FULL_URI"):
        fetch(environ)


def test_failing_endpoint_is_asked_again(server: LoopbackServer, environ: dict[str, str]) -> None:
    server.status = 503
    pauses: list[float] = []
    with pytest.raises(CredentialsUnavailable, match="HTTP 503"):
        fetch(environ, sleep=pauses.append)
    assert len(server.requests) == ATTEMPTS
    assert pauses == [PAUSE_SECONDS] * (ATTEMPTS - 1)


def test_endpoint_that_comes_up_late_is_waited_for(
    server: LoopbackServer, environ: dict[str, str]
) -> None:
    server.status = 503

    def sleep(_: float) -> None:
        server.status = 200

    assert fetch(environ, sleep=sleep).access_key_id == "AKID"


def test_endpoint_that_is_not_there_is_named() -> None:
    environ = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/credentials"}
    with pytest.raises(CredentialsUnavailable, match=r"127\.0\.0\.1:1"):
        fetch(environ, sleep=lambda _: None)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[]",
        b"{}",
        b'{"SecretAccessKey": "the-secret"',
        json.dumps({**GIVEN, "Expiration": "soon"}).encode(),
        json.dumps({**GIVEN, "Expiration": None}).encode(),
    ],
)
def test_answer_without_credentials_is_told_without_what_is_in_it(
    server: LoopbackServer, environ: dict[str, str], answer: bytes
) -> None:
    server.body = answer
    with pytest.raises(CredentialsUnavailable) as caught:
        fetch(environ, sleep=lambda _: None)
    assert "the-" not in str(caught.value)
