"""A JSON object of an event, read member by member."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class InvalidEvent(Exception):
    """The event is not one that API Gateway sends for this kind of route."""

    def __init__(self, problem: str) -> None:
        super().__init__(
            f"{problem} Is this function the AWS_PROXY integration of the right route of a "
            f"WebSocket API?"
        )


class EventObject:
    """A JSON object of an event. A member that is absent and one that is null are the same.

    Whatever is not of the type that AWS documents raises ``InvalidEvent``, which says where.
    """

    __slots__ = ("_path", "members")

    def __init__(self, value: object, path: str = "") -> None:
        """Take the object, and the keys that lead to it from the top of the event."""
        if value is not None and not isinstance(value, dict):
            raise _wrong_type(path or "The event", value, "an object")
        self._path = path
        self.members: Mapping[str, Any] = MappingProxyType(value or {})

    def child(self, key: str) -> EventObject:
        """Return the object under a key, an empty one if there is none."""
        return EventObject(self.members.get(key), self._path_of(key))

    def text(self, key: str) -> str:
        """Return the string under a key, an empty one if there is none."""
        return self.optional_text(key) or ""

    def optional_text(self, key: str) -> str | None:
        """Return the string under a key, if there is one."""
        value = self.members.get(key)
        if value is not None and not isinstance(value, str):
            raise _wrong_type(self._path_of(key), value, "a string")
        return value

    def optional_integer(self, key: str) -> int | None:
        """Return the integer under a key, if there is one."""
        value = self.members.get(key)
        # JSON's true is an int to Python.
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise _wrong_type(self._path_of(key), value, "an integer")
        return value

    def boolean(self, key: str) -> bool:
        """Return the boolean under a key, False if there is none."""
        value = self.members.get(key)
        if value is not None and not isinstance(value, bool):
            raise _wrong_type(self._path_of(key), value, "a boolean")
        return bool(value)

    def texts(self, key: str) -> Mapping[str, str]:
        """Return the object of strings under a key, without the members that are null."""
        child = self.child(key)
        texts = {name: child.optional_text(name) for name in child.members}
        return MappingProxyType({name: text for name, text in texts.items() if text is not None})

    def text_lists(self, key: str) -> Mapping[str, tuple[str, ...]]:
        """Return the object of arrays of strings under a key."""
        child = self.child(key)
        return MappingProxyType({name: child.text_list(name) for name in child.members})

    def text_list(self, key: str) -> tuple[str, ...]:
        """Return the array of strings under a key, an empty one if there is none."""
        value = self.members.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            raise _wrong_type(self._path_of(key), value, "an array of strings")
        return tuple(value)

    def _path_of(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key


def request_context(source: EventObject, event_type: str) -> EventObject:
    """Return the ``requestContext`` of an event that a connection has.

    Raises:
        InvalidEvent: the event is of another type, or of no connection.
    """
    context = source.child("requestContext")
    actual_type = context.text("eventType") or event_type
    if actual_type != event_type:
        raise InvalidEvent(f"requestContext.eventType is {actual_type}, not {event_type}.")
    if not context.text("connectionId"):
        raise InvalidEvent("requestContext.connectionId is missing.")
    return context


def message_body(source: EventObject) -> str:
    """Return the text of a message, decoded if API Gateway sent it in Base64.

    Raises:
        InvalidEvent: it says that it is Base64, and does not decode to UTF-8 text.
    """
    body = source.text("body")
    if not source.boolean("isBase64Encoded"):
        return body
    import base64  # noqa: PLC0415 - API Gateway sends text as text

    try:
        return base64.b64decode(body, validate=True).decode()
    except ValueError as error:
        raise InvalidEvent("isBase64Encoded is true, but body is no Base64 of a text.") from error


def _wrong_type(path: str, value: object, expected: str) -> InvalidEvent:
    return InvalidEvent(f"{path} is a Python {type(value).__name__}, not {expected}.")
