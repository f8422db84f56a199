"""The ProvisionedConcurrencyConfig of a version or an alias: Put, Get, List and Delete."""

from moto.awslambda.exceptions import InvalidParameterValueException

from local_aws.control_plane.awslambda.exceptions import ProvisionedConcurrencyConfigNotFoundError
from local_aws.control_plane.awslambda.operations.request import (
    Answer,
    Request,
    answer,
    empty_answer,
)
from local_aws.control_plane.awslambda.provisioned_concurrency import ProvisionedConcurrency


class ProvisionedConcurrencyConfigs(Request):
    """Operations on the environments that are kept ready."""

    def put_provisioned_concurrency_config(self) -> Answer:
        """Keep environments of a version or an alias ready."""
        function = self.function
        if not function.is_published:
            raise InvalidParameterValueException(
                "Provisioned Concurrency Configs cannot be applied to unpublished function "
                "versions."
            )
        requested = self.document.get("ProvisionedConcurrentExecutions")
        if not isinstance(requested, int) or requested < 1:
            raise InvalidParameterValueException(
                "ProvisionedConcurrentExecutions must be a number of at least 1"
            )
        provisioned = ProvisionedConcurrency.of(function.arn, requested)
        self.backend.provisioned_concurrency[function.arn] = provisioned
        return answer(provisioned.to_json(), status=202)

    def get_provisioned_concurrency_config(self) -> Answer:
        """Return how many environments of a version or an alias are kept ready."""
        return answer(self._provisioned().to_json())

    def list_provisioned_concurrency_configs(self) -> Answer:
        """Return what is kept ready of all versions and aliases of a function on one page."""
        prefix = f"{self.function.latest.function_arn}:"
        configs = [
            {"FunctionArn": provisioned.function_arn, **provisioned.to_json()}
            for provisioned in self.backend.provisioned_concurrency.values()
            if provisioned.function_arn.startswith(prefix)
        ]
        return answer({"ProvisionedConcurrencyConfigs": configs})

    def delete_provisioned_concurrency_config(self) -> Answer:
        """Keep no environment of a version or an alias ready any more."""
        del self.backend.provisioned_concurrency[self._provisioned().function_arn]
        return empty_answer()

    def _provisioned(self) -> ProvisionedConcurrency:
        provisioned = self.backend.provisioned_concurrency.get(self.function.arn)
        if provisioned is None:
            raise ProvisionedConcurrencyConfigNotFoundError
        return provisioned
