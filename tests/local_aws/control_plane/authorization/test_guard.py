"""Calls of sessions of roles: what their policies allow, and AWS's refusal of all else."""

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local_aws.credentials import Credentials
from tests.local_aws.control_plane.authorization.conftest import allow, deny
from tests.local_aws.control_plane.conftest import ControlPlane, InvokeApi

Assume = Callable[..., Credentials]
Operation = Callable[[ControlPlane, Credentials], object]

ACCOUNT = "us-east-1:123456789012"
TABLE = f"arn:aws:dynamodb:{ACCOUNT}:table/rows"
QUEUE = f"arn:aws:sqs:{ACCOUNT}:work"
TOPIC = f"arn:aws:sns:{ACCOUNT}:news"
FUNCTION = f"arn:aws:lambda:{ACCOUNT}:function:guarded"
STREAM = f"arn:aws:logs:{ACCOUNT}:log-group:/guarded:log-stream:one"


@pytest.fixture(scope="module")
def resources(control_plane: ControlPlane) -> Iterator[None]:
    """A table, a queue, a topic, a log group and a bucket."""
    client = control_plane.client
    client("dynamodb").create_table(
        TableName="rows",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    url = client("sqs").create_queue(QueueName="work")["QueueUrl"]
    client("sns").create_topic(Name="news")
    client("logs").create_log_group(logGroupName="/guarded")
    client("s3").create_bucket(Bucket="guarded")
    yield
    client("dynamodb").delete_table(TableName="rows")
    client("sqs").delete_queue(QueueUrl=url)
    client("sns").delete_topic(TopicArn=TOPIC)
    client("logs").delete_log_group(logGroupName="/guarded")
    for each in client("s3").list_objects_v2(Bucket="guarded").get("Contents", []):
        client("s3").delete_object(Bucket="guarded", Key=each["Key"])
    client("s3").delete_bucket(Bucket="guarded")


def put_item(control_plane: ControlPlane, credentials: Credentials) -> object:
    return control_plane.client("dynamodb", credentials=credentials).put_item(
        TableName="rows", Item={"pk": {"S": "one"}}
    )


def send_message(control_plane: ControlPlane, credentials: Credentials) -> object:
    return control_plane.client("sqs", credentials=credentials).send_message(
        QueueUrl=f"{control_plane.endpoint}/123456789012/work", MessageBody="hello"
    )


def publish(control_plane: ControlPlane, credentials: Credentials) -> object:
    return control_plane.client("sns", credentials=credentials).publish(
        TopicArn=TOPIC, Message="hello"
    )


def create_log_stream(control_plane: ControlPlane, credentials: Credentials) -> object:
    return control_plane.client("logs", credentials=credentials).create_log_stream(
        logGroupName="/guarded", logStreamName="one"
    )


def put_object(control_plane: ControlPlane, credentials: Credentials) -> object:
    return control_plane.client("s3", credentials=credentials).put_object(
        Bucket="guarded", Key="a/b", Body=b"content"
    )


def invoke(control_plane: ControlPlane, credentials: Credentials) -> object:
    return control_plane.client("lambda", credentials=credentials).invoke(FunctionName="guarded")


@dataclass(frozen=True, slots=True)
class Guarded:
    """A call, what it needs, and how its service refuses it."""

    operation: Operation
    action: str
    resource: str
    code: str
    status: int


CALLS = {
    "dynamodb": Guarded(put_item, "dynamodb:PutItem", TABLE, "AccessDeniedException", 400),
    "logs": Guarded(
        create_log_stream, "logs:CreateLogStream", STREAM, "AccessDeniedException", 400
    ),
    "s3": Guarded(put_object, "s3:PutObject", "arn:aws:s3:::guarded/a/b", "AccessDenied", 403),
    "sns": Guarded(publish, "SNS:Publish", TOPIC, "AuthorizationError", 403),
    "sqs": Guarded(send_message, "sqs:sendmessage", QUEUE, "AccessDenied", 403),
}


@pytest.mark.usefixtures("resources")
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_call_that_no_policy_allows_is_refused_in_the_services_own_words(
    control_plane: ControlPlane, assume: Assume, call: Guarded
) -> None:
    credentials = assume(allow(call.action, f"{call.resource}-of-another"), allow("iam:*", "*"))
    with pytest.raises(ClientError) as caught:
        call.operation(control_plane, credentials)
    response = caught.value.response
    assert response["Error"]["Code"] == call.code
    assert response["ResponseMetadata"]["HTTPStatusCode"] == call.status
    shown = f'"{call.resource}"' if call.action.startswith("s3:") else call.resource
    message = response["Error"]["Message"]
    assert message.startswith("User: arn:aws:sts::123456789012:assumed-role/role-")
    assert message.endswith(
        f"/session is not authorized to perform: {call.action} on resource: {shown} "
        f"because no identity-based policy allows the {call.action} action"
    )


@pytest.mark.usefixtures("resources")
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_call_that_a_policy_allows_on_that_very_resource_is_answered(
    control_plane: ControlPlane, assume: Assume, call: Guarded
) -> None:
    call.operation(control_plane, assume(allow(call.action, call.resource)))


def test_function_is_refused_before_it_runs(
    control_plane: ControlPlane, assume: Assume, invoke_api: InvokeApi
) -> None:
    with pytest.raises(
        ClientError, match=f"lambda:InvokeFunction on resource: {FUNCTION} "
    ) as caught:
        invoke(control_plane, assume(allow("lambda:InvokeFunction", f"{FUNCTION}:live")))
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    assert invoke_api.invocations == []
    with pytest.raises(ClientError, match="Function not found"):
        invoke(control_plane, assume(allow("lambda:Invoke*", FUNCTION)))


@pytest.mark.usefixtures("resources")
def test_explicit_deny_wins(control_plane: ControlPlane, assume: Assume) -> None:
    credentials = assume(allow("*", "*"), deny("dynamodb:Put*", TABLE))
    with pytest.raises(ClientError, match="with an explicit deny in an identity-based policy"):
        put_item(control_plane, credentials)


@pytest.mark.usefixtures("resources")
def test_sessions_policy_narrows_its_roles(control_plane: ControlPlane, assume: Assume) -> None:
    policy = '{"Version":"2012-10-17","Statement":[]}'.replace(
        "[]", '[{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"*"}]'
    )
    credentials = assume(allow("dynamodb:*", "*"), Policy=policy)
    with pytest.raises(ClientError, match="because no session policy allows"):
        put_item(control_plane, credentials)
    dynamodb = control_plane.client("dynamodb", credentials=credentials)
    dynamodb.get_item(TableName="rows", Key={"pk": {"S": "one"}})


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("dynamodb", "list_tables", "UnrecognizedClientException"),
        ("sns", "list_topics", "InvalidClientTokenId"),
        ("s3", "list_buckets", "InvalidAccessKeyId"),
        ("lambda", "list_functions", "UnrecognizedClientException"),
    ],
)
def test_key_of_nobody_is_refused(
    control_plane: ControlPlane, service: str, operation: str, code: str
) -> None:
    client = control_plane.client(service, credentials=Credentials("AKIANOBODY", "secret"))
    with pytest.raises(ClientError) as caught:
        getattr(client, operation)()
    assert caught.value.response["Error"]["Code"] == code


