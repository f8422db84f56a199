"""What the control plane tells the data plane: one JSON line a publication.

The control plane writes `Ready` or `Failed` first, then the whole `State` after each change and
before the call that made the change is answered. Names follow AWS's own responses (API Gateway V2
GetApi, GetStage, GetRoute, GetIntegration; Lambda GetFunctionConfiguration, GetPolicy).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

_Value = TypeVar("_Value")

_LAMBDA_URI = re.compile(
    r"arn:[^:]+:apigateway:[^:]*:lambda:path/[0-9-]+/functions/(?P<function_arn>.+)/invocations"
)


class MalformedPublicationError(ValueError):
    """A line that is no publication: the message names the field and what was expected."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The control plane accepts calls at `aws_endpoint`, an `http://host:port` address."""

    aws_endpoint: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The control plane could not start; `message` says why and what to do."""

    message: str


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

    The mappings' keys are route keys, integration ids, model names and authorizer ids.
    """

    deployment_id: str
    route_selection_expression: str
    api_key_selection_expression: str
    routes: Mapping[str, Route]
    integrations: Mapping[str, Integration]
    models: Mapping[str, Model]
    authorizers: Mapping[str, Authorizer]


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


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function; `code_path` is its zip, `permissions` its resource policy's statements.

    `architecture` is `x86_64` or `arm64`, `version` is `$LATEST` or a published number, and `arn`
    carries no version.
    """

    name: str
    arn: str
    runtime: str
    handler: str
    timeout_seconds: int
    memory_megabytes: int
    environment: Mapping[str, str]
    code_sha256: str
    code_path: Path
    version: str
    log_group: str
    architecture: str
    permissions: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class State:
    """Everything that the data plane serves; a later publication has a higher `version`."""

    version: int
    apis: tuple[Api, ...]
    functions: tuple[Function, ...]


Publication = Ready | Failed | State


def parse_publication(line: str | bytes) -> Publication:
    """Read one line of the control plane.

    Raises:
        MalformedPublicationError: the line is not JSON, or lacks a field, or a field has another
            type; nothing is returned in part.
    """
    try:
        document = json.loads(line)
    except ValueError as error:
        raise MalformedPublicationError(f"A publication is not JSON: {error}.") from error
    fields = _Fields(document, "publication")
    match fields.text("type"):
        case "ready":
            return Ready(aws_endpoint=fields.text("aws_endpoint"))
        case "failed":
            return Failed(message=fields.text("message"))
        case "state":
            return State(
                version=fields.integer("version"),
                apis=tuple(_api(each) for each in fields.items("apis")),
                functions=tuple(_function(each) for each in fields.items("functions")),
            )
        case other:
            raise MalformedPublicationError(
                f"A publication's type is {other!r}; it must be ready, failed or state."
            )


def function_arn_of(uri: str | None) -> str | None:
    """Return the function that a Lambda integration's or authorizer's URI names, or None."""
    matched = _LAMBDA_URI.fullmatch(uri or "")
    return matched["function_arn"] if matched else None


class _Fields:
    """Typed access to a JSON object; AWS leaves absent values out or sends null, so both are None.

    `where` is the object's place in the publication, for error messages.
    """

    def __init__(self, document: object, where: str) -> None:
        if not isinstance(document, dict):
            raise MalformedPublicationError(
                f"{where} is {type(document).__name__}; it must be an object."
            )
        self.document: dict[str, Any] = document
        self._where = where

    def text(self, name: str) -> str:
        return self._required(name, str, "a string")

    def optional_text(self, name: str) -> str | None:
        return self._optional(name, str, "a string")

    def integer(self, name: str) -> int:
        return self._required(name, int, "an integer")

    def optional_integer(self, name: str) -> int | None:
        return self._optional(name, int, "an integer")

    def boolean(self, name: str) -> bool:
        return self._optional(name, bool, "a boolean") or False

    def mapping(self, name: str) -> dict[str, Any]:
        return self._optional(name, dict, "an object") or {}

    def object(self, name: str) -> _Fields:
        return _Fields(self._required(name, dict, "an object"), f"{self._where}.{name}")

    def optional_object(self, name: str) -> _Fields | None:
        return None if self.document.get(name) is None else self.object(name)

    def items(self, name: str) -> list[_Fields]:
        """Return the objects of a list; an absent list has none."""
        found: list[object] = self._optional(name, list, "a list") or []
        return [_Fields(item, f"{self._where}.{name}[{index}]") for index, item in enumerate(found)]

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the strings of a list; an absent list has none."""
        found: list[object] = self._optional(name, list, "a list") or []
        texts = tuple(item for item in found if isinstance(item, str))
        if len(texts) != len(found):
            raise MalformedPublicationError(f"{self._where}.{name} may hold strings only.")
        return texts

    def _required(self, name: str, kind: type[_Value], expected: str) -> _Value:
        value = self._optional(name, kind, expected)
        if value is None:
            raise MalformedPublicationError(
                f"{self._where}.{name} is missing; expected {expected}."
            )
        return value

    def _optional(self, name: str, kind: type[_Value], expected: str) -> _Value | None:
        value = self.document.get(name)
        # bool is a kind of int, which no field of AWS's means.
        if value is None or (isinstance(value, kind) and type(value) is kind):
            return value
        raise MalformedPublicationError(
            f"{self._where}.{name} is {type(value).__name__}; expected {expected}."
        )


