"""API keys: which of them open a stage, and where a client shows its own.

From "Usage plans and API keys for REST APIs in API Gateway" and the member
ApiKeySelectionExpression of "CreateApi".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from local_aws.http1 import Request
from local_aws.publication import ApiKey, StageReference, UsagePlan

_HEADER: Final = "$request.header."
_FROM_AUTHORIZER: Final = "$context.authorizer.usageIdentifierKey"


class ApiKeySelectionError(ValueError):
    """An API key selection expression is none that API Gateway knows; the message names it."""


@dataclass(frozen=True, slots=True)
class Grant:
    """An API key that opens a stage, and the usage plan that says so and limits it."""

    api_key: ApiKey
    usage_plan: UsagePlan

    @property
    def identity(self) -> Mapping[str, str]:
        """What `requestContext.identity` says of the key."""
        return {"apiKey": self.api_key.value, "apiKeyId": self.api_key.api_key_id}


def grants_of(
    stage: StageReference, api_keys: Iterable[ApiKey], usage_plans: Iterable[UsagePlan]
) -> Mapping[str, Grant]:
    """Return what opens a stage: each enabled key of a usage plan of the stage, by its value."""
    plans = [plan for plan in usage_plans if stage in plan.stages]
    return {
        api_key.value: Grant(api_key, plan)
        for api_key in api_keys
        if api_key.enabled
        for plan in plans
        if api_key.api_key_id in plan.key_ids
    }


def selected_api_key(
    expression: str, request: Request, usage_identifier_key: str | None
) -> str | None:
    """Return the value of the key that a client shows, or None if it shows none.

    Args:
        expression: The API's API key selection expression.
        request: The handshake.
        usage_identifier_key: What a Lambda authorizer said is the client's key.

    Raises:
        ApiKeySelectionError: The expression selects neither a header nor the authorizer's key.
    """
    if expression == _FROM_AUTHORIZER:
        return usage_identifier_key
    name = expression.removeprefix(_HEADER)
    if name and name != expression:
        return request.header(name)
    raise ApiKeySelectionError(
        f"the API key selection expression {expression!r} is none; use {_HEADER}x-api-key or"
        f" {_FROM_AUTHORIZER}"
    )
