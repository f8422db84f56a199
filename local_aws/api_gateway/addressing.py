"""Which deployed stage a request is for, by its Host and the first part of its path."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from local_aws.api_gateway.permissions import Invocation, execution_arn, is_allowed
from local_aws.api_gateway.selection import (
    SelectionExpression,
    SelectionExpressionError,
    parse_selection_expression,
)
from local_aws.publication import Api, Deployment, Function, Stage

StageKey = tuple[str, str]
"""An API's id and a stage's name."""

_STAGE_VARIABLE: Final = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]+)\}")
_UNQUALIFIED_ARN_PARTS: Final = 7


class UnknownStageError(LookupError):
    """No deployed stage has this address; the message says what has, for the terminal only."""


def with_stage_variables(stage: Stage, text: str) -> str:
    """Put a stage's variables in the place of each `${stageVariables.NAME}`."""
    return _STAGE_VARIABLE.sub(lambda variable: stage.variables.get(variable[1], ""), text)


@dataclass(frozen=True, slots=True)
class DeployedStage:
    """A stage that serves a deployment, with its route selection expression parsed.

    `expression` is None where the deployed one cannot be evaluated; then every message goes to
    `$default`. `permissions` are the resource policies of all functions, by ARN; None leaves them
    unchecked.
    """

    api: Api
    stage: Stage
    deployment: Deployment
    expression: SelectionExpression | None
    permissions: Mapping[str, tuple[Mapping[str, Any], ...]] | None

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

    def permits(self, function_arn: str, source_arn: str) -> bool:
        """Tell whether a function's resource policy lets a route or an authorizer invoke it.

        So does one of a function that is not deployed here, and whose policy is not known.
        """
        if self.permissions is None:
            return True
        unqualified_arn = ":".join(function_arn.split(":")[:_UNQUALIFIED_ARN_PARTS])
        statements = self.permissions.get(unqualified_arn)
        if statements is None:
            return True
        named = function_arn.removesuffix(":$LATEST")
        return is_allowed(statements, Invocation(source_arn, self.api.account_id, named))


@dataclass(frozen=True, slots=True)
class Deployed:
    """Everything that is served at one time.

    Attributes:
        stages: Every stage that has a deployment.
        problems: What in the deployments cannot work, one sentence each.
    """

    stages: Mapping[StageKey, DeployedStage] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @classmethod
    def of(cls, apis: Iterable[Api], functions: Iterable[Function] | None) -> "Deployed":
        """Prepare what the control plane published."""
        permissions = None
        if functions is not None:
            permissions = _permissions_by_arn(functions)
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
                problems += [
                    f"Messages of route {route.route_key!r} of API {api.api_id} are not validated:"
                    " this gateway does not evaluate models."
                    for route in stage.deployment.routes.values()
                    if route.model_selection_expression is not None
                ]
                deployed = DeployedStage(api, stage, stage.deployment, expression, permissions)
                stages[deployed.key] = deployed
        return cls(stages, tuple(problems))

    def find(self, host: str, stage_name: str) -> DeployedStage:
        """Return the stage of a request.

        A Host that begins with `{api id}.` names the API; any other means the only API that has a
        stage of this name.

        Raises:
            UnknownStageError: There is no such stage, or there are several.
        """
        label = host.partition(".")[0]
        exact = self.stages.get((label, stage_name))
        if exact is not None:
            return exact
        named = [stage for stage in self.stages.values() if stage.stage.name == stage_name]
        if any(label == api_id for api_id, _ in self.stages) or not named:
            raise UnknownStageError(
                f"no deployed stage {stage_name!r} at host {host!r}; deployed are"
                f" {', '.join('/'.join(key) for key in self.stages) or 'none'}"
            )
        if len(named) > 1:
            hosts = " or ".join(f"{stage.api.api_id}.localhost" for stage in named)
            raise UnknownStageError(
                f"{len(named)} APIs have a stage {stage_name!r}; choose one by its Host header,"
                f" {hosts}"
            )
        return named[0]


def _permissions_by_arn(
    functions: Iterable[Function],
) -> dict[str, tuple[Mapping[str, Any], ...]]:
    """Return the statements for all versions of each function; they name the version themselves."""
    permissions: dict[str, tuple[Mapping[str, Any], ...]] = {}
    for function in functions:
        permissions[function.arn] = permissions.get(function.arn, ()) + function.permissions
    return permissions