def _api(fields: _Fields) -> Api:
    return Api(
        account_id=fields.text("account_id"),
        region=fields.text("region"),
        api_id=fields.text("api_id"),
        name=fields.text("name"),
        stages=tuple(_stage(each) for each in fields.items("stages")),
    )


def _stage(fields: _Fields) -> Stage:
    settings = fields.object("stage")
    deployment = fields.optional_object("deployment")
    return Stage(
        name=settings.text("stageName"),
        deployment=None if deployment is None else _deployment(deployment),
        variables=settings.mapping("stageVariables"),
        settings=settings.document,
    )


def _deployment(fields: _Fields) -> Deployment:
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
    )


def _route(fields: _Fields) -> Route:
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


def _integration(fields: _Fields) -> Integration:
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


def _model(fields: _Fields) -> Model:
    return Model(
        model_id=fields.text("modelId"),
        name=fields.text("name"),
        content_type=fields.optional_text("contentType"),
        schema=fields.text("schema"),
    )


def _authorizer(fields: _Fields) -> Authorizer:
    return Authorizer(
        authorizer_id=fields.text("authorizerId"),
        name=fields.text("name"),
        authorizer_type=fields.text("authorizerType"),
        function_arn=function_arn_of(fields.optional_text("authorizerUri")),
        identity_sources=fields.texts("identitySource"),
        credentials_arn=fields.optional_text("authorizerCredentialsArn"),
    )


def _function(fields: _Fields) -> Function:
    configuration = fields.object("configuration")
    environment = configuration.optional_object("Environment")
    logging = configuration.optional_object("LoggingConfig")
    name = configuration.text("FunctionName")
    arn, version = configuration.text("FunctionArn"), configuration.text("Version")
    return Function(
        name=name,
        arn=arn.removesuffix(f":{version}"),
        runtime=configuration.text("Runtime"),
        handler=configuration.text("Handler"),
        timeout_seconds=configuration.integer("Timeout"),
        memory_megabytes=configuration.integer("MemorySize"),
        environment={} if environment is None else environment.mapping("Variables"),
        code_sha256=configuration.text("CodeSha256"),
        code_path=Path(fields.text("code_path")),
        version=version,
        log_group=(logging and logging.optional_text("LogGroup")) or f"/aws/lambda/{name}",
        architecture=next(iter(configuration.texts("Architectures")), "x86_64"),
        permissions=tuple(each.document for each in fields.items("permissions")),
    )
