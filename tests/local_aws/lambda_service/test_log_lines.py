import re

from hypothesis import example, given
from hypothesis import strategies as st

from local_aws.lambda_service.log_lines import (
    MAXIMUM_LINE_BYTES,
    LineSplitter,
    Report,
    end_line,
    init_report_line,
    start_line,
    timed_out_line,
)


def split(*chunks: bytes) -> list[str]:
    splitter = LineSplitter()
    lines = [line for chunk in chunks for line in splitter.feed(chunk)]
    return lines + splitter.end()


def test_start_and_end_lines_name_the_request() -> None:
    assert start_line("r-1", "$LATEST") == "START RequestId: r-1 Version: $LATEST"
    assert end_line("r-1") == "END RequestId: r-1"


def test_report_of_a_cold_start_bills_initialization_in_whole_milliseconds() -> None:
    report = Report(
        request_id="r-1",
        duration_seconds=0.0123456,
        memory_megabytes=256,
        peak_memory_megabytes=31,
        initialization_seconds=0.084,
        status="",
    )
    assert report.line() == (
        "REPORT RequestId: r-1\tDuration: 12.35 ms\tBilled Duration: 97 ms\tMemory Size: 256 MB\t"
        "Max Memory Used: 31 MB\tInit Duration: 84.00 ms"
    )


def test_report_leaves_out_what_is_not_known() -> None:
    report = Report(
        request_id="r-1",
        duration_seconds=3,
        memory_megabytes=128,
        peak_memory_megabytes=None,
        initialization_seconds=None,
        status="timeout",
    )
    assert report.line() == (
        "REPORT RequestId: r-1\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\t"
        "Memory Size: 128 MB\tStatus: timeout"
    )


def test_failed_initialization_has_a_report_of_its_own() -> None:
    assert init_report_line(10, status="timeout") == (
        "INIT_REPORT Init Duration: 10000.00 ms\tPhase: init\tStatus: timeout"
    )


def test_timeout_line_begins_with_an_instant() -> None:
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z r-1 Task timed out after 3\.00 seconds",
        timed_out_line("r-1", 3),
    )


def test_lines_end_at_line_feeds_and_at_carriage_returns() -> None:
    assert split(b"one\ntwo\r\nthree\rfour") == ["one", "two", "three", "four"]
    assert split(b"one\n\nthree\n") == ["one", "", "three"]


def test_carriage_return_and_line_feed_may_come_apart() -> None:
    assert split(b"one\r", b"\ntwo\r", b"three\r") == ["one", "two", "three"]


def test_what_is_no_text_is_escaped() -> None:
    assert split(b"\xff\x00\x1b[31m\x07\x7f\ttab\xc2\x9b") == [
        r"\xff\x00\x1b[31m\x07\x7f" + "\ttab" + r"\x9b"
    ]


def test_long_lines_are_continued_without_breaking_a_character() -> None:
    text = "x" + "ü" * MAXIMUM_LINE_BYTES
    lines = split(text.encode(), b"\nnext\n")
    assert "".join(lines[:-1]) == text
    assert lines[-1] == "next"
    assert max(len(line.encode()) for line in lines) <= MAXIMUM_LINE_BYTES


def test_megabyte_without_a_line_end_is_not_kept() -> None:
    splitter = LineSplitter()
    put_out = sum(len(line) for _ in range(16) for line in splitter.feed(b"x" * 65_536))
    assert put_out >= 15 * 65_536
    assert put_out + len("".join(splitter.end())) == 1024**2


@given(st.lists(st.binary(max_size=20)))
@example([b"a\r", b"\nb"])
@example([b"\r", b"\r", b"\n"])
def test_lines_do_not_depend_on_how_output_arrives(chunks: list[bytes]) -> None:
    assert split(*chunks) == split(b"".join(chunks))
