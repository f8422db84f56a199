"""Which function handles what: the part of an application that can be split over modules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from websocket_api.channel_requests import PublishRequest, SubscribeRequest
from websocket_api.close_reason import CloseReason
from websocket_api.events import ConnectEvent, DisconnectEvent, Event, MessageEvent
from websocket_api.parameters import Handler, InvalidHandler, handler_of

if TYPE_CHECKING:
    from collections.abc import Callable

_Function = TypeVar("_Function", bound="Callable[..., Any]")


class Router:
    """Handlers, registered by decorators that leave the functions as they are.

    A handler's parameters say by their types what it asks for: the event, the ``Connection``, the
    ``App``, and what the decorator names. ``InvalidHandler`` is raised at once for a parameter that
    cannot be supplied, and for a second handler of the same thing.
    """

    def __init__(self) -> None:
        self.handlers: dict[tuple[str, str | type[Exception] | None], Handler] = {}
        """By the name of the decorator, and what it was given."""

    def on_connect(self, function: _Function) -> _Function:
        """Register what decides who may connect; it returns ``Accept`` or ``Reject``.

        Without one everybody is accepted, as the user whom the authorizer of $connect names
        (``principalId``), if there is an authorizer.
        """
        self._add("on_connect", None, handler_of(function, event_type=ConnectEvent))
        return function

    def on_disconnect(self, function: _Function) -> _Function:
        """Register what is told that a connection has closed; it may ask for a ``CloseReason``.

        The connection's rows are still there, and removed afterwards. API Gateway does not promise
        to tell of every end of a connection.
        """
        handler = handler_of(function, event_type=DisconnectEvent, subject=CloseReason)
        self._add("on_disconnect", None, handler)
        return function

    def on_message(self, route_key: str) -> Callable[[_Function], _Function]:
        """Register what answers the messages of a route; it returns ``Reply`` or None.

        One parameter may be a dataclass, or a model of pydantic's, that the message becomes (see
        ``bodies``); ``str`` gives it as it is. A message that does not fit gets an error frame.
        """

        def register(function: _Function) -> _Function:
            handler = handler_of(function, event_type=MessageEvent, takes_body=True)
            self._add("on_message", route_key, handler)
            return function

        return register

    def on_default(self, function: _Function) -> _Function:
        """Register what answers all messages that have no handler of their own, as on_message."""
        self._add(
            "on_default", None, handler_of(function, event_type=MessageEvent, takes_body=True)
        )
        return function

    def on_subscribe(self, function: _Function) -> _Function:
        """Register what decides whether a client may read a channel; it returns True or False.

        It asks for a ``SubscribeRequest``. It is called for what clients do by the channel protocol
        (``channel_protocol``): subscribe, resume, and see who is there. Without one they may not.
        """
        handler = handler_of(function, event_type=MessageEvent, subject=SubscribeRequest)
        self._add("on_subscribe", None, handler)
        return function

    def on_publish(self, function: _Function) -> _Function:
        """Register what decides whether a client may send to a channel; it returns True or False.

        It asks for a ``PublishRequest``. It is called for what clients do by the channel protocol.
        Without one they may not.
        """
        handler = handler_of(function, event_type=MessageEvent, subject=PublishRequest)
        self._add("on_publish", None, handler)
        return function

    def on_error(self, error_type: type[Exception]) -> Callable[[_Function], _Function]:
        """Register what takes over when another handler raises such an exception.

        It returns what that handler could have returned. The closest registered class of the
        exception's decides. Without one, a ``Refusal`` becomes an error frame, and anything else
        is logged with its traceback and becomes an error frame that tells nothing of it.
        """

        def register(function: _Function) -> _Function:
            handler = handler_of(function, event_type=Event, subject=error_type)
            self._add("on_error", error_type, handler)
            return function

        return register

    def include(self, router: Router) -> None:
        """Take over all handlers that have been registered with another router or application.

        Raises:
            InvalidHandler: both have one for the same thing.
        """
        for (decorator, argument), handler in router.handlers.items():
            self._add(decorator, argument, handler)

    @property
    def route_keys(self) -> frozenset[str]:
        """The routes that have a handler of their own."""
        routes = (argument for decorator, argument in self.handlers if decorator == "on_message")
        return frozenset(argument for argument in routes if isinstance(argument, str))

    def registered(self, decorator: str, argument: str | None = None) -> Handler | None:
        """Return what was registered by a decorator, for a route if it is ``on_message``."""
        return self.handlers.get((decorator, argument))

    def error_handler(self, error: Exception) -> Handler | None:
        """Return what takes over after an exception."""
        for each in type(error).__mro__:
            handler = self.handlers.get(("on_error", each))
            if handler is not None:
                return handler
        return None

    def _add(
        self, decorator: str, argument: str | type[Exception] | None, handler: Handler
    ) -> None:
        other = self.handlers.setdefault((decorator, argument), handler)
        if other is not handler:
            registration = decorator if argument is None else f"{decorator}({argument!r})"
            raise InvalidHandler(
                f"{registration} is given twice: to {other.name} and to {handler.name}. Keep one."
            )
