import json
from pathlib import Path
from typing import Any

import pytest

from local_aws.publication import (
    Api,
    Authorizer,
    Deployment,
    Failed,
    Function,
    Integration,
    MalformedPublicationError,
    Model,
    Ready,
    Route,
    Stage,
    State,
    function_arn_of,
    parse_publication,
)

FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:echo"
LAMBDA_URI = (
    f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION_ARN}/invocations"
)
INTEGRATION = {
    "integrationId": "i1",
    "integrationType": "AWS_PROXY",
    "integrationUri": LAMBDA_URI,
    "integrationMethod": "POST",
    "timeoutInMillis": 29000,
    "integrationResponses": [],
}
STAGE = {"stageName": "prod", "deploymentId": "d1", "stageVariables": {"color": "blue"}}
DEPLOYMENT = {
    "deploymentId": "d1",
    "api": {
        "routeSelectionExpression": "$request.body.action",
        "apiKeySelectionExpression": "$request.header.x-api-key",
    },
    "routes": [
        {
            "routeId": "r1",
            "routeKey": "$default",
            "target": "integrations/i1",
            "routeResponseSelectionExpression": "$default",
            "routeResponses": [{"routeResponseKey": "$default"}],
        },
        {
            "routeId": "r2",
            "routeKey": "$connect",
            "target": None,
            "authorizationType": "CUSTOM",
            "authorizerId": "a1",
            "apiKeyRequired": True,
            "modelSelectionExpression": "$request.body.action",
            "requestModels": {"$default": "message"},
            "requestParameters": {"route.request.header.token": {"required": True}},
            "operationName": "Connect",
            "routeResponses": [],
        },
    ],
    "integrations": [INTEGRATION],
    "models": [
        {"modelId": "m1", "name": "message", "contentType": "application/json", "schema": "{}"}
    ],
    "authorizers": [
        {
            "authorizerId": "a1",
            "name": "token",
            "authorizerType": "REQUEST",
            "authorizerUri": LAMBDA_URI,
            "identitySource": ["route.request.header.Auth"],
            "authorizerCredentialsArn": None,
        }
    ],
}
FUNCTION: dict[str, Any] = {
    "configuration": {
        "FunctionName": "echo",
        "FunctionArn": FUNCTION_ARN,
        "Runtime": "python3.13",
        "Handler": "echo.handler",
        "Timeout": 5,
        "MemorySize": 128,
        "Environment": {"Variables": {"TABLE_NAME": "echo"}},
        "CodeSha256": "c2hh",
        "Version": "$LATEST",
        "Architectures": ["arm64"],
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/logs/echo"},
    },
    "code_path": "/code/c2hh.zip",
    "permissions": [{"Sid": "one"}],
}
API = {
    "account_id": "123456789012",
    "region": "us-east-1",
    "api_id": "a1b2c3",
    "name": "echo",
    "stages": [
        {"stage": STAGE, "deployment": DEPLOYMENT},
        {"stage": {"stageName": "empty"}, "deployment": None},
    ],
}
STATE = {"type": "state", "version": 3, "apis": [API], "functions": [FUNCTION]}


def parse(document: Any) -> Any:
    return parse_publication(json.dumps(document))


def test_ready_names_the_endpoint() -> None:
    line = b'{"type":"ready","aws_endpoint":"http://127.0.0.1:4566"}\n'
    assert parse_publication(line) == Ready(aws_endpoint="http://127.0.0.1:4566")


def test_failed_says_why() -> None:
    assert parse({"type": "failed", "message": "Port in use."}) == Failed(message="Port in use.")


def test_state_holds_apis_and_functions() -> None:
    state = parse(STATE)
    assert isinstance(state, State)
    assert state.version == 3
    (api,) = state.apis
    assert api == Api(
        account_id="123456789012",
        region="us-east-1",
        api_id="a1b2c3",
        name="echo",
        stages=api.stages,
    )
    served, empty = api.stages
    assert served == Stage(
        name="prod", deployment=served.deployment, variables={"color": "blue"}, settings=STAGE
    )
    assert empty == Stage(
        name="empty", deployment=None, variables={}, settings={"stageName": "empty"}
    )
    assert state.functions == (
        Function(
            name="echo",
            arn=FUNCTION_ARN,
            runtime="python3.13",
            handler="echo.handler",
            timeout_seconds=5,
            memory_megabytes=128,
            environment={"TABLE_NAME": "echo"},
            code_sha256="c2hh",
            code_path=Path("/code/c2hh.zip"),
            version="$LATEST",
            log_group="/logs/echo",
            architecture="arm64",
            permissions=({"Sid": "one"},),
        ),
    )


