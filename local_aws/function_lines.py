"""Lines of functions' logs, as a person reads them."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from local_aws.terminal import Style

Paint = Callable[[str, Style], str]
_LEVELS: Final = {
    "TRACE": Style.DIM,
    "DEBUG": Style.DIM,
    "INFO": Style.GREEN,
    "WARN": Style.YELLOW,
    "WARNING": Style.YELLOW,
    "ERROR": Style.RED,
    "FATAL": Style.RED,
    "CRITICAL": Style.RED,
}
# When it was and whose it is, is said by the line of the request.
_UNSHOWN: Final = frozenset({"level", "message", "timestamp", "requestId", "function_request_id"})
# "Specification: Embedded metric format": such a line is for CloudWatch.
_METRICS: Final = "_aws"


def readable_lines(paint: Paint, line: str, *, known: Iterable[str] = ()) -> Iterator[str]:
    """Yield what a person sees of a line of a log.

    JSON with a level and a message, as Lambda's own log format and many loggers have it, is put
    into words, and metrics are left out; whatever else there is stays as it is.

    Args:
        paint: Gives a piece of text a style.
        line: The line.
        known: Values that need not be said again.
    """
    document = _parse(line)
    if document is None:
        yield line
        return
    if _METRICS in document:
        return
    level, message = document.get("level"), document.get("message")
    if not isinstance(level, str) or not isinstance(message, str):
        yield line
        return
    said = set(known)
    fields = {
        name: value
        for name, value in document.items()
        if name not in _UNSHOWN and not (isinstance(value, str) and value in said)
    }
    traces = {name: value for name, value in fields.items() if _lines(value)}
    shown = " ".join(
        f"{name}={_text(value)}" for name, value in fields.items() if name not in traces
    )
    first = paint(f"{level:<7}", _LEVELS.get(level.upper(), Style.BOLD))
    yield " ".join(filter(None, (first, message, paint(shown, Style.DIM))))
    for value in traces.values():
        yield from _lines(value)


def _parse(line: str) -> Mapping[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _lines(value: object) -> list[str]:
    """Return the lines of a traceback, be it a text or a list; none of anything shorter."""
    if isinstance(value, str) and "\n" in value:
        return value.rstrip().splitlines()
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        return [part for each in value for part in each.rstrip().splitlines()]
    return []


def _text(value: object) -> str:
    if isinstance(value, str) and value and " " not in value:
        return value
    return json.dumps(value, ensure_ascii=False)
