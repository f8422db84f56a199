"""AWS services behind routes: moto's DynamoDB, SQS, SNS, Step Functions, S3 and EventBridge."""

import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from websockets.exceptions import InvalidStatus

from local_aws.api_gateway.integrations.aws_service import AwsServiceIntegration
from local_aws.api_gateway.integrations.integration import Answer, IntegrationError
from local_aws.api_gateway.integrations.integration_roles import IntegrationRoles
from local_aws.api_gateway.roles.gateway_roles import GatewayRoles
from local_aws.aws_client import AwsClient
from local_aws.http1 import HttpServer, HttpServerProtocol, Request, Response
from local_aws.http1.client import HttpClient
from local_aws.publication import Integration
from tests.local_aws.api_gateway.given import LIFECYCLE, api, deployment, route, serving
from tests.local_aws.api_gateway.integrations.given import about_roles, backend, call, response

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REGION = "us-east-1"
ROLE_ARN = "arn:aws:iam::123456789012:role/api"
FORM = "'application/x-www-form-urlencoded'"
CONTENT_TYPE = "integration.request.header.Content-Type"


def service(action: str, template: str | None = None, **raw: Any) -> Integration:
    templates = {} if template is None else {"$default": template}
    defaults = {
        "credentialsArn": ROLE_ARN,
        "requestTemplates": templates,
        "integrationResponses": [response("/200/"), response("$default", "refused")],
    }
    return backend("AWS", f"arn:aws:apigateway:{REGION}:{action}", **(defaults | raw))


def client(name: Any, endpoint_url: str) -> Any:
    return boto3.client(
        name,
        endpoint_url=endpoint_url,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def new_name() -> str:
    return f"test-{uuid.uuid4().hex}"


def service_at(
    endpoint_url: str, http: HttpClient, roles_endpoint_url: str | None = None
) -> AwsServiceIntegration:
    aws = AwsClient(http, endpoint_url=roles_endpoint_url or endpoint_url)
    return AwsServiceIntegration(endpoint_url, http, IntegrationRoles(GatewayRoles.of(aws)))


@pytest.fixture(autouse=True)
def trusting_role(moto_endpoint: str) -> None:
    """Make the role that the integrations have, once."""
    iam = client("iam", moto_endpoint)
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(
            RoleName="api",
            AssumeRolePolicyDocument=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": {
                        "Effect": "Allow",
                        "Action": "sts:AssumeRole",
                        "Principal": {"Service": "apigateway.amazonaws.com"},
                    },
                }
            ),
        )


@asynccontextmanager
async def caller(endpoint_url: str) -> AsyncIterator[AwsServiceIntegration]:
    http = HttpClient()
    try:
        yield service_at(endpoint_url, http)
    finally:
        await http.close()


async def answer_of(
    endpoint_url: str, used: Integration, body: str | None = "{}", **event: Any
) -> Answer:
    async with caller(endpoint_url) as integration:
        return await integration.call(call(used, body, **event))


@pytest.fixture
def table(moto_endpoint: str) -> str:
    dynamodb: DynamoDBClient = client("dynamodb", moto_endpoint)
    name = new_name()
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


@pytest.fixture
def queue(moto_endpoint: str) -> str:
    url: str = client("sqs", moto_endpoint).create_queue(QueueName=new_name())["QueueUrl"]
    return url


def received(queue: str, moto_endpoint: str) -> list[str]:
    sqs = client("sqs", moto_endpoint)
    found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    return [message["Body"] for message in found.get("Messages", [])]


async def test_connections_are_stored_and_removed_without_a_function(
    moto_endpoint: str, table: str
) -> None:
    key = '"pk": {"S": "$context.connectionId"}'
    put = f'{{"TableName": "{table}", "Item": {{{key}, "who": {{"S": "$input.params("who")"}}}}}}'
    delete = f'{{"TableName": "{table}", "Key": {{{key}}}}}'
    stored = service("dynamodb:action/PutItem", put)
    removed = service("dynamodb:action/DeleteItem", delete)
    routes = deployment(
        route("$connect", target_integration_id="put"),
        route("$disconnect", target_integration_id="delete"),
        integrations=[
            replace(stored, integration_id="put"),
            replace(removed, integration_id="delete"),
        ],
    )
    dynamodb = client("dynamodb", moto_endpoint)
    async with serving(api(routes), aws_endpoint_url=moto_endpoint) as running:
        async with running.connect("?who=ann"):
            connection_id = running.connection().context.connection_id
            items = dynamodb.scan(TableName=table)["Items"]
            assert items == [{"pk": {"S": connection_id}, "who": {"S": "ann"}}]
        line = await running.wait_for_log("DISCONNECT")
        assert line.status == 200
        assert dynamodb.scan(TableName=table)["Items"] == []
        assert running.functions.events == []


