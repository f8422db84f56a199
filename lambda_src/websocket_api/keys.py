"""The primary keys of the DynamoDB table: this side of the contract with infra/table.tf.

======================  ===========================  ==============================
row                     ``pk``                       ``sk``
======================  ===========================  ==============================
a connection            CONNECTION#<id>              CONNECTION#<id>
its subscription        CONNECTION#<id>              SUBSCRIPTION#<channel>
the same, in a channel  SHARD#<number>#<channel>     MEMBER#<user>#<id>
a user who has left it  SHARD#<number>#<channel>     LEAVING#<user>#
a user's connection     USER#<user>                  CONNECTION#<id>
a channel               CHANNEL#<channel>            CHANNEL#<channel>
a message of it         HISTORY#<epoch>#<channel>    <offset, 16 digits>
a task of a broadcast   BROADCAST#<id>#<channel>     TASK#<shard>#<part>
a frame of a broadcast  FRAMES#<id>                  <number, 4 digits>
======================  ===========================  ==============================

Whatever belongs to one connection takes the same ``pk``, so that one Query finds all of it, and
tells by its attributes which rows it has elsewhere. docs/table.md says who reads and writes what.
"""

from __future__ import annotations

from websocket_api.refusals import BAD_REQUEST, Refusal

PARTITION_KEY = "pk"
SORT_KEY = "sk"
TTL_ATTRIBUTE = "ttl"
"""Epoch seconds after which DynamoDB may delete the row."""

SUBSCRIPTION_PREFIX = "SUBSCRIPTION#"
MEMBER_PREFIX = "MEMBER#"
LEAVING_PREFIX = "LEAVING#"
LAST_MESSAGE_SORT_KEY = "9" * 16

MAXIMUM_CHANNEL_BYTES = 512
MAXIMUM_USER_BYTES = 256
MAXIMUM_MESSAGE_ID_BYTES = 256


class InvalidChannelName(Refusal, ValueError):
    """A channel cannot have this name."""

    def __init__(self, message: str) -> None:
        super().__init__(BAD_REQUEST, message, field="channel")


class InvalidUser(ValueError):
    """A user cannot have this ID."""


class InvalidMessageId(Refusal, ValueError):
    """A message cannot have this ID."""

    def __init__(self, message_id: str) -> None:
        super().__init__(
            BAD_REQUEST,
            f"{_start(message_id)} cannot be the ID of a message: it must be a text of 1 to "
            f"{MAXIMUM_MESSAGE_ID_BYTES} bytes in UTF-8.",
            field="id",
        )


def channel_name(*parts: str) -> str:
    """Return the name of a channel: one text as it is, several joined by slashes.

    Raises:
        InvalidChannelName: the name is empty, longer than 512 bytes of UTF-8, or no text that has
            UTF-8; or one of several parts is empty or has a slash, and would name another one.
    """
    if len(parts) > 1 and not all(part and "/" not in part for part in parts):
        raise InvalidChannelName(
            f"A channel's name cannot be made of the parts {', '.join(map(repr, parts))}: each "
            f"must have a character, and none a slash."
        )
    name = "/".join(parts)
    if not _fits(name, MAXIMUM_CHANNEL_BYTES):
        raise InvalidChannelName(
            f"{_start(name)} cannot be the name of a channel: it must be a text of 1 to "
            f"{MAXIMUM_CHANNEL_BYTES} bytes in UTF-8."
        )
    return name


def check_user(user: str) -> str:
    """Return a user's ID if it can be one.

    Raises:
        InvalidUser: it is empty, longer than 256 bytes of UTF-8, or no text that has UTF-8.
    """
    if not _fits(user, MAXIMUM_USER_BYTES):
        raise InvalidUser(
            f"{_start(user)} cannot be the ID of a user: it must be a text of 1 to "
            f"{MAXIMUM_USER_BYTES} bytes in UTF-8."
        )
    return user


