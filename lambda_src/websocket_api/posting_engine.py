"""Posts to many connections at once, over sockets that never block, in the calling thread.

This is where a broadcast spends its time. So all requests of one payload are signed as a series,
connections are kept, and one wait serves all of them. There is no event loop of asyncio's: its
import takes 40 ms of a cold start and its TLS 256 KB of memory a connection, and a loop that lives
no longer than the call has no thread to be lost in a fork or a snapshot.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from websocket_api.aws.connection_pool import ConnectionPool
from websocket_api.aws.endpoints import Endpoint
from websocket_api.aws.errors import CallFailed, NoAnswer
from websocket_api.aws.http_client import USER_AGENT
from websocket_api.aws.proxies import proxy_for
from websocket_api.aws.signature import SignedSeries, Signer
from websocket_api.posting_run import PostingRun

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from websocket_api.aws.credentials import CredentialsProvider
    from websocket_api.delivery_course import Attempt, Course

MAXIMUM_CONNECTIONS = 256


class PostingEngine:
    """A ``Poster`` over the @connections of one API stage; threads may share it."""

    def __init__(  # noqa: PLR0913 - each is one thing that differs between engines
        self,
        endpoint_url: str,
        *,
        region: str,
        credentials: CredentialsProvider,
        connect_seconds: float,
        read_seconds: float,
        maximum_connections: int = MAXIMUM_CONNECTIONS,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        """Take how to post.

        Args:
            endpoint_url: the URL before ``/@connections``.
            region: for which requests are signed.
            credentials: of whoever posts.
            connect_seconds: how long opening a connection may take.
            read_seconds: how long the answer to a post may take.
            maximum_connections: how many posts are under way at most.
            environ: the environment variables, which may name a proxy.

        Raises:
            InvalidEndpoint: the URL of the endpoint or of its proxy cannot be used.
        """
        endpoint = Endpoint.parse(endpoint_url)
        proxy = proxy_for(endpoint, environ)
        self.pool = ConnectionPool(endpoint, proxy=proxy)
        self.connect_seconds = connect_seconds
        self.read_seconds = read_seconds
        self.maximum_connections = maximum_connections
        self._url = f"{endpoint.scheme}://{endpoint.host}"
        self._credentials = credentials
        self._signer = Signer(service="execute-api", region=region)
        self._parent_path = f"{endpoint.path}/@connections/"
        self._host = endpoint.host
        lines = [f"User-Agent: {USER_AGENT}"]
        self._target_start = b""
        if proxy is not None and endpoint.scheme == "http":
            lines += proxy.header_lines()
            self._target_start = self._url.encode()
        # Not signed, as a proxy may change them.
        self._more_lines = "".join([f"{line}\r\n" for line in [*lines, ""]]).encode()

    def series(self, payload: bytes) -> SignedSeries:
        """Return what signs the posts of a payload.

        Raises:
            CredentialsUnavailable: there is nothing to sign them with.
        """
        return SignedSeries(
            self._signer,
            self._credentials.current(),
            method="POST",
            parent_path=self._parent_path,
            headers={"Host": self._host},
            payload=payload,
        )

    def message(
        self, series: SignedSeries, connection_id: str, payload: bytes, epoch_seconds: float
    ) -> bytes:
        """Return a post as it is sent."""
        head = series.head(connection_id, epoch_seconds)
        if self._target_start:
            head = head.replace(b" ", b" " + self._target_start, 1)
        return head[:-2] + self._more_lines + payload

    def no_answer(self, error: Exception) -> NoAnswer:
        """Return what a post raises whose connection failed."""
        answer = NoAnswer(f"No answer from {self._url}: {str(error) or type(error).__name__}")
        answer.__cause__ = error
        return answer

    def post_each(self, course: Course, attempts: Sequence[Attempt]) -> None:
        """Post to each connection once, and tell the course what became of it."""
        try:
            series = [self.series(payload) for payload in course.payloads]
        except CallFailed as error:
            for attempt in attempts:
                course.ended(attempt, attempt.posted, error)
            return
        run = PostingRun(self, course, attempts, series)
        try:
            run.run()
        finally:
            run.close()

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self.pool.close()
