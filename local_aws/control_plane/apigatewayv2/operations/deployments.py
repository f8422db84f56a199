"""CreateDeployment, GetDeployment, GetDeployments, UpdateDeployment and DeleteDeployment."""

from local_aws.control_plane.apigatewayv2.operations.request import (
    Answer,
    Request,
    answer,
    empty_answer,
)


class Deployments(Request):
    """Operations on deployments."""

    def create_deployment(self) -> Answer:
        """Freeze the API as it stands."""
        document = self.document
        deployment = self.apigatewayv2_backend.create_deployment(
            self.api.api_id,
            description=document.get("description"),
            stage_name=document.get("stageName"),
        )
        return answer(deployment.to_json(), status=201)

    def get_deployment(self) -> Answer:
        """Return a deployment."""
        deployment = self.apigatewayv2_backend.get_deployment(*self._identifiers())
        return answer(deployment.to_json())

    def get_deployments(self) -> Answer:
        """Return all deployments of an API on one page."""
        deployments = self.apigatewayv2_backend.get_deployments(self.api.api_id)
        return answer({"items": [deployment.to_json() for deployment in deployments]})

    def update_deployment(self) -> Answer:
        """Change a deployment's description."""
        deployment = self.apigatewayv2_backend.update_deployment(
            *self._identifiers(), description=self.document.get("description")
        )
        return answer(deployment.to_json())

    def delete_deployment(self) -> Answer:
        """Delete a deployment that no stage serves."""
        self.apigatewayv2_backend.delete_deployment(*self._identifiers())
        return empty_answer()

    def _identifiers(self) -> tuple[str, str]:
        return self.api.api_id, self.path_parameter("deploymentId")
