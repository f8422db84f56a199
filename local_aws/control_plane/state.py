"""What the data plane must know, read from moto: WebSocket APIs, their stages, and functions."""

from collections.abc import Iterator
from typing import Any

from moto.apigatewayv2.models import Api, apigatewayv2_backends
from moto.awslambda.models import LambdaFunction, lambda_backends

from local_aws.control_plane.apigatewayv2.backend import Backend
from local_aws.control_plane.code_directory import CodeDirectory


def read_state(code_directory: CodeDirectory) -> dict[str, Any]:
    """Return the `apis` and `functions` of a publication, of every account and Region.

    A function whose code is a container image or is not there has nothing that could run here and
    is left out.
    """
    return {
        "apis": list(_apis()),
        "functions": [
            {
                "configuration": function.get_configuration(),
                "code_path": str(code_directory.store(function)),
                "permissions": list(function.policy.statements),
            }
            for function in _functions()
        ],
    }


def _apis() -> Iterator[dict[str, Any]]:
    for account_id, regions in list(apigatewayv2_backends.items()):
        for region, backend in list(regions.items()):
            if not isinstance(backend, Backend):
                continue
            for api in backend.get_apis():
                if api.protocol_type == "WEBSOCKET":
                    yield {
                        "account_id": account_id,
                        "region": region,
                        "api_id": api.api_id,
                        "name": api.name,
                        "stages": _stages(backend, api),
                    }


def _stages(backend: Backend, api: Api) -> list[dict[str, Any]]:
    stages = []
    for stage in backend.get_stages(api.api_id):
        deployment: dict[str, Any] | None = None
        if stage.deployment_id is not None:
            snapshot = backend.get_deployment(api.api_id, stage.deployment_id).snapshot
            deployment = {"deploymentId": stage.deployment_id, **snapshot}
        stages.append({"stage": stage.to_json(), "deployment": deployment})
    return stages


def _functions() -> Iterator[LambdaFunction]:
    for regions in list(lambda_backends.values()):
        for backend in list(regions.values()):
            for function in backend.list_functions():
                if function.package_type == "Zip" and function.code_sha_256:
                    yield function
