from __future__ import annotations

import pytest

from jwt_authorizer.invalid_token import InvalidToken
from jwt_authorizer.request import Request
from jwt_authorizer.token_source import (
    FoundToken,
    InvalidTokenSource,
    Place,
    TokenSource,
    find_token,
)
from tests.lambda_src.jwt_authorizer.given import METHOD_ARN, event

AUTHORIZATION = TokenSource(Place.HEADER, "Authorization")
QUERY = TokenSource(Place.QUERY_STRING, "token")
SUBPROTOCOL = TokenSource(Place.SUBPROTOCOL)
PROTOCOL_HEADER = "Sec-WebSocket-Protocol"


def find(
    *sources: TokenSource,
    headers: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
) -> FoundToken | None:
    return find_token(sources, Request.from_event(event(headers=headers, query=query)))


def test_sources_are_written_as_in_the_module() -> None:
    assert TokenSource.parse("header:Authorization") == AUTHORIZATION
    assert TokenSource.parse("querystring:token") == QUERY
    assert TokenSource.parse("subprotocol") == SUBPROTOCOL


@pytest.mark.parametrize(
    "text", ["", "header", "header:", "header:a b", "cookie:a", "subprotocol:a", "header:a\n"]
)
def test_other_texts_are_no_source(text: str) -> None:
    with pytest.raises(InvalidTokenSource) as caught:
        TokenSource.parse(text)
    assert caught.value.text == text
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize("value", ["Bearer a.b.c", "bearer a.b.c", " BEARER   a.b.c "])
def test_header_authorization_has_the_scheme_bearer(value: str) -> None:
    assert find(AUTHORIZATION, headers={"authorization": value}) == FoundToken("a.b.c", None)


@pytest.mark.parametrize("value", ["a.b.c", "Basic a.b.c", "Bearer", "Bearer  ", "Bearera.b.c", ""])
def test_header_authorization_of_another_scheme_holds_no_token(value: str) -> None:
    assert find(AUTHORIZATION, headers={"Authorization": value}) is None


@pytest.mark.parametrize("value", ["a.b.c", "Bearer a.b.c"])
def test_any_other_header_may_be_the_token_alone(value: str) -> None:
    source = TokenSource(Place.HEADER, "X-Token")
    assert find(source, headers={"x-token": value}) == FoundToken("a.b.c", None)


def test_token_is_found_in_the_query_string() -> None:
    assert find(QUERY, query={"token": "a.b.c"}) == FoundToken("a.b.c", None)
    assert find(QUERY, query={"token": ""}) is None
    assert find(QUERY, query={"other": "a.b.c"}) is None


@pytest.mark.parametrize(
    "offered",
    ["bearer, a.b.c", "bearer,a.b.c", "chat.v1, bearer, a.b.c", "bearer, a.b.c, chat.v1"],
)
def test_token_follows_the_subprotocol_bearer_which_is_the_one_to_accept(offered: str) -> None:
    found = find(SUBPROTOCOL, headers={PROTOCOL_HEADER: offered})
    assert found == FoundToken("a.b.c", "bearer")


@pytest.mark.parametrize(
    "offered", ["bearer", "a.b.c", "a.b.c, bearer", "bearer,", "Bearer, a.b.c"]
)
def test_other_subprotocols_hold_no_token(offered: str) -> None:
    assert find(SUBPROTOCOL, headers={PROTOCOL_HEADER: offered}) is None


def test_subprotocols_may_come_in_several_headers() -> None:
    arrived = {
        "methodArn": METHOD_ARN,
        "multiValueHeaders": {PROTOCOL_HEADER: ["chat.v1, bearer", "a.b.c"]},
    }
    found = find_token([SUBPROTOCOL], Request.from_event(arrived))
    assert found == FoundToken("a.b.c", "bearer")


def test_first_source_with_a_token_decides() -> None:
    handshake = {"headers": {"Authorization": "Bearer a"}, "query": {"token": "b"}}
    assert find(AUTHORIZATION, QUERY, **handshake) == FoundToken("a", None)
    assert find(QUERY, AUTHORIZATION, **handshake) == FoundToken("b", None)
    assert find(SUBPROTOCOL, QUERY, **handshake) == FoundToken("b", None)


def test_no_token_is_found_where_none_is() -> None:
    assert find(AUTHORIZATION, QUERY, SUBPROTOCOL) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": ["Bearer a", "Bearer b"]},
        {"Authorization": ["Bearer a", "Bearer a"]},
        {PROTOCOL_HEADER: ["bearer, a, bearer, b"]},
    ],
)
def test_several_tokens_in_one_source_are_refused(headers: dict[str, list[str]]) -> None:
    request = Request.from_event({"methodArn": METHOD_ARN, "multiValueHeaders": headers})
    with pytest.raises(InvalidToken, match="several tokens"):
        find_token([AUTHORIZATION, SUBPROTOCOL], request)


def test_token_is_not_shown() -> None:
    assert "a.b.c" not in repr(FoundToken("a.b.c", None))
