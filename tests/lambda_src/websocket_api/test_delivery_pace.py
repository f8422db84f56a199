from __future__ import annotations

from threading import Thread

import pytest

from tests.lambda_src.websocket_api.sockets import Clock
from websocket_api.delivery_pace import (
    LEAST_PART,
    RECOVERY_SECONDS,
    SLOWDOWN,
    WINDOW_SECONDS,
    Pace,
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def posts_in(seconds: float, pace: Pace, clock: Clock, *, throttled: int = 0) -> int:
    """Make as many posts as the pace allows; of ten, so many are throttled."""
    ends_at = clock() + seconds
    posts = 0
    while clock() < ends_at:
        if wait := pace.take():
            clock.advance(wait)
            continue
        posts += 1
        if posts % 10 < throttled:
            pace.throttled()
    return posts


@pytest.mark.parametrize("rate", [1, 7.5, 100, 5_000])
def test_rate_is_reached_and_not_exceeded(clock: Clock, rate: float) -> None:
    pace = Pace(rate, clock=clock)
    burst = max(1.0, rate / 20)
    posts = posts_in(4, pace, clock)
    assert 4 * rate - 1 <= posts <= 4 * rate + burst + 1


def test_silence_is_made_up_for_by_a_twentieth_of_a_second_at_most(clock: Clock) -> None:
    pace = Pace(1_000, clock=clock)
    clock.advance(3600)
    posts = 0
    while not pace.take():
        posts += 1
    assert posts == 50


def test_first_post_never_waits(clock: Clock) -> None:
    assert Pace(0.1, clock=clock).take() == 0.0


def test_wait_is_as_long_as_it_takes(clock: Clock) -> None:
    pace = Pace(2, clock=clock)
    assert pace.take() == 0.0
    assert pace.take() == pytest.approx(0.5)
    clock.advance(0.25)
    assert pace.take() == pytest.approx(0.25)
    clock.advance(0.25)
    assert pace.take() == 0.0


def test_many_throttled_posts_slow_it_down_once_a_window(clock: Clock) -> None:
    pace = Pace(1_000, clock=clock)
    posts_in(WINDOW_SECONDS, pace, clock, throttled=5)
    clock.advance(0.001)
    assert pace.posts_per_second == pytest.approx(1_000 * SLOWDOWN, rel=0.01)


def test_few_throttled_posts_are_slow_clients_and_change_nothing(clock: Clock) -> None:
    pace = Pace(1_000, clock=clock)
    for number in range(200):
        assert posts_in(0.01, pace, clock) > 0
        if number % 3 == 0:
            pace.throttled()
    assert pace.posts_per_second == 1_000


def test_single_throttled_post_of_few_changes_nothing(clock: Clock) -> None:
    pace = Pace(2, clock=clock)
    pace.take()
    pace.throttled()
    clock.advance(5)
    assert pace.posts_per_second == 2


def test_slow_pace_is_slowed_down_by_what_ten_posts_meet_with(clock: Clock) -> None:
    pace = Pace(2, clock=clock)
    posts_in(5, pace, clock, throttled=3)
    clock.advance(0.01)
    assert 2 * SLOWDOWN <= pace.posts_per_second < 1.5


def test_pace_never_falls_to_nothing_and_recovers_evenly(clock: Clock) -> None:
    pace = Pace(1_000, clock=clock)
    posts_in(20, pace, clock, throttled=10)
    least = 1_000 * LEAST_PART
    assert least <= pace.posts_per_second < 80
    slowest = pace.posts_per_second
    clock.advance(RECOVERY_SECONDS / 2)
    assert pace.posts_per_second == pytest.approx(slowest * SLOWDOWN + 490, rel=0.05)
    clock.advance(RECOVERY_SECONDS)
    assert pace.posts_per_second == 1_000


def test_clock_that_is_set_back_stops_nothing(clock: Clock) -> None:
    pace = Pace(1, clock=clock)
    assert pace.take() == 0.0
    clock.advance(-3600)
    assert pace.take() == pytest.approx(1)
    clock.advance(1)
    assert pace.take() == 0.0


def test_threads_share_it(clock: Clock) -> None:
    pace = Pace(2_000, clock=clock)
    taken: list[int] = []
    threads = [
        Thread(target=lambda: taken.append(sum(not pace.take() for _ in range(100))))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 100


@pytest.mark.parametrize("rate", [0, -1])
def test_pace_without_posts_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="give more than 0"):
        Pace(rate)
