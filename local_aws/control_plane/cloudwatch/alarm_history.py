"""What happened to alarms, as DescribeAlarmHistory tells it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from moto.cloudwatch.models import Alarm

_VERSION: Final = "1.0"


class HistoryItemType(StrEnum):
    """What an item of a history is about."""

    CONFIGURATION_UPDATE = "ConfigurationUpdate"
    STATE_UPDATE = "StateUpdate"
    ACTION = "Action"


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """One thing that happened; the names are those of CloudWatch's answers in Python's spelling."""

    alarm_name: str
    timestamp: datetime
    history_item_type: HistoryItemType
    history_summary: str
    history_data: str
    alarm_type: str = "MetricAlarm"


@dataclass(frozen=True, slots=True)
class StateOfAlarm:
    """The state of an alarm at some time, with its reason."""

    value: str
    reason: str
    reason_data: str

    @classmethod
    def of(cls, alarm: Alarm) -> "StateOfAlarm":
        """Return the state that an alarm is in."""
        return cls(alarm.state_value, alarm.state_reason, alarm.state_reason_data)

    def document(self) -> dict[str, Any]:
        """Return the state as histories show it."""
        return {
            "stateValue": self.value,
            "stateReason": self.reason,
            "stateReasonData": json.loads(self.reason_data or "null"),
        }


def configuration_update(alarm: Alarm, time: datetime, what: str) -> HistoryItem:
    """Say that an alarm was created, updated or deleted."""
    data = {"version": _VERSION, "type": what.removesuffix("d").capitalize()}
    return _item(
        alarm,
        time,
        HistoryItemType.CONFIGURATION_UPDATE,
        f'Alarm "{alarm.name}" {what}',
        data,
    )


def state_update(alarm: Alarm, time: datetime, old: StateOfAlarm) -> HistoryItem:
    """Say that an alarm has come into the state that it is in now."""
    return _item(
        alarm,
        time,
        HistoryItemType.STATE_UPDATE,
        f"Alarm updated from {old.value} to {alarm.state_value}",
        {
            "version": _VERSION,
            "oldState": old.document(),
            "newState": StateOfAlarm.of(alarm).document(),
        },
    )


def action(alarm: Alarm, time: datetime, resource: str, failure: str | None) -> HistoryItem:
    """Say that an action was executed, or could not be."""
    data = {
        "version": _VERSION,
        "actionState": "Succeeded" if failure is None else "Failed",
        "notificationResource": resource,
        "error": failure,
    }
    summary = (
        f"Successfully executed action {resource}"
        if failure is None
        else f"Failed to execute action {resource}. Received error: {failure}"
    )
    return _item(alarm, time, HistoryItemType.ACTION, summary, data)


def _item(
    alarm: Alarm,
    time: datetime,
    history_item_type: HistoryItemType,
    summary: str,
    data: Mapping[str, Any],
) -> HistoryItem:
    return HistoryItem(alarm.name, time, history_item_type, summary, json.dumps(data))
