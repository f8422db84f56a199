"""Lambda functions, their published versions and their aliases.

Names follow Lambda's own responses: GetFunctionConfiguration, GetPolicy, GetAlias and
GetFunctionEventInvokeConfig.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.publication.fields import Fields

# The defaults, and the most that can be set: "Configuring error handling settings for Lambda
# asynchronous invocations".
MAXIMUM_RETRY_ATTEMPTS = 2
MAXIMUM_EVENT_AGE_SECONDS = 21_600


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function at one of its versions; `code_path` is that version's zip.

    `architecture` is `x86_64` or `arm64`, `version` is `$LATEST` or a published number, and `arn`
    carries no version. `permissions` are the statements of all of the function's resource policies,
    the same at every version: the `Resource` of each names the version or alias that it is for.
    `reserved_concurrency` counts the events of all versions together; None where there is no such
    limit. `layer_paths` are the zips of its layers, the first at the bottom.
    """

    name: str
    arn: str
    runtime: str
    handler: str
    timeout_seconds: int
    memory_megabytes: int
    environment: Mapping[str, str]
    code_sha256: str
    code_path: Path
    version: str
    log_group: str
    architecture: str
    permissions: tuple[Mapping[str, Any], ...]
    role_arn: str | None = None
    reserved_concurrency: int | None = None
    dead_letter_arn: str | None = None
    layer_paths: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Alias:
    """An alias of a function, whose `function_arn` carries no version.

    An invocation runs at `version`, or at another version with the share that `weights` gives it,
    a fraction of one.
    """

    name: str
    function_arn: str
    version: str
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class EventInvokeConfig:
    """What becomes of asynchronous invocations; the ARN carries the version or alias it is for."""

    function_arn: str
    maximum_retry_attempts: int = MAXIMUM_RETRY_ATTEMPTS
    maximum_event_age_seconds: int = MAXIMUM_EVENT_AGE_SECONDS
    on_success_arn: str | None = None
    on_failure_arn: str | None = None


def parse_function(fields: Fields) -> Function:
    """Read a function: GetFunctionConfiguration's answer, beside its zip and its policies."""
    configuration = fields.object("configuration")
    environment = configuration.optional_object("Environment")
    logging = configuration.optional_object("LoggingConfig")
    dead_letters = configuration.optional_object("DeadLetterConfig")
    name = configuration.text("FunctionName")
    arn, version = configuration.text("FunctionArn"), configuration.text("Version")
    return Function(
        name=name,
        arn=arn.removesuffix(f":{version}"),
        runtime=configuration.text("Runtime"),
        handler=configuration.text("Handler"),
        timeout_seconds=configuration.integer("Timeout"),
        memory_megabytes=configuration.integer("MemorySize"),
        environment={} if environment is None else environment.mapping("Variables"),
        code_sha256=configuration.text("CodeSha256"),
        code_path=Path(fields.text("code_path")),
        version=version,
        log_group=(logging and logging.optional_text("LogGroup")) or f"/aws/lambda/{name}",
        architecture=next(iter(configuration.texts("Architectures")), "x86_64"),
        permissions=tuple(each.document for each in fields.items("permissions")),
        role_arn=configuration.optional_text("Role"),
        reserved_concurrency=fields.optional_integer("reserved_concurrency"),
        dead_letter_arn=None if dead_letters is None else dead_letters.optional_text("TargetArn"),
        layer_paths=tuple(map(Path, fields.texts("layer_paths"))),
    )


def parse_alias(fields: Fields) -> Alias:
    """Read an alias: GetAlias's answer."""
    name = fields.text("Name")
    routing = fields.optional_object("RoutingConfig")
    weights = None if routing is None else routing.optional_object("AdditionalVersionWeights")
    return Alias(
        name=name,
        function_arn=fields.text("AliasArn").removesuffix(f":{name}"),
        version=fields.text("FunctionVersion"),
        weights={}
        if weights is None
        else {version: weights.number(version) for version in weights.document},
    )


def parse_event_invoke_config(fields: Fields) -> EventInvokeConfig:
    """Read GetFunctionEventInvokeConfig's answer."""
    destinations = fields.optional_object("DestinationConfig")
    retries = fields.optional_integer("MaximumRetryAttempts")
    age_seconds = fields.optional_integer("MaximumEventAgeInSeconds")
    return EventInvokeConfig(
        function_arn=fields.text("FunctionArn"),
        maximum_retry_attempts=MAXIMUM_RETRY_ATTEMPTS if retries is None else retries,
        maximum_event_age_seconds=age_seconds or MAXIMUM_EVENT_AGE_SECONDS,
        on_success_arn=_destination(destinations, "OnSuccess"),
        on_failure_arn=_destination(destinations, "OnFailure"),
    )


def _destination(destinations: Fields | None, outcome: str) -> str | None:
    destination = None if destinations is None else destinations.optional_object(outcome)
    return None if destination is None else destination.optional_text("Destination")
