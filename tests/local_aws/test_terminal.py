import io
import os
import threading

import pytest

from local_aws.terminal import Style, Terminal


class Screen(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


def write_one_of_each(terminal: Terminal) -> None:
    terminal.step("Applying")
    terminal.detail("aws_dynamodb_table.connections: Creating...")
    terminal.status("working")
    terminal.line()
    terminal.address("WebSocket", "ws://127.0.0.1:4567/prod")
    terminal.address("@connections", "http://127.0.0.1:4567/prod/@connections")
    terminal.event("connect", "hello")
    terminal.lines(terminal.paint("one", Style.RED), "two")


PLAIN = (
    "==> Applying\n"
    "    aws_dynamodb_table.connections: Creating...\n"
    "\n"
    "WebSocket    ws://127.0.0.1:4567/prod\n"
    "@connections http://127.0.0.1:4567/prod/@connections\n"
    "[connect] hello\n"
    "one\n"
    "two\n"
)


def test_each_kind_of_line_has_its_form() -> None:
    stream = io.StringIO()
    write_one_of_each(Terminal(stream))
    assert stream.getvalue() == PLAIN


def test_standard_output_is_the_stream_unless_another_is_given(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Terminal().line("hello")
    assert capsys.readouterr().out == "hello\n"


def test_terminal_shows_colours() -> None:
    screen = Screen()
    terminal = Terminal(screen, {})
    assert terminal.paint("gone", Style.RED) == "\x1b[31mgone\x1b[0m"
    assert terminal.paint("", Style.RED) == ""
    terminal.step("Applying")
    assert screen.getvalue() == "\r\x1b[K\x1b[34m==>\x1b[0m \x1b[1mApplying\x1b[0m\n"


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_nobody_gets_colours_that_they_do_not_want(environment: dict[str, str]) -> None:
    assert Terminal(Screen(), environment).paint("gone", Style.RED) == "gone"


def test_empty_no_color_is_none() -> None:
    assert Terminal(Screen(), {"NO_COLOR": ""}).paint("gone", Style.RED) != "gone"


def test_dumb_terminal_gets_lines_alone() -> None:
    screen = Screen()
    write_one_of_each(Terminal(screen, {"TERM": "dumb"}))
    assert screen.getvalue() == PLAIN


def test_status_stays_below_what_is_printed_until_it_is_cleared() -> None:
    screen = Screen()
    terminal = Terminal(screen, {"NO_COLOR": "1"})
    terminal.status("1 of 2")
    terminal.line("a warning")
    terminal.status()
    cleared = "\r\x1b[K"
    assert screen.getvalue() == f"{cleared}1 of 2{cleared}a warning\n1 of 2{cleared}"


def test_lines_held_back_come_before_whatever_is_printed_next() -> None:
    stream = io.StringIO()
    terminal = Terminal(stream)
    assert terminal.hold_back("one", "two")
    assert not terminal.hold_back("three")
    assert stream.getvalue() == ""
    terminal.line("four")
    assert stream.getvalue() == "one\ntwo\nthree\nfour\n"
    assert terminal.hold_back("five")
    terminal.flush()
    assert stream.getvalue().endswith("four\nfive\n")


def test_status_is_cut_to_the_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((10, 5)))
    screen = Screen()
    Terminal(screen, {"NO_COLOR": "1"}).status("creating a table")
    assert screen.getvalue() == "\r\x1b[Kcreating…"


def test_lines_of_several_threads_stay_whole() -> None:
    stream = io.StringIO()
    terminal = Terminal(stream)
    lines = ("x" * 200, "y" * 200)

    def write() -> None:
        for _ in range(200):
            terminal.lines(*lines)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stream.getvalue().splitlines() == [*lines] * 800


def test_character_that_the_terminal_has_not_is_escaped() -> None:
    data = io.BytesIO()
    with io.TextIOWrapper(data, encoding="latin-1") as stream:
        Terminal(stream).line("│ grün")
        assert data.getvalue() == b"\\u2502 gr\xfcn\n"
