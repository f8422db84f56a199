"""Alarms of a backend whose clock stands still until a test moves it."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from moto.cloudwatch.models import Alarm

from local_aws.control_plane.cloudwatch.backend import Backend

ACCOUNT_ID = "123456789012"
REGION = "us-east-1"
NOON = 1_700_049_600.0


@dataclass(slots=True)
class Clock:
    """A clock that a test moves."""

    now: float = NOON

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True, slots=True)
class Given:
    """A backend of its own, and its clock."""

    clock: Clock = field(default_factory=Clock)
    backend: Backend = field(init=False)

    def __post_init__(self) -> None:
        backend = Backend(REGION, ACCOUNT_ID, clock=self.clock)
        object.__setattr__(self, "backend", backend)

    def alarm(self, **changes: Any) -> Alarm:
        """Put an alarm that rings at the first error of a minute."""
        return self.backend.put_metric_alarm(
            **{
                "name": "errors",
                "namespace": "AWS/Lambda",
                "metric_name": "Errors",
                "dimensions": [{"Name": "FunctionName", "Value": "greeter"}],
                "statistic": "Sum",
                "period": 60,
                "evaluation_periods": 1,
                "comparison_operator": "GreaterThanOrEqualToThreshold",
                "threshold": 1.0,
                "description": "The function fails.",
                "treat_missing_data": "notBreaching",
                "alarm_actions": [],
                **changes,
            }
        )

    def errors(self, count: float, **dimensions: str) -> None:
        """Put errors of now, of the function if no other dimensions are given."""
        named = dimensions or {"FunctionName": "greeter"}
        self.backend.put_metric_data(
            "AWS/Lambda",
            [
                {
                    "MetricName": "Errors",
                    "Dimensions": [{"Name": key, "Value": value} for key, value in named.items()],
                    "Value": count,
                }
            ],
        )

    def evaluate_after(self, seconds: float) -> None:
        """Evaluate all alarms so much later."""
        self.clock.now += seconds
        self.backend.evaluate_alarms()


def new_name() -> str:
    return f"test-{uuid.uuid4().hex}"
