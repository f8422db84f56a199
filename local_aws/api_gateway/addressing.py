"""Which deployed stage a request is for, by its Host and its path."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

from local_aws.api_gateway.authorization.api_key import Grant, grants_of
from local_aws.api_gateway.permissions import Invocation, execution_arn, is_allowed
from local_aws.api_gateway.problems import find_problems
from local_aws.api_gateway.selection import (
    SelectionExpression,
    SelectionExpressionError,
    parse_selection_expression,
)
from local_aws.publication import (
    Api,
    ApiKey,
    Deployment,
    Domain,
    Function,
    Stage,
    StageReference,
    UsagePlan,
)

StageKey = tuple[str, str]
"""An API's id and a stage's name."""

_STAGE_VARIABLE: Final = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]+)\}")
_UNQUALIFIED_ARN_PARTS: Final = 7
_LOCALHOST: Final = ".localhost"


class UnknownStageError(LookupError):
    """No deployed stage has this address; the message says what has, for the terminal only."""


def with_stage_variables(stage: Stage, text: str) -> str:
    """Put a stage's variables in the place of each `${stageVariables.NAME}`."""
    return _STAGE_VARIABLE.sub(lambda variable: stage.variables.get(variable[1], ""), text)


class NamedFunction(NamedTuple):
    """A function that a route or an authorizer names, and whether it may invoke it."""

    arn: str
    is_permitted: bool


@dataclass(frozen=True, slots=True)
class DeployedStage:
    """A stage that serves a deployment, with its route selection expression parsed.

    `expression` is None where the deployed one cannot be evaluated; then every message goes to
    `$default`. `permissions` are the resource policies of all functions, by ARN; None leaves them
    unchecked. `grants` are the API keys that open the stage, by their values.
    """

    api: Api
    stage: Stage
    deployment: Deployment
    expression: SelectionExpression | None
    permissions: Mapping[str, tuple[Mapping[str, Any], ...]] | None
    grants: Mapping[str, Grant] = field(default_factory=dict, repr=False)  # its keys are secrets
    _functions: dict[tuple[str, str], NamedFunction] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def key(self) -> StageKey:
        """The stage's key among all stages."""
        return self.api.api_id, self.stage.name

    def execution_arn(self, route_key: str) -> str:
        """Return the ARN of a route of this stage."""
        return execution_arn(
            region=self.api.region,
            account_id=self.api.account_id,
            api_id=self.api.api_id,
            stage=self.stage.name,
            route_key=route_key,
        )

    def function(self, name: str, source_arn: str) -> NamedFunction:
        """Return the function that a route or an authorizer with an ARN means by a name.

        The name is an ARN that may hold stage variables. A function that is not deployed here, and
        whose policy is not known, may be invoked.
        """
        asked = name, source_arn
        function = self._functions.get(asked)
        if function is None:
            arn = with_stage_variables(self.stage, name)
            function = self._functions[asked] = NamedFunction(arn, self._permits(arn, source_arn))
        return function

    def _permits(self, function_arn: str, source_arn: str) -> bool:
        if self.permissions is None:
            return True
        unqualified_arn = ":".join(function_arn.split(":")[:_UNQUALIFIED_ARN_PARTS])
        statements = self.permissions.get(unqualified_arn)
        if statements is None:
            return True
        named = function_arn.removesuffix(":$LATEST")
        return is_allowed(statements, Invocation(source_arn, self.api.account_id, named))


@dataclass(frozen=True, slots=True)
class Address:
    """Where a request leads: a stage, and the parts of the path below it.

    `domain_name` is the custom domain name that led there, and `mapping_key` the path under it;
    both are None at an API's default address.
    """

    stage: DeployedStage
    path: tuple[str, ...] = ()
    domain_name: str | None = None
    mapping_key: str | None = None

    @property
    def lowers_header_names(self) -> bool:
        """Whether integrations see the names of headers in lower case.

        From "Map API stages to a custom domain name": a mapping of several levels makes them so.
        """
        return self.mapping_key is not None and "/" in self.mapping_key


