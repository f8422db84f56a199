"""Lines of functions' logs, as a person reads them."""

import json
import re
from collections.abc import Callable, Container, Iterator, Mapping
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
_UNSHOWN: Final = frozenset(
    {
        "level",
        "message",
        "timestamp",
        "requestId",
        "function_request_id",
        "traceId",
        "xray_trace_id",
    }
)
# "CloudWatch embedded metric format": such a line is for CloudWatch.
_METRICS: Final = "_aws"
# Lambda's own format of text: the level, the time and the request, which may be missing.
_TEXT: Final = re.compile(r"\[(?P<level>[A-Z]+)\]\t\S+Z\t\S*\t(?P<message>.*)")
# A line itself has none of them, but those that JSON escapes in it would steer the terminal.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff]")
# What the runtime client says of each failure: that the cause may be an update of Lambda's runtime.
_ADVICE: Final = "LAMBDA_WARNING: Unhandled exception."


def readable_lines(paint: Paint, line: str, *, known: Container[str] = ()) -> Iterator[str]:
    """Yield what a person sees of a line of a log.

    A level and a message, in Lambda's text format or in JSON as Lambda and many loggers write it,
    are put into words, and metrics are left out; whatever else there is stays as it is.

    Args:
        paint: Gives a piece of text a style.
        line: The line.
        known: Values that need not be said again.
    """
    if text := _TEXT.fullmatch(line):
        if not text["message"].startswith(_ADVICE):
            yield _sentence(paint, text["level"], text["message"])
        return
    document = _parse(line)
    level, message = document.get("level"), document.get("message")
    if _METRICS in document:
        return
    if not isinstance(level, str) or not isinstance(message, str):
        yield line
        return
    fields, traces = list[str](), list[str]()
    for name, value in document.items():
        if name in _UNSHOWN or (isinstance(value, str) and value in known):
            continue
        if lines := _lines(value):
            traces += lines
        else:
            fields.append(f"{name}={_text(value)}")
    first, *others = map(_printable, message.splitlines() or [""])
    shown = paint(_printable(" ".join(fields)), Style.DIM)
    yield _sentence(paint, _printable(level), first, shown)
    yield from others
    yield from traces


def _sentence(paint: Paint, level: str, *parts: str) -> str:
    first = paint(f"{level:<7}", _LEVELS.get(level.upper(), Style.BOLD))
    return " ".join(filter(None, (first, *parts)))


def _parse(line: str) -> Mapping[str, Any]:
    """Return the JSON object that a line is; an empty one if it is none."""
    if not line.startswith("{"):
        return {}
    try:
        document = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _lines(value: object) -> list[str]:
    """Return the lines of a traceback, be it a text or a list of them; none of anything else."""
    if isinstance(value, str) and "\n" in value:
        return [_printable(line) for line in value.rstrip().splitlines()]
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        is_of_lines = any("\n" in each for each in value)
        return [line for each in value for line in _lines(f"{each}\n")] if is_of_lines else []
    return []


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _text(value: object) -> str:
    if isinstance(value, str) and value and " " not in value:
        return value
    return json.dumps(value, ensure_ascii=False)
