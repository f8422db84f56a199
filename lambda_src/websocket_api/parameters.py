"""What a handler asks for by the types of its parameters, found out once, at its registration."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from websocket_api import bodies
from websocket_api.application import Application
from websocket_api.channel_requests import PublishRequest, SubscribeRequest
from websocket_api.close_reason import CloseReason
from websocket_api.connection import Connection
from websocket_api.events import Event
from websocket_api.shapes import UnsupportedType

if TYPE_CHECKING:
    from websocket_api.invocation import Invocation

Supply = Callable[["Invocation"], Any]
"""Gives the argument for one parameter."""

# Of these there is one for an event or none: no message is ever turned into one.
_GIVEN = frozenset(
    {
        Event,
        Connection,
        Application,
        CloseReason,
        SubscribeRequest,
        PublishRequest,
        BaseException,
    }
)
_NO_BODIES = frozenset({bool, int, float, bytes, type(None), object, Any, inspect.Parameter.empty})


class InvalidHandler(TypeError):
    """A function has a parameter that cannot be supplied."""


@dataclass(frozen=True, slots=True)
class Handler:
    """A function of the application, and where its arguments come from."""

    name: str
    """Where the function is defined."""
    function: Callable[..., Any]
    supplies: Mapping[str, Supply]
    run: Callable[[Any], Any] | None
    """Runs the coroutine that an async function returns."""

    def __call__(self, invocation: Invocation) -> Any:
        """Call the function; whatever it raises passes.

        Raises:
            Refusal: the client's message is not of the type that the function takes.
        """
        arguments = {name: supply(invocation) for name, supply in self.supplies.items()}
        result = self.function(**arguments)
        return result if self.run is None else self.run(result)


def handler_of(
    function: Callable[..., Any],
    *,
    event_type: type[Event],
    subject: type | None = None,
    takes_body: bool = False,
) -> Handler:
    """Return the handler that a function is.

    Args:
        function: a function or a method, async or not.
        event_type: of which events there will be one.
        subject: the type of what the function is called about besides.
        takes_body: whether one parameter may be of the type that the client's message is to become:
            what ``bodies`` knows, or ``str`` for the text as it is.

    Raises:
        InvalidHandler: a parameter has no default and cannot be supplied.
    """
    name = f"{function.__module__}.{function.__qualname__}"
    hints = _hints(function, name)
    supplies: dict[str, Supply] = {}
    body: str | None = None
    for parameter in inspect.signature(function).parameters.values():
        where = f"Parameter {parameter.name!r} of {name}"
        annotation = hints.get(parameter.name, parameter.empty)
        supply = _given(annotation, event_type, subject)
        if supply is None and _may_stay_away(parameter):
            continue
        if supply is None and takes_body and _may_be_body(annotation):
            if body is not None:
                raise InvalidHandler(f"{where} takes the message, as {body!r} does; have only one.")
            body = parameter.name
            supply = _body(annotation, where)
        if supply is None or parameter.kind is parameter.POSITIONAL_ONLY:
            raise InvalidHandler(_explanation(where, event_type, subject, takes_body=takes_body))
        supplies[parameter.name] = supply
    return Handler(name, function, supplies, _runner(function))


def _hints(function: Callable[..., Any], name: str) -> Mapping[str, Any]:
    try:
        return get_type_hints(function)
    except NameError as error:
        raise InvalidHandler(
            f"{name} names the type {error.name!r}, which is not known at run time. Import it "
            f"outside of TYPE_CHECKING, and define it at the top of a module."
        ) from error


def _given(annotation: Any, event_type: type[Event], subject: type | None) -> Supply | None:
    """Return what supplies a parameter from the event, if it is of a type that the event has."""
    if not isinstance(annotation, type) or annotation is object:
        return None
    if subject is not None and annotation in subject.__mro__:
        return _subject
    if annotation in event_type.__mro__:
        return _event
    if annotation is Connection:
        return _connection
    if Application in annotation.__mro__:
        return _application
    return None


def _may_stay_away(parameter: inspect.Parameter) -> bool:
    return parameter.default is not parameter.empty or parameter.kind in {
        parameter.VAR_POSITIONAL,
        parameter.VAR_KEYWORD,
    }


def _may_be_body(annotation: Any) -> bool:
    types = get_args(annotation) or (annotation,)
    classes = {base for each in types if isinstance(each, type) for base in each.__mro__}
    return annotation not in _NO_BODIES and classes.isdisjoint(_GIVEN)


def _explanation(
    where: str, event_type: type[Event], subject: type | None, *, takes_body: bool
) -> str:
    types = [event_type.__name__, "Connection", "App"]
    if subject is not None:
        types.insert(0, subject.__name__)
    if takes_body:
        types.append("a dataclass for the message")
    return (
        f"{where} cannot be supplied. Give it a default, or one of the types that there are here: "
        f"{', '.join(types)}."
    )


def _body(annotation: Any, where: str) -> Supply:
    if annotation is str:
        return _text
    try:
        decode = bodies.decoder(annotation, where)
    except UnsupportedType as error:
        raise InvalidHandler(str(error)) from error

    def supply(invocation: Invocation) -> Any:
        return decode(bodies.parse_json(_text(invocation)))

    return supply


def _runner(function: Callable[..., Any]) -> Callable[[Any], Any] | None:
    if not inspect.iscoroutinefunction(function):
        return None
    from websocket_api.async_handlers import run  # noqa: PLC0415 - asyncio is for async handlers

    return run


def _subject(invocation: Invocation) -> object:
    return invocation.subject


def _event(invocation: Invocation) -> Event:
    return invocation.event


def _connection(invocation: Invocation) -> Connection:
    return invocation.connection


def _application(invocation: Invocation) -> Application:
    return invocation.application


def _text(invocation: Invocation) -> str:
    return invocation.text
