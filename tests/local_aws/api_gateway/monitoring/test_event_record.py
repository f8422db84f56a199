import weakref
from typing import Any

from local_aws.api_gateway.monitoring.event_record import EventRecord, FunctionRun


class Context(dict[str, Any]):
    """A request context whose end can be seen."""


def test_line_is_told_with_the_run_that_it_is_of() -> None:
    told: list[tuple[EventRecord, FunctionRun]] = []
    record = EventRecord(lambda *line: told.append(line))
    first, second = record.begin_run("first"), record.begin_run("second")
    record.take_line(second, "hello")
    assert told == [(record, second)]
    assert (first.lines, second.lines) == ([], ["hello"])


def test_steps_are_kept_only_if_they_are_wanted() -> None:
    record, wanted = EventRecord(), EventRecord(entries=[])
    for each in (record, wanted):
        each.note("Status: %s", 200)
        each.trace("Body: %s", b"gr\xc3\xbc\xc3\x9fe \xff")
    assert record.entries is None
    assert [str(entry) for entry in wanted.entries or ()] == ["Status: 200", "Body: grüße \ufffd"]


def test_record_is_let_go_of_without_the_garbage_collector() -> None:
    context = Context()
    seen = weakref.ref(context)
    record = EventRecord(context=context)
    record.take_line(record.begin_run("function"), "hello")
    del record, context
    assert seen() is None
