"""What the API's Lambda functions are built on, and applications of their own.

Importing this package imports nothing else: a name below brings its module when it is first used,
so that a function pays only for what it names.
"""

from __future__ import annotations

TYPE_CHECKING = False
"""What type checkers take for True; the module typing would be imported at each cold start."""

if TYPE_CHECKING:
    from websocket_api.app import App
    from websocket_api.application import Application
    from websocket_api.channel_policy import ChannelPolicy
    from websocket_api.channel_requests import PublishRequest, SubscribeRequest
    from websocket_api.close_reason import CloseReason
    from websocket_api.connection import Connection
    from websocket_api.delivery import DeliveryReport
    from websocket_api.events import ConnectEvent, DisconnectEvent, Event, MessageEvent
    from websocket_api.history import HistoryPolicy
    from websocket_api.outcomes import Accept, Reject, Reply
    from websocket_api.publisher import Publisher
    from websocket_api.refusals import Refusal
    from websocket_api.router import Router
else:  # a type checker would take every name for one of the package's

    def __getattr__(name: str) -> object:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module  # noqa: PLC0415 - the echo names nothing here

        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


__all__ = [
    "Accept",
    "App",
    "Application",
    "ChannelPolicy",
    "CloseReason",
    "ConnectEvent",
    "Connection",
    "DeliveryReport",
    "DisconnectEvent",
    "Event",
    "HistoryPolicy",
    "MessageEvent",
    "PublishRequest",
    "Publisher",
    "Refusal",
    "Reject",
    "Reply",
    "Router",
    "SubscribeRequest",
]

_MODULES = {
    "Accept": "outcomes",
    "App": "app",
    "Application": "application",
    "ChannelPolicy": "channel_policy",
    "CloseReason": "close_reason",
    "ConnectEvent": "events",
    "Connection": "connection",
    "DeliveryReport": "delivery",
    "DisconnectEvent": "events",
    "Event": "events",
    "HistoryPolicy": "history",
    "MessageEvent": "events",
    "PublishRequest": "channel_requests",
    "Publisher": "publisher",
    "Refusal": "refusals",
    "Reject": "outcomes",
    "Reply": "outcomes",
    "Router": "router",
    "SubscribeRequest": "channel_requests",
}
