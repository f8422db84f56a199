import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_aws.api_gateway.integrations.integration import Answer
from local_aws.api_gateway.integrations.proxy_response import (
    MalformedProxyResponseError,
    parse_proxy_response,
)


def parse(answer: Any) -> Answer:
    return parse_proxy_response(json.dumps(answer).encode())


def test_status_alone_is_enough() -> None:
    assert parse({"statusCode": 201}) == Answer(201, (), b"")


def test_missing_status_is_200() -> None:
    assert parse({}).status_code == 200


def test_status_may_be_text() -> None:
    assert parse({"statusCode": "404"}).status_code == 404


def test_nulls_are_as_good_as_absent() -> None:
    answer = {"headers": None, "multiValueHeaders": None, "body": None, "isBase64Encoded": None}
    assert parse(answer) == Answer(200, (), b"")


@pytest.mark.parametrize(("status", "successful"), [(200, True), (299, True), (300, False)])
def test_only_2xx_is_successful(status: int, *, successful: bool) -> None:
    assert parse({"statusCode": status}).is_successful is successful


def test_body_is_its_text() -> None:
    assert parse({"body": "é{}"}).body == "é{}".encode()


def test_encoded_body_is_decoded() -> None:
    encoded = base64.b64encode("é".encode()).decode()
    assert parse({"body": encoded, "isBase64Encoded": True}).body == "é".encode()


def test_header_values_are_found_whatever_the_case() -> None:
    response = parse(
        {
            "headers": {
                "X-One": "1",
                "x-number": 2,
                "X-Flag": True,
                "X-Float": 0.5,
                "x-off": False,
            },
            "multiValueHeaders": {"X-Many": ["a", "b"], "X-One": ["only"]},
        }
    )
    assert response.header_values("x-one") == ("only",)
    assert response.header_values("X-Number") == ("2",)
    assert response.header_values("x-flag") == ("true",)
    assert response.header_values("x-off") == ("false",)
    assert response.header_values("x-float") == ("0.5",)
    assert response.header_values("x-many") == ("a", "b")
    assert response.header_values("x-none") == ()


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (None, "no JSON object"),
        ("text", "no JSON object"),
        ([], "no JSON object"),
        ({"ConnectionId": "x", "Data": "y", "statusCode": 200}, "a key 'ConnectionId'"),
        ({"statusCode": 99}, "statusCode is 99"),
        ({"statusCode": 600}, "statusCode is 600"),
        ({"statusCode": 200.5}, "statusCode is 200.5"),
        ({"statusCode": True}, "statusCode is True"),
        ({"statusCode": None}, "statusCode is None"),
        ({"statusCode": "ok"}, "statusCode is 'ok'"),
        ({"body": {"a": 1}}, "body is no text"),
        ({"body": 5}, "body is no text"),
        ({"body": "\ud800"}, "not text in UTF-8"),
        ({"body": "/w==", "isBase64Encoded": True}, "not text in UTF-8"),
        ({"body": "not base64!", "isBase64Encoded": True}, "not base64"),
        ({"body": "é", "isBase64Encoded": True}, "not base64"),
        ({"isBase64Encoded": "yes"}, "isBase64Encoded is no boolean"),
        ({"headers": []}, "headers is no object"),
        ({"headers": {"X": {}}}, "header 'X' is neither"),
        ({"multiValueHeaders": "x"}, "multiValueHeaders is no object"),
        ({"multiValueHeaders": {"X": "a"}}, "multiValueHeaders.X is no list"),
    ],
)
def test_answer_of_another_shape_is_malformed(answer: Any, complaint: str) -> None:
    with pytest.raises(MalformedProxyResponseError, match=complaint):
        parse(answer)


@pytest.mark.parametrize("payload", [b"", b"{", b"\xff", b"[" * 100_000])
def test_answer_that_is_not_json_is_malformed(payload: bytes) -> None:
    with pytest.raises(MalformedProxyResponseError, match="not JSON"):
        parse_proxy_response(payload)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(
    answer=st.dictionaries(
        st.sampled_from(["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"]),
        ANY,
    )
    | ANY
)
def test_every_answer_is_parsed_or_malformed(answer: Any) -> None:
    try:
        response = parse(answer)
    except MalformedProxyResponseError:
        return
    response.body.decode()
    assert 200 <= response.status_code < 600
