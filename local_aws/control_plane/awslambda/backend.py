"""The functions of one account and Region."""

import copy
from types import ModuleType
from typing import Any

from moto.awslambda import urls
from moto.awslambda.models import LambdaBackend

from local_aws.control_plane.awslambda.function import Function
from local_aws.control_plane.awslambda.invocation import InvokeApi


class Backend(LambdaBackend):
    """moto's backend, with functions that run at `invoke_api`."""

    def __init__(self, region_name: str, account_id: str, *, invoke_api: InvokeApi) -> None:
        super().__init__(region_name, account_id)
        self.invoke_api = invoke_api

    @property
    def _url_module(self) -> ModuleType:
        return urls  # moto derives it from the name of the module that defines the class

    def create_function(self, spec: dict[str, Any]) -> Function:
        """Create a function from CreateFunction's document."""
        # moto declares hooks of CloudFormation abstract that its own class does not define either.
        function = Function(  # type: ignore[abstract]
            self.account_id, spec, self.region_name, "$LATEST", invoke_api=self.invoke_api
        )
        self._lambdas.put_function(function)
        published = self.publish_version(function.function_name) if spec.get("Publish") else None
        if published is None:
            return function
        # The answer names the version that was published; the function itself stays $LATEST.
        answered = copy.copy(function)
        answered.version = published.version
        return answered
