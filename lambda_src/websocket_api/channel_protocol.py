"""The frames by which clients use channels by themselves, if ``ChannelPolicy`` lets them.

They come by the route ``$default``: a JSON object whose ``type`` is one of those below is such a
frame, and everything else goes to on_default. Each has an ``id`` of the client's choice, which the
answer bears: an ``ack`` with the members in the last column, or an error frame.

=============  ==============================  ==================================================
``type``       members besides id              what the ``ack`` has besides type, id and channel
=============  ==============================  ==================================================
subscribe      channel                         epoch, offset
unsubscribe    channel
publish        channel, data, echo             messageId, epoch, offset
presence       channel, limit, cursor          members, cursor
resume         channel, epoch, offset          complete, replayed, epoch, offset
=============  ==============================  ==================================================

``subscribe`` gets the client what is published from now on. ``resume`` does too, and sends what it
missed since the ``epoch`` and ``offset`` of the last frame before which it lacks none, before the
``ack``;
``complete`` is false if that may not be all. Both are without ``epoch`` and ``offset`` where the
application keeps no history. ``publish`` sends ``data``, any JSON; ``echo`` false spares the sender
its own message. ``presence`` lists up to ``limit`` users (100), after a page's ``cursor``.

What is published arrives as ``{"type": "message", "channel", "id", "epoch", "offset", "data"}``,
who comes and goes as ``{"type": "join" or "leave", "channel", "id", "user", "at"}``. Two that have
the same ``id`` are one. on_subscribe allows reading a channel, on_publish writing to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from websocket_api import bodies
from websocket_api.channel_requests import PublishRequest, SubscribeRequest
from websocket_api.refusals import BAD_REQUEST, FORBIDDEN, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from websocket_api.channel import Channel
    from websocket_api.channel_heads import Position
    from websocket_api.channel_policy import ChannelPolicy
    from websocket_api.connection import Connection
    from websocket_api.invocation import Invocation
    from websocket_api.router import Router

MAXIMUM_ID_CHARACTERS = 128
MAXIMUM_MEMBERS = 200
"""The most that one answer lists: users' IDs have up to 256 bytes, and a message 128 KB."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What every frame has."""

    id: str
    channel: str

    def __post_init__(self) -> None:
        if not 0 < len(self.id) <= MAXIMUM_ID_CHARACTERS:
            problem = f"id must have from 1 to {MAXIMUM_ID_CHARACTERS} characters."
            raise Refusal(BAD_REQUEST, problem, field="id")


@dataclass(frozen=True, slots=True)
class Subscribe(Frame):
    """Get what is published from now on."""


@dataclass(frozen=True, slots=True)
class Unsubscribe(Frame):
    """Get nothing more."""


@dataclass(frozen=True, slots=True)
class Publish(Frame):
    """Send a message to all subscribers."""

    data: Any = field(repr=False)
    echo: bool = True


@dataclass(frozen=True, slots=True)
class Presence(Frame):
    """List who is in the channel."""

    limit: int = 100
    cursor: str | None = None

    def __post_init__(self) -> None:
        Frame.__post_init__(self)
        if not 1 <= self.limit <= MAXIMUM_MEMBERS:
            problem = f"limit must be from 1 to {MAXIMUM_MEMBERS}."
            raise Refusal(BAD_REQUEST, problem, field="limit")


@dataclass(frozen=True, slots=True)
class Resume(Frame):
    """Get what was published since a position, and from now on."""

    epoch: str
    offset: int


_DECODERS: Mapping[str, Callable[[object], Frame]] = {
    frame_type.__name__.lower(): bodies.decoder(frame_type, frame_type.__name__)
    for frame_type in (Subscribe, Unsubscribe, Publish, Presence, Resume)
}
_TYPES = tuple(_DECODERS)


class ChannelProtocol:
    """Answers the frames of clients, as far as on_subscribe and on_publish of a router allow."""

    def __init__(self, router: Router) -> None:
        self._router = router

    def recognize(self, text: str) -> Mapping[str, Any] | None:
        """Return the JSON object of a message that is a frame of the protocol, right or wrong."""
        try:
            value = bodies.parse_json(text)
        except Refusal:
            return None
        if isinstance(value, dict) and value.get("type") in _TYPES:
            return value
        return None

    def answer(self, message: Mapping[str, Any], invocation: Invocation) -> dict[str, Any]:
        """Do what a frame asks for, and return the ``ack``.

        Args:
            message: what ``recognize`` gave.
            invocation: the event that it came with.

        Raises:
            Refusal: the frame is wrong, or the client may not.
        """
        frame = _DECODERS[message["type"]](message)
        connection = invocation.connection
        channel = invocation.application.channel(frame.channel)
        ack = {"type": "ack", "id": frame.id, "channel": channel.name}
        if isinstance(frame, Unsubscribe):
            connection.unsubscribe(channel.name)
            return ack
        if isinstance(frame, Publish):
            self._authorize("on_publish", PublishRequest(channel.name, frame.data), invocation)
            return ack | _publish(frame, channel, connection)
        self._authorize("on_subscribe", SubscribeRequest(channel.name), invocation)
        if isinstance(frame, Presence):
            return ack | _presence(frame, channel, invocation.application.channel_policy)
        position = connection.subscribe(channel.name)
        if isinstance(frame, Resume) and position is not None:
            return ack | _resume(frame, channel, connection)
        if isinstance(frame, Resume):
            return ack | {"complete": False, "replayed": 0}
        return ack | _members_of(position)

    def _authorize(
        self, decorator: str, request: SubscribeRequest | PublishRequest, invocation: Invocation
    ) -> None:
        handler = self._router.registered(decorator)
        if handler is not None:
            allowed = handler(replace(invocation, subject=request))
            if not isinstance(allowed, bool):
                raise TypeError(f"{handler.name} returned {allowed!r}; return True or False.")
            if allowed:
                return
        raise Refusal(FORBIDDEN, f"You may not do that to the channel {request.channel}.")


def _publish(frame: Publish, channel: Channel, connection: Connection) -> dict[str, Any]:
    report = channel.publish(frame.data, exclude=None if frame.echo else connection)
    ack: dict[str, Any] = {"messageId": report.message_id}
    if report.offset is not None:
        ack |= {"epoch": report.epoch, "offset": report.offset}
    return ack


def _presence(frame: Presence, channel: Channel, policy: ChannelPolicy | None) -> dict[str, Any]:
    if policy is None or not policy.presence:
        raise Refusal(BAD_REQUEST, "The channels here have no presence.", field="type")
    channel.settle()
    page = channel.members(limit=frame.limit, cursor=frame.cursor)
    return {"members": page.members, "cursor": page.cursor}


def _resume(frame: Resume, channel: Channel, connection: Connection) -> dict[str, Any]:
    resumption = channel.resume(connection.id, frame.epoch, frame.offset)
    return {
        "complete": resumption.complete,
        "replayed": resumption.replayed,
        **_members_of(resumption.position),
    }


def _members_of(position: Position | None) -> dict[str, Any]:
    return {} if position is None else {"epoch": position.epoch, "offset": position.offset}
