"""All operations of CloudWatch, and the path at which they answer."""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, cast

from moto.cloudwatch import urls
from moto.cloudwatch.exceptions import InvalidParameterCombination, InvalidParameterValue
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from local_aws.control_plane.cloudwatch.alarm_history import HistoryItem
from local_aws.control_plane.cloudwatch.backend import Backend
from local_aws.control_plane.cloudwatch.datapoints import (
    PeriodStatistics,
    StatisticsQuery,
    metric_of,
    seconds_of,
)

_MOST_RECORDS: Final = 100
# "GetMetricStatistics" of the Amazon CloudWatch API Reference.
_MOST_DATAPOINTS: Final = 1_440


class Response(CloudWatchResponse):
    """moto's operations with ours before them."""

    @property
    def cloudwatch_backend(self) -> Backend:
        """The metrics and alarms of the caller's account and Region."""
        return cast("Backend", super().cloudwatch_backend)

    def get_metric_statistics(self) -> ActionResult:
        """Return statistics and percentiles of one metric, for each period that has any."""
        asked = self._get_params()
        extended = list(asked.get("ExtendedStatistics") or ())
        names = [*(asked.get("Statistics") or ()), *extended]
        if not names:
            raise InvalidParameterCombination(
                "Must specify either Statistics or ExtendedStatistics"
            )
        _check_count(asked)
        found = self.cloudwatch_backend.get_statistics(
            StatisticsQuery(
                metric=metric_of(asked["Namespace"], asked),
                statistics=names,
                period_seconds=int(asked["Period"]),
                start=asked["StartTime"],
                end=asked["EndTime"],
                unit=asked.get("Unit"),
            )
        )
        datapoints = [_datapoint(each, extended) for each in found]
        return ActionResult({"Label": asked["MetricName"], "Datapoints": datapoints})

    def describe_alarm_history(self) -> ActionResult:
        """Return what happened to alarms, the latest first unless told otherwise."""
        asked = self._get_params()
        found = [each for each in self.cloudwatch_backend.states.history if _is_asked(each, asked)]
        if asked.get("ScanBy") != "TimestampAscending":
            found.reverse()
        token = str(asked.get("NextToken") or "0")
        if not token.isdecimal():
            raise InvalidParameterValue("Request parameter NextToken is invalid")
        start = int(token)
        end = start + int(asked.get("MaxRecords") or _MOST_RECORDS)
        return ActionResult(
            {
                "AlarmHistoryItems": found[start:end],
                "NextToken": str(end) if end < len(found) else None,
            }
        )


def url_paths() -> dict[str, Callable[..., Any]]:
    """Return every path of the service in moto's form, with the operation that answers there."""
    return dict.fromkeys(urls.url_paths, Response.dispatch)


def _check_count(asked: Mapping[str, Any]) -> None:
    seconds = seconds_of(asked["EndTime"]) - seconds_of(asked["StartTime"])
    count = math.ceil(seconds / max(int(asked["Period"]), 1))
    if count > _MOST_DATAPOINTS:
        raise InvalidParameterCombination(
            f"You have requested up to {count:,} datapoints, which exceeds the limit of"
            f" {_MOST_DATAPOINTS:,}. You may reduce the datapoints requested by increasing Period,"
            " or decreasing the time range."
        )


def _datapoint(period: PeriodStatistics, extended: list[str]) -> dict[str, Any]:
    values, percentiles = dict(period.values), {}
    for name in extended:
        if name in values:
            percentiles[name] = values.pop(name)
    return {
        "Timestamp": period.time,
        "Unit": period.unit,
        **values,
        **({"ExtendedStatistics": percentiles} if percentiles else {}),
    }


def _is_asked(item: HistoryItem, asked: Mapping[str, Any]) -> bool:
    return all(_conditions(item, asked))


def _conditions(item: HistoryItem, asked: Mapping[str, Any]) -> Iterator[bool]:
    time = seconds_of(item.timestamp)
    yield asked.get("AlarmName") in {None, item.alarm_name}
    yield asked.get("HistoryItemType") in {None, item.history_item_type.value}
    yield not asked.get("AlarmTypes") or item.alarm_type in asked["AlarmTypes"]
    yield not asked.get("StartDate") or time >= seconds_of(asked["StartDate"])
    yield not asked.get("EndDate") or time <= seconds_of(asked["EndDate"])
