import json
from typing import Any

import pytest

from local_aws.function_lines import readable_lines
from local_aws.terminal import Style


def plain(text: str, _style: Style) -> str:
    return text


def tagged(text: str, style: Style) -> str:
    return f"<{style.name}>{text}" if text else ""


def shown(document: dict[str, Any], *known: str) -> list[str]:
    return list(readable_lines(plain, json.dumps(document), known=known))


@pytest.mark.parametrize(
    "line",
    [
        "plain text",
        "[ERROR] ValueError: no",
        "",
        "{not JSON",
        '["a", "list"]',
        '{"message": "of no level"}',
        '{"level": 30, "message": "of a number"}',
        '{"level": "INFO", "message": {"a": 1}}',
        '{"a":' * 10_000,
    ],
)
def test_line_of_another_form_stays_as_it_is(line: str) -> None:
    assert list(readable_lines(plain, line)) == [line]


def test_json_with_level_and_message_is_put_into_words() -> None:
    document = {
        "timestamp": "2026-01-01T00:00:00Z",
        "level": "INFO",
        "message": "stored",
        "logger": "shop",
        "rows": 2,
        "user": "al ice",
        "requestId": "8f5e",
        "connectionId": "L0SM9cOFvHcCIhw=",
        "tags": {"ä": None},
    }
    assert shown(document, "L0SM9cOFvHcCIhw=") == [
        'INFO    stored logger=shop rows=2 user="al ice" tags={"ä": null}'
    ]


def test_text_of_lambdas_own_format_loses_its_time_and_request() -> None:
    assert list(
        readable_lines(plain, "[WARNING]\t2026-01-01T00:00:00.000Z\t8f5e\tlate  again")
    ) == ["WARNING late  again"]
    assert list(readable_lines(plain, "[INFO]\t2026-01-01T00:00:00.000Z\t\tearly")) == [
        "INFO    early"
    ]


def test_advice_for_aws_alone_is_not_shown() -> None:
    line = "[WARNING]\t2026-01-01T00:00:00.000Z\t\tLAMBDA_WARNING: Unhandled exception. The most"
    assert list(readable_lines(plain, line)) == []


def test_nothing_but_a_message_leaves_no_blank_behind() -> None:
    assert shown({"level": "WARNING", "message": "late"}) == ["WARNING late"]


@pytest.mark.parametrize(
    "trace",
    ["Traceback:\n  File a\nValueError: no\n", ["Traceback:\n", "  File a\n", "ValueError: no"]],
)
def test_traceback_gets_lines_of_its_own(trace: object) -> None:
    document = {"level": "ERROR", "message": "failed", "exception": trace, "rows": 2}
    assert shown(document) == [
        "ERROR   failed rows=2",
        "Traceback:",
        "  File a",
        "ValueError: no",
    ]


def test_metrics_are_for_cloudwatch_and_not_shown() -> None:
    assert shown({"_aws": {"Timestamp": 1}, "level": "INFO", "message": "m"}) == []


@pytest.mark.parametrize(
    "document",
    [
        {"message": "a\x1b[2J\ud800b"},
        {"message": "m", "user": "a\x1b[2J\ud800b"},
        {"message": "m", "tags": {"user": "a\x1b[2J\ud800b"}},
        {"message": "m", "a\x1b[2J\ud800b": 1},
        {"message": "m", "level": "a\x1b[2J\ud800b"},
        {"message": "m", "exception": "Error:\na\x1b[2J\ud800b"},
    ],
)
def test_what_json_escapes_stays_so_and_takes_over_no_terminal(document: dict[str, Any]) -> None:
    text = "".join(shown({"level": "INFO"} | document))
    assert r"a\u001b[2J\ud800b" in text
    assert text.isprintable()


def test_message_of_several_lines_has_as_many() -> None:
    assert shown({"level": "INFO", "message": "a\nb\n", "rows": 2}) == ["INFO    a rows=2", "b"]


def test_list_of_names_is_no_traceback() -> None:
    document = {"level": "INFO", "message": "joined", "channels": ["lobby", "red"]}
    assert shown(document) == ['INFO    joined channels=["lobby", "red"]']


def test_level_and_fields_have_their_colours() -> None:
    (error,) = readable_lines(tagged, '{"level": "error", "message": "no", "a": 1}')
    assert error == "<RED>error   no <DIM>a=1"
    (other,) = readable_lines(tagged, '{"level": "AUDIT", "message": "yes"}')
    assert other == "<BOLD>AUDIT   yes"
