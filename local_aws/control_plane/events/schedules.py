"""Rules that fire at a rate.

See "Creating a scheduled rule (legacy) in Amazon EventBridge" in the Amazon EventBridge User Guide.
"""

import logging
import re
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final

from moto.events.models import events_backends

from local_aws.control_plane.events.rule import Rule

logger = logging.getLogger(__name__)

_RATE: Final = re.compile(r"rate\(\s*(?P<count>[1-9][0-9]*)\s+(?P<unit>minute|hour|day)s?\s*\)")
_UNIT_SECONDS: Final = {"minute": 60, "hour": 3_600, "day": 86_400}


def period_seconds(expression: str) -> int | None:
    """Return how many seconds lie between two firings; None for what is no rate."""
    rate = _RATE.fullmatch(expression)
    return None if rate is None else int(rate["count"]) * _UNIT_SECONDS[rate["unit"]]


class Schedules:
    """When each rule fires next; a rule's first time is one period after it was seen first."""

    def __init__(self) -> None:
        self._due: dict[tuple[str, str], float] = {}

    def tick(self, now: float) -> None:
        """Fire every rule whose time has come, in seconds since the epoch."""
        seen = set()
        for rule in _scheduled_rules():
            expression = str(rule.scheduled_expression)
            key = rule.arn, expression
            seen.add(key)
            period = period_seconds(expression)
            if key not in self._due:
                self._due[key] = now + (period or 0)
                if period is None:
                    logger.warning("%s does not fire: the local AWS has rate(...) and not %s", *key)
            elif period is not None and now >= self._due[key]:
                self._due[key] = now + period
                _fire(rule, now)
        self._due = {key: due for key, due in self._due.items() if key in seen}


@contextmanager
def scheduled_rules(interval_seconds: float = 1.0) -> Iterator[None]:
    """Let rules fire while the block runs."""
    stopped = threading.Event()
    schedules = Schedules()

    def run() -> None:
        while not stopped.wait(interval_seconds):
            try:
                schedules.tick(time.time())
            except Exception:
                logger.exception("A scheduled rule could not fire")

    thread = threading.Thread(target=run, name="schedules")
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def _scheduled_rules() -> list[Rule]:
    return [
        rule
        for regions in list(events_backends.values())
        for backend in list(regions.values())
        for bus in list(backend.event_buses.values())
        for rule in list(bus.rules.values())
        if isinstance(rule, Rule) and rule.scheduled_expression
    ]


def _fire(rule: Rule, now: float) -> None:
    rule.fire(
        {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": rule.account_id,
            "time": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": rule.region_name,
            "resources": [rule.arn],
            "detail": {},
        }
    )
