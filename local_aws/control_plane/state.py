"""What the data plane must know, read from moto, of every account and Region.

Each part is written as AWS's own Get operations answer, under the names that
`local_aws.publication` reads.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from moto.apigateway.models import APIGatewayBackend, apigateway_backends
from moto.apigatewayv2.models import Api, apigatewayv2_backends
from moto.awslambda.models import lambda_backends

from local_aws.control_plane.apigatewayv2.backend import Backend as ApiBackend
from local_aws.control_plane.awslambda.backend import Backend as LambdaBackend
from local_aws.control_plane.awslambda.function import Function
from local_aws.control_plane.code_directory import CodeDirectory


def read_state(code_directory: CodeDirectory) -> dict[str, Any]:
    """Return the content of a publication.

    A function whose code is a container image or is not there has nothing that could run here and
    is left out.
    """
    apis, functions = list(_api_backends()), list(_lambda_backends())
    access = list(_access_backends())
    return {
        "apis": list(chain.from_iterable(map(_apis, apis))),
        "functions": [
            _function(backend, function, code_directory)
            for backend in functions
            for function in backend.get_all_versions()
            if function.package_type == "Zip" and function.code_sha_256
        ],
        "aliases": [alias.to_json() for each in functions for alias in each.get_all_aliases()],
        "event_invoke_configs": [
            config.response() for each in functions for config in each.event_invoke_configs.values()
        ],
        "event_source_mappings": [
            {
                "configuration": mapping.get_configuration(),
                "starting_sequence_number": mapping.starting_sequence_number,
            }
            for each in functions
            for mapping in each.get_event_source_mappings()
        ],
        "api_keys": [
            {**_owner(backend), "api_key": api_key.to_json()}
            for backend in access
            for api_key in backend.get_api_keys()
        ],
        "usage_plans": list(chain.from_iterable(map(_usage_plans, access))),
        "domains": list(chain.from_iterable(map(_domains, apis))),
    }


def _api_backends() -> Iterator[ApiBackend]:
    for regions in list(apigatewayv2_backends.values()):
        yield from (each for each in list(regions.values()) if isinstance(each, ApiBackend))


def _access_backends() -> Iterator[APIGatewayBackend]:
    for regions in list(apigateway_backends.values()):
        yield from list(regions.values())


def _lambda_backends() -> Iterator[LambdaBackend]:
    for regions in list(lambda_backends.values()):
        yield from (each for each in list(regions.values()) if isinstance(each, LambdaBackend))


def _owner(backend: ApiBackend | APIGatewayBackend) -> dict[str, str]:
    return {"account_id": backend.account_id, "region": backend.region_name}


def _apis(backend: ApiBackend) -> Iterator[dict[str, Any]]:
    for api in backend.get_apis():
        if api.protocol_type == "WEBSOCKET":
            yield {
                **_owner(backend),
                "api_id": api.api_id,
                "name": api.name,
                "stages": _stages(backend, api),
            }


def _stages(backend: ApiBackend, api: Api) -> list[dict[str, Any]]:
    stages = []
    for stage in backend.get_stages(api.api_id):
        deployment: dict[str, Any] | None = None
        if stage.deployment_id is not None:
            snapshot = backend.get_deployment(api.api_id, stage.deployment_id).snapshot
            deployment = {"deploymentId": stage.deployment_id, **snapshot}
        stages.append({"stage": stage.to_json(), "deployment": deployment})
    return stages


def _domains(backend: ApiBackend) -> Iterator[dict[str, Any]]:
    for domain in backend.get_domain_names():
        yield {
            **_owner(backend),
            "name": domain.domain_name,
            "mappings": [
                mapping.to_json() for mapping in backend.get_api_mappings(domain.domain_name)
            ],
        }


def _usage_plans(backend: APIGatewayBackend) -> Iterator[dict[str, Any]]:
    for usage_plan in backend.get_usage_plans():
        yield {
            **_owner(backend),
            "usage_plan": usage_plan.to_json(),
            "key_ids": [key.id for key in backend.get_usage_plan_keys(usage_plan.id)],
        }


def _function(
    backend: LambdaBackend, function: Function, code_directory: CodeDirectory
) -> dict[str, Any]:
    latest = backend.get_qualified_function(function.function_name).latest
    return {
        "configuration": function.get_configuration(),
        "code_path": str(code_directory.store(function)),
        "layer_paths": [
            str(code_directory.store(layer))
            for layer in function.layer_versions
            if layer.code_sha_256
        ],
        "permissions": list(latest.policy.statements),
        "reserved_concurrency": latest.reserved_concurrency,
    }
