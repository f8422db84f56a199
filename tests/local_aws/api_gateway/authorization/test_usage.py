from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from local_aws.api_gateway.authorization.api_key import Grant
from local_aws.api_gateway.authorization.usage import Excess, UsageMeter
from local_aws.publication import ApiKey, Quota, Throttle, UsagePlan
from tests.local_aws.api_gateway.given import ACCOUNT_ID, REGION

KEY = ApiKey(ACCOUNT_ID, REGION, "key1", "partner", "secret", enabled=True)
PLAN = UsagePlan(ACCOUNT_ID, REGION, "plan1", "gold", (), None, None, ("key1",))


@dataclass
class Clock:
    """A clock that goes only when it is told to."""

    now: float

    def __call__(self) -> float:
        return self.now

    def set(self, instant: str) -> None:
        self.now = datetime.fromisoformat(instant).replace(tzinfo=UTC).timestamp()


@pytest.fixture
def clock() -> Clock:
    clock = Clock(0)
    clock.set("2026-03-14T12:00")
    return clock


def with_quota(period: str, *, limit: int = 2, offset: int = 0) -> Grant:
    return Grant(KEY, replace(PLAN, quota=Quota(limit=limit, offset=offset, period=period)))


def admitted(meter: UsageMeter, grant: Grant, count: int = 10) -> int:
    return sum(meter.admit(grant) is None for _ in range(count))


def test_plan_without_limits_limits_nothing(clock: Clock) -> None:
    assert admitted(UsageMeter(clock), Grant(KEY, PLAN), 1_000) == 1_000


def test_each_key_of_a_plan_has_its_limits_for_itself(clock: Clock) -> None:
    meter = UsageMeter(clock)
    grant = with_quota("DAY")
    assert admitted(meter, grant) == 2
    assert meter.admit(grant) is Excess.QUOTA
    assert admitted(meter, replace(grant, api_key=replace(KEY, api_key_id="key2"))) == 2


@pytest.mark.parametrize(
    ("period", "still", "again"),
    [
        ("DAY", "2026-03-14T23:59:59", "2026-03-15T00:00"),
        ("WEEK", "2026-03-15T23:59:59", "2026-03-16T00:00"),
        ("MONTH", "2026-03-31T23:59:59", "2026-04-01T00:00"),
    ],
)
def test_quota_begins_anew_with_each_period(
    clock: Clock, period: str, still: str, again: str
) -> None:
    meter = UsageMeter(clock)
    grant = with_quota(period)
    assert admitted(meter, grant) == 2
    clock.set(still)
    assert admitted(meter, grant) == 0
    clock.set(again)
    assert admitted(meter, grant) == 2


def test_offset_is_taken_off_the_first_period_alone(clock: Clock) -> None:
    meter = UsageMeter(clock)
    grant = with_quota("DAY", limit=3, offset=2)
    assert admitted(meter, grant) == 1
    clock.set("2026-03-15T00:00")
    assert admitted(meter, grant) == 3


def test_quota_that_is_raised_goes_on_from_what_is_used(clock: Clock) -> None:
    meter = UsageMeter(clock)
    assert admitted(meter, with_quota("DAY", limit=2)) == 2
    assert admitted(meter, with_quota("DAY", limit=5)) == 3


def with_throttle(rate: float | None, burst: int | None) -> Grant:
    return Grant(KEY, replace(PLAN, throttle=Throttle(rate_limit=rate, burst_limit=burst)))


def test_throttle_lets_its_burst_through_and_then_its_rate(clock: Clock) -> None:
    meter = UsageMeter(clock)
    grant = with_throttle(1, 3)
    assert admitted(meter, grant) == 3
    assert meter.admit(grant) is Excess.THROTTLE
    clock.now += 2
    assert admitted(meter, grant) == 2


def test_throttle_that_is_changed_starts_full(clock: Clock) -> None:
    meter = UsageMeter(clock)
    assert admitted(meter, with_throttle(1, 3)) == 3
    assert admitted(meter, with_throttle(1, 5)) == 5


@pytest.mark.parametrize(
    ("rate", "burst", "passed"), [(None, None, 10), (None, 2, 10), (4, None, 4), (0.5, None, 1)]
)
def test_throttle_may_be_given_in_part(
    clock: Clock, rate: float | None, burst: int | None, passed: int
) -> None:
    assert admitted(UsageMeter(clock), with_throttle(rate, burst)) == passed


def test_request_over_the_throttle_does_not_use_up_the_quota(clock: Clock) -> None:
    meter = UsageMeter(clock)
    plan = replace(with_throttle(1, 1).usage_plan, quota=Quota(2, 0, "DAY"))
    grant = Grant(KEY, plan)
    assert admitted(meter, grant) == 1
    clock.now += 1
    assert admitted(meter, grant) == 1
    clock.now += 1
    assert meter.admit(grant) is Excess.QUOTA
