"""A task: what one message on the queue asks a worker to do."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

VERSION = 1
MAXIMUM_AGE_SECONDS = 3600
"""A message of a channel that could not be sent for so long is not sent any more."""
MAXIMUM_HOPS = 2000
"""Far more often than a task can go on later before it is too old."""

# What one task is told by its members, with their types.
_TYPES: dict[str, tuple[type, ...]] = {
    "channel": (str,),
    "message_id": (str,),
    "published_at_milliseconds": (int,),
    "shard": (int,),
    "part": (str,),
    "start": (str,),
    "subscribers": (list,),
    "exclude": (str, type(None)),
    "frames": (list,),
    "frames_id": (str, type(None)),
    "subscribed": (int,),
    "grow_to": (int, type(None)),
    "hops": (int,),
}


class InvalidTask(ValueError):
    """A message on the queue is no task that this version knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Some subscribers in one shard of a channel, and what to send them."""

    channel: str
    message_id: str
    """Of what is sent. The same task of the same message is done once, however often it comes."""
    published_at_milliseconds: int
    """Since 1970."""
    shard: int
    part: str
    """What tells the tasks of one message in one shard apart."""
    start: str = ""
    """The sort key after which the shard's subscribers are sent to; empty for all of them."""
    subscribers: tuple[str, ...] = ()
    """The sort keys of the only ones to send to; none: those after ``start``."""
    exclude: str | None = None
    """A connection that gets nothing."""
    frames: tuple[str, ...] = ()
    """What each is sent, in its order."""
    frames_id: str | None = None
    """Under which the frames lie in the table, if they are too large to be here."""
    subscribed: int = 0
    """How many subscribers of the shard come before ``start``."""
    grow_to: int | None = None
    """How many shards the channel should have if this one is crowded; None leaves it as it is."""
    hops: int = 0
    """How often it has been put on the queue to go on later."""

    @property
    def expires_at(self) -> float:
        """Epoch seconds from which on nothing is sent any more."""
        return self.published_at_milliseconds / 1000 + MAXIMUM_AGE_SECONDS

    def next_hop(self) -> Task:
        """Return the task as it goes on later, from where the table says that it has got to."""
        return replace(self, hops=self.hops + 1)

    def body(self) -> str:
        """Return the task as a message's body: ASCII, for SQS takes not every character."""
        return json.dumps({"version": VERSION, **asdict(self)}, separators=(",", ":"))


def parse(body: str) -> Task:
    """Return the task that a message's body is.

    Raises:
        InvalidTask: it is none.
    """
    try:
        members: Any = json.loads(body)
    except ValueError as error:
        raise InvalidTask("The message is no JSON.") from error
    if not isinstance(members, dict) or members.pop("version", None) != VERSION:
        raise InvalidTask(f"The message is no task of the version {VERSION}.")
    if members.keys() != _TYPES.keys():
        wrong = sorted(members.keys() ^ _TYPES.keys())
        raise InvalidTask(f"The task has too many members or too few: {', '.join(wrong)}.")
    for name, types in _TYPES.items():
        if type(members[name]) not in types:
            raise InvalidTask(f"The task's {name} is a {type(members[name]).__name__}.")
    for name in ("subscribers", "frames"):
        if not all(isinstance(each, str) for each in members[name]):
            raise InvalidTask(f"The task's {name} are not all texts.")
        members[name] = tuple(members[name])
    return Task(**members)
