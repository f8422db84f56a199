"""One call of Lambda: the function that it names, its document and the backend it acts on."""

import json
from typing import Any

from moto.awslambda.responses import LambdaResponse

from local_aws.control_plane.awslambda.backend import Backend
from local_aws.control_plane.awslambda.qualified_function import QualifiedFunction

# What moto's operations return: status, headers, body.
Answer = tuple[int, dict[str, str], str | bytes]


class Request(LambdaResponse):
    """What the operations of every kind share."""

    @property
    def backend(self) -> Backend:
        """The backend of the caller's account and Region."""
        backend = super().backend
        if not isinstance(backend, Backend):
            raise TypeError("Call extensions.install before the first request.")
        return backend

    @property
    def document(self) -> dict[str, Any]:
        """The request's JSON document."""
        return dict(self.json_body)

    @property
    def function(self) -> QualifiedFunction:
        """The function, version or alias that the path and the query name.

        UnknownFunctionException if there is none.
        """
        return self.backend.get_qualified_function(
            str(self.uri_match["FunctionName"]), self.query_parameter("Qualifier")
        )

    def query_parameter(self, name: str) -> str | None:
        """Return a parameter of the query, or None where it is not given."""
        (value,) = self.querystring.get(name, [None])
        return None if value is None else str(value)


def answer(document: object, *, status: int = 200) -> Answer:
    """Return an operation's answer with a JSON body."""
    return status, {"status": str(status)}, json.dumps(document)


def empty_answer() -> Answer:
    """Return the answer of an operation that deletes."""
    return 204, {"status": "204"}, ""
