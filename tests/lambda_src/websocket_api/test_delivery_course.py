from __future__ import annotations

from typing import Any

import pytest

from tests.lambda_src.websocket_api.sockets import START, Clock
from websocket_api.delivery_course import (
    FIRST_PAUSE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    Attempt,
    Course,
    DeadlinePassed,
    ReallyGone,
)
from websocket_api.management import Gone, Throttled


@pytest.fixture
def clock() -> Clock:
    return Clock()


def course_of(*connection_ids: str, clock: Clock, **changes: Any) -> Course:
    settings: dict[str, Any] = {
        "deadline": START + 10,
        "is_gone": lambda _: True,
        "clock": clock,
        "jitter": lambda: 1.0,
    }
    return Course(connection_ids, [b"hello"], **settings | changes)


def counted(course: Course) -> dict[str, int]:
    return {str(outcome): count for outcome, count in course.counts.items() if count}


def test_each_connection_is_tried_once(clock: Clock) -> None:
    course = course_of("a", "b", "a", clock=clock)
    assert course.next_round() == [Attempt("a"), Attempt("b")]
    course.delivered()
    course.delivered()
    assert course.pause() == 0
    assert course.next_round() == []
    assert counted(course) == {"delivered": 2}


def test_throttled_connection_is_tried_until_it_takes_something(clock: Clock) -> None:
    course = course_of("a", clock=clock)
    for _ in range(4):
        (attempt,) = course.next_round()
        course.ended(attempt, 0, Throttled())
        assert course.pause() > 0
    (attempt,) = course.next_round()
    course.delivered()
    assert course.pause() == 0
    assert counted(course) == {"delivered": 1}


def test_pauses_double_up_to_the_longest(clock: Clock) -> None:
    course = course_of("a", clock=clock, deadline=START + 1_000)
    pauses = []
    for _ in range(8):
        (attempt,) = course.next_round()
        course.ended(attempt, 0, Throttled())
        pauses.append(course.pause())
    assert pauses == [min(FIRST_PAUSE_SECONDS * 2**n, LONGEST_PAUSE_SECONDS) for n in range(8)]


def test_pause_that_would_pass_the_deadline_ends_the_course(clock: Clock) -> None:
    course = course_of("a", clock=clock, deadline=START + 0.05)
    (attempt,) = course.next_round()
    course.ended(attempt, 0, Throttled())
    assert course.pause() == 0
    assert course.next_round() == []
    assert [each.outcome for each in course.unreached] == ["throttled"]
    assert counted(course) == {}


def test_second_failure_is_the_end_even_if_throttled_in_between(clock: Clock) -> None:
    course = course_of("a", clock=clock)
    for error in (OSError("1"), Throttled(), OSError("2")):
        (attempt,) = course.next_round()
        course.ended(attempt, 0, error)
        course.pause()
    assert course.next_round() == []
    assert counted(course) == {"failed": 1}
    (failed,) = course.failed
    assert str(failed.error) == "2"


def test_gone_but_open_is_tried_once_more_and_gone_then(clock: Clock) -> None:
    course = course_of("a", clock=clock)
    for _ in range(2):
        (attempt,) = course.next_round()
        course.ended(attempt, 0, Gone("a"))
        course.pause()
    assert course.next_round() == []
    assert (counted(course), course.failed) == ({"gone": 1}, [])


def test_really_gone_is_gone_at_once(clock: Clock) -> None:
    course = course_of("a", clock=clock)
    (attempt,) = course.next_round()
    course.ended(attempt, 0, ReallyGone())
    assert course.pause() == 0
    assert (counted(course), course.next_round()) == ({"gone": 1}, [])


def test_progress_is_kept_from_round_to_round(clock: Clock) -> None:
    course = course_of("a", clock=clock)
    (attempt,) = course.next_round()
    course.ended(attempt, 2, Throttled())
    course.pause()
    (attempt,) = course.next_round()
    assert attempt.posted == 2
    course.ended(attempt, 3, OSError())
    course.pause()
    assert [each.posted for each in course.next_round()] == [3]


def test_those_that_the_deadline_cut_off_are_known_with_what_they_met(clock: Clock) -> None:
    course = course_of("a", "b", clock=clock)
    a, b = course.next_round()
    course.ended(a, 0, OSError("1"))
    course.ended(b, 1, DeadlinePassed())
    course.pause()
    (a,) = course.next_round()
    course.ended(a, 0, DeadlinePassed())
    assert course.pause() == 0
    assert [(each.connection_id, each.posted) for each in course.unreached] == [("b", 1), ("a", 0)]
    assert [str(each.error) for each in course.unreached] == ["None", "1"]
