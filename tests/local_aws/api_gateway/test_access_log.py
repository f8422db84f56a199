from dataclasses import replace

from local_aws.api_gateway.access_log import AccessLog, Notice

MESSAGE = AccessLog(
    api_id="abc123",
    stage="prod",
    event="MESSAGE",
    connection_id="Qyi07eCbtjMCJKw=",
    route_key="$default",
    status=200,
    latency_milliseconds=1.24,
)


def test_line_says_what_happened_to_whom_and_how_long_it_took() -> None:
    assert str(MESSAGE) == "message $default Qyi07eCbtjMCJKw= 200 1.2 ms"


def test_line_of_an_http_call_shows_its_method_and_detail() -> None:
    line = replace(MESSAGE, event="POST", route_key="", connection_id="", detail="gone")
    assert str(line) == "POST 200 1.2 ms: gone"


def test_words_of_a_client_do_not_steer_the_terminal() -> None:
    assert str(replace(MESSAGE, detail="a\x1b[2J\nb")).endswith(": a?[2J?b")


def test_notice_is_its_text() -> None:
    assert str(Notice("deploy again")) == "deploy again"
