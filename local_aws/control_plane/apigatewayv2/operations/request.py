"""One call of API Gateway V2: its path parameters, its document and the backend it acts on."""

import json
from typing import Any

from moto.apigatewayv2.exceptions import BadRequestException
from moto.apigatewayv2.models import Api, apigatewayv2_backends
from moto.apigatewayv2.responses import ApiGatewayV2Response

from local_aws.control_plane.apigatewayv2.backend import Backend

# What moto's operations return: status, headers, body.
Answer = tuple[int, dict[str, str], str | bytes]


class Request(ApiGatewayV2Response):
    """What the operations of every entity share."""

    @property
    def apigatewayv2_backend(self) -> Backend:
        """The backend of the caller's account and Region."""
        backend = apigatewayv2_backends[self.current_account][self.region]
        if not isinstance(backend, Backend):
            raise TypeError("Call extensions.install before the first request.")
        return backend

    @property
    def api(self) -> Api:
        """The API that the path names; NotFoundException if there is none."""
        return self.apigatewayv2_backend.get_api(self.path_parameter("apiId"))

    @property
    def document(self) -> dict[str, Any]:
        """The request's JSON document; BadRequestException if the body is not one."""
        try:
            document = json.loads(self.body or "{}")
        except ValueError:
            raise BadRequestException("Invalid request input") from None
        if not isinstance(document, dict):
            raise BadRequestException("Invalid request input")
        return document

    def path_parameter(self, name: str) -> str:
        """Return a decoded part of the path by its name in the service's model, such as apiId."""
        return str(self.uri_match[name])


def answer(document: object, *, status: int = 200) -> Answer:
    """Return an operation's answer with a JSON body."""
    return status, {"status": str(status)}, json.dumps(document)


def empty_answer() -> Answer:
    """Return the answer of an operation that deletes."""
    return 204, {"status": "204"}, ""
