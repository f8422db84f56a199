"""What is deployed at the moment, and under which addresses it is served."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from local_aws.api_gateway.addressing import with_stage_variables
from local_aws.publication import (
    Alias,
    Api,
    Deployment,
    Domain,
    Function,
    Route,
    Stage,
    StageReference,
    State,
)


@dataclass(frozen=True, slots=True)
class StageAddress:
    """One way to one deployed stage of one API.

    Attributes:
        websocket_url: Where clients connect.
        management_endpoint: The SDK's endpoint URL for the stage's `@connections`.
        host: The Host header that a client has to send, where the address alone does not say which
            API is meant, or leads there by a domain name; None where it needs none.
    """

    api_id: str
    region: str
    stage_name: str
    websocket_url: str
    management_endpoint: str
    host: str | None = None


class Deployed:
    """The newest state that the control plane has published.

    `gateway_address` is the `host:port` at which all stages are served; `stage_variables` replace
    those of every stage.
    """

    def __init__(self, *, gateway_address: str, stage_variables: Mapping[str, str]) -> None:
        self._gateway_address = gateway_address
        self._stage_variables = stage_variables
        self.apis: tuple[Api, ...] = ()
        self.functions: tuple[Function, ...] = ()
        self.aliases: tuple[Alias, ...] = ()
        self.domains: tuple[Domain, ...] = ()
        self._changed = asyncio.Event()

    def take(self, state: State) -> None:
        """Take over a state, and its place the one before loses."""
        self.apis = tuple(self._with_stage_variables(api) for api in state.apis)
        self.functions = state.functions
        self.aliases = state.aliases
        self.domains = state.domains
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for a state of which a condition is true, which the one at hand may be."""
        while not condition():
            await self._changed.wait()

    def addresses(self) -> tuple[StageAddress, ...]:
        """Return the addresses of each stage that has a deployment, its default one first."""
        return tuple(
            address
            for api in self.apis
            for stage in api.stages
            if (deployment := stage.deployment) is not None
            for address in self._addresses(api, stage, deployment)
        )

    def routed_functions(self) -> tuple[str, ...]:
        """Return the ARN of each function that a deployed route is answered or guarded by, once."""
        arns = (
            with_stage_variables(stage, arn)
            for api in self.apis
            for stage in api.stages
            if (deployment := stage.deployment) is not None
            for route in deployment.routes.values()
            for arn in _functions(deployment, route)
        )
        return tuple(dict.fromkeys(arns))

    def rewrite_host(self, host: str) -> str | None:
        """Return where the API is served whose host on AWS this is; None for any other host.

        A function knows the address of its API from its environment or its events, in the form that
        the host has on AWS: `{api id}.execute-api.{region}.amazonaws.com`, or a domain name.
        """
        api_id, _, service = host.partition(".")
        is_api = service.startswith("execute-api.") and any(
            api.api_id == api_id for api in self.apis
        )
        is_domain = any(domain.name == host for domain in self.domains)
        return self._gateway_address if is_api or is_domain else None

    def _addresses(self, api: Api, stage: Stage, deployment: Deployment) -> Iterator[StageAddress]:
        if not deployment.disable_execute_api_endpoint:
            is_ambiguous = any(
                stage.name == other.name
                for other_api in self.apis
                if other_api.api_id != api.api_id
                for other in other_api.stages
            )
            host = f"{api.api_id}.localhost" if is_ambiguous else None
            yield self._address(api, stage, stage.name, host)
        for domain in self.domains:
            for mapping_key, reference in domain.mappings.items():
                if reference == StageReference(api.api_id, stage.name):
                    yield self._address(api, stage, mapping_key, domain.name.replace("*", "any"))

    def _address(self, api: Api, stage: Stage, path: str, host: str | None) -> StageAddress:
        place = f"{self._gateway_address}/{path}".removesuffix("/")
        return StageAddress(
            api_id=api.api_id,
            region=api.region,
            stage_name=stage.name,
            websocket_url=f"ws://{place}",
            management_endpoint=f"http://{place}",
            host=host,
        )

    def _with_stage_variables(self, api: Api) -> Api:
        stages = tuple(
            replace(stage, variables={**stage.variables, **self._stage_variables})
            for stage in api.stages
        )
        return replace(api, stages=stages)


def _functions(deployment: Deployment, route: Route) -> Iterator[str]:
    guard = deployment.authorizers.get(route.authorizer_id or "")
    if guard is not None and guard.function_arn is not None:
        yield guard.function_arn
    integration = deployment.integrations.get(route.target_integration_id or "")
    if integration is not None and integration.function_arn is not None:
        yield integration.function_arn
