"""Which version of which deployed function a caller means.

See "Manage Lambda function versions" and "Create an alias for a Lambda function" in the AWS Lambda
Developer Guide.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from local_aws.lambda_service.errors import FunctionNotFound
from local_aws.lambda_service.function_reference import (
    LATEST,
    FunctionReference,
    parse_function_reference,
)
from local_aws.publication import Alias, EventInvokeConfig, Function

FunctionKey = tuple[str, str]
"""A function's ARN, which carries no version, and its version."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a caller's name of a function stands for.

    Attributes:
        invoked_arn: The function's ARN with the qualifier that the caller gave, if any.
        function_arn: The function's ARN.
        version: The version that runs.
        weights: Other versions that run instead, each with its share of the invocations.
    """

    invoked_arn: str
    function_arn: str
    version: str
    weights: Mapping[str, float]

    @property
    def qualified_arn(self) -> str:
        """The function's ARN with a qualifier, which is `$LATEST` if the caller gave none."""
        if self.invoked_arn == self.function_arn:
            return f"{self.function_arn}:{LATEST}"
        return self.invoked_arn

    @property
    def keys(self) -> tuple[FunctionKey, ...]:
        """Every version that may run."""
        versions = dict.fromkeys((self.version, *self.weights))
        return tuple((self.function_arn, version) for version in versions)

    def choose(self, draw: Callable[[], float]) -> FunctionKey:
        """Return the version for one invocation; `draw` gives a number from 0 to below 1."""
        if self.weights:
            left = draw()
            for version, share in self.weights.items():
                if left < share:
                    return self.function_arn, version
                left -= share
        return self.function_arn, self.version


class DeployedFunctions:
    """The functions and aliases of one state, and what is configured for their events."""

    def __init__(
        self,
        functions: Iterable[Function] = (),
        aliases: Iterable[Alias] = (),
        event_invoke_configs: Iterable[EventInvokeConfig] = (),
    ) -> None:
        self.functions = {(function.arn, function.version): function for function in functions}
        self._aliases = {(alias.function_arn, alias.name): alias for alias in aliases}
        self._event_invoke_configs = {each.function_arn: each for each in event_invoke_configs}
        self._targets: dict[str, Target] = {}

    def is_reachable(self, function: Function) -> bool:
        """Tell whether a version is invoked without its number: by no qualifier, or by an alias."""
        return function.version == LATEST or any(
            function.version in {alias.version, *alias.weights}
            for alias in self._aliases.values()
            if alias.function_arn == function.arn
        )

    def target(self, named: str) -> Target:
        """Find what a name or ARN, with or without a qualifier, stands for.

        Raises:
            FunctionNotFound: There is no such function, or it has no such version or alias.
        """
        target = self._targets.get(named)
        if target is None:
            target = self._targets[named] = self._find(named)
        return target

    def event_invoke_config(self, target: Target) -> EventInvokeConfig:
        """Return what is configured for asynchronous invocations of a version or alias."""
        return self._event_invoke_configs.get(
            target.qualified_arn, EventInvokeConfig(target.qualified_arn)
        )

    def _find(self, named: str) -> Target:
        reference = parse_function_reference(named)
        function_arn = None if reference is None else self._function_arn(reference)
        if reference is None or function_arn is None:
            raise FunctionNotFound(f"Function not found: {named}")
        qualifier = reference.qualifier or LATEST
        invoked_arn = (
            f"{function_arn}:{reference.qualifier}" if reference.qualifier else function_arn
        )
        alias = self._aliases.get((function_arn, qualifier))
        target = (
            Target(invoked_arn, function_arn, qualifier, {})
            if alias is None
            else Target(invoked_arn, function_arn, alias.version, alias.weights)
        )
        if not self.functions.keys() >= set(target.keys):
            raise FunctionNotFound(f"Function not found: {invoked_arn}")
        return target

    def _function_arn(self, reference: FunctionReference) -> str | None:
        arns = (each.arn for each in self.functions.values() if reference.names(each))
        return next(arns, None)
