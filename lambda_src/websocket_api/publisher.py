"""Sending to the API's clients from other programs: another function, a server, a job."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from websocket_api import clients, environment
from websocket_api.channels import Channels
from websocket_api.connection import text_of
from websocket_api.connections import ConnectionStore
from websocket_api.delivery import Delivery, DeliveryReport
from websocket_api.dynamodb_table import DynamoDBTable
from websocket_api.posting import ManagementPost, posting_engine
from websocket_api.resources import fanout_queue
from websocket_api.users import Users

if TYPE_CHECKING:
    from collections.abc import Mapping

    from websocket_api.channel import Channel
    from websocket_api.history import HistoryPolicy
    from websocket_api.oversize import Oversize
    from websocket_api.table import Table

CONCURRENCY = 32
"""The most posts that one publisher makes at once."""


class Publisher:
    """Publishes to channels, and sends to users and connections, of one API stage.

    Threads may share it. Every method raises what the table raises; a connection that cannot be
    sent to is only counted in the report.
    """

    def __init__(self, *, table: Table, delivery: Delivery, channels: Channels) -> None:
        self._users = Users(table)
        self._delivery = delivery
        self._channels = channels

    @classmethod
    def from_env(  # noqa: PLR0913 - each setting has a default that fits most
        cls,
        environ: Mapping[str, str] = os.environ,
        *,
        shards: int = 16,
        history: HistoryPolicy | None = None,
        presence: bool = False,
        leave_after_seconds: int = 10,
        oversize: Oversize | None = None,
    ) -> Publisher:
        """Return the publisher of the API that the environment variables name.

        They are WEBSOCKET_TABLE_NAME and WEBSOCKET_MANAGEMENT_ENDPOINT. The program's role needs
        GetItem, UpdateItem, PutItem, Query and DeleteItem on the table, and
        execute-api:ManageConnections for POST and GET on the stage. With
        WEBSOCKET_FANOUT_QUEUE_URL, workers send to most subscribers of large channels; then it
        needs sqs:SendMessage on the queue too.

        Args:
            environ: the environment variables.
            shards: as for ``Channels``, and so are all that follow; they should be the same here as
                in the application.
            history: how much of a channel is kept for replay.
            presence: whether channels have members.
            leave_after_seconds: how long a user who has left may take to come back unnoticed.
            oversize: what becomes of messages over 128 KB.

        Raises:
            MissingEnvironmentVariable: one of the two is absent or empty.
            InvalidEnvironmentVariable: one of those above, or WEBSOCKET_FANOUT_THRESHOLD, cannot
                be used.
        """
        table_name = environment.table_name(environ)
        endpoint = environment.management_endpoint(environ)
        table = DynamoDBTable(clients.dynamodb(), table_name=table_name)
        delivery = Delivery(
            ManagementPost(clients.posting(endpoint, maximum_connections=CONCURRENCY)),
            connections=ConnectionStore(table),
            concurrency=CONCURRENCY,
            engine=partial(posting_engine, environ),
        )
        channels = Channels(
            table,
            delivery=delivery,
            shards=shards,
            history=history,
            presence=presence,
            leave_after_seconds=leave_after_seconds,
            oversize=oversize,
            queue=fanout_queue(environ),
            threshold=environment.fanout_threshold(environ),
        )
        return cls(table=table, delivery=delivery, channels=channels)

    def channel(self, *parts: str) -> Channel:
        """Return the channel of a name; several parts are joined by slashes.

        Raises:
            InvalidChannelName: there can be no channel of that name.
        """
        return self._channels.channel(*parts)

    def send_to_user(
        self, user: str, message: object, *, deadline: float | None = None
    ) -> DeliveryReport:
        """Send a message to every connection of a user; one who has none gets nothing.

        Args:
            user: the user's ID.
            message: a text, which is sent as it is, or what ``to_json`` can turn into JSON; at most
                131,072 bytes of it.
            deadline: epoch seconds after which no further post begins; the delivery's if None.

        Raises:
            InvalidUser: the ID is empty or longer than 256 bytes.
            TypeError: the message cannot be turned into JSON.
        """
        payload = text_of(message).encode()
        return self._delivery.send(self._users.connections(user), payload, deadline=deadline)

    def send(
        self, connection_id: str, message: object, *, deadline: float | None = None
    ) -> DeliveryReport:
        """Send a message to one connection.

        Args:
            connection_id: the connection.
            message: as for ``send_to_user``.
            deadline: as for ``send_to_user``.

        Raises:
            TypeError: the message cannot be turned into JSON.
        """
        return self._delivery.send((connection_id,), text_of(message).encode(), deadline=deadline)
