from __future__ import annotations

import subprocess
import sys
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from websocket_api import clients, environment
from websocket_api.aws.connections import Connections
from websocket_api.aws.credentials import RefreshedCredentials, SdkCredentials
from websocket_api.aws.dynamodb import DynamoDB
from websocket_api.aws.errors import AwsError, NoAnswer
from websocket_api.aws.sqs import Sqs

if TYPE_CHECKING:
    from tests.lambda_src.conftest import LoopbackServer

ENDPOINT = "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod"
FUNCTION_TIMEOUT_SECONDS = 10  # the default of infra/variables.tf


@pytest.fixture(params=["own", "boto3"])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv(environment.AWS_CLIENT_VARIABLE, request.param)
    return str(request.param)


@pytest.fixture
def sdks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(environment.AWS_CLIENT_VARIABLE, "boto3")


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let attempts follow each other: the SDK does not sleep, and our own clients draw a 0."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr("random.random", lambda: 0.0)


@pytest.mark.usefixtures("either")
def test_each_client_is_made_once() -> None:
    assert clients.dynamodb() is clients.dynamodb()
    assert clients.sqs() is clients.sqs()
    assert clients.management(ENDPOINT) is clients.management(ENDPOINT)
    assert clients.management(ENDPOINT) is not clients.management(f"{ENDPOINT}uction")
    client = clients.posting(ENDPOINT, maximum_connections=40)
    assert client is clients.posting(ENDPOINT, maximum_connections=40)
    assert client is not clients.management(ENDPOINT)


def test_clients_are_our_own_unless_the_sdks_are_asked_for() -> None:
    assert isinstance(clients.dynamodb(), DynamoDB)
    assert isinstance(clients.sqs(), Sqs)
    assert isinstance(clients.management(ENDPOINT), Connections)


@pytest.mark.usefixtures("sdks")
def test_sdks_client_for_many_posts_has_a_connection_for_each() -> None:
    client: Any = clients.posting(ENDPOINT, maximum_connections=40)
    assert client.meta.endpoint_url == ENDPOINT
    assert client.meta.config.max_pool_connections == 40


@pytest.mark.usefixtures("sdks")
def test_all_attempts_of_a_call_of_the_sdk_end_within_the_functions_timeout() -> None:
    attempts = clients.MAXIMUM_ATTEMPTS
    longest_pauses = sum(2**retry for retry in range(attempts - 1))
    longest_attempt = clients.CONNECT_TIMEOUT_SECONDS + clients.READ_TIMEOUT_SECONDS
    assert attempts * longest_attempt + longest_pauses < FUNCTION_TIMEOUT_SECONDS
    timeouts = attrgetter("meta.config.connect_timeout", "meta.config.read_timeout")
    for client in (
        clients.dynamodb(),
        clients.sqs(),
        clients.management(ENDPOINT),
        clients.posting(ENDPOINT, maximum_connections=1),
        clients.s3(),
    ):
        assert timeouts(client) == (clients.CONNECT_TIMEOUT_SECONDS, clients.READ_TIMEOUT_SECONDS)


@pytest.mark.usefixtures("either", "no_pauses")
def test_throttled_call_is_tried_as_often_as_allowed(server: LoopbackServer) -> None:
    server.answer(429, error="LimitExceededException")
    client = clients.management(f"{server.url}/prod")
    with pytest.raises(client.exceptions.LimitExceededException):
        client.post_to_connection(ConnectionId="a", Data=b"")
    assert len(server.requests) == clients.MAXIMUM_ATTEMPTS


@pytest.mark.usefixtures("either")
def test_throttled_post_to_one_of_many_is_not_tried_again(server: LoopbackServer) -> None:
    server.answer(429, error="LimitExceededException")
    client = clients.posting(f"{server.url}/prod", maximum_connections=1)
    with pytest.raises(client.exceptions.LimitExceededException):
        client.post_to_connection(ConnectionId="a", Data=b"")
    assert len(server.requests) == 1


def test_requests_are_signed_for_the_region_of_the_environment(
    server: LoopbackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    clients.management(server.url).post_to_connection(ConnectionId="a", Data=b"")
    (request,) = server.requests
    assert "/eu-west-1/execute-api/aws4_request" in request.headers["Authorization"]


def test_region_is_taken_from_the_sdks_configuration_where_no_variable_has_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.delenv("AWS_REGION", raising=False)
    configuration = tmp_path / "config"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(configuration))
    with pytest.raises(environment.MissingEnvironmentVariable, match="AWS_DEFAULT_REGION"):
        clients.region()
    configuration.write_text("[default]\nregion = eu-north-1\n")
    assert clients.region() == "eu-north-1"


def test_credentials_are_the_environments_else_what_the_sdk_finds(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert isinstance(clients.credentials(), RefreshedCredentials)
    clients.forget()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "")
    shared = tmp_path / "credentials"
    shared.write_text("[default]\naws_access_key_id = AKID\naws_secret_access_key = secret\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(shared))
    assert isinstance(clients.credentials(), SdkCredentials)
    assert clients.credentials().current().access_key_id == "AKID"


def test_error_code_of_an_answer_is_the_one_aws_gave() -> None:
    error = ClientError({"Error": {"Code": "ThrottlingException"}}, "PutItem")
    assert clients.error_code(error) == "ThrottlingException"
    own = AwsError("PutItem", code="ThrottlingException", message="", status=400)
    assert clients.error_code(own) == "ThrottlingException"


def test_error_code_of_an_answer_without_one_is_the_class_name() -> None:
    assert clients.error_code(ClientError({}, "PutItem")) == "ClientError"


def test_error_code_where_there_was_no_answer_is_the_class_name() -> None:
    for error in (EndpointConnectionError(endpoint_url=ENDPOINT), NoAnswer("it broke off")):
        assert isinstance(error, clients.errors())
        assert clients.error_code(error) == type(error).__name__


def test_errors_do_not_load_the_sdk_where_it_was_not_used() -> None:
    program = (
        "import sys; from websocket_api import clients; "
        "print([error.__name__ for error in clients.errors()], 'botocore' in sys.modules)"
    )
    completed = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(clients.__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert completed.stdout.split() == ["['CallFailed']", "False"]
