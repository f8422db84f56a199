"""Each permission in infra/ is needed: without it, what it is for does not work."""

import contextlib
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from mypy_boto3_logs import CloudWatchLogsClient
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from local_aws.stack import Stack
from tests.end_to_end.given import NO_RETRIES, SESSION, eventually

Without = Callable[[str, str], contextlib.AbstractContextManager[None]]


@pytest.fixture(scope="module")
def url(stack: Stack) -> str:
    return stack.addresses[0].websocket_url


@pytest.fixture(scope="module")
def without(stack: Stack) -> Without:
    """Take an action from the role of a function, and give it back."""
    iam = SESSION.client("iam", endpoint_url=stack.services.aws_endpoint)

    @contextlib.contextmanager
    def take(function: str, action: str) -> Iterator[None]:
        role = stack.outputs["role_arns"][function].rpartition("/")[2]
        (policy,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
        document: Any = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
        statements = [
            {**statement, "Action": [one for one in statement["Action"] if one != action]}
            for statement in document["Statement"]
        ]
        assert statements != document["Statement"]
        kept = {**document, "Statement": [one for one in statements if one["Action"]]}
        iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(kept))
        try:
            yield
        finally:
            iam.put_role_policy(
                RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document)
            )

    return take


@pytest.fixture
def role_session(stack: Stack) -> Callable[[str], boto3.Session]:
    """Act as a function does."""
    sts = SESSION.client("sts", endpoint_url=stack.services.aws_endpoint)

    def assume(function: str) -> boto3.Session:
        credentials = sts.assume_role(
            RoleArn=stack.outputs["role_arns"][function], RoleSessionName=function
        )["Credentials"]
        return boto3.Session(
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
            region_name="us-east-1",
        )

    return assume


def test_without_put_item_nobody_is_let_in(url: str, without: Without) -> None:
    with without("connect", "dynamodb:PutItem"):
        with pytest.raises(InvalidStatus) as refusal, connect(url):
            pass
        assert refusal.value.response.status_code == 500
    with connect(url) as client:
        client.send("let in")
        assert client.recv(timeout=10) == "let in"


@pytest.mark.parametrize("action", ["dynamodb:Query", "dynamodb:DeleteItem"])
def test_without_query_and_delete_item_rows_stay(
    stack: Stack, log: io.StringIO, url: str, without: Without, action: str
) -> None:
    dynamodb = SESSION.client("dynamodb", endpoint_url=stack.services.aws_endpoint)
    table = stack.outputs["table_name"]

    def rows() -> list[dict[str, Any]]:
        return dynamodb.scan(TableName=table)["Items"]

    assert eventually(lambda: not rows())
    with without("disconnect", action):
        with connect(url):
            (row,) = rows()
        # By then the function has done what it could.
        ended = re.compile(rf"\$disconnect .* {re.escape(row['connection_id']['S'])}")
        assert eventually(lambda: ended.search(log.getvalue()) is not None), log.getvalue()[-2000:]
        assert rows() == [row]
    dynamodb.delete_item(TableName=table, Key={"pk": row["pk"], "sk": row["sk"]})


def test_without_manage_connections_nothing_can_be_posted(
    stack: Stack, url: str, without: Without, role_session: Callable[[str], boto3.Session]
) -> None:
    management = role_session("default").client(
        "apigatewaymanagementapi",
        endpoint_url=stack.addresses[0].management_endpoint,
        config=NO_RETRIES,
    )
    dynamodb = SESSION.client("dynamodb", endpoint_url=stack.services.aws_endpoint)
    with connect(url) as client:
        (row,) = dynamodb.scan(TableName=stack.outputs["table_name"])["Items"]
        connection_id = row["connection_id"]["S"]
        with (
            without("default", "execute-api:ManageConnections"),
            pytest.raises(ClientError, match="execute-api:ManageConnections"),
        ):
            management.post_to_connection(ConnectionId=connection_id, Data=b"refused")

        def is_posted() -> bool:
            with contextlib.suppress(ClientError):  # the gateway remembers policies for a second
                management.post_to_connection(ConnectionId=connection_id, Data=b"allowed")
                return True
            return False

        assert eventually(is_posted)
        assert client.recv(timeout=10) == "allowed"
        with pytest.raises(ClientError, match="execute-api:ManageConnections"):
            management.delete_connection(ConnectionId=connection_id)


@pytest.mark.parametrize("function", ["connect", "default", "disconnect"])
def test_no_function_may_read_who_is_connected(
    stack: Stack, role_session: Callable[[str], boto3.Session], function: str
) -> None:
    dynamodb = role_session(function).client("dynamodb", endpoint_url=stack.services.aws_endpoint)
    with pytest.raises(dynamodb.exceptions.ClientError, match="is not authorized to perform"):
        dynamodb.scan(TableName=stack.outputs["table_name"])


@pytest.mark.parametrize("function", ["connect", "default", "disconnect"])
def test_each_function_may_write_its_own_logs_alone(
    stack: Stack, role_session: Callable[[str], boto3.Session], function: str
) -> None:
    logs = role_session(function).client("logs", endpoint_url=stack.services.aws_endpoint)
    for other, name in stack.outputs["function_names"].items():
        if other == function:
            write(logs, f"/aws/lambda/{name}", stream=f"by-{function}")
        else:
            with pytest.raises(ClientError, match="logs:CreateLogStream"):
                write(logs, f"/aws/lambda/{name}", stream=f"by-{function}")


@pytest.mark.parametrize("action", ["logs:CreateLogStream", "logs:PutLogEvents"])
def test_without_its_permissions_it_may_write_none(
    stack: Stack, without: Without, role_session: Callable[[str], boto3.Session], action: str
) -> None:
    logs = role_session("connect").client("logs", endpoint_url=stack.services.aws_endpoint)
    group = f"/aws/lambda/{stack.outputs['function_names']['connect']}"
    with without("connect", action), pytest.raises(ClientError, match=action):
        write(logs, group, stream=action.rpartition(":")[2])


def write(logs: CloudWatchLogsClient, group: str, *, stream: str) -> None:
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    logs.put_log_events(
        logGroupName=group,
        logStreamName=stream,
        logEvents=[{"timestamp": 1, "message": "hello"}],
    )
