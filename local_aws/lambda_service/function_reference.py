"""How callers name a function: by ARN, by a part of it, or by name, with or without a qualifier.

See the parameter FunctionName of "Invoke" in the AWS Lambda API Reference.
"""

import re
from dataclasses import dataclass

from local_aws.publication import Function

_REFERENCE = re.compile(
    r"(?:arn:aws[a-zA-Z-]*:lambda:(?P<region>[a-z0-9-]+):)?"
    r"(?:(?P<account>\d{12}):)?"
    r"(?:function:)?"
    r"(?P<name>[a-zA-Z0-9-_]{1,64})"
    r"(?::(?P<qualifier>\$LATEST|[a-zA-Z0-9-_]{1,128}))?"
)


LATEST = "$LATEST"


@dataclass(frozen=True, slots=True)
class FunctionReference:
    """A function as a caller names it; parts that are not named are None."""

    name: str
    region: str | None
    account: str | None
    qualifier: str | None

    def names(self, function: Function) -> bool:
        """Tell whether this is the function that is meant, whatever its version."""
        _, _, _, region, account, _, _ = function.arn.split(":")
        return (
            function.name == self.name
            and self.region in {None, region}
            and self.account in {None, account}
        )


def parse_function_reference(text: str) -> FunctionReference | None:
    """Read a function's name or ARN; None if it is neither."""
    matched = _REFERENCE.fullmatch(text)
    if matched is None:
        return None
    return FunctionReference(
        matched["name"], matched["region"], matched["account"], matched["qualifier"]
    )


def short_name(function: Function) -> str:
    """Name a function at its version as shortly as a caller may: `name`, or `name:7`."""
    return function.name if function.version == LATEST else f"{function.name}:{function.version}"
