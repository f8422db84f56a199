"""moto in the place of AWS, for our own clients as mock_aws is for the SDK's."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from botocore.awsrequest import AWSRequest
from moto import mock_aws
from moto.core.models import botocore_stubber

from websocket_api import clients
from websocket_api.aws.http_client import HttpClient
from websocket_api.aws.http_protocol import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Call:
    """What one of our own clients asked moto for."""

    operation: str
    parameters: dict[str, Any]


@dataclass(slots=True)
class Calls:
    """The calls that our own clients made, in their order."""

    made: list[Call] = field(default_factory=list)
    operations: list[str] = field(default_factory=list)
    before: Callable[[Call], None] = lambda _: None
    """Told of each call before moto is; what it raises, the caller gets."""


@contextmanager
def in_process_aws() -> Iterator[Calls]:
    """Put moto in the place of AWS; what goes elsewhere goes there."""
    calls = Calls()
    send_for_real = HttpClient.send

    def send(
        self: HttpClient, method: str, target: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        host = headers["Host"]
        if not host.endswith(".amazonaws.com"):
            return send_for_real(self, method, target, headers, body)
        if "X-Amz-Target" in headers:
            operation = headers["X-Amz-Target"].partition(".")[2]
            call = Call(operation, json.loads(body))
            calls.made.append(call)
            calls.operations.append(operation)
            calls.before(call)
        request = AWSRequest(method, f"https://{host}{target}", dict(headers), body)
        answer = botocore_stubber.process_request(request.prepare())
        assert answer is not None, f"moto has nothing at {host}"
        status, answered, text = answer
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in answered.items())]
        return Answer(
            status,
            head="\r\n".join(lines).encode(),
            body=text if isinstance(text, bytes) else text.encode(),
            is_last=False,
        )

    clients.forget()
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(HttpClient, "send", send)
        yield calls
    clients.forget()
