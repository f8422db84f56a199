"""What holders of API keys have used of their plans: "Usage plans and API keys for REST APIs".

A key is asked for at the handshake alone, so each connection counts as one request.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum

from local_aws.api_gateway.authorization.api_key import Grant
from local_aws.api_gateway.token_bucket import TokenBucket
from local_aws.publication import Quota, Throttle

_Holder = tuple[str, str]


class Excess(Enum):
    """What of a usage plan is used up."""

    THROTTLE = "throttle"
    QUOTA = "quota"


@dataclass(slots=True)
class _Period:
    """The requests that one key has made since a day; `is_first` of all of the key's periods."""

    start: date
    is_first: bool
    used: int = 0


class UsageMeter:
    """Holds each key of each plan to the plan's throttle and quota."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Start with nothing used; `clock` returns seconds since the epoch."""
        self._clock = clock
        self._buckets: dict[_Holder, TokenBucket] = {}
        self._periods: dict[_Holder, _Period] = {}

    def admit(self, grant: Grant) -> Excess | None:
        """Count one request; return what does not allow it, in which case it counts for nothing."""
        now = self._clock()
        plan = grant.usage_plan
        holder = plan.usage_plan_id, grant.api_key.api_key_id
        if plan.throttle is not None and not self._passes(holder, plan.throttle, now):
            return Excess.THROTTLE
        if plan.quota is None:
            return None
        period = self._period(holder, plan.quota, now)
        # "offset" is what the quota of the first period has already lost.
        allowed = plan.quota.limit - plan.quota.offset * period.is_first
        if period.used >= allowed:
            return Excess.QUOTA
        period.used += 1
        return None

    def _passes(self, holder: _Holder, throttle: Throttle, now: float) -> bool:
        rate = throttle.rate_limit
        if rate is None:
            return True
        # A plan that limits the rate alone lets through at once what it does in a second.
        burst = math.ceil(rate) if throttle.burst_limit is None else throttle.burst_limit
        bucket = self._buckets.get(holder)
        if bucket is None or (bucket.rate, bucket.burst) != (rate, burst):
            bucket = self._buckets[holder] = TokenBucket(rate=rate, burst=burst, now=now)
        return bucket.take(now)

    def _period(self, holder: _Holder, quota: Quota, now: float) -> _Period:
        start = _start(quota.period, now)
        known = self._periods.get(holder)
        if known is None or known.start != start:
            known = self._periods[holder] = _Period(start, is_first=known is None)
        return known


def _start(period: str, now: float) -> date:
    """Return the day, in UTC, on which a period began that includes an instant."""
    today = datetime.fromtimestamp(now, UTC).date()
    match period:
        case "MONTH":
            return today.replace(day=1)
        case "WEEK":
            return today - timedelta(days=today.weekday())
        case _:
            return today
