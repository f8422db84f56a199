import io
from typing import Any

import pytest

from local_aws.control_plane.authorization.call import (
    Call,
    UnknownCallError,
    protocol_of,
    read_call,
)
from local_aws.control_plane.authorization.signature import Signature

QUERY = "application/x-www-form-urlencoded; charset=utf-8"


def environ(
    body: bytes = b"", *, method: str = "POST", path: str = "/", query: str = "", **more: Any
) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "4566",
        "wsgi.url_scheme": "http",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **more,
    }


def read(service: str, call: dict[str, Any]) -> Call:
    return read_call(call, Signature("AKIA1", "us-east-1", service), "123456789012")


def test_json_names_its_operation_in_a_header() -> None:
    call = environ(
        b'{"TableName":"rows"}',
        CONTENT_TYPE="application/x-amz-json-1.0",
        HTTP_X_AMZ_TARGET="DynamoDB_20120810.GetItem",
    )
    assert read("dynamodb", call) == Call(
        service="dynamodb",
        operation="GetItem",
        parameters={"TableName": "rows"},
        region="us-east-1",
        account_id="123456789012",
        protocol="json",
    )
    assert call["wsgi.input"].read() == b'{"TableName":"rows"}'


def test_streams_are_a_service_of_their_own() -> None:
    call = environ(
        b'{"StreamArn":"arn"}',
        CONTENT_TYPE="application/x-amz-json-1.0",
        HTTP_X_AMZ_TARGET="DynamoDBStreams_20120810.DescribeStream",
    )
    assert read("dynamodb", call).operation == "DescribeStream"


def test_query_names_its_operation_in_the_body() -> None:
    call = read("sns", environ(b"Action=Publish&TopicArn=arn&Message=a", CONTENT_TYPE=QUERY))
    assert (call.operation, call.parameters["TopicArn"]) == ("Publish", "arn")


def test_rest_names_its_operation_by_method_and_path_alone() -> None:
    call = environ(
        method="GET",
        path="/2015-03-31/functions/echo/policy",
        query="Qualifier=live",
        HTTP_X_AMZ_TARGET="AWSLambda.ListFunctions",
    )
    found = read("lambda", call)
    assert found.operation == "GetPolicy"
    assert (found.parameters["FunctionName"], found.parameters["Qualifier"]) == ("echo", "live")


@pytest.mark.parametrize(
    ("path", "operation"), [("/v2/apis/a1", "GetApi"), ("/apikeys/k1", "GetApiKey")]
)
def test_both_versions_of_api_gateway_are_signed_alike(path: str, operation: str) -> None:
    assert read("apigateway", environ(method="GET", path=path)).operation == operation


def test_body_in_chunks_is_read_whole_and_can_be_read_again() -> None:
    call = environ(b"content", method="PUT", path="/bucket/key")
    del call["CONTENT_LENGTH"]
    call["wsgi.input_terminated"] = True
    assert read("s3", call).operation == "PutObject"
    assert call["wsgi.input"].read() == b"content"


def test_body_without_a_length_is_none() -> None:
    call = environ(b"of the next call", method="GET", path="/bucket")
    del call["CONTENT_LENGTH"]
    read("s3", call)
    assert call["wsgi.input"].read() == b""


def test_queue_may_be_named_by_the_address_that_is_called() -> None:
    body = b"Action=SendMessage&MessageBody=a"
    call = read("sqs", environ(body, path="/123456789012/work", CONTENT_TYPE=QUERY))
    assert call.parameters["QueueUrl"] == "/123456789012/work"


@pytest.mark.parametrize(
    ("service", "call"),
    [
        ("nothing", environ(HTTP_X_AMZ_TARGET="Nothing.Do")),
        ("dynamodb", environ(b"{}", CONTENT_TYPE="application/x-amz-json-1.0")),
        ("sns", environ(b"Message=a", CONTENT_TYPE=QUERY)),
        ("sns", environ(b"Action=Nothing", CONTENT_TYPE=QUERY)),
        ("lambda", environ(path="/nothing")),
    ],
)
def test_call_for_nothing_is_unknown(service: str, call: dict[str, Any]) -> None:
    with pytest.raises(UnknownCallError):
        read(service, call)


@pytest.mark.parametrize(
    ("service", "content_type", "protocol"),
    [
        ("sqs", "application/x-amz-json-1.0", "json"),
        ("sns", QUERY, "query"),
        ("s3", "text/plain", "rest-xml"),
        ("lambda", None, "rest-json"),
        ("monitoring", "application/x-amz-json-1.0", "json"),
        ("nothing", None, "json"),
    ],
)
def test_refusal_is_in_the_protocol_of_the_call(
    service: str, content_type: str | None, protocol: str
) -> None:
    assert protocol_of({"CONTENT_TYPE": content_type}, service) == protocol
