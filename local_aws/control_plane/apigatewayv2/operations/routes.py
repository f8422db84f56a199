"""CreateRoute, UpdateRoute, DeleteRoute and DeleteRouteRequestParameter with AWS's rules."""

from typing import Any
from urllib.parse import unquote

from moto.apigatewayv2.exceptions import BadRequestException
from moto.apigatewayv2.models import Api, Route

from local_aws.control_plane.apigatewayv2.exceptions import ConflictError, NotFoundError
from local_aws.control_plane.apigatewayv2.operations.request import Answer, Request, empty_answer

_LIFECYCLE_ROUTE_KEYS = frozenset({"$connect", "$disconnect", "$default"})
_TARGET_PREFIX = "integrations/"


class Routes(Request):
    """Operations on routes."""

    def create_route(self) -> Answer:
        """Create a route; its integration and authorizer must be there."""
        document = self.document
        if not document.get("routeKey"):
            raise BadRequestException("RouteKey is required")
        _check_route(self.api, document, route=None)
        return super().create_route()

    def update_route(self) -> Answer:
        """Change what the document names of a route; an empty value removes."""
        document, route = self.document, self._route()
        _check_route(self.api, document, route=route)
        # moto takes an empty value for one that is not there.
        if document.get("modelSelectionExpression") == "":
            route.model_selection_expression = None
        if document.get("requestModels") == {}:
            route.request_models = None
        if document.get("requestParameters") == {}:
            route.request_parameters = {}
        if document.get("authorizationScopes") == []:
            route.authorization_scopes = []
        return super().update_route()

    def delete_route(self) -> Answer:
        """Delete a route."""
        self.api.delete_route(self._route().route_id)
        return empty_answer()

    def delete_route_request_parameter(self) -> Answer:
        """Delete a request parameter of a route."""
        route, name = self._route(), unquote(self.path_parameter("requestParameterKey"))
        if name not in route.request_parameters:
            raise NotFoundError(f"Invalid RequestParameter identifier specified {name}")
        route.delete_route_request_parameter(name)
        return empty_answer()

    def _route(self) -> Route:
        return self.api.get_route(self.path_parameter("routeId"))


def _check_route(api: Api, document: dict[str, Any], *, route: Route | None) -> None:
    """Check CreateRoute's document, or UpdateRoute's if there is a route already."""
    route_key = document.get("routeKey") or (route.route_key if route else "")
    _check_route_key(api, route_key, route)
    if target := document.get("target"):
        _check_target(api, target)
    if api.protocol_type == "WEBSOCKET" and route_key != "$connect":
        authorization_type = document.get("authorizationType") or "NONE"
        if authorization_type != "NONE":
            raise BadRequestException(
                "Currently, authorization is restricted to the $connect route only"
            )
    if authorizer_id := document.get("authorizerId"):
        api.get_authorizer(authorizer_id)


def _check_route_key(api: Api, route_key: str, route: Route | None) -> None:
    if (
        api.protocol_type == "WEBSOCKET"
        and route_key.startswith("$")
        and route_key not in _LIFECYCLE_ROUTE_KEYS
    ):
        raise BadRequestException(
            f"Route key {route_key} begins with $ but is none of $connect, $disconnect, $default"
        )
    if any(each.route_key == route_key for each in api.get_routes() if each is not route):
        raise ConflictError(f"Route with key {route_key} already exists for this API")


def _check_target(api: Api, target: str) -> None:
    if not target.startswith(_TARGET_PREFIX):
        raise BadRequestException(f"Target {target} is not of the form integrations/integration-id")
    api.get_integration(target.removeprefix(_TARGET_PREFIX))
