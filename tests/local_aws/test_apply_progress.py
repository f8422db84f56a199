import asyncio
import io
from collections.abc import Iterator
from typing import Any

import pytest

from local_aws.apply_progress import ApplyProgress
from local_aws.terminal import Terminal
from tests.end_to_end.given import eventually
from tests.local_aws.test_terminal import Screen


def summary(operation: str, message: str) -> dict[str, Any]:
    changes = {"add": 2, "change": 1, "import": 0, "remove": 0, "operation": operation}
    return {"@message": message, "type": "change_summary", "changes": changes}


def hook(kind: str, name: str, message: str) -> dict[str, Any]:
    return {"@message": f"{name}: {message}", "type": kind, "hook": {"resource": {"addr": name}}}


WARNING = {
    "@message": "Warning: Old",
    "type": "diagnostic",
    "diagnostic": {"severity": "warning", "summary": "Old", "detail": "Use new.", "range": None},
}
EVENTS = (
    {"@message": "Installing provider version: hashicorp/aws v5.100.0...", "type": "log"},
    {"@message": "a: Plan to create", "type": "planned_change"},
    summary("plan", "Plan: 2 to add, 1 to change, 0 to destroy."),
    hook("apply_start", "a", "Creating..."),
    hook("apply_start", "b", "Creating..."),
    hook("apply_progress", "a", "Still creating... [10s elapsed]"),
    hook("apply_complete", "a", "Creation complete after 11s"),
    WARNING,
    hook("apply_errored", "b", "Creation errored after 11s"),
    summary("apply", "Apply complete! Resources: 2 added, 1 changed, 0 destroyed."),
)


def test_lines_say_what_matters() -> None:
    stream = io.StringIO()
    progress = ApplyProgress(Terminal(stream))
    for event in EVENTS:
        progress.take(event)
    assert stream.getvalue().splitlines() == [
        "    Plan: 2 to add, 1 to change, 0 to destroy.",
        "    a: Still creating... [10s elapsed]",
        "    Warning: Old",
        "      Use new.",
        "    Apply complete! Resources: 2 added, 1 changed, 0 destroyed.",
    ]


def test_everything_is_said_on_request() -> None:
    stream = io.StringIO()
    progress = ApplyProgress(Terminal(stream), shows_all=True)
    for event in EVENTS:
        progress.take(event)
    assert "    Installing provider version: hashicorp/aws v5.100.0...\n" in stream.getvalue()
    assert "    a: Creation complete after 11s\n" in stream.getvalue()


@pytest.fixture
def seconds() -> Iterator[float]:
    return iter(range(100))


def test_terminal_shows_in_one_line_how_far_it_is(seconds: Iterator[float]) -> None:
    screen = Screen()
    progress = ApplyProgress(Terminal(screen, {"NO_COLOR": "1"}), clock=lambda: next(seconds))
    for event in EVENTS:
        progress.take(event)
    shown = [part for part in screen.getvalue().split("\r\x1b[K") if part and "\n" not in part]
    assert shown == [
        "      1 s  Installing provider version: hashicorp/aws v5.100.0...",
        "      2 s  Installing provider version: hashicorp/aws v5.100.0...",
        "      3 s  0 of 3  Plan: 2 to add, 1 to change, 0 to destroy.",
        "      4 s  0 of 3  a",
        "      5 s  0 of 3  a",
        "      6 s  0 of 3  a",
        "      7 s  1 of 3  b",
        "      8 s  1 of 3  b",
        "      9 s  2 of 3  b: Creation errored after 11s",
        "     10 s  2 of 3  Apply complete! Resources: 2 added, 1 changed, 0 destroyed.",
    ]


async def test_seconds_count_until_the_end(seconds: Iterator[float]) -> None:
    screen = Screen()
    terminal = Terminal(screen, {"NO_COLOR": "1"})
    with ApplyProgress(terminal, clock=lambda: next(seconds)):
        await asyncio.to_thread(eventually, lambda: " 2 s" in screen.getvalue())
    assert " 2 s" in screen.getvalue()
    assert screen.getvalue().endswith("\r\x1b[K")
