"""A function that keeps its logging configuration and runs in the local execution environments."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from moto.awslambda.models import LambdaFunction

from local_aws.control_plane.awslambda.invocation import InvokeApi, InvokeRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_LOG_FORMAT = "Text"
_DEFAULT_LOG_LEVELS = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}


class Function(LambdaFunction):
    """moto's function; `invoke_api` is where it runs."""

    def __init__(
        self,
        account_id: str,
        spec: dict[str, Any],
        region: str,
        version: str | int = 1,
        *,
        invoke_api: InvokeApi,
    ) -> None:
        super().__init__(account_id, spec, region, version)
        self._invoke_api = invoke_api
        self._logging_config: Mapping[str, str] = spec.get("LoggingConfig") or {}

    @property
    def logging_config(self) -> dict[str, str]:
        """LoggingConfig with AWS's defaults; levels exist only for the format JSON."""
        defaults = {"LogFormat": DEFAULT_LOG_FORMAT, "LogGroup": self.logs_group_name}
        if self._logging_config.get("LogFormat") == "JSON":
            defaults |= _DEFAULT_LOG_LEVELS
        return {**defaults, **self._logging_config}

    def get_configuration(self, on_create: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002 - moto's signature
        """Return GetFunctionConfiguration's answer."""
        return {**super().get_configuration(on_create), "LoggingConfig": self.logging_config}

    def update_configuration(self, config_updates: dict[str, Any]) -> dict[str, Any]:
        """Apply UpdateFunctionConfiguration's document, with the members that moto passes over."""
        if "Environment" in config_updates:
            variables = (config_updates["Environment"] or {}).get("Variables") or {}
            config_updates = {**config_updates, "Environment": {"Variables": variables}}
        if "EphemeralStorage" in config_updates:
            self.ephemeral_storage = config_updates["EphemeralStorage"]["Size"]
        self.kms_key_arn = config_updates.get("KMSKeyArn", self.kms_key_arn)
        self.tracing_config = config_updates.get("TracingConfig", self.tracing_config)
        self._logging_config = config_updates.get("LoggingConfig", self._logging_config)
        return super().update_configuration(config_updates)

    def update_function_code(self, updated_spec: dict[str, Any]) -> dict[str, Any]:
        """Apply UpdateFunctionCode's document, with the architecture that moto passes over."""
        if "Architectures" in updated_spec and not updated_spec.get("DryRun"):
            self.architectures = updated_spec["Architectures"]
        return super().update_function_code(updated_spec)

    def invoke(self, body: str | bytes, request_headers: Any, response_headers: Any) -> str | bytes:
        """Run the function for another service of the local AWS.

        `response_headers` tells a failure, of the function or of Lambda, as moto's callers expect.
        """
        answer = self._invoke_api.invoke(
            InvokeRequest(
                function_arn=self.function_arn,
                payload=body.encode() if isinstance(body, str) else body,
                headers=request_headers,
            )
        )
        response_headers.update(answer.headers)
        if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
            response_headers["x-amz-function-error"] = "Unhandled"
        return answer.payload
