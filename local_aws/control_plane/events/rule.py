"""A rule of EventBridge."""

import copy
import json
from datetime import UTC, datetime
from typing import Any, cast

from moto.events import models
from moto.events.utils import EventMessageType, EventTemplateParser

from local_aws.control_plane.awslambda import service_invocation
from local_aws.control_plane.awslambda.service_invocation import Caller

# moto's own mark of when an event came in, which no target gets to see as such.
_INGESTION_TIME = "ingestion-time"


class Rule(models.Rule):
    """moto's rule, with functions among its targets.

    It does nothing while it is disabled, and what has a schedule only does not wait for events.
    """

    def send_to_targets(
        self,
        original_event: EventMessageType,
        transform_input: bool = True,  # noqa: FBT001, FBT002 - moto's signature
    ) -> None:
        """Send an event that was put on the bus to the targets, if it is one of the rule's."""
        if self.event_pattern.get_pattern() and self.event_pattern.matches_event(original_event):
            self.fire(original_event, transform_input=transform_input)

    def fire(self, event: EventMessageType, *, transform_input: bool = True) -> None:
        """Send an event to the targets."""
        if self.state == "DISABLED":
            return
        others = copy.copy(self)
        others.targets = [each for each in self.targets if not _is_function(each)]
        super(Rule, others).send_to_targets(event, transform_input)
        caller = Caller("events.amazonaws.com", self.arn, self.account_id)
        for target in list(self.targets):
            if _is_function(target):
                service_invocation.invoke(target["Arn"], _input(target, event), caller)


def _is_function(target: dict[str, Any]) -> bool:
    return str(target["Arn"]).split(":")[2:3] == ["lambda"]


def _input(target: dict[str, Any], event: EventMessageType) -> Any:
    """Return what a target gets, by "Amazon EventBridge input transformation"."""
    document: dict[str, Any] = {
        name: value for name, value in event.items() if name != _INGESTION_TIME
    }
    time = document["time"]
    if isinstance(time, int | float):
        document["time"] = datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if constant := target.get("Input"):
        return json.loads(constant)
    if path := target.get("InputPath"):
        return _at(path, document)
    if transformer := target.get("InputTransformer"):
        return EventTemplateParser.parse(
            input_template=transformer.get("InputTemplate"),
            input_paths_map=transformer.get("InputPathsMap", {}),
            event=cast(
                "EventMessageType", {_INGESTION_TIME: document["time"], **event, **document}
            ),
        )
    return document


def _at(path: str, document: Any) -> Any:
    """Return what is at a path such as `$.detail.name`; None where nothing is."""
    for name in path.removeprefix("$").split(".")[1:]:
        document = document.get(name) if isinstance(document, dict) else None
    return document
