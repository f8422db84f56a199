"""Lambda: functions with their versions and aliases, layers and event source mappings."""

from collections.abc import Iterator, Mapping
from typing import Final

from local_aws.control_plane.authorization.call import Call
from local_aws.control_plane.authorization.needs.need import EVERYTHING, Need, arn
from local_aws.control_plane.awslambda.qualified_function import split_reference

_ACTIONS: Final[Mapping[str, str]] = {
    "Invoke": "InvokeFunction",
    "InvokeAsync": "InvokeFunction",
    "InvokeWithResponseStream": "InvokeFunction",
}
# These name a function and yet are asked of all resources.
_OF_EVERYTHING: Final = frozenset({"CreateEventSourceMapping", "ListEventSourceMappings"})


def needs(call: Call) -> Iterator[Need]:
    """Yield what a call needs."""
    yield Need(f"lambda:{_ACTIONS.get(call.operation, call.operation)}", _resource(call))


def _resource(call: Call) -> str:
    parameters = call.parameters
    if call.operation in _OF_EVERYTHING:
        return EVERYTHING
    if reference := parameters.get("FunctionName"):
        name, qualifier = split_reference(reference)
        qualifier = qualifier or parameters.get("Qualifier")
        return arn(call, ":".join(("function", name, *([qualifier] if qualifier else []))))
    if layer := parameters.get("LayerName"):
        version = parameters.get("VersionNumber")
        return arn(call, f"layer:{layer}" if version is None else f"layer:{layer}:{version}")
    if identifier := parameters.get("UUID"):
        return arn(call, f"event-source-mapping:{identifier}")
    return str(parameters.get("Resource") or EVERYTHING)
