import io
import threading

import pytest

from local_aws.terminal import Terminal


def test_each_kind_of_line_has_its_form() -> None:
    stream = io.StringIO()
    terminal = Terminal(stream)
    terminal.step("Applying")
    terminal.detail("aws_dynamodb_table.connections: Creating...")
    terminal.line()
    terminal.address("WebSocket", "ws://127.0.0.1:4567/prod")
    terminal.address("@connections", "http://127.0.0.1:4567/prod/@connections")
    terminal.event("connect", "hello")
    assert stream.getvalue() == (
        "==> Applying\n"
        "    aws_dynamodb_table.connections: Creating...\n"
        "\n"
        "WebSocket    ws://127.0.0.1:4567/prod\n"
        "@connections http://127.0.0.1:4567/prod/@connections\n"
        "[connect] hello\n"
    )


def test_standard_output_is_the_stream_unless_another_is_given(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Terminal().line("hello")
    assert capsys.readouterr().out == "hello\n"


def test_lines_of_several_threads_stay_whole() -> None:
    stream = io.StringIO()
    terminal = Terminal(stream)
    line = "x" * 200

    def write() -> None:
        for _ in range(200):
            terminal.line(line)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(stream.getvalue().splitlines()) == {line}
