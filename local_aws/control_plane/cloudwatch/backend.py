"""The metrics and alarms of one account and Region."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from types import ModuleType
from typing import Any

from moto.cloudwatch import urls
from moto.cloudwatch.exceptions import (
    InvalidFormat,
    InvalidParameterValue,
    ResourceNotFound,
    ValidationError,
)
from moto.cloudwatch.models import Alarm, CloudWatchBackend, MetricDatum, MetricDatumBase

from local_aws.control_plane.cloudwatch.alarm_evaluation import AlarmState
from local_aws.control_plane.cloudwatch.alarm_rule import WrongAlarmError, check_settings
from local_aws.control_plane.cloudwatch.alarm_states import AlarmStates
from local_aws.control_plane.cloudwatch.datapoints import (
    PeriodStatistics,
    StatisticsQuery,
    metric_of,
    point_of,
    statistics_of,
)
from local_aws.control_plane.cloudwatch.metric_store import MetricStore
from local_aws.control_plane.cloudwatch.statistics import UnknownStatisticError, is_statistic


class Backend(CloudWatchBackend):
    """moto's backend, with metrics by their exact dimensions and alarms that change their states.

    Attributes:
        states: The states of its alarms.
    """

    def __init__(
        self, region_name: str, account_id: str, *, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(region_name, account_id)
        self._clock = clock
        self._store = MetricStore()
        self._put_lock = threading.Lock()
        self.states = AlarmStates(account_id, self._store, clock)

    @property
    def _url_module(self) -> ModuleType:
        return urls  # moto derives it from the name of the module that defines the class

    # Metrics

    def put_metric_data(self, namespace: str, metric_data: list[dict[str, Any]]) -> None:
        """Keep all of some values, or none if one is wrong."""
        for number, datum in enumerate(metric_data, start=1):
            self._validate_parameters_put_metric_data(datum, number)
        now = self._clock()
        for datum in metric_data:
            self._store.put(metric_of(namespace, datum), point_of(datum, now))

    def get_all_metrics(self) -> list[MetricDatumBase]:
        """Return something of each metric, which is what ListMetrics makes its answer of."""
        kept: list[MetricDatumBase] = [
            MetricDatum(
                metric.namespace,
                metric.name,
                0.0,
                [{"Name": name, "Value": value} for name, value in sorted(metric.dimensions)],
                None,
            )
            for metric in self._store.metrics()
        ]
        return kept + self.aws_metric_data

    def get_statistics(self, query: StatisticsQuery) -> list[PeriodStatistics]:
        """Return statistics of one metric.

        Raises:
            InvalidParameterValue: a statistic is not known, or the period or the time is none.
        """
        if query.start >= query.end:
            raise InvalidParameterValue(
                "The parameter StartTime must be less than the parameter EndTime."
            )
        if query.period_seconds < 1:
            raise InvalidParameterValue("The parameter Period must be greater than 0.")
        for name in query.statistics:
            if not is_statistic(name):
                raise InvalidParameterValue(str(UnknownStatisticError(name)))
        return list(statistics_of(self._store, query))

    def get_metric_data(
        self,
        queries: list[dict[str, Any]],
        start_time: datetime,
        end_time: datetime,
        scan_by: str = "TimestampDescending",
    ) -> list[dict[str, Any]]:
        """Return a statistic of several metrics; metric math is not computed."""
        results = []
        for query in queries:
            if "MetricStat" not in query:
                raise ValidationError(
                    f"The local AWS computes no expression such as {query['Expression']}; ask for"
                    " the metrics by MetricStat and compute it of them."
                )
            if query.get("ReturnData", True):
                results.append(self._result(query, start_time, end_time, scan_by))
        return results

    def _result(
        self, query: Mapping[str, Any], start: datetime, end: datetime, scan_by: str
    ) -> dict[str, Any]:
        asked = query["MetricStat"]
        described, name = asked["Metric"], asked["Stat"]
        found = self.get_statistics(
            StatisticsQuery(
                metric=metric_of(described["Namespace"], described),
                statistics=(name,),
                period_seconds=int(asked["Period"]),
                start=start,
                end=end,
                unit=asked.get("Unit"),
            )
        )
        if scan_by != "TimestampAscending":
            found.reverse()
        return {
            "Id": query["Id"],
            "Label": query.get("Label") or f"{described['MetricName']} {name}",
            "Timestamps": [each.time for each in found],
            "Values": [each.values[name] for each in found],
            "StatusCode": "Complete",
        }

    # Alarms

    def put_metric_alarm(  # type: ignore[override]  # moto, the only caller, names every argument
        self, name: str, **settings: Any
    ) -> Alarm:
        """Make an alarm, or change one, which leaves its state as it is."""
        try:
            check_settings(settings)
        except WrongAlarmError as error:
            raise ValidationError(str(error)) from error
        with self._put_lock:
            known = self.alarms.get(name)
            alarm = super().put_metric_alarm(name, **settings)
            self.states.begin(alarm, known)
        return alarm

    def delete_alarms(self, alarm_names: list[str]) -> None:
        """Delete alarms, if there are such."""
        for name in alarm_names:
            alarm = self.alarms.pop(name, None)
            if alarm is not None:
                self.states.end(alarm)

    def set_alarm_state(
        self, alarm_name: str, reason: str, reason_data: str | None, state_value: str
    ) -> None:
        """Put an alarm into a state, with its actions, until it is evaluated the next time."""
        try:
            json.loads(reason_data or "{}")
        except ValueError as error:
            raise InvalidFormat("StateReasonData was not valid JSON") from error
        alarm = self.alarms.get(alarm_name)
        if alarm is None:
            raise ResourceNotFound("Unknown")
        if state_value not in list(AlarmState):
            raise ValidationError(
                f"1 validation error detected: Value '{state_value}' at 'stateValue' failed to"
                " satisfy constraint: Member must satisfy enum value set: [INSUFFICIENT_DATA,"
                " ALARM, OK]"
            )
        self.states.change(alarm, AlarmState(state_value), reason, reason_data or "{}")

    def evaluate_alarms(self) -> None:
        """Judge every alarm by the metrics of now."""
        with self._put_lock:
            alarms = list(self.alarms.values())
        for alarm in alarms:
            if self.alarms.get(alarm.name) is alarm:
                self.states.evaluate(alarm)
