import json
from typing import Any

import pytest

from local_aws.api_gateway.authorization.authorizer_response import (
    MalformedAuthorizerResponseError,
    parse_authorizer_response,
)
from local_aws.policies.policy_document import parse_policy
from tests.local_aws.api_gateway.given import decision, policy


def test_whole_answer_is_taken() -> None:
    answer = decision(context={"a": "b"}, usageIdentifierKey="key", more="ignored")
    response = parse_authorizer_response(json.dumps(answer).encode())
    assert response.principal_id == "user-17"
    assert response.statements == parse_policy(policy())
    assert response.context == {"a": "b"}
    assert response.usage_identifier_key == "key"


@pytest.mark.parametrize("changes", [{}, {"context": None, "usageIdentifierKey": None}])
def test_context_and_key_may_be_absent(changes: dict[str, Any]) -> None:
    response = parse_authorizer_response(json.dumps(decision(**changes)).encode())
    assert (response.context, response.usage_identifier_key) == ({}, None)


def test_values_of_the_context_become_text() -> None:
    context = {"text": "é", "number": 1, "fraction": 1.5, "yes": True, "no": False}
    response = parse_authorizer_response(json.dumps(decision(context=context)).encode())
    assert response.context == {
        "text": "é",
        "number": "1",
        "fraction": "1.5",
        "yes": "true",
        "no": "false",
    }


def test_answer_may_have_8_kb() -> None:
    empty = json.dumps(decision(context={"a": ""})).encode()
    fitting = json.dumps(decision(context={"a": "x" * (8_192 - len(empty))})).encode()
    assert len(fitting) == 8_192
    parse_authorizer_response(fitting)
    with pytest.raises(MalformedAuthorizerResponseError, match="8193 bytes; it may have 8192"):
        parse_authorizer_response(fitting + b" ")


@pytest.mark.parametrize(
    ("payload", "problem"),
    [
        (b"", "not JSON"),
        (b"[" * 8_000, "not JSON"),
        (b'{"principalId": "\\ud800"}', "not JSON in UTF-8"),
        (b'"Allow"', "no JSON object"),
        (json.dumps(decision(policyDocument=None)).encode(), "policyDocument: the policy is"),
        (json.dumps(decision(principalId=None)).encode(), "principalId"),
        (json.dumps(decision(principalId=17)).encode(), "principalId"),
        (json.dumps(decision(context=[])).encode(), "context is no object"),
        (json.dumps(decision(context={"a": None})).encode(), "context.a is neither"),
        (json.dumps(decision(context={"a": [1]})).encode(), "context.a is neither"),
        (json.dumps(decision(usageIdentifierKey=1)).encode(), "usageIdentifierKey"),
    ],
)
def test_answer_that_cannot_be_used_is_refused(payload: bytes, problem: str) -> None:
    with pytest.raises(MalformedAuthorizerResponseError) as refused:
        parse_authorizer_response(payload)
    assert problem in str(refused.value)
