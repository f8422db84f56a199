"""Calls of one of AWS's services: signed, sent, tried again, and their errors told apart."""

from __future__ import annotations

import binascii
import json
import os
import time
from typing import TYPE_CHECKING, Any

from websocket_api import environment
from websocket_api.aws.endpoints import Endpoint
from websocket_api.aws.errors import THROTTLING_CODES, AwsError, CallFailed, NoAnswer, error_of
from websocket_api.aws.http_client import USER_AGENT, HttpClient
from websocket_api.aws.signature import Signer, hash_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from websocket_api.aws.credentials import CredentialsProvider
    from websocket_api.aws.http_protocol import Answer

_TRANSIENT_CODES = frozenset({"RequestTimeout", "RequestTimeoutException"})
_TRANSIENT_STATUSES = frozenset({500, 502, 503, 504})
_THROTTLED_STATUS = 429
_THROTTLED_PAUSE_SECONDS = 1.0
_PAUSE_SECONDS = 0.05


class Service:
    """One service at one endpoint; threads may share it."""

    def __init__(  # noqa: PLR0913 - each is one thing that differs between clients
        self,
        name: str,
        *,
        region: str,
        endpoint_url: str,
        credentials: CredentialsProvider,
        attempts: int,
        connect_seconds: float,
        read_seconds: float,
        environ: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take how to call.

        Args:
            name: by which requests are signed: dynamodb, sqs, execute-api.
            region: for which they are signed.
            endpoint_url: where they go.
            credentials: of whoever makes them.
            attempts: how often a call is made at most.
            connect_seconds: how long connecting may take.
            read_seconds: how long the other side may be silent.
            environ: the environment variables, which may name a proxy.
            clock: gives epoch seconds.
            sleep: waits for some seconds.

        Raises:
            InvalidEndpoint: the URL of the endpoint or of its proxy cannot be used.
        """
        endpoint = Endpoint.parse(endpoint_url)
        self._name = name
        self._path = endpoint.path
        self._host = endpoint.host
        self._credentials = credentials
        self._attempts = attempts
        self._clock = clock
        self._sleep = sleep
        proxy = None
        if any(variable.lower().endswith("_proxy") for variable in environ):
            from websocket_api.aws.proxies import proxy_for  # noqa: PLC0415 - only if used

            proxy = proxy_for(endpoint, environ)
        self._signer = Signer(service=name, region=region)
        self._http = HttpClient(
            endpoint,
            connect_seconds=connect_seconds,
            read_seconds=read_seconds,
            proxy=proxy,
        )

    def call(
        self,
        operation: str,
        *,
        method: str = "POST",
        path: str = "/",
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Answer:
        """Make a call and return the answer of a status below 300.

        Args:
            operation: its name, for errors.
            method: in upper case.
            path: below the endpoint's, percent-encoded.
            headers: those of the operation.
            body: of the request.

        Raises:
            CallFailed: AWS refused, did not answer, or could not be asked.
        """
        signed_headers = {"Host": self._host, **(headers or {})}
        payload_hash = hash_of(body)
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._attempt(operation, method, path, signed_headers, body, payload_hash)
            except (NoAnswer, AwsError) as error:
                pause = _pause_seconds(error)
                if pause is None or attempt >= self._attempts:
                    raise
            self._sleep(_random() * pause * 2 ** (attempt - 1))

    def call_json(self, target: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Make a call of AWS's JSON protocol and return what it answers.

        Args:
            target: the operation, with the prefix of its service.
            parameters: of the operation.

        Raises:
            CallFailed: as for ``call``.
        """
        operation = target.partition(".")[2]
        headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": target}
        body = json.dumps(parameters, separators=(",", ":")).encode()
        if environment.trace_header() is None:
            answer = self.call(operation, headers=headers, body=body)
        else:
            from websocket_api import tracing  # noqa: PLC0415 - only if it is traced

            with tracing.subsegment(self._name, aws={"operation": operation}):
                answer = self.call(operation, headers=headers, body=body)
        return object_in(answer, operation)

    def close(self) -> None:
        """Close the connections that are kept; a later call opens another."""
        self._http.close()

    def _attempt(  # noqa: PLR0913, PLR0917 - the parts of a request
        self,
        operation: str,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        payload_hash: str,
    ) -> Answer:
        target = self._path + path
        signature = self._signer.sign(
            self._credentials.current(),
            method=method,
            path=target,
            headers=headers,
            payload_hash=payload_hash,
            epoch_seconds=self._clock(),
        )
        sent = {**headers, **signature, "User-Agent": USER_AGENT}
        answer = self._http.send(method, target, sent, body)
        answered = answer.headers()
        crc32 = answered.get("x-amz-crc32")
        if crc32 is not None and crc32 != str(binascii.crc32(answer.body)):
            raise NoAnswer(f"The answer to {operation} was damaged on its way: its CRC32 differs.")
        if answer.status >= 300:  # noqa: PLR2004 - no success
            raise error_of(operation, answer.status, answered, answer.body)
        return answer


def object_in(answer: Answer, operation: str) -> dict[str, Any]:
    """Return the JSON object that a call answered with.

    Raises:
        NoAnswer: it is none, so that it does not come from AWS. The call is not repeated.
    """
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise NoAnswer(f"The answer to {operation} is no JSON object; is a proxy in between?")
    return told


def _pause_seconds(error: CallFailed) -> float | None:
    """Return how long to wait before another attempt, at most; None says that it is no use."""
    if not isinstance(error, AwsError):
        return _PAUSE_SECONDS
    if error.code in THROTTLING_CODES or error.status == _THROTTLED_STATUS:
        return _THROTTLED_PAUSE_SECONDS
    if error.code in _TRANSIENT_CODES or error.status in _TRANSIENT_STATUSES:
        return _PAUSE_SECONDS
    return None


def _random() -> float:
    from random import random  # noqa: PLC0415 - only if a call has to be tried again

    return random()  # noqa: S311 - it spreads attempts, and is no secret
