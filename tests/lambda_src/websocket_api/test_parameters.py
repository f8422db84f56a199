from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from tests.lambda_src.given import golden_event
from websocket_api import App, Application, events
from websocket_api.close_reason import CloseReason
from websocket_api.connection import Connection
from websocket_api.events import ConnectEvent, DisconnectEvent, Event, MessageEvent
from websocket_api.invocation import Invocation
from websocket_api.parameters import Handler, InvalidHandler, handler_of
from websocket_api.refusals import Refusal

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Say:
    text: str


@dataclass(frozen=True, slots=True)
class Price:
    amount: Decimal


class Named(Protocol):
    name: str


def message_handler(function: Any) -> Handler:
    return handler_of(function, event_type=MessageEvent, takes_body=True)


def invocation(text: str = "", *, subject: object = None) -> Invocation:
    app = App()
    event = events.parse(golden_event("message"))
    connection = Connection(event.connection_id, app.resources)
    return Invocation(
        application=app, event=event, connection=connection, text=text, subject=subject
    )


def test_arguments_are_those_that_the_types_ask_for() -> None:
    def say(  # noqa: PLR0913 - every kind once
        event: MessageEvent,
        any_event: Event,
        connection: Connection,
        app: App,
        application: Application,
        *,
        message: Say,
    ) -> tuple[object, ...]:
        return event, any_event, connection, app, application, message

    given = invocation('{"text": "hi"}')
    assert message_handler(say)(given) == (
        given.event,
        given.event,
        given.connection,
        given.application,
        given.application,
        Say("hi"),
    )


def test_subject_is_asked_for_by_its_type_or_one_above_it() -> None:
    def failed(error: KeyError, same: LookupError, event: Event) -> tuple[object, ...]:
        return error, same, event

    error = KeyError("a")
    given = invocation(subject=error)
    handler = handler_of(failed, event_type=Event, subject=KeyError)
    assert handler(given) == (error, error, given.event)


def test_message_can_be_asked_for_as_it_is_or_as_json() -> None:
    def raw(text: str) -> str:
        return text

    def members(message: dict[str, Any]) -> dict[str, Any]:
        return message

    given = invocation('{"text": ["hi"]}')
    assert message_handler(raw)(given) == '{"text": ["hi"]}'
    assert message_handler(members)(given) == {"text": ["hi"]}


def test_message_of_another_type_is_refused_when_it_comes() -> None:
    def say(message: Say) -> None: ...

    with pytest.raises(Refusal, match=r"text must be a string, not an integer\."):
        message_handler(say)(invocation('{"text": 1}'))


def test_what_has_a_default_or_takes_the_rest_is_left_alone() -> None:
    def say(message: Say, greeting: str = "hello", *rest: int, **more: int) -> tuple[object, ...]:
        return message, greeting, rest, more

    assert message_handler(say)(invocation('{"text": "hi"}')) == (Say("hi"), "hello", (), {})


def test_methods_are_handlers_too() -> None:
    class Chat:
        def say(self, message: Say) -> tuple[object, ...]:
            return self, message

    chat = Chat()
    assert message_handler(chat.say)(invocation('{"text": "hi"}')) == (chat, Say("hi"))


def test_coroutines_are_run() -> None:
    async def say(message: Say) -> Say:
        return message

    assert message_handler(say)(invocation('{"text": "hi"}')) == Say("hi")


def no_annotation(message) -> None: ...  # type: ignore[no-untyped-def] # noqa: ANN001 - the case


def scalar(message: int) -> None: ...


def anything(message: Any) -> None: ...


def other_event(event: ConnectEvent) -> None: ...


def several_events(event: ConnectEvent | MessageEvent) -> None: ...


def no_connection(connection: Connection | None) -> None: ...


def close_reason(reason: CloseReason) -> None: ...


def exception(error: ValueError) -> None: ...


def positional(message: Say, /) -> None: ...


def rest_only(message: Named) -> None: ...


def unknown_type(message: Decimal) -> None: ...


def unknown_member(message: Price) -> None: ...


def two_messages(message: Say, text: str) -> None: ...


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        (no_annotation, "Parameter 'message' of .*no_annotation cannot be supplied"),
        (scalar, "Parameter 'message' of .*scalar cannot be supplied"),
        (anything, "Parameter 'message' of .*anything cannot be supplied"),
        (other_event, "types that there are here: MessageEvent, Connection, App, a dataclass"),
        (several_events, "Parameter 'event' of .*several_events cannot be supplied"),
        (no_connection, "Parameter 'connection' of .*no_connection cannot be supplied"),
        (close_reason, "Parameter 'reason' of .*close_reason cannot be supplied"),
        (exception, "Parameter 'error' of .*exception cannot be supplied"),
        (positional, "Parameter 'message' of .*positional cannot be supplied"),
        (rest_only, "Parameter 'message' of .*rest_only is of type"),
        (unknown_type, "names the type 'Decimal', which is not known at run time"),
        (unknown_member, "of type Price, in which 'Decimal' is not known"),
        (two_messages, "Parameter 'text' of .*two_messages takes the message, as 'message' does"),
    ],
)
def test_parameter_that_cannot_be_supplied_is_an_error_at_once(function: Any, problem: str) -> None:
    with pytest.raises(InvalidHandler, match=problem):
        message_handler(function)


def test_error_names_what_there_is_besides_the_event() -> None:
    with pytest.raises(
        InvalidHandler, match=r"here: CloseReason, DisconnectEvent, Connection, App\."
    ):
        handler_of(two_messages, event_type=DisconnectEvent, subject=CloseReason)
