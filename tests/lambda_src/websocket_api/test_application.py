from __future__ import annotations

import pytest

from websocket_api.application import Application
from websocket_api.channel_policy import ChannelPolicy
from websocket_api.environment import TABLE_NAME_VARIABLE, MissingEnvironmentVariable
from websocket_api.history import HistoryPolicy
from websocket_api.keys import InvalidChannelName
from websocket_api.resources import Resources
from websocket_api.testing import MemoryTable
from websocket_api.testing.sockets import MemorySockets


def bound(policy: ChannelPolicy | None = None) -> Application:
    application = Application(channels=policy)
    application.bind(
        Resources(
            table=lambda: MemoryTable(clock=lambda: 0.0),
            sockets=lambda: MemorySockets(clock=lambda: 0.0),
            ttl_seconds=lambda: 60,
            policy=policy,
            clock=lambda: 0.0,
        )
    )
    return application


def test_channel_works_without_a_policy() -> None:
    report = bound().channel("room", "blue").publish("hi")
    assert (report.delivered, report.offset) == (0, None)


def test_channel_has_the_history_of_the_policy() -> None:
    application = bound(ChannelPolicy(history=HistoryPolicy()))
    offsets = [application.channel("room").publish(text).offset for text in ("a", "b")]
    assert offsets == [1, 2]


def test_channel_that_there_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidChannelName):
        bound().channel("room", "")


def test_environment_is_asked_once_something_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TABLE_NAME_VARIABLE, raising=False)
    application = Application()
    with pytest.raises(MissingEnvironmentVariable, match=TABLE_NAME_VARIABLE):
        application.channel("room")