def check_message_id(message_id: str) -> str:
    """Return a message's ID if it can be one.

    Raises:
        InvalidMessageId: it is empty, longer than 256 bytes of UTF-8, or no text that has UTF-8.
    """
    if not _fits(message_id, MAXIMUM_MESSAGE_ID_BYTES):
        raise InvalidMessageId(message_id)
    return message_id


def connection_partition(connection_id: str) -> str:
    """Return the ``pk`` that all rows of a connection share."""
    return f"CONNECTION#{connection_id}"


def connection_sort_key(connection_id: str) -> str:
    """Return the ``sk`` of the connection's own row, and of the one under its user."""
    return f"CONNECTION#{connection_id}"


def subscription_sort_key(channel: str) -> str:
    """Return the ``sk`` of a subscription under its connection."""
    return f"{SUBSCRIPTION_PREFIX}{channel}"


def shard_partition(channel: str, shard: int) -> str:
    """Return the ``pk`` of the subscriptions in one shard of a channel."""
    return f"SHARD#{shard}#{channel}"


def parse_shard_partition(partition: str) -> int:
    """Return the number of the shard whose ``pk`` it is."""
    return int(partition.split("#", 2)[1])


def member_sort_key(user: str | None, connection_id: str) -> str:
    """Return the ``sk`` of a subscription in its shard, where those of one user lie together."""
    return f"{member_prefix(user)}{connection_id}"


def member_prefix(user: str | None) -> str:
    """Return how the ``sk`` of all subscriptions of one user in a shard begins."""
    return f"{MEMBER_PREFIX}{_quoted(user or '')}#"


def after_user(prefix: str, user: str) -> str:
    """Return a text that sorts behind all that a prefix has of a user, and before the next user."""
    return f"{prefix}{_quoted(user)}$"


def parse_member_sort_key(sort_key: str) -> tuple[str | None, str]:
    """Return the user, if there is one, and the connection's ID that a member's ``sk`` names.

    Of the mark of a user who has left, the ID is empty.
    """
    _, user, connection_id = sort_key.split("#", 2)
    return (user.replace("%23", "#").replace("%25", "%") or None, connection_id)


def leaving_sort_key(user: str) -> str:
    """Return the ``sk`` of the mark of a user who has left a channel."""
    return f"{LEAVING_PREFIX}{_quoted(user)}#"


def user_partition(user: str) -> str:
    """Return the ``pk`` of a user's connections."""
    return f"USER#{user}"


def channel_partition(channel: str) -> str:
    """Return the ``pk`` of a channel's own row."""
    return f"CHANNEL#{channel}"


def channel_sort_key(channel: str) -> str:
    """Return the ``sk`` of a channel's own row."""
    return f"CHANNEL#{channel}"


def history_partition(channel: str, epoch: str) -> str:
    """Return the ``pk`` of the messages of one epoch of a channel."""
    return f"HISTORY#{epoch}#{channel}"


def message_sort_key(offset: int) -> str:
    """Return the ``sk`` of a message in its history."""
    return f"{offset:016}"


def broadcast_partition(channel: str, message_id: str) -> str:
    """Return the ``pk`` of the tasks in which a message is sent to a large channel."""
    return f"BROADCAST#{_quoted(message_id)}#{channel}"


def task_sort_key(shard: int, part: str) -> str:
    """Return the ``sk`` of a task: some of the subscribers in one shard."""
    return f"TASK#{shard}#{part}"


def frames_partition(frames_id: str) -> str:
    """Return the ``pk`` of frames that are too large for a queue."""
    return f"FRAMES#{frames_id}"


def frame_sort_key(index: int) -> str:
    """Return the ``sk`` of one of these frames."""
    return f"{index:04}"


def _quoted(user: str) -> str:
    return user.replace("%", "%25").replace("#", "%23")


def _fits(name: str, maximum_bytes: int) -> bool:
    try:
        return 0 < len(name.encode()) <= maximum_bytes
    except UnicodeEncodeError:
        return False


def _start(name: str) -> str:
    shown = 40
    return repr(name) if len(name) <= shown else f"{name[:shown]!r}…"
