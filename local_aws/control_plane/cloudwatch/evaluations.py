"""The evaluation of all alarms, again and again."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, cast

from moto.cloudwatch.models import cloudwatch_backends

if TYPE_CHECKING:
    from local_aws.control_plane.cloudwatch.backend import Backend

logger = logging.getLogger(__name__)

# A subscriber that does not answer may hold an evaluation up.
_STOP_SECONDS: Final = 1.0


@contextmanager
def evaluated_alarms(interval_seconds: float) -> Iterator[None]:
    """Evaluate every alarm so many seconds after the last evaluation, while the block runs."""
    stopped = threading.Event()

    def evaluate() -> None:
        while not stopped.wait(interval_seconds):
            try:
                evaluate_alarms()
            except Exception:
                logger.exception("Alarms could not be evaluated")

    thread = threading.Thread(target=evaluate, name="alarms", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(_STOP_SECONDS)


def evaluate_alarms() -> None:
    """Evaluate the alarms of every account and Region."""
    for regions in list(cloudwatch_backends.values()):
        for backend in list(regions.values()):
            cast("Backend", backend).evaluate_alarms()
