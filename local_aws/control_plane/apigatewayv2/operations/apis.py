"""DeleteApi, as AWS answers it."""

from local_aws.control_plane.apigatewayv2.operations.request import Answer, Request, empty_answer


class Apis(Request):
    """Operations on APIs."""

    def delete_api(self) -> Answer:
        """Delete an API with everything in it."""
        self.apigatewayv2_backend.delete_api(self.api.api_id)
        return empty_answer()
