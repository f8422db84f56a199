"""WebSocket APIs as they are deployed.

Names follow API Gateway V2's own responses: GetApi, GetStage, GetDeployment, GetRoute,
GetIntegration, GetModel and GetAuthorizer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.publication.fields import Fields

_LAMBDA_URI = re.compile(
    r"arn:[^:]+:apigateway:[^:]*:lambda:path/[0-9-]+/functions/(?P<function_arn>.+)/invocations"
)


@dataclass(frozen=True, slots=True)
class Route:
    """A route of a deployment."""

    route_id: str
    route_key: str
    target_integration_id: str | None
    authorization_type: str
    authorizer_id: str | None
    api_key_required: bool
    route_response_selection_expression: str | None
    has_default_route_response: bool
    model_selection_expression: str | None
    request_models: Mapping[str, str]
    request_parameters: Mapping[str, Any]
    operation_name: str | None


@dataclass(frozen=True, slots=True)
class Integration:
    """An integration of a deployment; `raw` is GetIntegration plus its `integrationResponses`.

    `function_arn` is the function that a Lambda URI names, with its stage variables as they stand
    there, and None for every other URI.
    """

    integration_id: str
    integration_type: str
    integration_uri: str | None
    integration_method: str | None
    timeout_milliseconds: int
    function_arn: str | None
    raw: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Model:
    """A model of a deployment; `schema` is the text of a JSON Schema (draft 4)."""

    model_id: str
    name: str
    content_type: str | None
    schema: str


@dataclass(frozen=True, slots=True)
class Authorizer:
    """An authorizer of a deployment; `function_arn` is the function that its URI names."""

    authorizer_id: str
    name: str
    authorizer_type: str
    function_arn: str | None
    identity_sources: tuple[str, ...]
    credentials_arn: str | None


@dataclass(frozen=True, slots=True)
class Deployment:
    """An API as CreateDeployment froze it.

    The mappings' keys are route keys, integration ids, model names and authorizer ids. With
    `disable_execute_api_endpoint`, only a domain name leads to the API.
    """

    deployment_id: str
    route_selection_expression: str
    api_key_selection_expression: str
    routes: Mapping[str, Route]
    integrations: Mapping[str, Integration]
    models: Mapping[str, Model]
    authorizers: Mapping[str, Authorizer]
    disable_execute_api_endpoint: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage, with the deployment that it serves; `settings` is GetStage's whole answer."""

    name: str
    deployment: Deployment | None
    variables: Mapping[str, str]
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Api:
    """A WebSocket API of one account and region."""

    account_id: str
    region: str
    api_id: str
    name: str
    stages: tuple[Stage, ...]


def function_arn_of(uri: str | None) -> str | None:
    """Return the function that a Lambda integration's or authorizer's URI names, or None."""
    matched = _LAMBDA_URI.fullmatch(uri or "")
    return matched["function_arn"] if matched else None


def parse_api(fields: Fields) -> Api:
    """Read an API with its stages and their deployments."""
    return Api(
        account_id=fields.text("account_id"),
        region=fields.text("region"),
        api_id=fields.text("api_id"),
        name=fields.text("name"),
        stages=tuple(_stage(each) for each in fields.items("stages")),
    )


def _stage(fields: Fields) -> Stage:
    settings = fields.object("stage")
    deployment = fields.optional_object("deployment")
    return Stage(
        name=settings.text("stageName"),
        deployment=None if deployment is None else _deployment(deployment),
        variables=settings.mapping("stageVariables"),
        settings=settings.document,
    )


def _deployment(fields: Fields) -> Deployment:
    api = fields.object("api")
    routes = [_route(each) for each in fields.items("routes")]
    integrations = [_integration(each) for each in fields.items("integrations")]
    models = [_model(each) for each in fields.items("models")]
    authorizers = [_authorizer(each) for each in fields.items("authorizers")]
    return Deployment(
        deployment_id=fields.text("deploymentId"),
        route_selection_expression=api.text("routeSelectionExpression"),
        api_key_selection_expression=api.text("apiKeySelectionExpression"),
        routes={route.route_key: route for route in routes},
        integrations={each.integration_id: each for each in integrations},
        models={model.name: model for model in models},
        authorizers={each.authorizer_id: each for each in authorizers},
        disable_execute_api_endpoint=api.boolean("disableExecuteApiEndpoint"),
    )


def _route(fields: Fields) -> Route:
    target = fields.optional_text("target")
    responses = fields.items("routeResponses")
    return Route(
        route_id=fields.text("routeId"),
        route_key=fields.text("routeKey"),
        target_integration_id=target.removeprefix("integrations/") if target else None,
        authorization_type=fields.optional_text("authorizationType") or "NONE",
        authorizer_id=fields.optional_text("authorizerId"),
        api_key_required=fields.boolean("apiKeyRequired"),
        route_response_selection_expression=fields.optional_text(
            "routeResponseSelectionExpression"
        ),
        has_default_route_response=any(
            response.text("routeResponseKey") == "$default" for response in responses
        ),
        model_selection_expression=fields.optional_text("modelSelectionExpression"),
        request_models=fields.mapping("requestModels"),
        request_parameters=fields.mapping("requestParameters"),
        operation_name=fields.optional_text("operationName"),
    )


def _integration(fields: Fields) -> Integration:
    uri = fields.optional_text("integrationUri")
    return Integration(
        integration_id=fields.text("integrationId"),
        integration_type=fields.text("integrationType"),
        integration_uri=uri,
        integration_method=fields.optional_text("integrationMethod"),
        timeout_milliseconds=fields.integer("timeoutInMillis"),
        function_arn=function_arn_of(uri),
        raw=fields.document,
    )


def _model(fields: Fields) -> Model:
    return Model(
        model_id=fields.text("modelId"),
        name=fields.text("name"),
        content_type=fields.optional_text("contentType"),
        schema=fields.text("schema"),
    )


def _authorizer(fields: Fields) -> Authorizer:
    return Authorizer(
        authorizer_id=fields.text("authorizerId"),
        name=fields.text("name"),
        authorizer_type=fields.text("authorizerType"),
        function_arn=function_arn_of(fields.optional_text("authorizerUri")),
        identity_sources=fields.texts("identitySource"),
        credentials_arn=fields.optional_text("authorizerCredentialsArn"),
    )