@dataclass(frozen=True, slots=True)
class Deployed:
    """Everything that is served at one time.

    Attributes:
        stages: Every stage that has a deployment.
        domains: The custom domain names, by their names.
        problems: What in the deployments cannot work, one sentence each.
    """

    stages: Mapping[StageKey, DeployedStage] = field(default_factory=dict)
    domains: Mapping[str, Domain] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        apis: Iterable[Api],
        functions: Iterable[Function] | None = None,
        *,
        domains: Iterable[Domain] = (),
        api_keys: Iterable[ApiKey] = (),
        usage_plans: Iterable[UsagePlan] = (),
    ) -> "Deployed":
        """Prepare what the control plane published."""
        permissions = None if functions is None else _permissions_by_arn(functions)
        keys, plans = tuple(api_keys), tuple(usage_plans)
        stages: dict[StageKey, DeployedStage] = {}
        problems: list[str] = []
        for api in apis:
            for stage in api.stages:
                if stage.deployment is None:
                    continue
                expression = None
                try:
                    expression = parse_selection_expression(
                        stage.deployment.route_selection_expression
                    )
                except SelectionExpressionError as error:
                    problems.append(f"Every message of API {api.api_id} goes to $default: {error}.")
                problems += find_problems(api.api_id, stage.deployment)
                deployed = DeployedStage(
                    api=api,
                    stage=stage,
                    deployment=stage.deployment,
                    expression=expression,
                    permissions=permissions,
                    grants=grants_of(StageReference(api.api_id, stage.name), keys, plans),
                )
                stages[deployed.key] = deployed
        return cls(stages, {each.name.lower(): each for each in domains}, tuple(problems))

    def find(self, host: str, path: str) -> Address:
        """Return where a request leads.

        A Host that is a custom domain name, with or without `.localhost` after it, leads by the
        longest mapping key that begins the path. A Host that begins with `{api id}.` leads to that
        API. Any other, `127.0.0.1` say, is each of these at once, as far as only one stage is
        meant, an API's default address before a domain name.

        Raises:
            UnknownStageError: There is no such stage, or there are several.
        """
        name = _host_name(host)
        segments = tuple(segment for segment in path.split("/") if segment)
        domain = self._domain(name)
        if domain is not None:
            return self._by_domain(domain, name.removesuffix(_LOCALHOST), segments)
        label = name.partition(".")[0]
        is_named = any(label == api_id for api_id, _ in self.stages)
        addresses = [
            Address(stage, segments[1:])
            for (api_id, stage_name), stage in self.stages.items()
            if segments[:1] == (stage_name,) and (label == api_id or not is_named)
        ]
        enabled = [each for each in addresses if _has_default_address(each.stage)]
        if not enabled and not is_named:
            enabled = self._by_any_domain(segments)
        if len(enabled) == 1:
            return enabled[0]
        raise UnknownStageError(self._explain(host, segments, addresses, enabled))

    def _domain(self, name: str) -> Domain | None:
        for candidate in (name, name.removesuffix(_LOCALHOST)):
            wildcard = f"*.{candidate.partition('.')[2]}"
            domain = self.domains.get(candidate) or self.domains.get(wildcard)
            if domain is not None:
                return domain
        return None

    def _by_domain(self, domain: Domain, name: str, segments: tuple[str, ...]) -> Address:
        for length in range(len(segments), -1, -1):
            key = "/".join(segments[:length])
            reference = domain.mappings.get(key)
            if reference is None:
                continue
            stage = self.stages.get((reference.api_id, reference.stage_name))
            if stage is None:
                raise UnknownStageError(
                    f"the domain name {domain.name} leads from {key!r} to"
                    f" {reference.api_id}/{reference.stage_name}, which has no deployment"
                )
            return Address(stage, segments[length:], name, key)
        raise UnknownStageError(
            f"the domain name {domain.name} has no mapping for /{'/'.join(segments)}; it has"
            f" {', '.join(f'/{key}' for key in domain.mappings) or 'none'}"
        )

    def _by_any_domain(self, segments: tuple[str, ...]) -> list[Address]:
        addresses = []
        for name, domain in self.domains.items():
            try:
                address = self._by_domain(domain, name, segments)
            except UnknownStageError:
                continue
            # The empty mapping key begins every path, and a wildcard is no name to be told of.
            if _is_whole(address.path) and not name.startswith("*"):
                addresses.append(address)
        return addresses

    def _explain(
        self,
        host: str,
        segments: tuple[str, ...],
        addresses: list[Address],
        enabled: list[Address],
    ) -> str:
        """Say why a request leads nowhere, and what to do."""
        name = segments[0] if segments else ""
        if enabled:
            hosts = " or ".join(
                each.domain_name or f"{each.stage.api.api_id}{_LOCALHOST}" for each in enabled
            )
            return (
                f"{len(enabled)} stages are meant by {name!r}; choose one by its Host header,"
                f" {hosts}"
            )
        if addresses:
            domains = " or ".join(self.domains) or "none is mapped yet"
            return (
                f"the default address of stage {name!r} is disabled; connect by its domain name"
                f" ({domains}) in the Host header"
            )
        return (
            f"no deployed stage {name!r} at host {host!r}; deployed are"
            f" {', '.join('/'.join(key) for key in self.stages) or 'none'}"
        )


def _host_name(host: str) -> str:
    """Return a Host header without its port, in lower case."""
    return re.sub(r":[0-9]*$", "", host).lower().removesuffix(".")


def _is_whole(path: tuple[str, ...]) -> bool:
    """Tell whether what is below a stage is all that there can be: nothing, or `@connections`."""
    return not path or unquote(path[0]) == "@connections"


def _has_default_address(stage: DeployedStage) -> bool:
    return not stage.deployment.disable_execute_api_endpoint


def _permissions_by_arn(
    functions: Iterable[Function],
) -> dict[str, tuple[Mapping[str, Any], ...]]:
    """Return the statements for all versions of each function; they name the version themselves."""
    permissions: dict[str, tuple[Mapping[str, Any], ...]] = {}
    for function in functions:
        permissions[function.arn] = permissions.get(function.arn, ()) + function.permissions
    return permissions
