"""Errors of Lambda that moto has no class for."""

from moto.awslambda.exceptions import LambdaClientError


class ProvisionedConcurrencyConfigNotFoundError(LambdaClientError):
    """The version or alias keeps no execution environments ready."""

    code = 404

    def __init__(self) -> None:
        super().__init__(
            "ProvisionedConcurrencyConfigNotFoundException",
            "No Provisioned Concurrency Config found for this function",
        )


class ResourceConflictError(LambdaClientError):
    """The resource is already there."""

    code = 409

    def __init__(self, message: str) -> None:
        super().__init__("ResourceConflictException", message)


class ResourceNotFoundError(LambdaClientError):
    """Something that the call names is not there."""

    code = 404

    def __init__(self, message: str) -> None:
        super().__init__("ResourceNotFoundException", message)
