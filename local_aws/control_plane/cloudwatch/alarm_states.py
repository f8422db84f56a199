"""The states of alarms: how they change, what is done then, and what is remembered of it."""

import json
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from moto.cloudwatch.models import Alarm

from local_aws.control_plane.cloudwatch import alarm_history
from local_aws.control_plane.cloudwatch.actions import ActionError, actions_of, execute
from local_aws.control_plane.cloudwatch.alarm_evaluation import (
    AlarmRule,
    AlarmState,
    Verdict,
    evaluate,
)
from local_aws.control_plane.cloudwatch.alarm_history import HistoryItem, StateOfAlarm
from local_aws.control_plane.cloudwatch.alarm_rule import NotEvaluatedError, rule_of
from local_aws.control_plane.cloudwatch.datapoints import datapoints_of_alarm, time_of
from local_aws.control_plane.cloudwatch.metric_store import MetricStore
from local_aws.control_plane.cloudwatch.notification import timestamp

logger = logging.getLogger(__name__)

_INITIAL_REASON: Final = "Unchecked: Initial alarm creation"
_LONGEST_HISTORY: Final = 10_000


class AlarmStates:
    """Changes the states of one account's and Region's alarms; safe to use from several threads."""

    def __init__(
        self, account_id: str, store: MetricStore, clock: Callable[[], float] = time.time
    ) -> None:
        """Begin without a history.

        Args:
            account_id: The account, which messages name.
            store: The metrics by which alarms are judged.
            clock: Returns the time in seconds since the epoch.
        """
        self._account_id = account_id
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._history: deque[HistoryItem] = deque(maxlen=_LONGEST_HISTORY)

    @property
    def history(self) -> list[HistoryItem]:
        """What has happened, the oldest first."""
        with self._lock:
            return list(self._history)

    def begin(self, alarm: Alarm, known: Alarm | None) -> None:
        """Put a new alarm into its first state; one that takes another's place has that one's."""
        now = time_of(self._clock())
        if known is None:
            alarm.state_value = AlarmState.INSUFFICIENT_DATA.value
            alarm.state_reason = _INITIAL_REASON
            alarm.state_updated_timestamp = now
        else:
            alarm.state_value = known.state_value
            alarm.state_reason = known.state_reason
            alarm.state_reason_data = known.state_reason_data
            alarm.state_updated_timestamp = known.state_updated_timestamp
        what = "created" if known is None else "updated"
        with self._lock:
            self._history.append(alarm_history.configuration_update(alarm, now, what))
        try:
            rule_of(alarm)
        except NotEvaluatedError as error:
            logger.warning(
                "Alarm %s is not evaluated, as it uses %s, which the local AWS does not.",
                alarm.name,
                error,
            )

    def end(self, alarm: Alarm) -> None:
        """Take note that an alarm was deleted."""
        item = alarm_history.configuration_update(alarm, time_of(self._clock()), "deleted")
        with self._lock:
            self._history.append(item)

    def evaluate(self, alarm: Alarm) -> None:
        """Judge an alarm's metric, and change the alarm's state if it is another one by now."""
        try:
            rule = rule_of(alarm)
        except NotEvaluatedError:
            return
        now = self._clock()
        verdict = evaluate(rule, datapoints_of_alarm(self._store, rule, now))
        if verdict is not None:
            self.change(alarm, verdict.state, verdict.reason, _reason_data(rule, verdict, now))

    def change(self, alarm: Alarm, state: AlarmState, reason: str, reason_data: str) -> None:
        """Put an alarm into a state; if it was in another one, its actions are executed."""
        now = time_of(self._clock())
        with self._lock:
            old = StateOfAlarm.of(alarm)
            if old.value == state.value:
                return
            alarm.state_value = state.value
            alarm.state_reason, alarm.state_reason_data = reason, reason_data
            alarm.state_updated_timestamp = now
            self._history.append(alarm_history.state_update(alarm, now, old))
            actions = actions_of(alarm)
        logger.warning("Alarm %s: %s -> %s. %s", alarm.name, old.value, state.value, reason)
        for action in actions:
            failure = self._execute(action, alarm, old.value)
            with self._lock:
                self._history.append(alarm_history.action(alarm, now, action, failure))

    def _execute(self, action: str, alarm: Alarm, old_state: str) -> str | None:
        """Execute an action; return why that was not possible."""
        try:
            execute(action, alarm, account_id=self._account_id, old_state=old_state)
        except ActionError as error:
            logger.warning("Alarm %s: the action %s failed: %s.", alarm.name, action, error)
            return str(error)
        except Exception:
            # A subscription that fails is no reason to leave other alarms alone.
            logger.exception("Alarm %s: the action %s failed", alarm.name, action)
            return "Internal failure"
        return None


def _reason_data(rule: AlarmRule, verdict: Verdict, now: float) -> str:
    oldest_first = verdict.datapoints[::-1]
    data = {
        "version": "1.0",
        "queryDate": timestamp(time_of(now)),
        "statistic": rule.statistic,
        "period": rule.period_seconds,
        "recentDatapoints": [each.value for each in oldest_first],
        "threshold": rule.threshold,
        "evaluatedDatapoints": [
            {
                "timestamp": timestamp(time_of(each.time)),
                "sampleCount": each.sample_count,
                "value": each.value,
            }
            for each in verdict.datapoints
        ],
    }
    if rule.unit is not None:
        data["unit"] = rule.unit
    if oldest_first:
        data["startDate"] = timestamp(time_of(oldest_first[0].time))
    return json.dumps(data)