@pytest.mark.parametrize(
    ("responses", "status"),
    [
        ([response("/200/")], 500),
        ([response("/200/"), response("/400/")], 400),
        ([], 500),
    ],
)
async def test_service_refuses_handshakes(
    moto_endpoint: str, responses: list[dict[str, Any]], status: int
) -> None:
    missing = service(
        "dynamodb:action/PutItem",
        '{"TableName": "missing", "Item": {"pk": {"S": "x"}}}',
        integrationResponses=responses,
    )
    routes = deployment(*LIFECYCLE, integrations=[missing])
    async with serving(api(routes), aws_endpoint_url=moto_endpoint) as running:
        with pytest.raises(InvalidStatus) as refused:
            await running.connect()
        assert refused.value.response.status_code == status
        assert "answered 400 ResourceNotFoundException" in running.logged("CONNECT")[0].detail
        assert b"ResourceNotFound" not in refused.value.response.body


async def test_answer_of_a_service_is_mapped(moto_endpoint: str, table: str) -> None:
    update = (
        f'{{"TableName": "{table}", "Key": {{"pk": {{"S": "x"}}}}, "ReturnValues": "UPDATED_NEW",'
        ' "UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}'
    )
    mapped = response("/200/", "$input.path('$.Attributes.n.N')")
    used = service("dynamodb:action/UpdateItem", update, integrationResponses=[mapped])
    assert (await answer_of(moto_endpoint, used)).body == b"1"
    assert (await answer_of(moto_endpoint, used)).body == b"2"


async def test_error_of_a_service_is_mapped_too_and_named_at_the_terminal(
    moto_endpoint: str,
) -> None:
    used = service("dynamodb:action/GetItem", '{"TableName": "missing", "Key": {}}')
    answer = await answer_of(moto_endpoint, used)
    assert answer.body == b"refused"
    assert answer.integration_status == 400
    assert answer.remark.startswith("dynamodb:GetItem answered 400 ResourceNotFoundException: ")


async def test_sqs_takes_an_action_with_parameters_in_the_query(
    moto_endpoint: str, queue: str
) -> None:
    parameters = {
        "integration.request.querystring.QueueUrl": f"'{queue}'",
        "integration.request.querystring.MessageBody": "route.request.body.text",
    }
    used = service("sqs:action/SendMessage", requestParameters=parameters)
    answer = await answer_of(moto_endpoint, used, '{"text": "a&b é"}')
    assert answer.integration_status == 200
    assert received(queue, moto_endpoint) == ["a&b é"]


async def test_sqs_takes_a_form_at_the_path_of_a_queue(moto_endpoint: str, queue: str) -> None:
    path = "/".join(queue.split("/")[3:])
    used = service(
        f"sqs:path/{path}",
        "Action=SendMessage&MessageBody=$util.urlEncode($input.body)",
        requestParameters={CONTENT_TYPE: FORM},
    )
    answer = await answer_of(moto_endpoint, used, "a&b é")
    assert answer.integration_status == 200
    assert received(queue, moto_endpoint) == ["a&b é"]


async def test_sqs_takes_json_if_the_request_says_so(moto_endpoint: str, queue: str) -> None:
    used = service(
        "sqs:action/SendMessage",
        f'{{"QueueUrl": "{queue}", "MessageBody": "hi"}}',
        requestParameters={
            CONTENT_TYPE: "'application/x-amz-json-1.0'",
            "integration.request.header.X-Amz-Target": "'AmazonSQS.SendMessage'",
        },
    )
    assert (await answer_of(moto_endpoint, used)).integration_status == 200
    assert received(queue, moto_endpoint) == ["hi"]


