"""A function with the settings that moto does not keep, run by the local execution environments."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from moto.awslambda.models import LambdaFunction, LayerDataType, LayerVersion, lambda_backends
from moto.core.utils import iso_8601_datetime_with_nanoseconds

from local_aws.control_plane.awslambda.invocation import InvokeApi, InvokeRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_LOG_FORMAT = "Text"
_DEFAULT_LOG_LEVELS = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO"}
_OF_ONE_VERSION = frozenset({"FunctionArn", "LastModified", "LastUpdateStatus", "Version"})


class Function(LambdaFunction):
    """moto's function; `invoke_api` is where it runs.

    A published version is a copy of the function as it was: whatever both hold is replaced and
    never changed, but for the resource policy, which is one for all versions.

    Attributes:
        last_version: Number of the version that was published last, 0 before the first.
        layer_versions: The layers, the first at the bottom.
    """

    layer_versions: tuple[LayerVersion, ...]

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
        self.last_version = 0
        self._invoke_api = invoke_api
        self._logging_config: Mapping[str, str] = spec.get("LoggingConfig") or {}
        self._dead_letter_config: Mapping[str, str] = spec.get("DeadLetterConfig") or {}
        self._snap_start: Mapping[str, str] = spec.get("SnapStart") or {}
        self._published_as: Mapping[str, Any] = {}

    @property
    def logging_config(self) -> dict[str, str]:
        """LoggingConfig with AWS's defaults; levels exist only for the format JSON."""
        defaults = {"LogFormat": DEFAULT_LOG_FORMAT, "LogGroup": self.logs_group_name}
        if self._logging_config.get("LogFormat") == "JSON":
            defaults |= _DEFAULT_LOG_LEVELS
        return {**defaults, **self._logging_config}

    @property
    def snap_start(self) -> dict[str, str]:
        """SnapStart, which takes hold of published versions only."""
        apply_on = self._snap_start.get("ApplyOn", "None")
        is_on = apply_on == "PublishedVersions" and self.version != "$LATEST"
        return {"ApplyOn": apply_on, "OptimizationStatus": "On" if is_on else "Off"}

    def get_configuration(self, on_create: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002 - moto's signature
        """Return GetFunctionConfiguration's answer."""
        configuration = {
            **super().get_configuration(on_create),
            "LoggingConfig": self.logging_config,
            "SnapStart": self.snap_start,
        }
        if self._dead_letter_config.get("TargetArn"):
            configuration["DeadLetterConfig"] = dict(self._dead_letter_config)
        return configuration

    def get_code(self) -> dict[str, Any]:
        """Return GetFunction's answer; a reserved concurrency of 0 is one too."""
        answer: dict[str, Any] = super().get_code()
        if self.reserved_concurrency is not None:
            answer["Concurrency"] = {"ReservedConcurrentExecutions": self.reserved_concurrency}
        return answer

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
        self._dead_letter_config = config_updates.get("DeadLetterConfig", self._dead_letter_config)
        self._snap_start = config_updates.get("SnapStart", self._snap_start)
        self.last_modified = iso_8601_datetime_with_nanoseconds()
        return super().update_configuration(config_updates)

    def update_function_code(self, updated_spec: dict[str, Any]) -> dict[str, Any]:
        """Apply UpdateFunctionCode's document, with the architecture that moto passes over."""
        if not updated_spec.get("DryRun"):
            self.architectures = updated_spec.get("Architectures", self.architectures)
            self.last_modified = iso_8601_datetime_with_nanoseconds()
            # moto writes into this dictionary, which published versions hold too.
            self.code = dict(self.code)
        return super().update_function_code(updated_spec)

    def set_version(self, version: int) -> None:
        """Make this copy of the function the next version; moto's number may have been one."""
        self._published_as = self._shape()
        super().set_version(max(version, self.last_version + 1))

    def has_changed_since(self, version: "Function") -> bool:
        """Tell whether code or configuration differ from what was published as a version."""
        return self._shape() != version._published_as  # noqa: SLF001 - of the same class

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

    def _shape(self) -> dict[str, Any]:
        """Return all that a new version is published for."""
        configuration = self.get_configuration().items()
        return {name: value for name, value in configuration if name not in _OF_ONE_VERSION}

    def _get_layers_data(self, layers_versions_arns: list[str]) -> list[LayerDataType]:
        """Keep the layers themselves: a function holds on to one that is deleted."""
        layers = super()._get_layers_data(layers_versions_arns)
        backend = lambda_backends[self.account_id][self.region]
        found = (backend.layers_versions_by_arn(layer["Arn"]) for layer in layers)
        self.layer_versions = tuple(layer for layer in found if layer is not None)
        return layers
