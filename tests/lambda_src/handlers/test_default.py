from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.lambda_src.given import EVENTS, Context, golden_event
from websocket_api import environment
from websocket_api.events import InvalidEvent

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    Load = Callable[[str], ModuleType]
    LogLines = Callable[[], list[dict[str, Any]]]

# What an execution environment has imported before the handler is no cost of the echo.
ECHO_IN_A_NEW_PROCESS = """
import json, sys
import awslambdaric.bootstrap
before = set(sys.modules)
import handlers.default
result = handlers.default.handler(json.load(sys.stdin), None)
json.dump({"result": result, "modules": sorted(set(sys.modules) - before)}, sys.stdout)
"""


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        environment.TABLE_NAME_VARIABLE,
        environment.MANAGEMENT_ENDPOINT_VARIABLE,
        environment.CONNECTION_TTL_SECONDS_VARIABLE,
    ):
        monkeypatch.delenv(name, raising=False)


def test_message_comes_back_byte_for_byte(load: Load) -> None:
    event = golden_event("message")
    assert load("handlers.default").handler(event, Context()) == {
        "statusCode": 200,
        "body": event["body"],
    }


def test_base64_message_comes_back_as_text(load: Load) -> None:
    assert load("handlers.default").handler(golden_event("message_in_base64"), Context()) == {
        "statusCode": 200,
        "body": '{"action": "say", "text": "grüß dich 👋"}',
    }


@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
def test_body_is_logged_at_no_level(
    load: Load, log_lines: LogLines, monkeypatch: pytest.MonkeyPatch, level: str
) -> None:
    monkeypatch.setenv(environment.LOG_LEVEL_VARIABLE, level)
    load("handlers.default").handler(golden_event("message"), Context())
    lines = log_lines()
    assert [line["message"] for line in lines] == ["message received"] * (level == "DEBUG")
    assert "dich" not in str(lines)


def test_event_of_another_route_is_refused(load: Load) -> None:
    with pytest.raises(InvalidEvent, match="not MESSAGE"):
        load("handlers.default").handler(golden_event("connect"), Context())


def test_invalid_log_level_is_named_at_import(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(environment.LOG_LEVEL_VARIABLE, "LOUD")
    with pytest.raises(environment.InvalidEnvironmentVariable, match="WEBSOCKET_LOG_LEVEL"):
        load("handlers.default")


def test_echo_imports_nothing_but_the_standard_library_and_what_it_uses() -> None:
    completed = subprocess.run(
        [sys.executable, "-c", ECHO_IN_A_NEW_PROCESS],
        input=(EVENTS / "message.json").read_text(),
        cwd=EVENTS.parent.parent / "lambda_src",
        capture_output=True,
        text=True,
        check=True,
    )
    echoed = json.loads(completed.stdout)
    assert echoed["result"]["body"] == golden_event("message")["body"]
    ours = {name for name in echoed["modules"] if name.startswith(("handlers", "websocket_api"))}
    assert ours == {
        "handlers",
        "handlers.default",
        "websocket_api",
        "websocket_api.environment",
        "websocket_api.event_object",
        "websocket_api.logs",
        "websocket_api.responses",
    }
    packages = {name.partition(".")[0] for name in set(echoed["modules"]) - ours}
    assert packages <= sys.stdlib_module_names
    assert packages.isdisjoint({"asyncio", "email", "http", "socket", "ssl", "urllib", "uuid"})
