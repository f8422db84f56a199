"""CreateFunction, UpdateFunctionConfiguration, UpdateFunctionCode, AddPermission and Invoke."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from moto.awslambda import urls
from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaFunction
from moto.awslambda.responses import LambdaResponse

from local_aws.control_plane.awslambda import limits
from local_aws.control_plane.awslambda.backend import Backend
from local_aws.control_plane.awslambda.invocation import InvokeRequest

# What moto's operations return: status, headers, body.
Answer = tuple[int, dict[str, str], str | bytes]


class ResourceConflictError(LambdaClientError):
    """The resource is already there."""

    code = 409

    def __init__(self, message: str) -> None:
        super().__init__("ResourceConflictException", message)


class Response(LambdaResponse):
    """moto's operations with ours before them."""

    @property
    def backend(self) -> Backend:
        """The backend of the caller's account and Region."""
        backend = super().backend
        if not isinstance(backend, Backend):
            raise TypeError("Call extensions.install before the first request.")
        return backend

    def create_function(self) -> Any:
        """Create a function, unless its code or environment is one that AWS refuses."""
        document = self.json_body
        _check_configuration(document)
        limits.check_code(document.get("Code") or {})
        return super().create_function()

    def update_function_configuration(self) -> Any:
        """Change a function's configuration."""
        _check_configuration(self.json_body)
        return super().update_function_configuration()

    def update_function_code(self) -> Any:
        """Change a function's code."""
        limits.check_code(self.json_body)
        return super().update_function_code()

    def add_permission(self) -> str:
        """Add a statement to a function's policy; its id must be a new one."""
        statement_id = self.json_body.get("StatementId")
        function = self._function(self.path.split("/")[-2])
        if any(each["Sid"] == statement_id for each in function.policy.statements):
            raise ResourceConflictError(
                f"The statement id ({statement_id}) provided already exists. Please provide a "
                "new statement id, or remove the existing statement."
            )
        return super().add_permission()

    def invoke(self) -> Answer:
        """Run a function; status, headers and payload are those of its execution environment."""
        return self._invoked(self.headers)

    def invoke_async(self) -> Answer:
        """Run a function without waiting for it, by the operation that Invoke replaces."""
        return self._invoked({"X-Amz-Invocation-Type": "Event"})

    def _invoked(self, headers: Mapping[str, str]) -> Answer:
        answer = self.backend.invoke_api.invoke(
            InvokeRequest(
                function_arn=self._function(self.path.rstrip("/").split("/")[-2]).function_arn,
                payload=self.body.encode() if isinstance(self.body, str) else self.body,
                headers=headers,
            )
        )
        return (
            answer.status,
            {**answer.headers, "status": str(answer.status)},
            answer.payload,
        )

    def _function(self, quoted_name: str) -> LambdaFunction:
        (qualifier,) = self.querystring.get("Qualifier", [None])
        return self.backend.get_function(unquote(quoted_name), qualifier)


def _check_configuration(document: Mapping[str, Any]) -> None:
    """Check what CreateFunction's and UpdateFunctionConfiguration's documents have in common."""
    limits.check_environment((document.get("Environment") or {}).get("Variables") or {})
    limits.check_logging(document.get("LoggingConfig") or {})


def url_paths() -> dict[str, Callable[..., Any]]:
    """Return every path of the service in moto's form, with the operation that answers there."""
    return {
        path: Response.dispatch if handler == LambdaResponse.dispatch else handler
        for path, handler in urls.url_paths.items()
    }
