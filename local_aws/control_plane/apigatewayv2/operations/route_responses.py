"""CreateRouteResponse, GetRouteResponses, UpdateRouteResponse and DeleteRouteResponse."""

from typing import Any

from moto.apigatewayv2.exceptions import BadRequestException
from moto.apigatewayv2.models import Route, RouteResponse

from local_aws.control_plane.apigatewayv2.exceptions import ConflictError
from local_aws.control_plane.apigatewayv2.operations.request import (
    Answer,
    Request,
    answer,
    empty_answer,
)


class RouteResponses(Request):
    """Operations on route responses."""

    def create_route_response(self) -> Answer:
        """Create a route's response; $default is the only key (AWS's "Set up route responses")."""
        route_response_key = self.document.get("routeResponseKey")
        _check_route_response_key(route_response_key)
        route = self._route_of_response()
        if any(
            each.route_response_key == route_response_key for each in route.route_responses.values()
        ):
            raise ConflictError(f"Route response with key {route_response_key} already exists")
        _, _, body = super().create_route_response()
        return 201, {"status": "201"}, body

    def get_route_responses(self) -> Answer:
        """Return all responses of a route on one page."""
        responses = self._route_of_response().route_responses.values()
        return answer({"items": [response.to_json() for response in responses]})

    def update_route_response(self) -> Answer:
        """Change what the document names of a route's response."""
        document, response = self.document, self._route_response()
        if (key := document.get("routeResponseKey")) is not None:
            _check_route_response_key(key)
        response.model_selection_expression = document.get(
            "modelSelectionExpression", response.model_selection_expression
        )
        response.response_models = document.get("responseModels", response.response_models)
        return answer(response.to_json())

    def delete_route_response(self) -> Answer:
        """Delete a route's response."""
        self._route_of_response().delete_route_response(self._route_response().id)
        return empty_answer()

    def _route_of_response(self) -> Route:
        return self.api.get_route(self.path_parameter("routeId"))

    def _route_response(self) -> RouteResponse:
        return self._route_of_response().get_route_response(self.path_parameter("routeResponseId"))


def _check_route_response_key(key: Any) -> None:
    if key != "$default":
        raise BadRequestException(f"Route response key {key} is not supported; use $default")
