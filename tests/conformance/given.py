"""What the tests know of a deployment, and a client that tells its function what to do."""

import contextlib
import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import boto3
import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from websockets.exceptions import InvalidStatus
from websockets.http11 import Response
from websockets.sync.client import ClientConnection, connect

PATIENCE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Deployment:
    """The addresses of the APIs, by the option that gives each, and whose calls are made."""

    options: Mapping[str, str]
    session: boto3.Session

    def __getitem__(self, option: str) -> str:
        if option not in self.options:
            pytest.skip(f"needs {option}")
        return self.options[option]

    def signature(self, method: str, url: str, body: bytes = b"") -> dict[str, str]:
        """Return the headers that sign a request."""
        signed = AWSRequest(method, url, data=body)
        SigV4Auth(*self._signer).add_auth(signed)
        return {name: value for name, value in signed.headers.items() if name != "Host"}

    def signed_query(self, url: str) -> str:
        """Return the query string that signs a GET request: a browser can set no header."""
        signed = AWSRequest("GET", url)
        SigV4QueryAuth(*self._signer, expires=60).add_auth(signed)
        return str(signed.url).partition("?")[2]

    @property
    def _signer(self) -> tuple[Credentials, str, str]:
        credentials = self.session.get_credentials()
        assert credentials is not None
        return credentials, "execute-api", self.session.region_name


@dataclass(frozen=True, slots=True)
class Client:
    """One open connection."""

    socket: ClientConnection

    def send(self, message: str | bytes) -> None:
        self.socket.send(message)

    def tell(self, route_key: str = "answer", **told: Any) -> None:
        """Tell the function behind a route what to do."""
        self.socket.send(json.dumps({"action": route_key, **told}))

    def receive(self) -> str:
        """Return the next message, a text as all of API Gateway's are."""
        message = self.socket.recv(timeout=PATIENCE_SECONDS)
        assert isinstance(message, str)
        return message

    def ask(self, route_key: str = "answer", **told: Any) -> str:
        self.tell(route_key, **told)
        return self.receive()

    def event(self) -> Any:
        """Return the event of a message that this client sends."""
        return json.loads(self.ask(event=True))

    @property
    def connection_id(self) -> str:
        return str(self.event()["requestContext"]["connectionId"])


@dataclass(frozen=True, slots=True)
class Clients:
    """Opens connections, which are closed when the stack unwinds."""

    deployment: Deployment
    stack: contextlib.ExitStack

    def open(
        self,
        option: str = "--websocket-url",
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Client:
        """Open a connection.

        Raises:
            InvalidStatus: It was refused.
        """
        url = self.deployment[option] + (f"?{urlencode(query)}" if query else "")
        opened = connect(
            url, additional_headers=headers, open_timeout=PATIENCE_SECONDS, max_size=None, **options
        )
        return Client(self.stack.enter_context(opened))

    def refused(
        self,
        option: str = "--websocket-url",
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Try to open a connection; return the answer that refuses it."""
        with pytest.raises(InvalidStatus) as refusal:
            self.open(option, query=query, headers=headers)
        return refusal.value.response


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a plain HTTP request."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


def https(websocket_url: str) -> str:
    """Return the address as an HTTP client knows it."""
    return "http" + websocket_url.removeprefix("ws")


def request(
    method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> Answer:
    """Send a request as no SDK would, or could."""
    parts = urlsplit(url)
    encrypted = parts.scheme == "https"
    kind = http.client.HTTPSConnection if encrypted else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=PATIENCE_SECONDS)
    with contextlib.closing(connection):
        connection.request(method, parts.path, body, headers or {})
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