def test_key_of_a_session_is_worth_nothing_without_its_token(
    control_plane: ControlPlane, assume: Assume
) -> None:
    session = assume(allow("*", "*"))
    for token in (None, "another"):
        stolen = Credentials(session.access_key_id, session.secret_access_key, token)
        with pytest.raises(ClientError, match="security token included in the request is invalid"):
            control_plane.client("dynamodb", credentials=stolen).list_tables()


def test_everybody_may_ask_who_they_are(control_plane: ControlPlane, assume: Assume) -> None:
    identity = control_plane.client("sts", credentials=assume()).get_caller_identity()
    assert identity["Arn"].endswith("/session")
    with pytest.raises(ClientError, match="sts:GetSessionToken on resource: \\*"):
        control_plane.client("sts", credentials=assume()).get_session_token()


def test_denied_upload_changes_nothing(control_plane: ControlPlane, assume: Assume) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("handler.py", "")
    control_plane.publications()
    with pytest.raises(ClientError, match="lambda:PublishLayerVersion"):
        control_plane.client("lambda", credentials=assume()).publish_layer_version(
            LayerName="layer", Content={"ZipFile": content.getvalue()}
        )
    assert control_plane.client("lambda").list_layers()["Layers"] == []


@pytest.mark.usefixtures("resources")
def test_conditions_see_who_calls_from_where(control_plane: ControlPlane, assume: Assume) -> None:
    statement = allow(
        "dynamodb:*",
        "*",
        Condition={
            "StringEquals": {"aws:RequestedRegion": "us-east-1", "aws:SecureTransport": "true"},
            "DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"},
            "IpAddress": {"aws:SourceIp": "127.0.0.0/8"},
            "StringLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/role-*"},
        },
    )
    put_item(control_plane, assume(statement))
    elsewhere = {**statement, "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}}
    with pytest.raises(ClientError, match="no identity-based policy allows"):
        put_item(control_plane, assume(elsewhere))


@pytest.mark.usefixtures("resources")
@pytest.mark.parametrize("signature_version", ["s3", "s3v4"])
def test_presigned_url_is_its_signers(
    control_plane: ControlPlane, assume: Assume, signature_version: str
) -> None:
    def put(credentials: Credentials) -> int:
        client = boto3.client(
            "s3",
            endpoint_url=control_plane.endpoint,
            region_name="us-east-1",
            aws_access_key_id=credentials.access_key_id,
            aws_secret_access_key=credentials.secret_access_key,
            aws_session_token=credentials.session_token,
            config=Config(signature_version=signature_version),
        )
        url = client.generate_presigned_url("put_object", {"Bucket": "guarded", "Key": "presigned"})
        connection = HTTPConnection(control_plane.endpoint.removeprefix("http://"))
        with closing(connection):
            connection.request("PUT", url.removeprefix(control_plane.endpoint), body=b"content")
            return connection.getresponse().status

    assert put(assume()) == HTTPStatus.FORBIDDEN
    assert put(assume(allow("s3:PutObject", "arn:aws:s3:::guarded/*"))) == HTTPStatus.OK


def test_unknown_operation_is_refused(control_plane: ControlPlane, assume: Assume) -> None:
    client: Any = control_plane.client("sqs", credentials=assume(allow("*", "*")))
    client.meta.events.register(
        "before-sign.sqs.ListQueues",
        lambda request, **_: request.headers.replace_header("X-Amz-Target", "AmazonSQS.Nothing"),
    )
    with pytest.raises(ClientError, match="is not authorized to perform this call"):
        client.list_queues()


@pytest.mark.parametrize("body", [b"[]", b"not json", b'{"TableName":[]}', b'{"TableName":1}'])
def test_malformed_call_is_refused_whatever_policies_allow(
    control_plane: ControlPlane, assume: Assume, body: bytes
) -> None:
    session = assume(allow("dynamodb:*", TABLE))
    connection = HTTPConnection(control_plane.endpoint.removeprefix("http://"))
    with closing(connection):
        connection.request(
            "POST",
            "/",
            body,
            {
                "Authorization": f"AWS4-HMAC-SHA256 Credential={session.access_key_id}/20260101/"
                "us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00",
                "Content-Type": "application/x-amz-json-1.0",
                "X-Amz-Security-Token": session.session_token or "",
                "X-Amz-Target": "DynamoDB_20120810.Scan",
            },
        )
        response = connection.getresponse()
        told = response.read()
    assert response.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_IMPLEMENTED}
    assert b"Items" not in told
    assert b"Traceback" not in told
