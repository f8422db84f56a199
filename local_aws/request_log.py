"""Requests in the terminal: a line each, and below it what functions logged meanwhile."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from local_aws.api_gateway.access_log import AccessLog, Notice, printable
from local_aws.api_gateway.monitoring.event_record import EventRecord, FunctionRun
from local_aws.function_lines import Paint, readable_lines
from local_aws.terminal import Style, Terminal

PATIENCE_SECONDS: Final = 0.5
"""How long a request may take before what its functions have logged is printed without its end."""

_PRINTING_SECONDS: Final = 0.02
_LIFECYCLE: Final = frozenset({"CONNECT", "MESSAGE", "DISCONNECT"})
_ROUTE_WIDTH: Final = 14
_SLOW_MILLISECONDS: Final = 1_000.0
_CLIENT_ERROR: Final = 400
_SERVER_ERROR: Final = 500


@dataclass(slots=True)
class _Running:
    """A request in which a function has logged something: until when that waits for its end."""

    timer: asyncio.TimerHandle
    is_overdue: bool = False


class RequestLog:
    """Prints what the gateway tells.

    Lines that functions log during a request are held back until its own line is printed, so that
    what happens at the same time does not mix; but not for long.
    """

    def __init__(self, terminal: Terminal, *, is_quiet: bool = False, is_raw: bool = False) -> None:
        """Prepare.

        Args:
            terminal: Where to print.
            is_quiet: Whether to print only what has failed.
            is_raw: Whether to print what functions log as it is.
        """
        self._terminal = terminal
        self._is_quiet = is_quiet
        self._is_raw = is_raw
        self._running: dict[EventRecord, _Running] = {}

    def take_line(self, record: EventRecord, run: FunctionRun) -> None:
        """Take note that a function has logged a line while it handles an event."""
        running = self._running.get(record)
        if running is None:
            loop = asyncio.get_running_loop()
            timer = loop.call_later(PATIENCE_SECONDS, self._lose_patience, record)
            self._running[record] = _Running(timer)
        elif running.is_overdue:
            self._print(*self._shown(record, run, run.lines[-1:]))

    def take_other_line(self, source: str, line: str) -> None:
        """Print a line that a function has logged while it handles no event of an API."""
        paint = self._terminal.paint
        label = paint(f"[{source}]", Style.DIM)
        shown = (line,) if self._is_raw else readable_lines(paint, line)
        self._print(*(f"{label} {each}" for each in shown))

    def take_end(self, entry: AccessLog | Notice) -> None:
        """Print a request that has ended, or a notice."""
        if isinstance(entry, Notice):
            self._print(f"{self._terminal.paint('[api]', Style.DIM)} {entry}")
            return
        record = entry.occurrence.record
        if record.runs:  # a function goes on if its request has waited too long for it
            record.on_line = self._take_late_line
        running = self._running.pop(record, None)
        if running is not None:
            running.timer.cancel()
        if self._is_quiet and entry.status < _SERVER_ERROR:
            return
        if running is None or running.is_overdue:
            self._print(self._head(entry))
        else:
            self._print(self._head(entry), *self._lines(record))

    def _lose_patience(self, record: EventRecord) -> None:
        if not self._is_quiet:
            self._running[record].is_overdue = True
            self._print(self._unfinished_head(record), *self._lines(record))

    def _take_late_line(self, record: EventRecord, run: FunctionRun) -> None:
        if not self._is_quiet:
            shown = self._shown(record, run, run.lines[-1:])
            self._print(self._unfinished_head(record), *shown)

    def _print(self, *lines: str) -> None:
        # A write for each of thousands of requests a second would take longer than its line.
        if lines and self._terminal.hold_back(*lines):
            asyncio.get_running_loop().call_later(_PRINTING_SECONDS, self._terminal.flush)

    def _unfinished_head(self, record: EventRecord) -> str:
        route_key = str(record.context.get("routeKey", ""))
        connection_id = str(record.context.get("connectionId", ""))
        now = _time_of_day(int(time.time()))
        return f"{now} {_column(route_key)} {'…':>3} {'…':>8}    {connection_id}"

    def _head(self, entry: AccessLog) -> str:
        paint = self._terminal.paint
        latency = f"{entry.latency_milliseconds:8.1f} ms"
        is_slow = entry.latency_milliseconds >= _SLOW_MILLISECONDS
        cold = _cold_start_seconds(entry)
        beginning = _beginning(int(time.time()), _route(entry), entry.status, paint)
        head = f"{beginning} {paint(latency, Style.YELLOW) if is_slow else latency}"
        if entry.connection_id:
            head += f" {paint(entry.connection_id, Style.DIM)}"
        if cold is not None:
            head += f" {paint(f'cold {cold * 1000:.0f} ms', Style.BLUE)}"
        if entry.detail:
            head += f" {printable(entry.detail)}"
        return head

    def _lines(self, record: EventRecord) -> Iterator[str]:
        """Yield all that the functions of a request have logged so far, as it is shown."""
        for run in record.runs:
            yield from self._shown(record, run, run.lines)

    def _shown(self, record: EventRecord, run: FunctionRun, lines: list[str]) -> Iterator[str]:
        """Yield some lines of a function's log as they stand below their request."""
        paint = self._terminal.paint
        bar = paint("│", Style.DIM)
        known = {each for each in record.context.values() if isinstance(each, str)}
        name = run.function_arn.split(":")[6] if len(record.runs) > 1 else ""
        label = paint(f"{name} ", Style.DIM) if name else ""
        for line in lines:
            for shown in (line,) if self._is_raw else readable_lines(paint, line, known=known):
                yield f"         {bar} {label}{shown}"


@lru_cache(maxsize=256)  # under load, most requests of a second begin alike
def _beginning(epoch_second: int, route: str, status: int, paint: Paint) -> str:
    """Return the beginning of a request's line: its time, its route and its status."""
    return (
        f"{paint(_time_of_day(epoch_second), Style.DIM)} {paint(_column(route), Style.CYAN)}"
        f" {paint(str(status), _colour(status))}"
    )


def _time_of_day(epoch_second: int) -> str:
    return time.strftime("%H:%M:%S", time.localtime(epoch_second))


def _column(route: str) -> str:
    return f"{printable(route):<{_ROUTE_WIDTH}}"


def _route(entry: AccessLog) -> str:
    if entry.route_key:
        return entry.route_key
    return entry.event.lower() if entry.event in _LIFECYCLE else entry.event


def _colour(status: int) -> Style:
    if status >= _SERVER_ERROR:
        return Style.RED
    return Style.YELLOW if status >= _CLIENT_ERROR else Style.GREEN


def _cold_start_seconds(entry: AccessLog) -> float | None:
    """Return how much of a request was spent on the initialization of environments, if it was."""
    seconds = 0.0
    for run in entry.occurrence.record.runs:
        seconds += run.initialization_seconds or 0.0
    # An environment that was ready ahead of the event has cost this event nothing.
    return seconds if 0 < seconds * 1000 <= entry.latency_milliseconds else None