def test_deployment_is_keyed_by_what_looks_things_up() -> None:
    deployment = parse(STATE).apis[0].stages[0].deployment
    assert deployment == Deployment(
        deployment_id="d1",
        route_selection_expression="$request.body.action",
        api_key_selection_expression="$request.header.x-api-key",
        routes={
            "$default": Route(
                route_id="r1",
                route_key="$default",
                target_integration_id="i1",
                authorization_type="NONE",
                authorizer_id=None,
                api_key_required=False,
                route_response_selection_expression="$default",
                has_default_route_response=True,
                model_selection_expression=None,
                request_models={},
                request_parameters={},
                operation_name=None,
            ),
            "$connect": Route(
                route_id="r2",
                route_key="$connect",
                target_integration_id=None,
                authorization_type="CUSTOM",
                authorizer_id="a1",
                api_key_required=True,
                route_response_selection_expression=None,
                has_default_route_response=False,
                model_selection_expression="$request.body.action",
                request_models={"$default": "message"},
                request_parameters={"route.request.header.token": {"required": True}},
                operation_name="Connect",
            ),
        },
        integrations={
            "i1": Integration(
                integration_id="i1",
                integration_type="AWS_PROXY",
                integration_uri=LAMBDA_URI,
                integration_method="POST",
                timeout_milliseconds=29000,
                function_arn=FUNCTION_ARN,
                raw=INTEGRATION,
            )
        },
        models={
            "message": Model(
                model_id="m1", name="message", content_type="application/json", schema="{}"
            )
        },
        authorizers={
            "a1": Authorizer(
                authorizer_id="a1",
                name="token",
                authorizer_type="REQUEST",
                function_arn=FUNCTION_ARN,
                identity_sources=("route.request.header.Auth",),
                credentials_arn=None,
            )
        },
    )


def test_absent_function_settings_have_awss_defaults() -> None:
    bare = {
        name: value
        for name, value in FUNCTION["configuration"].items()
        if name not in {"Environment", "Architectures", "LoggingConfig"}
    }
    document = {**STATE, "functions": [{**FUNCTION, "configuration": bare, "permissions": []}]}
    (function,) = parse(document).functions
    assert function.environment == {}
    assert function.architecture == "x86_64"
    assert function.log_group == "/aws/lambda/echo"
    assert function.permissions == ()


def test_arn_of_a_version_is_the_functions_arn() -> None:
    versioned = {**FUNCTION["configuration"], "FunctionArn": f"{FUNCTION_ARN}:7", "Version": "7"}
    (function,) = parse(
        {**STATE, "functions": [{**FUNCTION, "configuration": versioned}]}
    ).functions
    assert (function.arn, function.version) == (FUNCTION_ARN, "7")


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        (LAMBDA_URI, FUNCTION_ARN),
        (LAMBDA_URI.replace(":echo", ":echo:live"), f"{FUNCTION_ARN}:live"),
        (
            LAMBDA_URI.replace(":echo", ":${stageVariables.name}"),
            FUNCTION_ARN.replace(":echo", ":${stageVariables.name}"),
        ),
        ("https://example.com", None),
        ("arn:aws:apigateway:us-east-1:dynamodb:action/PutItem", None),
        ("", None),
        (None, None),
    ],
)
def test_function_arn_is_read_out_of_a_lambda_uri_only(
    uri: str | None, expected: str | None
) -> None:
    assert function_arn_of(uri) == expected


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("not json", "A publication is not JSON"),
        (b"\xff", "A publication is not JSON"),
        ("[]", "publication is list; it must be an object"),
        ("{}", "publication.type is missing; expected a string"),
        ('{"type":"other"}', "A publication's type is 'other'; it must be ready, failed or state"),
        ('{"type":"ready"}', "publication.aws_endpoint is missing"),
        ('{"type":"failed","message":1}', "publication.message is int; expected a string"),
        ('{"type":"state","version":true}', "publication.version is bool; expected an integer"),
        ('{"type":"state","version":1,"apis":{}}', "publication.apis is dict; expected a list"),
        ('{"type":"state","version":1,"apis":[1]}', r"publication.apis\[0\] is int"),
        (
            json.dumps({**STATE, "apis": [{**API, "stages": [{"stage": {}}]}]}),
            r"publication.apis\[0\].stages\[0\].stage.stageName is missing",
        ),
        (
            '{"type":"state","version":1,"functions":[{"configuration":{}}]}',
            r"publication.functions\[0\].configuration.FunctionName is missing",
        ),
    ],
)
def test_malformed_line_names_its_field(line: str | bytes, message: str) -> None:
    with pytest.raises(MalformedPublicationError, match=message):
        parse_publication(line)


def test_list_of_texts_holds_nothing_else() -> None:
    configuration = {**FUNCTION["configuration"], "Architectures": [1]}
    document = {**STATE, "functions": [{**FUNCTION, "configuration": configuration}]}
    with pytest.raises(
        MalformedPublicationError, match=r"configuration.Architectures may hold strings only"
    ):
        parse(document)
