from __future__ import annotations

import pytest

from jwt_authorizer.request import InvalidEvent, Request
from tests.lambda_src.jwt_authorizer.given import METHOD_ARN, event


def test_handshake_is_read_from_the_event() -> None:
    request = Request.from_event(event(headers={"Authorization": "a"}, query={"token": "b"}))
    assert request.method_arn == METHOD_ARN
    assert request.connection_id == "R1nExample4CFIA="
    assert request.request_id == "R1nConnect4FkpA="
    assert request.header_values("AUTHORIZATION") == ("a",)
    assert request.query_values("token") == ("b",)


def test_names_of_headers_have_no_case_but_those_of_parameters_have() -> None:
    request = Request.from_event(event(headers={"X-tOKEN": "a"}, query={"Token": "b"}))
    assert request.header_values("x-token") == ("a",)
    assert request.query_values("token") == ()


def test_every_value_of_a_repeated_name_is_there() -> None:
    arrived = event()
    arrived["headers"] = {"A": "2"}
    arrived["multiValueHeaders"] = {"A": ["1", "2"], "a": ["3"]}
    arrived["queryStringParameters"] = {"b": "2"}
    arrived["multiValueQueryStringParameters"] = {"b": ["1", "2"]}
    request = Request.from_event(arrived)
    assert request.header_values("a") == ("1", "2", "3")
    assert request.query_values("b") == ("1", "2")


def test_maps_with_one_value_a_name_are_enough() -> None:
    request = Request.from_event(
        {
            "methodArn": METHOD_ARN,
            "headers": {"A": "1"},
            "queryStringParameters": {"b": "2"},
            "multiValueHeaders": None,
        }
    )
    assert request.header_values("a") == ("1",)
    assert request.query_values("b") == ("2",)
    assert request.connection_id == request.request_id == ""


def test_nothing_that_the_client_sent_is_shown() -> None:
    shown = repr(Request.from_event(event(headers={"a": "secret"}, query={"b": "secret"})))
    assert "secret" not in shown


@pytest.mark.parametrize(
    "method_arn",
    [
        METHOD_ARN,
        "arn:aws-cn:execute-api:cn-north-1:123456789012:a1b2c3d4e5/$default/$connect",
    ],
)
def test_arn_of_a_connect_route_is_taken(method_arn: str) -> None:
    assert Request.from_event({"methodArn": method_arn}).method_arn == method_arn


@pytest.mark.parametrize(
    "method_arn",
    [
        None,
        "",
        METHOD_ARN.replace("$connect", "*"),
        METHOD_ARN.replace("prod", "*"),
        METHOD_ARN.replace("a1b2c3d4e5", "*"),
        METHOD_ARN.replace("eu-west-1", "*"),
        METHOD_ARN.replace("prod", "prod/other"),
        METHOD_ARN.replace("$connect", "$disconnect"),
        METHOD_ARN.replace("execute-api", "lambda"),
        METHOD_ARN + "\n",
        METHOD_ARN.replace("$connect", "GET/pets"),
    ],
)
def test_other_arns_are_refused(method_arn: object) -> None:
    with pytest.raises(InvalidEvent, match=r"methodArn.*Is this function the REQUEST authorizer"):
        Request.from_event({"methodArn": method_arn})


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("headers", ["a"]),
        ("headers", {"a": 1}),
        ("multiValueHeaders", {"a": "1"}),
        ("multiValueHeaders", {"a": [1]}),
        ("queryStringParameters", {"a": None}),
        ("multiValueQueryStringParameters", "a"),
        ("requestContext", "a"),
    ],
)
def test_member_of_a_wrong_type_is_named(member: str, value: object) -> None:
    with pytest.raises(InvalidEvent, match=rf"^{member} (is no object|holds something else)"):
        Request.from_event({**event(), member: value})
