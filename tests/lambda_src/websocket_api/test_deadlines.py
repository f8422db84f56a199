from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier

from websocket_api import deadlines


@dataclass(frozen=True, slots=True)
class Context:
    milliseconds: int

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


def test_deadline_is_that_of_the_function_less_a_margin() -> None:
    assert deadlines.current() is None
    with deadlines.deadline_of(Context(10_000), clock=lambda: 100.0):
        assert deadlines.current() == 100.0 + 10 - deadlines.MARGIN_SECONDS
    assert deadlines.current() is None


def test_without_a_context_there_is_no_deadline() -> None:
    with (
        deadlines.deadline_of(Context(10_000), clock=lambda: 100.0),
        deadlines.deadline_of(None, clock=lambda: 100.0),
    ):
        assert deadlines.current() is None


def test_events_handled_at_once_have_their_own() -> None:
    both_are_inside = Barrier(2)

    def handle(seconds: int) -> float | None:
        with deadlines.deadline_of(Context(seconds * 1000), clock=lambda: 0.0):
            both_are_inside.wait(timeout=30)
            return deadlines.current()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(handle, (5, 7))) == [4.0, 6.0]
