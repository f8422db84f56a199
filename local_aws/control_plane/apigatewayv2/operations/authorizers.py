"""GetAuthorizers, and UpdateAuthorizer and DeleteAuthorizer with AWS's rules."""

from moto.apigatewayv2.models import Authorizer

from local_aws.control_plane.apigatewayv2.exceptions import ConflictError
from local_aws.control_plane.apigatewayv2.operations.request import (
    Answer,
    Request,
    answer,
    empty_answer,
)


class Authorizers(Request):
    """Operations on authorizers."""

    def get_authorizers(self) -> Answer:
        """Return all authorizers of an API on one page."""
        authorizers = self.api.authorizers.values()
        return answer({"items": [authorizer.to_json() for authorizer in authorizers]})

    def update_authorizer(self) -> Answer:
        """Change what the document names of an authorizer."""
        self._authorizer()
        return super().update_authorizer()

    def delete_authorizer(self) -> Answer:
        """Delete an authorizer that no route uses."""
        authorizer_id = self._authorizer().id
        routes = [
            route.route_id
            for route in self.api.get_routes()
            if route.authorizer_id == authorizer_id and route.authorization_type != "NONE"
        ]
        if routes:
            raise ConflictError(
                "Cannot delete Authorizer because it is referenced by the following Routes "
                f"with Ids: [{', '.join(routes)}]"
            )
        self.api.delete_authorizer(authorizer_id)
        return empty_answer()

    def _authorizer(self) -> Authorizer:
        return self.api.get_authorizer(self.path_parameter("authorizerId"))