async def test_sns_takes_a_form(moto_endpoint: str, queue: str) -> None:
    sns, sqs = client("sns", moto_endpoint), client("sqs", moto_endpoint)
    topic_arn = sns.create_topic(Name=new_name())["TopicArn"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    sns.subscribe(
        TopicArn=topic_arn,
        Protocol="sqs",
        Endpoint=attributes["Attributes"]["QueueArn"],
        Attributes={"RawMessageDelivery": "true"},
    )
    used = service(
        "sns:action/Publish",
        f"TopicArn=$util.urlEncode('{topic_arn}')&Message=$util.urlEncode($input.body)",
        requestParameters={CONTENT_TYPE: FORM},
    )
    answer = await answer_of(moto_endpoint, used, "news & more")
    assert answer.integration_status == 200
    assert received(queue, moto_endpoint) == ["news & more"]


async def test_body_that_is_no_form_adds_nothing_to_a_query(moto_endpoint: str) -> None:
    answer = await answer_of(moto_endpoint, service("sns:action/Publish"), "Message=hello")
    assert answer.integration_status >= 400


async def test_step_functions_starts_an_execution(moto_endpoint: str) -> None:
    states = client("stepfunctions", moto_endpoint)
    machine_arn = states.create_state_machine(
        name=new_name(),
        definition='{"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}',
        roleArn=ROLE_ARN,
    )["stateMachineArn"]
    template = (
        f'{{"stateMachineArn": "{machine_arn}", "input": "$util.escapeJavaScript($input.body)"}}'
    )
    used = service("states:action/StartExecution", template)
    answer = await answer_of(moto_endpoint, used, '{"a": "b"}')
    execution_arn = json.loads(answer.body)["executionArn"]
    execution = states.describe_execution(executionArn=execution_arn)
    assert json.loads(execution["input"]) == {"a": "b"}


async def test_s3_takes_an_object_at_its_path(moto_endpoint: str) -> None:
    s3, bucket = client("s3", moto_endpoint), new_name()
    s3.create_bucket(Bucket=bucket)
    used = service(
        f"{bucket}.s3:path/messages/{{id}}",
        integration_method="PUT",
        requestParameters={"integration.request.path.id": "context.connectionId"},
    )
    assert (await answer_of(moto_endpoint, used, "hello")).integration_status == 200
    stored = s3.get_object(Bucket=bucket, Key="messages/R1kmxc2VNjMCFIA=")
    assert stored["Body"].read() == b"hello"


async def test_uri_and_role_may_have_stage_variables() -> None:
    requests: list[Request] = []

    async def handle(request: Request, protocol: HttpServerProtocol) -> Response:
        del protocol
        requests.append(request)
        return about_roles(request) or Response(200, (), b"{}")

    server = await HttpServer.start(handle)
    used = service(
        "events:action/${stageVariables.action}",
        credentialsArn="arn:aws:iam::123456789012:role/${stageVariables.action}",
        requestParameters={"integration.request.querystring.a": "'b c'"},
    )
    await answer_of(
        f"http://127.0.0.1:{server.port}", used, variables={"action": "PutEvents"}, body='{"é": 1}'
    )
    await server.close()
    get, assume, put = requests
    assert b"RoleName=PutEvents" in get.body
    assert b"role%2FPutEvents" in assume.body
    assert put.method == "POST"
    assert put.target == "/?a=b+c"
    assert put.header("x-amz-target") == "AWSEvents.PutEvents"
    assert put.header("content-type") == "application/x-amz-json-1.1"
    assert put.header("x-amz-security-token") == "token"
    assert put.body == '{"é": 1}'.encode()
    authorization = put.header("authorization") or ""
    assert authorization.startswith("AWS4-HMAC-SHA256 Credential=ASIAKEY/")
    assert f"/{REGION}/events/aws4_request" in authorization


@pytest.mark.parametrize(
    ("used", "complaint"),
    [
        (service("dynamodb:do/PutItem"), "names no AWS service; write arn:aws:apigateway:REGION"),
        (service("dynamo:action/PutItem"), "there is no AWS service 'dynamo'"),
        (service("lambda:action/Invoke"), "lambda has no actions; write lambda:path/PATH"),
        (service("sns:action/Publish", credentialsArn=None), "without a credentials_arn; name a"),
        (
            service("sns:action/Publish", credentialsArn="arn:aws:iam::*:user/*"),
            "stands for the caller's own credentials",
        ),
    ],
)
async def test_service_that_cannot_be_called_says_why(used: Integration, complaint: str) -> None:
    with pytest.raises(IntegrationError, match=complaint):
        await answer_of("http://127.0.0.1:1", used)


async def test_role_that_cannot_be_assumed_is_an_error() -> None:
    with pytest.raises(IntegrationError, match=f"role {ROLE_ARN} cannot be assumed"):
        await answer_of("http://127.0.0.1:1", service("sns:action/Publish"))


async def test_service_that_cannot_be_reached_is_an_error(moto_endpoint: str) -> None:
    http = HttpClient()
    unreachable = service_at("http://127.0.0.1:1", http, moto_endpoint)
    with pytest.raises(IntegrationError, match=r"127\.0\.0\.1:1 cannot be reached"):
        await unreachable.call(call(service("sns:action/Publish"), "{}"))
    await http.close()


async def test_role_that_does_not_trust_api_gateway_is_an_error(moto_endpoint: str) -> None:
    client("iam", moto_endpoint).create_role(
        RoleName=(name := new_name()),
        AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": []}',
    )
    used = service("sns:action/Publish", credentialsArn=ROLE_ARN.replace("api", name))
    with pytest.raises(IntegrationError, match="does not let API Gateway assume it"):
        await answer_of(moto_endpoint, used)


async def test_without_an_aws_endpoint_no_service_is_called() -> None:
    routes = deployment(*LIFECYCLE, integrations=[service("dynamodb:action/PutItem")])
    async with serving(api(routes)) as running:
        with pytest.raises(InvalidStatus) as refused:
            await running.connect()
        assert refused.value.response.status_code == 500
        assert (
            "of type AWS, which this gateway does not call" in running.logged("CONNECT")[0].detail
        )
