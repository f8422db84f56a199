"""Services without rules of their own: the ARN or the name that a call carries is the resource."""

from collections.abc import Iterator, Mapping
from typing import Final

from local_aws.control_plane.authorization.call import Call
from local_aws.control_plane.authorization.needs.need import EVERYTHING, Need, arn

_PREFIXES: Final[Mapping[str, str]] = {"monitoring": "cloudwatch"}
# The parameters that name a resource, with the form of its ARN's end.
_NAMES: Final[Mapping[str, Mapping[str, str]]] = {
    "events": {"EventBusName": "event-bus/{}"},
    "kinesis": {"StreamName": "stream/{}"},
    "kms": {"KeyId": "key/{}"},
    "secretsmanager": {"SecretId": "secret:{}"},
    "ssm": {"Name": "parameter/{}", "Names": "parameter/{}"},
}


def needs(call: Call) -> Iterator[Need]:
    """Yield what a call needs; everybody may ask who they are."""
    if call.operation == "GetCallerIdentity":
        return
    action = f"{_PREFIXES.get(call.service, call.service)}:{call.operation}"
    if call.operation == "PutEvents":
        for entry in call.parameters.get("Entries") or []:
            bus = entry.get("EventBusName") or "default"
            yield Need(action, bus if bus.startswith("arn:") else arn(call, f"event-bus/{bus}"))
        return
    for resource in _resources(call):
        yield Need(action, resource)


def _resources(call: Call) -> list[str]:
    for name, form in _NAMES.get(call.service, {}).items():
        if value := call.parameters.get(name):
            values = value if isinstance(value, list) else [value]
            return [
                each if each.startswith("arn:") else arn(call, form.format(each.lstrip("/")))
                for each in map(str, values)
            ]
    arns = (
        value
        for value in call.parameters.values()
        if isinstance(value, str) and value.startswith("arn:")
    )
    return [next(arns, EVERYTHING)]
