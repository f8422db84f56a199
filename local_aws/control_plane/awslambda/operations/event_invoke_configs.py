"""What becomes of asynchronous invocations, for each qualifier of a function.

PutFunctionEventInvokeConfig, UpdateFunctionEventInvokeConfig, GetFunctionEventInvokeConfig,
ListFunctionEventInvokeConfigs and DeleteFunctionEventInvokeConfig.
"""

import time
from typing import Any

from moto.awslambda.exceptions import UnknownEventConfig
from moto.awslambda.models import EventInvokeConfig

from local_aws.control_plane.awslambda.operations.request import (
    Answer,
    Request,
    answer,
    empty_answer,
)
from local_aws.control_plane.awslambda.qualified_function import LATEST

_SETTINGS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")


class EventInvokeConfigs(Request):
    """Operations on retries, age and destinations of asynchronous invocations."""

    def put_function_event_invoke_config(self) -> Any:
        """Set all settings: what the document does not name has AWS's default again."""
        return self._set(self.document)

    def update_function_event_invoke_config(self) -> Any:
        """Set what the document names."""
        return self._set({**self._config().config, **self.document})

    def get_function_event_invoke_config(self) -> Any:
        """Return the settings of a function, a version or an alias."""
        return answer(_describe(self._config()))

    def list_function_event_invoke_configs(self) -> Any:
        """Return the settings of all versions and aliases of a function on one page."""
        prefix = f"{self.function.latest.function_arn}:"
        configs = [
            _describe(config)
            for arn, config in self.backend.event_invoke_configs.items()
            if arn.startswith(prefix)
        ]
        return answer({"FunctionEventInvokeConfigs": configs})

    def delete_function_event_invoke_config(self) -> Answer:
        """Give all settings AWS's defaults again."""
        del self.backend.event_invoke_configs[self._config().arn]
        return empty_answer()

    def _set(self, document: dict[str, Any]) -> Answer:
        settings = {name: document[name] for name in _SETTINGS if name in document}
        config = EventInvokeConfig(self._arn(), str(time.time()), settings)
        self.backend.event_invoke_configs[config.arn] = config
        return answer(_describe(config))

    def _config(self) -> EventInvokeConfig:
        config = self.backend.event_invoke_configs.get(self._arn())
        if config is None:
            raise UnknownEventConfig(self._arn())
        return config

    def _arn(self) -> str:
        function = self.function
        return function.arn if function.qualifier else f"{function.arn}:{LATEST}"


def _describe(config: EventInvokeConfig) -> dict[str, Any]:
    return {**config.response(), "LastModified": float(config.last_modified)}
