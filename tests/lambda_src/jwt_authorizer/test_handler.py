from __future__ import annotations

import importlib
import json
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jwt_authorizer.environment import InvalidEnvironmentVariable
from jwt_authorizer.published_keys import KeysUnavailable
from jwt_authorizer.request import InvalidEvent
from tests.lambda_src.given import Context
from tests.lambda_src.jwt_authorizer.given import (
    AUDIENCE,
    ISSUER,
    METHOD_ARN,
    SigningKey,
    claims,
    event,
    key_set,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from tests.lambda_src.conftest import LoopbackServer

    Load = Callable[..., ModuleType]
    LogLines = Callable[[], list[dict[str, Any]]]

SOURCES = ["header:Authorization", "querystring:token", "subprotocol"]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """Return what imports the handler as a new execution environment does, with these variables."""

    def load(**variables: str) -> ModuleType:
        monkeypatch.setenv("JWT_ISSUER", ISSUER)
        monkeypatch.setenv("JWT_AUDIENCES", json.dumps([AUDIENCE]))
        monkeypatch.setenv("JWT_TOKEN_SOURCES", json.dumps(SOURCES))
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        sys.modules.pop("jwt_authorizer.handler", None)
        return importlib.import_module("jwt_authorizer.handler")

    yield load
    sys.modules.pop("jwt_authorizer.handler", None)


@pytest.fixture
def handler(load: Load, ed_key: SigningKey) -> ModuleType:
    """Give the handler the public key of the issuer."""
    return load(JWT_KEYS=key_set(ed_key.jwk()))


def fresh(**changes: object) -> dict[str, Any]:
    return claims(exp=int(time.time()) + 600, **changes)


@pytest.mark.parametrize("source", SOURCES)
def test_valid_token_from_each_source_opens_the_connection(
    source: str, handler: ModuleType, ed_key: SigningKey
) -> None:
    told = fresh(role="admin")
    token = ed_key.token(told)
    arrived = {
        "header:Authorization": event(headers={"Authorization": f"Bearer {token}"}),
        "querystring:token": event(query={"token": token}),
        "subprotocol": event(headers={"Sec-WebSocket-Protocol": f"bearer, {token}"}),
    }[source]
    result = handler.handler(arrived, Context())
    (statement,) = result["policyDocument"]["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Resource"] == METHOD_ARN
    assert result["principalId"] == "alice"
    chosen = {"subprotocol": "bearer"} if source == "subprotocol" else {}
    assert result["context"] == {**told, **chosen}


def test_client_without_a_token_is_unauthorized(handler: ModuleType) -> None:
    with pytest.raises(handler.Unauthorized) as caught:
        handler.handler(event(), Context())
    assert str(caught.value) == "Unauthorized"


def test_client_with_a_bad_token_is_denied(handler: ModuleType, ed_key: SigningKey) -> None:
    for token in (
        ed_key.token(fresh(iss="https://other.example.com/")),
        ed_key.token(claims(exp=int(time.time()) - 61)),
        ed_key.token(fresh(sub="a" * 9_000)),
        "a.b.c",
    ):
        result = handler.handler(event(query={"token": token}), Context())
        assert [one["Effect"] for one in result["policyDocument"]["Statement"]] == ["Deny"]
        assert "context" not in result


def test_event_of_another_service_is_an_error(handler: ModuleType) -> None:
    with pytest.raises(InvalidEvent):
        handler.handler({"methodArn": METHOD_ARN.replace("$connect", "*")}, Context())


def test_decision_is_logged_without_anything_of_the_token(
    load: Load, ed_key: SigningKey, log_lines: LogLines
) -> None:
    handler = load(JWT_KEYS=key_set(ed_key.jwk()))
    good = ed_key.token(fresh(nothing=None))
    bad = ed_key.token(fresh(aud="mail"))
    handler.handler(event(query={"token": good}), Context())
    handler.handler(event(query={"token": bad}), Context())
    with pytest.raises(handler.Unauthorized):
        handler.handler(event(query={"other": good}), object())
    authorized, denied, unauthorized = log_lines()
    names = {
        "requestId": Context().aws_request_id,
        "apiRequestId": "R1nConnect4FkpA=",
        "connectionId": "R1nExample4CFIA=",
    }
    for line in (authorized, denied, unauthorized):
        del line["timestamp"], line["logger"]
    assert authorized == {
        "level": "INFO",
        "message": "connection authorized",
        "omittedClaims": 1,
        **names,
    }
    refused = {"level": "INFO", "message": "connection refused"}
    assert denied == {**refused, "reason": "it is for another audience", **names}
    assert unauthorized == {**refused, "reason": "there is no token", **names, "requestId": ""}


def test_keys_are_downloaded_once_for_many_connections(
    load: Load, server: LoopbackServer, rsa_key: SigningKey
) -> None:
    server.body = key_set(rsa_key.jwk()).encode()
    handler = load(JWT_JWKS_URL=f"{server.url}/keys")
    assert server.requests == []
    for _ in range(3):
        result = handler.handler(event(query={"token": rsa_key.token(fresh())}), Context())
        assert result["policyDocument"]["Statement"][0]["Effect"] == "Allow"
    assert [request.path for request in server.requests] == ["/keys"]


def test_issuer_that_is_away_is_an_error_and_no_refusal(
    load: Load, server: LoopbackServer, rsa_key: SigningKey
) -> None:
    server.status = 503
    handler = load(JWT_JWKS_URL=f"{server.url}/keys")
    with pytest.raises(KeysUnavailable, match="answers 503"):
        handler.handler(event(query={"token": rsa_key.token(fresh())}), Context())


def test_given_keys_that_are_left_out_are_logged(
    load: Load, ed_key: SigningKey, log_lines: LogLines
) -> None:
    load(JWT_KEYS=key_set(ed_key.jwk(use="enc"), ed_key.jwk()))
    (line,) = log_lines()
    assert (line["level"], line["message"]) == ("WARNING", "keys ignored")
    assert line["ignoredKeys"] == ["key 1 is not for verifying signatures"]


def test_import_stops_at_a_wrong_variable_and_names_it(load: Load) -> None:
    with pytest.raises(InvalidEnvironmentVariable, match="JWT_LEEWAY_SECONDS"):
        load(JWT_JWKS_URL="https://issuer.example.com/keys", JWT_LEEWAY_SECONDS="soon")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    headers=st.dictionaries(
        st.sampled_from(["Authorization", "Sec-WebSocket-Protocol"]),
        st.text() | st.text().map("Bearer ".__add__) | st.text().map("bearer, ".__add__),
    ),
    query=st.dictionaries(st.sampled_from(["token", "other"]), st.text()),
)
def test_garbage_is_denied_or_unauthorized_and_nothing_else(
    headers: dict[str, str], query: dict[str, str], handler: ModuleType
) -> None:
    try:
        result = handler.handler(event(headers=headers, query=query), Context())
    except handler.Unauthorized:
        return
    assert [one["Effect"] for one in result["policyDocument"]["Statement"]] == ["Deny"]
