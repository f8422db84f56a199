"""What is deployed at the moment, and under which addresses it is served."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from local_aws.api_gateway.addressing import with_stage_variables
from local_aws.publication import Api, Deployment, Domain, Function, Route, State


@dataclass(frozen=True, slots=True)
class StageAddress:
    """One deployed stage of one API.

    Attributes:
        websocket_url: Where clients connect.
        management_endpoint: The SDK's endpoint URL for the stage's `@connections`.
    """

    api_id: str
    region: str
    stage_name: str
    websocket_url: str
    management_endpoint: str


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
        self.domains: tuple[Domain, ...] = ()

    def take(self, state: State) -> None:
        """Take over a state, and its place the one before loses."""
        self.apis = tuple(self._with_stage_variables(api) for api in state.apis)
        self.functions = state.functions
        self.domains = state.domains

    def addresses(self) -> tuple[StageAddress, ...]:
        """Return the address of each stage that has a deployment."""
        return tuple(
            StageAddress(
                api_id=api.api_id,
                region=api.region,
                stage_name=stage.name,
                websocket_url=f"ws://{self._gateway_address}/{stage.name}",
                management_endpoint=f"http://{self._gateway_address}/{stage.name}",
            )
            for api in self.apis
            for stage in api.stages
            if stage.deployment is not None
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
