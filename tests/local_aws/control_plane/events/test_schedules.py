import logging

import pytest
from moto.events.models import Rule as MotoRule
from moto.events.models import events_backends
from moto.events.utils import EventMessageType

from local_aws.control_plane.events.rule import Rule
from local_aws.control_plane.events.schedules import Schedules, period_seconds, scheduled_rules


class FiringRule(Rule):
    """A rule that keeps what it fires."""

    def __init__(self, name: str, expression: str) -> None:
        super().__init__(
            name=name,
            account_id="123456789012",
            region_name="eu-west-1",
            description=None,
            event_pattern=None,
            schedule_exp=expression,
            role_arn=None,
            event_bus_name="default",
            state=None,
        )
        self.events: list[EventMessageType] = []

    def fire(self, event: EventMessageType, *, transform_input: bool = True) -> None:
        assert transform_input
        self.events.append(event)


def firing_rule(name: str, expression: str) -> FiringRule:
    return FiringRule(name, expression)  # type: ignore[abstract]  # only CloudFormation's


@pytest.fixture
def rules() -> dict[str, MotoRule]:
    """The rules of a bus, which are this test's alone."""
    backend = events_backends["123456789012"]["eu-west-1"]
    backend.event_buses["default"].rules = {}
    return backend.event_buses["default"].rules


@pytest.mark.parametrize(
    ("expression", "seconds"),
    [
        ("rate(1 minute)", 60),
        ("rate(5 minutes)", 300),
        ("rate(2 hours)", 7_200),
        ("rate(1 day)", 86_400),
        ("rate(0 minutes)", None),
        ("cron(0 12 * * ? *)", None),
    ],
)
def test_rate_is_a_period(expression: str, seconds: int | None) -> None:
    assert period_seconds(expression) == seconds


def test_rule_fires_once_a_period(rules: dict[str, MotoRule]) -> None:
    rules["tick"] = rule = firing_rule("tick", "rate(1 minute)")
    schedules = Schedules()
    for now in (1_000.0, 1_059.9, 1_060.0, 1_061.0, 1_121.0):
        schedules.tick(now)
    assert [event["time"] for event in rule.events] == [
        "1970-01-01T00:17:40Z",
        "1970-01-01T00:18:41Z",
    ]
    assert rule.events[0]["resources"] == [rule.arn]
    assert rule.events[0]["source"] == "aws.events"


def test_rule_that_is_made_anew_begins_anew(rules: dict[str, MotoRule]) -> None:
    rules["tick"] = rule = firing_rule("tick", "rate(1 minute)")
    schedules = Schedules()
    schedules.tick(1_000.0)
    del rules["tick"]
    schedules.tick(1_030.0)
    rules["tick"] = rule
    schedules.tick(1_050.0)
    schedules.tick(1_060.0)
    assert rule.events == []


def test_expression_that_is_no_rate_is_named_once(
    rules: dict[str, MotoRule], caplog: pytest.LogCaptureFixture
) -> None:
    rules["noon"] = rule = firing_rule("noon", "cron(0 12 * * ? *)")
    schedules = Schedules()
    with caplog.at_level(logging.WARNING):
        schedules.tick(1_000.0)
        schedules.tick(2_000.0)
    assert rule.events == []
    (record,) = caplog.records
    assert "rule/noon does not fire" in record.getMessage()


def test_rules_are_looked_at_while_the_block_runs(rules: dict[str, MotoRule]) -> None:
    rules["broken"] = firing_rule("broken", "rate(1 minute)")
    with scheduled_rules(interval_seconds=0.01):
        pass
