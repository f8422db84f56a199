"""The API under test, as the fixture ``websocket_api`` gives it to a test."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import boto3

from local_aws.credentials import ROOT
from local_aws.testing.served_stack import ServedStack
from local_aws.testing.websocket_client import WebSocketClient

_MOST_DELETED_AT_ONCE = 25


class WebSocketApi:
    """A deployed API, its clients, its tables and its time."""

    def __init__(self, served: ServedStack) -> None:
        self._served = served
        self._clients: list[WebSocketClient] = []
        self._address = served.stack.addresses[0]
        self._advanced_seconds = 0.0
        self._session = boto3.Session(
            aws_access_key_id=ROOT.access_key_id,
            aws_secret_access_key=ROOT.secret_access_key,
            region_name=self._address.region,
        )

    @property
    def url(self) -> str:
        """Where clients connect to the first stage."""
        return self._address.websocket_url

    @property
    def outputs(self) -> Mapping[str, Any]:
        """The root's outputs."""
        return self._served.stack.outputs

    def connect(
        self,
        url: str | None = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        subprotocols: Sequence[str] = (),
    ) -> WebSocketClient:
        """Open a connection, which is closed when the test ends.

        Args:
            url: The address; that of the first stage if left out.
            query: What the query string says.
            headers: Headers of the handshake.
            subprotocols: Those that the client offers.

        Raises:
            ConnectionRefused: the API did not let the client in.
        """
        named = {} if self._address.host is None else {"Host": self._address.host}
        client = WebSocketClient.open(
            url or self.url,
            query=query,
            headers=named | dict(headers or {}),
            subprotocols=subprotocols,
        )
        self._clients.append(client)
        return client

    def client(self, service: Any, **options: Any) -> Any:
        """Return a boto3 client of a service of the AWS that the API runs on.

        That of ``apigatewaymanagementapi`` posts to the connections of the first stage.
        """
        is_management = service == "apigatewaymanagementapi"
        stack = self._served.stack
        endpoint = self._address.management_endpoint if is_management else None
        return self._session.client(
            service, endpoint_url=endpoint or stack.services.aws_endpoint, **options
        )

    def tables(self) -> list[str]:
        """Return the names of all tables."""
        pages = self.client("dynamodb").get_paginator("list_tables").paginate()
        return [name for page in pages for name in page["TableNames"]]

    def rows(self, table: str | None = None) -> list[dict[str, Any]]:
        """Return all items of a table, as boto3's resource gives them.

        Args:
            table: The table's name; may be left out if there is one table.
        """
        name = table or self._only_table()
        resource = self._session.resource(
            "dynamodb", endpoint_url=self._served.stack.services.aws_endpoint
        )
        pages = resource.meta.client.get_paginator("scan").paginate(TableName=name)
        return [row for page in pages for row in page["Items"]]

    def advance(self, seconds: float) -> None:
        """Let time pass: for the gateway, and for time to live.

        A connection that was silent for ten minutes by then, or is two hours old, is closed with
        1001, and rows whose ``ttl`` is past are deleted. The clock that handlers read goes on as it
        was, as theirs is the machine's; to move that too, test an application in its own process
        with ``websocket_api.testing.TestClient``.
        """
        self._served.advance(seconds)
        self._advanced_seconds += seconds
        self.sweep()

    def sweep(self) -> None:
        """Delete rows whose time to live is over, which AWS does within days."""
        services = self._served.stack.services
        self._served.run(services.sweep_expired(time.time() + self._advanced_seconds))

    def end_test(self) -> None:
        """Close what is open, wait until nothing is handled any more, and empty the tables."""
        for client in self._clients:
            client.close()
        self._clients.clear()
        self._served.run(self._served.stack.services.gateway.end_connections())
        for table in self.tables():
            self._empty(table)

    def _only_table(self) -> str:
        tables = self.tables()
        if len(tables) != 1:
            raise ValueError(f"There are {len(tables)} tables, {tables}; name the one you mean.")
        return tables[0]

    def _empty(self, table: str) -> None:
        client = self.client("dynamodb")
        key_names = [
            key["AttributeName"]
            for key in client.describe_table(TableName=table)["Table"]["KeySchema"]
        ]
        names = {f"#{number}": name for number, name in enumerate(key_names)}
        pages = client.get_paginator("scan").paginate(
            TableName=table,
            ProjectionExpression=", ".join(names),
            ExpressionAttributeNames=names,
        )
        keys = [key for page in pages for key in page["Items"]]
        for start in range(0, len(keys), _MOST_DELETED_AT_ONCE):
            batch = keys[start : start + _MOST_DELETED_AT_ONCE]
            client.batch_write_item(
                RequestItems={table: [{"DeleteRequest": {"Key": key}} for key in batch]}
            )
