"""Lambda functions, their published versions and their aliases.

Names follow Lambda's own responses: GetFunctionConfiguration, GetPolicy and GetAlias.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.publication.fields import Fields


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function at one of its versions; `code_path` is that version's zip.

    `architecture` is `x86_64` or `arm64`, `version` is `$LATEST` or a published number, and `arn`
    carries no version. `permissions` are the statements of all of the function's resource policies,
    the same at every version: the `Resource` of each names the version or alias that it is for.
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


def parse_function(fields: Fields) -> Function:
    """Read a function: GetFunctionConfiguration's answer, beside its zip and its policies."""
    configuration = fields.object("configuration")
    environment = configuration.optional_object("Environment")
    logging = configuration.optional_object("LoggingConfig")
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
