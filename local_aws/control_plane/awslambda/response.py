"""All operations of Lambda, and the paths at which they answer."""

from collections.abc import Callable
from typing import Any

from moto.awslambda import urls
from moto.awslambda.responses import LambdaResponse

from local_aws.control_plane.awslambda.operations.event_invoke_configs import EventInvokeConfigs
from local_aws.control_plane.awslambda.operations.event_source_mappings import (
    EventSourceMappings,
)
from local_aws.control_plane.awslambda.operations.functions import Functions
from local_aws.control_plane.awslambda.operations.invocations import Invocations
from local_aws.control_plane.awslambda.operations.permissions import Permissions
from local_aws.control_plane.awslambda.operations.provisioned_concurrency import (
    ProvisionedConcurrencyConfigs,
)

_FUNCTION = r"{0}/(?P<api_version>[^/]+)/functions/(?P<function_name>[\w_:%$-]+)"
_ADDED_PATHS = (
    f"{_FUNCTION}/provisioned-concurrency$",
    f"{_FUNCTION}/event-invoke-config/?$",
)


class Response(
    EventInvokeConfigs,
    EventSourceMappings,
    Functions,
    Invocations,
    Permissions,
    ProvisionedConcurrencyConfigs,
):
    """moto's operations with ours before them."""


def url_paths() -> dict[str, Callable[..., Any]]:
    """Return every path of the service in moto's form, with the operation that answers there."""
    inherited = {
        path: Response.dispatch if handler == LambdaResponse.dispatch else handler
        for path, handler in urls.url_paths.items()
    }
    return inherited | dict.fromkeys(_ADDED_PATHS, Response.dispatch)
