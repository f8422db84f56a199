"""What of an application its handlers can reach: channels, users, connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from websocket_api.recipients import Connections, User
from websocket_api.resources import Resources

if TYPE_CHECKING:
    from websocket_api.channel import Channel
    from websocket_api.channel_policy import ChannelPolicy


class Application:
    """An application on its resources: those that the environment names, unless it is given others.

    A handler in a module of its own gets it by asking for an ``Application`` or an ``App``.
    """

    def __init__(self, *, channels: ChannelPolicy | None = None) -> None:
        """Take how channels work."""
        self.channel_policy = channels
        self.resources = Resources.from_environment(channels)

    def bind(self, resources: Resources) -> None:
        """Put the application on other resources, as tests do."""
        self.resources = resources

    @property
    def connections(self) -> Connections:
        """The connections that were accepted."""
        return Connections(self.resources)

    def user(self, user_id: str) -> User:
        """Return a user, with all connections that were accepted as the user's."""
        return User(user_id, self.resources)

    def channel(self, *parts: str) -> Channel:
        """Return the channel of a name; several parts are joined by slashes.

        In a handler, what is published through it keeps to the function's own deadline.

        Raises:
            InvalidChannelName: there can be no channel of that name; clients get it as an error
                frame.
        """
        return self.resources.channels.channel(*parts)
