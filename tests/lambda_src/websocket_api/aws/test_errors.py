from __future__ import annotations

import pytest

from websocket_api.aws.errors import (
    AwsError,
    CallFailed,
    ConditionalCheckFailedException,
    Exceptions,
    GoneException,
    LimitExceededException,
    error_of,
)


@pytest.mark.parametrize(
    ("headers", "body", "code", "message"),
    [
        (
            {},
            b'{"__type": "com.amazonaws.dynamodb.v20120810#XException", "message": "m"}',
            "XException",
            "m",
        ),
        ({}, b'{"__type": "XException", "Message": "M"}', "XException", "M"),
        (
            {"x-amzn-errortype": "XException:http://internal.amazon.com/coral/"},
            b"",
            "XException",
            "",
        ),
        ({"x-amzn-errortype": "GoneException"}, b'{"message": null}', "GoneException", ""),
        (
            {"x-amzn-query-error": "AWS.SimpleQueueService.NonExistentQueue;Sender"},
            b'{"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "m"}',
            "AWS.SimpleQueueService.NonExistentQueue",
            "m",
        ),
        ({}, b'{"code": "XException"}', "XException", ""),
        ({}, b'{"message":"Forbidden"}', "418", "Forbidden"),
        ({}, b"<html>", "418", ""),
        ({}, b"[1]", "418", ""),
        ({}, b"\xff", "418", ""),
        pytest.param({}, b"[" * 100_000, "418", "", id="deep"),
    ],
)
def test_error_has_awss_code_and_message(
    headers: dict[str, str], body: bytes, code: str, message: str
) -> None:
    error = error_of("PutItem", 418, headers, body)
    assert (error.code, error.status) == (code, 418)
    assert error.response["Error"] == {"Code": code, "Message": message}
    assert error.response["ResponseMetadata"] == {"HTTPStatusCode": 418}
    for part in ("PutItem", code, message):
        assert part in str(error)


@pytest.mark.parametrize(
    "error", [ConditionalCheckFailedException, GoneException, LimitExceededException]
)
def test_errors_that_are_told_apart_have_their_own_classes(error: type[AwsError]) -> None:
    name = error.__name__
    raised = error_of("Do", 400, {"x-amzn-errortype": name}, b"")
    assert type(raised) is error is getattr(Exceptions, name)
    assert isinstance(raised, CallFailed)
