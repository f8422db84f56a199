"""A function at the version or alias that a call names."""

import re
from dataclasses import dataclass

from local_aws.control_plane.awslambda.function import Function

LATEST = "$LATEST"

# A name, an ARN or the end of one that begins with the account ("Lambda API Reference", Invoke).
_REFERENCE = re.compile(
    r"(?:(?:arn:[^:]+:lambda:[^:]+:)?[0-9]{12}:function:)?"
    r"(?P<name>[A-Za-z0-9_-]+)(?::(?P<qualifier>\$LATEST|[A-Za-z0-9_-]+))?"
)


@dataclass(frozen=True, slots=True)
class QualifiedFunction:
    """A function as `$LATEST`, and the qualifier under which it was named, None if under none."""

    latest: Function
    qualifier: str | None

    @property
    def arn(self) -> str:
        """The ARN with the qualifier, if there is one."""
        arn = str(self.latest.function_arn)
        return arn if self.qualifier is None else f"{arn}:{self.qualifier}"

    @property
    def is_published(self) -> bool:
        """Whether a version or an alias was named."""
        return self.qualifier not in {None, LATEST}


def split_reference(reference: str) -> tuple[str, str | None]:
    """Return the name and the qualifier, if there is one, of a name or ARN of a function.

    What is neither is returned as it is, and is the name of no function.
    """
    matched = _REFERENCE.fullmatch(reference)
    return (matched["name"], matched["qualifier"]) if matched else (reference, None)
