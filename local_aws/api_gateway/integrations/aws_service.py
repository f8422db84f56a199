"""AWS services as integrations: an action of DynamoDB, SQS, SNS or Step Functions, and the like.

From "Set up a WebSocket API integration request in API Gateway" and the member integrationUri of
"CreateIntegration".
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode

from botocore.awsrequest import AWSRequest

from local_aws.api_gateway.addressing import with_stage_variables
from local_aws.api_gateway.integrations.integration import (
    Answer,
    Call,
    Failure,
    IntegrationError,
)
from local_aws.api_gateway.integrations.integration_roles import IntegrationRoles
from local_aws.api_gateway.integrations.request_mapping import map_body
from local_aws.api_gateway.integrations.request_parameters import (
    RequestParameters,
    map_parameters,
)
from local_aws.api_gateway.integrations.response_mapping import BackendAnswer, map_answer
from local_aws.api_gateway.integrations.service_protocol import (
    ServiceProtocol,
    UnknownService,
    service_protocol,
)
from local_aws.aws_client import problem_of
from local_aws.http1 import Headers, Response
from local_aws.http1.client import HttpClient, HttpClientError
from local_aws.signing import sign

_URI: Final = re.compile(
    r"arn:[^:]+:apigateway:(?P<region>[^:]+):(?:(?P<subdomain>[^:]+)\.)?(?P<service>[a-z0-9-]+)"
    r":(?P<kind>action|path)/(?P<rest>.+)"
)
_FORM: Final = "application/x-www-form-urlencoded"
_PATH_SAFE: Final = "%/:@!$&'()*+,;=~"
_ERRORS_FROM: Final = 400


@dataclass(frozen=True, slots=True)
class _Request:
    """One request to a service, before it is signed."""

    method: str
    url: str
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class AwsServiceIntegration:
    """Calls AWS services at `endpoint_url`, signed in the name of each integration's role."""

    endpoint_url: str
    client: HttpClient
    roles: IntegrationRoles

    async def call(self, call: Call, /) -> Answer:
        """Call the service of a route.

        Raises:
            IntegrationError: The URI or the role is none that can be used, or the answer cannot be
                mapped.
        """
        uri = _parse(with_stage_variables(call.stage.stage, call.integration.integration_uri or ""))
        try:
            protocol = service_protocol(uri["service"])
        except UnknownService as error:
            raise IntegrationError(Failure.NOT_CALLED, str(error)) from error
        request = _request(self.endpoint_url, call, uri, protocol)
        call.record.trace("Endpoint request body after transformations: %s", request.body)
        signed = sign(
            AWSRequest(request.method, request.url, dict(request.headers), request.body),
            await self.roles.assume(call),
            signing_name=protocol.signing_name,
            region=uri["region"],
        )
        try:
            response = await self.client.send(
                request.url, method=request.method, headers=signed, body=request.body
            )
        except HttpClientError as error:
            raise IntegrationError(Failure.NOT_REACHED, str(error)) from error
        call.record.trace("Endpoint response body before transformations: %s", response.body)
        answer = BackendAnswer(
            response.status,
            response.headers,
            response.body,
            selector=str(response.status),
            remark=_remark(uri, response),
        )
        return map_answer(call, answer)


def _parse(uri: str) -> re.Match[str]:
    parts = _URI.fullmatch(uri)
    if parts is None:
        raise IntegrationError(
            Failure.NOT_CALLED,
            f"the integration's URI {uri!r} names no AWS service; write"
            " arn:aws:apigateway:REGION:SERVICE:action/NAME or …:path/PATH",
        )
    return parts


def _request(
    endpoint_url: str, call: Call, uri: re.Match[str], protocol: ServiceProtocol
) -> _Request:
    parameters, body = map_parameters(call), map_body(call)
    if uri["kind"] == "path":
        content_type = parameters.header("content-type") or "application/json"
        headers = _with(parameters.headers, ("Content-Type", content_type))
        url = _with_query(f"{endpoint_url}/{_path(uri, parameters)}", parameters)
        return _Request(call.integration.integration_method or "POST", url, headers, body)
    if not protocol.has_actions:
        raise IntegrationError(
            Failure.NOT_CALLED,
            f"{uri['service']} has no actions; write {uri['service']}:path/PATH in the"
            " integration's URI",
        )
    sends_json = (parameters.header("content-type") or "").startswith("application/x-amz-json")
    if protocol.target_prefix is None and not sends_json:
        return _query(endpoint_url, uri["rest"], protocol, parameters, body)
    headers = parameters.headers
    if protocol.target_prefix is not None:
        headers = _with(headers, ("X-Amz-Target", f"{protocol.target_prefix}.{uri['rest']}"))
        headers = _with(
            headers, ("Content-Type", f"application/x-amz-json-{protocol.json_version}")
        )
    return _Request("POST", _with_query(f"{endpoint_url}/", parameters), headers, body)


def _query(
    endpoint_url: str,
    action: str,
    protocol: ServiceProtocol,
    parameters: RequestParameters,
    body: bytes,
) -> _Request:
    """Write an action as a form, of the parameters in the query and in a body that is one."""
    fields = {"Action": action, "Version": protocol.api_version, **dict(parameters.query)}
    if (parameters.header("content-type") or "").startswith(_FORM):
        fields |= dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    headers = tuple(pair for pair in parameters.headers if pair[0].lower() != "content-type")
    return _Request(
        "POST", f"{endpoint_url}/", (*headers, ("Content-Type", _FORM)), urlencode(fields).encode()
    )


def _path(uri: re.Match[str], parameters: RequestParameters) -> str:
    path = uri["rest"]
    for name, value in parameters.path:
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
    # The one service whose host names hold a resource; it takes that in the path as well.
    if uri["service"] == "s3" and uri["subdomain"]:
        path = f"{uri['subdomain']}/{path}"
    return quote(path, safe=_PATH_SAFE)


def _with(headers: Headers, default: tuple[str, str]) -> Headers:
    names = {name.lower() for name, _ in headers}
    return headers if default[0].lower() in names else (*headers, default)


def _with_query(url: str, parameters: RequestParameters) -> str:
    return f"{url}?{urlencode(parameters.query)}" if parameters.query else url


def _remark(uri: re.Match[str], response: Response) -> str:
    """Say what a service refused, for the terminal."""
    if response.status < _ERRORS_FROM:
        return ""
    action = f"{uri['service']}:{uri['rest']}"
    return f"{action} answered {response.status} {problem_of(response)}"
