"""How each AWS service is spoken to, from the service models of AWS's own SDK."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader

# Integration URIs name a service by the first part of its host name, the SDK in its own way.
_SDK_NAMES: Final = {
    "email": "ses",
    "monitoring": "cloudwatch",
    "states": "stepfunctions",
}
# Services whose SDK speaks JSON by now, while API Gateway calls their actions as queries.
_QUERY_SERVICES: Final = frozenset({"sqs", "monitoring"})


class UnknownService(LookupError):
    """No AWS service has this name; the message says where names come from."""


@dataclass(frozen=True, slots=True)
class ServiceProtocol:
    """A service's name in signatures, and how an action is named in a request.

    `target_prefix` and `json_version` are None for a service that takes queries; a service that
    has no actions, but paths and methods, is not `has_actions`.
    """

    signing_name: str
    api_version: str
    target_prefix: str | None
    json_version: str | None
    has_actions: bool


@lru_cache(maxsize=64)
def service_protocol(name: str) -> ServiceProtocol:
    """Return the protocol of a service, by its name in an integration's URI.

    Raises:
        UnknownService: There is no such service.
    """
    try:
        model = Loader().load_service_model(_SDK_NAMES.get(name, name), "service-2")
    except UnknownServiceError as error:
        raise UnknownService(
            f"there is no AWS service {name!r}; write the first part of its host name, as in"
            " dynamodb or states"
        ) from error
    metadata = model["metadata"]
    takes_json = metadata["protocol"] == "json" and name not in _QUERY_SERVICES
    return ServiceProtocol(
        signing_name=metadata.get("signingName") or metadata["endpointPrefix"],
        api_version=metadata["apiVersion"],
        target_prefix=metadata["targetPrefix"] if takes_json else None,
        json_version=metadata["jsonVersion"] if takes_json else None,
        has_actions=takes_json or metadata["protocol"] == "query" or name in _QUERY_SERVICES,
    )
