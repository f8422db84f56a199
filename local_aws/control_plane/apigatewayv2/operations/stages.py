"""Stages that serve a deployment.

CreateStage, UpdateStage, DeleteStage, DeleteRouteSettings and DeleteAccessLogSettings; tags of a
stage change through TagResource and UntagResource like those of an API.
"""

from urllib.parse import unquote

from local_aws.control_plane.apigatewayv2.exceptions import NotFoundError
from local_aws.control_plane.apigatewayv2.operations.request import (
    Answer,
    Request,
    answer,
    empty_answer,
)
from local_aws.control_plane.apigatewayv2.stage import Stage


class Stages(Request):
    """Operations on stages."""

    def create_stage(self) -> Answer:
        """Create a stage."""
        stage = self.apigatewayv2_backend.create_stage(self.api.api_id, self.document)
        # A stage that deploys automatically serves a deployment from its first answer on.
        self.apigatewayv2_backend.deploy_automatically()
        return answer(stage.to_json(), status=201)

    def update_stage(self) -> Answer:
        """Change what the document names of a stage."""
        stage = self.apigatewayv2_backend.update_stage(
            self.api.api_id, self.path_parameter("stageName"), self.document
        )
        self.apigatewayv2_backend.deploy_automatically()
        return answer(stage.to_json())

    def delete_stage(self) -> Answer:
        """Delete a stage."""
        self.apigatewayv2_backend.delete_stage(self.api.api_id, self._stage().name)
        return empty_answer()

    def delete_route_settings(self) -> Answer:
        """Let a route have the stage's default settings again."""
        stage, route_key = self._stage(), unquote(self.path_parameter("routeKey"))
        if route_key not in stage.route_settings:
            raise NotFoundError(
                f"Unable to find Route by key {route_key} within the provided RouteSettings"
            )
        remaining = {key: each for key, each in stage.route_settings.items() if key != route_key}
        stage.route_settings = remaining
        return empty_answer()

    def delete_access_log_settings(self) -> Answer:
        """Stop a stage's access logs."""
        self._stage().access_log_settings = None
        return empty_answer()

    def _stage(self) -> Stage:
        return self.apigatewayv2_backend.get_stage(
            self.api.api_id, self.path_parameter("stageName")
        )
