"""HTTP servers as integrations: by proxy, which gets the message as it is, and by templates.

From "Set up a WebSocket API integration request in API Gateway". The headers that API Gateway adds
are those that HTTP servers behind it report.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from local_aws.api_gateway.addressing import with_stage_variables
from local_aws.api_gateway.integrations.integration import (
    Answer,
    Call,
    Failure,
    IntegrationError,
)
from local_aws.api_gateway.integrations.request_mapping import map_body
from local_aws.api_gateway.integrations.request_parameters import (
    RequestParameters,
    map_parameters,
)
from local_aws.api_gateway.integrations.response_mapping import BackendAnswer, map_answer
from local_aws.http1 import Headers, Response
from local_aws.http1.client import HttpClient, HttpClientError

_ANY: Final = "ANY"
_NOT_FORWARDED: Final = frozenset(
    {"host", "content-length", "transfer-encoding", "keep-alive", "te", "trailer", "expect"}
)


@dataclass(frozen=True, slots=True)
class HttpProxyIntegration:
    """Sends the message on as it is; at `$connect`, the client's headers and query string."""

    client: HttpClient

    async def call(self, call: Call, /) -> Answer:
        """Ask the server of a route.

        Raises:
            IntegrationError: It cannot be reached, or its answer is no text.
        """
        headers: dict[str, list[str]] = call.event.get("multiValueHeaders", {})
        query: dict[str, list[str]] = call.event.get("multiValueQueryStringParameters", {})
        parameters = map_parameters(call)
        response = await _send(
            self.client,
            call,
            RequestParameters(
                _merge(_forwarded(headers), parameters.headers),
                _merge(_pairs(query), parameters.query),
                parameters.path,
            ),
            call.body.encode(),
        )
        try:
            response.body.decode()
        except UnicodeDecodeError as error:
            raise IntegrationError(
                Failure.FAILED, "the server's answer is no text in UTF-8, which a message has to be"
            ) from error
        return Answer(response.status, response.headers, response.body, response.status)


@dataclass(frozen=True, slots=True)
class HttpIntegration:
    """Sends what a request template makes of the event, and maps the server's answer."""

    client: HttpClient

    async def call(self, call: Call, /) -> Answer:
        """Ask the server of a route.

        Raises:
            IntegrationError: It cannot be reached, or its answer cannot be mapped.
        """
        response = await _send(self.client, call, map_parameters(call), map_body(call))
        return map_answer(
            call,
            BackendAnswer(
                response.status, response.headers, response.body, selector=str(response.status)
            ),
        )


async def _send(
    client: HttpClient, call: Call, parameters: RequestParameters, body: bytes
) -> Response:
    method = call.integration.integration_method or _ANY
    headers = _merge(_defaults(call, has_body=bool(body)), parameters.headers)
    url = _url(call, parameters)
    call.record.trace("Endpoint request URI: %s", url)
    call.record.trace("Endpoint request body after transformations: %s", body)
    try:
        response = await client.send(
            url,
            # An event of a WebSocket has no method of its own that could be handed on.
            method="POST" if method == _ANY else method,
            headers=headers,
            body=body,
        )
    except HttpClientError as error:
        raise IntegrationError(Failure.NOT_REACHED, str(error)) from error
    call.record.trace("Endpoint response body before transformations: %s", response.body)
    return response


def _url(call: Call, parameters: RequestParameters) -> str:
    url = with_stage_variables(call.stage.stage, call.integration.integration_uri or "")
    for name, value in parameters.path:
        url = url.replace(f"{{{name}}}", quote(value, safe=""))
    if parameters.query:
        url += ("&" if "?" in url else "?") + urlencode(parameters.query)
    return url


def _defaults(call: Call, *, has_body: bool) -> Headers:
    api_id = call.stage.api.api_id
    content_type: Headers = (("Content-Type", "application/json"),) if has_body else ()
    return (
        *content_type,
        ("User-Agent", f"AmazonAPIGateway_{api_id}"),
        ("x-amzn-apigateway-api-id", api_id),
    )


def _forwarded(headers: dict[str, list[str]]) -> Headers:
    return tuple(pair for pair in _pairs(headers) if pair[0].lower() not in _NOT_FORWARDED)


def _pairs(values: dict[str, list[str]]) -> Headers:
    return tuple((name, each) for name, several in values.items() for each in several)


def _merge(defaults: Headers, given: Headers) -> Headers:
    """Put what is given in the place of the defaults of the same name."""
    names = {name.lower() for name, _ in given}
    return (*(pair for pair in defaults if pair[0].lower() not in names), *given)
