"""CloudWatch Logs: log groups and their streams."""

from collections.abc import Iterator, Mapping
from typing import Any

from local_aws.control_plane.authorization.call import Call
from local_aws.control_plane.authorization.needs.need import EVERYTHING, Need, arn


def needs(call: Call) -> Iterator[Need]:
    """Yield what a call needs: on each of the log groups, whose streams end their ARN."""
    action, parameters = f"logs:{call.operation}", call.parameters
    if resource := parameters.get("resourceArn"):
        yield Need(action, str(resource))
        return
    groups = _groups(parameters)
    if not groups and not call.operation.startswith("DescribeLogGroups"):
        yield Need(action, EVERYTHING)
        return
    for group in groups or ("",):
        name = group.partition(":log-group:")[2].removesuffix(":*") or group
        stream = parameters.get("logStreamName") or ""
        yield Need(action, arn(call, f"log-group:{name}:log-stream:{stream}"))


def _groups(parameters: Mapping[str, Any]) -> list[str]:
    for name in ("logGroupName", "logGroupIdentifier", "logGroupNamePrefix"):
        if value := parameters.get(name):
            return [str(value)]
    for name in ("logGroupNames", "logGroupIdentifiers"):
        if values := parameters.get(name):
            return list(map(str, values))
    return []
