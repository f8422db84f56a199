"""Integrations and their responses with AWS's rules and the defaults of a WebSocket API.

CreateIntegration, UpdateIntegration, DeleteIntegration, UpdateIntegrationResponse and
DeleteIntegrationResponse.
"""

from typing import Any

from moto.apigatewayv2.exceptions import BadRequestException
from moto.apigatewayv2.models import Integration

from local_aws.control_plane.apigatewayv2.exceptions import ConflictError
from local_aws.control_plane.apigatewayv2.operations.request import (
    Answer,
    Request,
    answer,
    empty_answer,
)

MINIMUM_TIMEOUT_MILLISECONDS = 50
MAXIMUM_TIMEOUT_MILLISECONDS = 29_000  # AWS's "Quotas for configuring and running a WebSocket API"


class Integrations(Request):
    """Operations on integrations."""

    def create_integration(self) -> Answer:
        """Create an integration."""
        document = self.document
        if not document.get("integrationType"):
            raise BadRequestException("IntegrationType is required")
        self._check_timeout(document)
        existing = set(self.api.integrations)
        super().create_integration()
        (created,) = set(self.api.integrations) - existing
        integration = self.api.get_integration(created)
        if self.api.protocol_type == "WEBSOCKET":
            integration.timeout_in_millis = (
                document.get("timeoutInMillis") or MAXIMUM_TIMEOUT_MILLISECONDS
            )
            integration.passthrough_behavior = (
                document.get("passthroughBehavior") or "WHEN_NO_MATCH"
            )
        return answer(integration.to_json(), status=201)

    def update_integration(self) -> Answer:
        """Change what the document names of an integration."""
        self._integration()
        self._check_timeout(self.document)
        return super().update_integration()

    def delete_integration(self) -> Answer:
        """Delete an integration that no route uses."""
        integration = self._integration()
        target = f"integrations/{integration.id}"
        routes = [route.route_id for route in self.api.get_routes() if route.target == target]
        if routes:
            raise ConflictError(
                "Cannot delete Integration because it is referenced by the following Routes "
                f"with Ids: [{', '.join(routes)}]"
            )
        self.api.delete_integration(integration.id)
        return empty_answer()

    def update_integration_response(self) -> Answer:
        """Change what the document names of an integration's response."""
        self._integration().get_response(self.path_parameter("integrationResponseId"))
        return super().update_integration_response()

    def delete_integration_response(self) -> Answer:
        """Delete an integration's response."""
        response = self._integration().get_response(self.path_parameter("integrationResponseId"))
        self._integration().delete_response(response.id)
        return empty_answer()

    def _integration(self) -> Integration:
        return self.api.get_integration(self.path_parameter("integrationId"))

    def _check_timeout(self, document: dict[str, Any]) -> None:
        timeout = document.get("timeoutInMillis")
        if timeout is None or self.api.protocol_type != "WEBSOCKET":
            return
        if not MINIMUM_TIMEOUT_MILLISECONDS <= timeout <= MAXIMUM_TIMEOUT_MILLISECONDS:
            raise BadRequestException(
                f"Timeout should be between {MINIMUM_TIMEOUT_MILLISECONDS} ms and "
                f"{MAXIMUM_TIMEOUT_MILLISECONDS} ms"
            )
