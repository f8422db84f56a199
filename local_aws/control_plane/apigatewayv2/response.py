"""All operations of API Gateway V2, and the paths at which they answer."""

from collections.abc import Callable
from typing import Any

from moto.apigatewayv2 import urls
from moto.apigatewayv2.responses import ApiGatewayV2Response

from local_aws.control_plane.apigatewayv2.operations.apis import Apis
from local_aws.control_plane.apigatewayv2.operations.authorizers import Authorizers
from local_aws.control_plane.apigatewayv2.operations.deployments import Deployments
from local_aws.control_plane.apigatewayv2.operations.domain_names import DomainNames
from local_aws.control_plane.apigatewayv2.operations.integrations import Integrations
from local_aws.control_plane.apigatewayv2.operations.models import Models
from local_aws.control_plane.apigatewayv2.operations.route_responses import RouteResponses
from local_aws.control_plane.apigatewayv2.operations.routes import Routes
from local_aws.control_plane.apigatewayv2.operations.stages import Stages

_API = "{0}/v2/apis/(?P<api_id>[^/]+)"
_STAGE = f"{_API}/stages/(?P<stage_name>[^/]+)"
_ADDED_PATHS = (
    f"{_API}/deployments$",
    f"{_API}/deployments/(?P<deployment_id>[^/]+)$",
    f"{_STAGE}/routesettings/(?P<route_key>.+)$",
    f"{_STAGE}/accesslogsettings$",
    "{0}/v2/tags/(?P<resource_arn>[^/]+)/domainnames/(?P<domain_name>[^/]+)$",
    "{0}/v2/tags/(?P<resource_arn>[^/]+)/apis/(?P<api_id>[^/]+)/stages/(?P<stage_name>[^/]+)$",
)


class Response(
    Apis,
    Authorizers,
    Deployments,
    DomainNames,
    Integrations,
    Models,
    RouteResponses,
    Routes,
    Stages,
):
    """moto's operations with ours before them."""

    def call_action(self) -> Any:
        """Answer a call, after the stages that deploy automatically have followed it."""
        answered = super().call_action()
        if self.method != "GET":
            self.apigatewayv2_backend.deploy_automatically()
        return answered


def url_paths() -> dict[str, Callable[..., Any]]:
    """Return every path of the service in moto's form, with the operation that answers there."""
    inherited = {
        path: Response.dispatch if handler == ApiGatewayV2Response.dispatch else handler
        for path, handler in urls.url_paths.items()
    }
    return inherited | dict.fromkeys(_ADDED_PATHS, Response.dispatch)
