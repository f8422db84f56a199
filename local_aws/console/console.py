"""The console: its page, what the page asks, and what it is told."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from local_aws.api_gateway.access_log import AccessLog, Notice
from local_aws.api_gateway.connection import Connection
from local_aws.aws_client import AwsClientError
from local_aws.console.access import refusal
from local_aws.console.events import event_of
from local_aws.console.feed import Feed
from local_aws.console.stages import stages_of
from local_aws.console.tables import Tables
from local_aws.http1 import Headers, HttpServerProtocol, Request, Response
from local_aws.publication import Api

SEGMENT: Final = "_console"
"""With which the path begins, unless a stage bears that name."""

MAXIMUM_EVENTS: Final = 200
"""How many requests are kept for a page that is loaded again, and told at once."""

MAXIMUM_CONNECTIONS: Final = 200
"""How many connections are shown."""

TELLING_INTERVAL_SECONDS: Final = 0.1
"""How long what happens is gathered before pages are told."""

_FOLDER: Final = Path(__file__).with_name("page")
_FILES: Final = {
    "": ("index.html", "text/html; charset=utf-8"),
    "console.css": ("console.css", "text/css; charset=utf-8"),
    "console.js": ("console.js", "text/javascript; charset=utf-8"),
}
_HEADERS: Final[Headers] = (
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("Cache-Control", "no-store"),
)
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:;"
    " connect-src 'self' ws://{host} wss://{host} ws://*.localhost:{port} wss://*.localhost:{port};"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Console:
    """Answers below `/_console`, and tells open pages what happens."""

    def __init__(
        self,
        connections: Iterable[Connection],
        tables: Tables,
        stages: Callable[[], Iterable[Api]],
    ) -> None:
        """Prepare, with no page open.

        Args:
            connections: The connections that are open, whenever it is iterated over.
            tables: Reads tables.
            stages: Returns the APIs that are deployed.
        """
        self._connections = connections
        self._tables = tables
        self._stages = stages
        self._feeds: set[Feed] = set()
        self._told: deque[dict[str, Any]] = deque(maxlen=MAXIMUM_EVENTS)
        self._untold: deque[AccessLog] = deque(maxlen=MAXIMUM_EVENTS)
        self._skipped = 0
        self._timer: asyncio.TimerHandle | None = None

    def take(self, entry: AccessLog | Notice) -> None:
        """Take note of a request that has ended, if anybody looks."""
        if not self._feeds or isinstance(entry, Notice):
            return
        self._skipped += len(self._untold) == MAXIMUM_EVENTS
        self._untold.append(entry)
        self._tell_soon()

    def update(self) -> None:
        """Take note that something else is deployed now."""
        for feed in self._feeds:
            feed.send({"stages": stages_of(self._stages())})

    def close(self) -> None:
        """Drop all pages."""
        if self._timer is not None:
            self._timer.cancel()
        for feed in tuple(self._feeds):
            feed.close()

    async def answer(self, request: Request, protocol: HttpServerProtocol) -> Response | None:
        """Answer a request below `/_console`; None if the page is told from now on."""
        reason = refusal(request, peer_address=protocol.peer_address, port=protocol.port)
        if reason is not None:
            return _text(HTTPStatus.FORBIDDEN, reason)
        target = urlsplit(request.target)
        place = target.path.removeprefix(f"/{SEGMENT}").removeprefix("/")
        if request.method == "GET" and place in _FILES:
            return _file(place, host=request.header("host") or "", port=protocol.port)
        query = {name: values[-1] for name, values in parse_qs(target.query).items()}
        try:
            return await self._answer(request.method, place, query, protocol)
        except AwsClientError as error:
            return _text(HTTPStatus.BAD_GATEWAY, str(error))

    async def _answer(
        self, method: str, place: str, query: dict[str, str], protocol: HttpServerProtocol
    ) -> Response | None:
        match method, place:
            case "GET", "feed":
                transport, _ = protocol.hijack()
                self._open(Feed(transport, _HEADERS, self._feeds.discard))
                return None
            case "GET", "tables":
                return _json({"tables": await self._tables.names()})
            case "GET", "table":
                return _json(await self._tables.items(query.get("name", "")))
            case "POST", "disconnect":
                return self._disconnect(query.get("connection", ""))
        return _text(HTTPStatus.NOT_FOUND, f"There is no {method} of this path.")

    def _open(self, feed: Feed) -> None:
        feed.send(
            {
                "stages": stages_of(self._stages()),
                "connections": self._open_connections(),
                "events": list(self._told),
            }
        )
        self._feeds.add(feed)

    def _disconnect(self, connection_id: str) -> Response:
        for connection in self._connections:
            if connection.context.connection_id == connection_id:
                connection.disconnect()
                return _json({})
        return _text(HTTPStatus.GONE, f"Connection {connection_id} is gone.")

    def _tell_soon(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(TELLING_INTERVAL_SECONDS, self._tell)

    def _tell(self) -> None:
        self._timer = None
        events = [event_of(entry) for entry in self._untold]
        has_moved = any(entry.event in {"CONNECT", "DISCONNECT"} for entry in self._untold)
        document: dict[str, Any] = {"events": events}
        if self._skipped:
            document["skipped"] = self._skipped
        if has_moved or self._skipped:
            document["connections"] = self._open_connections()
        self._untold.clear()
        self._told.extend(events)
        self._skipped = 0
        for feed in tuple(self._feeds):
            feed.send(document)

    def _open_connections(self) -> dict[str, Any]:
        connections = tuple(self._connections)
        return {
            "count": len(connections),
            "shown": [
                {
                    "id": each.context.connection_id,
                    "stage": each.context.stage,
                    "since": each.connected_at,
                    "address": each.source_ip,
                    "userAgent": each.user_agent,
                }
                for each in connections[-MAXIMUM_CONNECTIONS:]
            ],
        }


def _file(place: str, *, host: str, port: int) -> Response:
    name, content_type = _FILES[place]
    # Not every browser takes a WebSocket of the same host for 'self'.
    policy = _POLICY.format(host=host, port=port)
    response = _response(HTTPStatus.OK, content_type, (_FOLDER / name).read_bytes())
    return response._replace(headers=(*response.headers, ("Content-Security-Policy", policy)))


def _response(status: HTTPStatus, content_type: str, body: bytes) -> Response:
    return Response(status, (("Content-Type", content_type), *_HEADERS), body)


def _json(document: object) -> Response:
    return _response(HTTPStatus.OK, "application/json", json.dumps(document).encode())


def _text(status: HTTPStatus, text: str) -> Response:
    return _response(status, "text/plain; charset=utf-8", f"{text}\n".encode())
