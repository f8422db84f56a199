"""A deployment: an API as it was when it was deployed."""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.apigatewayv2.models import Api
from moto.core.utils import iso_8601_datetime_without_milliseconds
from moto.moto_api._internal import mock_random

Snapshot = Mapping[str, Any]

_IDENTIFIER_LENGTH = 6
_IDENTIFIER_CHARACTERS = string.ascii_lowercase + string.digits


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment; `snapshot` is what `snapshot()` returned for the API at that moment."""

    deployment_id: str
    created: datetime
    description: str | None
    auto_deployed: bool
    snapshot: Snapshot

    @classmethod
    def of(cls, api: Api, *, description: str | None, auto_deployed: bool) -> "Deployment":
        """Deploy an API as it stands."""
        return cls(
            deployment_id="".join(
                mock_random.choice(_IDENTIFIER_CHARACTERS) for _ in range(_IDENTIFIER_LENGTH)
            ),
            created=datetime.now(UTC),
            description=description,
            auto_deployed=auto_deployed,
            snapshot=snapshot(api),
        )

    def to_json(self) -> dict[str, Any]:
        """Return GetDeployment's answer."""
        document = {
            "autoDeployed": self.auto_deployed,
            "createdDate": iso_8601_datetime_without_milliseconds(self.created),
            "deploymentId": self.deployment_id,
            "deploymentStatus": "DEPLOYED",
        }
        return (
            document if self.description is None else {**document, "description": self.description}
        )


def snapshot(api: Api) -> Snapshot:
    """Return all that shapes how an API answers, as its Get operations tell it.

    Later changes of the API do not reach the result (AWS's "Deploy a WebSocket API").
    """
    frozen: Snapshot = _detached(
        {
            "api": {
                "apiId": api.api_id,
                "apiKeySelectionExpression": api.api_key_selection_expression,
                "disableExecuteApiEndpoint": api.disable_execute_api_endpoint,
                "disableSchemaValidation": api.disable_schema_validation,
                "name": api.name,
                "protocolType": api.protocol_type,
                "routeSelectionExpression": api.route_selection_expression,
            },
            "routes": [
                {
                    **route.to_json(),
                    "routeResponses": [each.to_json() for each in route.route_responses.values()],
                }
                for route in api.routes.values()
            ],
            "integrations": [
                {
                    **integration.to_json(),
                    "integrationResponses": [
                        each.to_json() for each in integration.responses.values()
                    ],
                }
                for integration in api.integrations.values()
            ],
            "models": [model.to_json() for model in api.models.values()],
            "authorizers": [authorizer.to_json() for authorizer in api.authorizers.values()],
        }
    )
    return frozen


def _detached(value: Any) -> Any:
    """Copy a JSON value, without the members that AWS leaves out because they have no value."""
    if isinstance(value, Mapping):
        return {key: _detached(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_detached(item) for item in value]
    return value
