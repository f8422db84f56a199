"""The client of the control plane, against a server that stands for it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from local_aws.api_gateway.authorization.principal_directory import (
    PrincipalDirectory,
    PrincipalDirectoryError,
)
from local_aws.http1 import HttpServer, HttpServerProtocol, Request, Response
from tests.local_aws.api_gateway.authorization.test_principal import DOCUMENT
from tests.local_aws.api_gateway.given import pass_time


@dataclass(slots=True)
class ControlPlane:
    """Answers every question with the same response."""

    response: Response = field(
        default_factory=lambda: Response(200, (), json.dumps(DOCUMENT).encode())
    )
    requests: list[Request] = field(default_factory=list)
    hangs: bool = False

    async def answer(self, request: Request, protocol: HttpServerProtocol) -> Response:
        del protocol
        self.requests.append(request)
        if self.hangs:
            await asyncio.Event().wait()
        return self.response


@asynccontextmanager
async def asking(
    control_plane: ControlPlane, **options: float
) -> AsyncIterator[PrincipalDirectory]:
    server = await HttpServer.start(control_plane.answer)
    directory = PrincipalDirectory(f"http://127.0.0.1:{server.port}", "the token", **options)
    yield directory
    await directory.close()
    await server.close()


async def test_control_plane_is_asked_with_the_token() -> None:
    control_plane = ControlPlane()
    async with asking(control_plane) as directory:
        found = await directory.find("AKIA/../x")
    assert found is not None
    assert (found.access_key_id, found.secret_access_key) == ("AKIA/../x", "secret")
    (request,) = control_plane.requests
    assert request.target == "/_local_aws/principals/AKIA%2F..%2Fx"
    assert request.header("X-Local-Aws-Token") == "the token"


async def test_answer_is_used_again_for_a_moment() -> None:
    control_plane = ControlPlane()
    async with asking(control_plane) as directory:
        found = await asyncio.gather(*(directory.find("AKIA") for _ in range(20)))
        assert len(set(map(id, found))) == 1
        assert len(control_plane.requests) == 1
        await directory.find("ASIA")
        assert len(control_plane.requests) == 2
        await pass_time(1.1)
        await directory.find("AKIA")
        assert len(control_plane.requests) == 3


async def test_no_more_answers_are_kept_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = "local_aws.api_gateway.authorization.principal_directory"
    monkeypatch.setattr(f"{module}._MOST_REMEMBERED", 2)
    control_plane = ControlPlane()
    async with asking(control_plane) as directory:
        for access_key_id in ("one", "two", "three", "one"):
            await directory.find(access_key_id)
    assert len(control_plane.requests) == 4


async def test_unknown_key_has_no_holder() -> None:
    async with asking(ControlPlane(Response(404))) as directory:
        assert await directory.find("AKIA") is None


@pytest.mark.parametrize(
    ("response", "message"),
    [
        (Response(403), "answered 403 to who holds the access key AKIA"),
        (Response(200, (), b"not JSON"), "cannot be read"),
        (Response(200, (), b"{}"), "cannot be read: principal of the access key"),
    ],
)
async def test_answer_that_cannot_be_used_is_an_error(response: Response, message: str) -> None:
    async with asking(ControlPlane(response)) as directory:
        with pytest.raises(PrincipalDirectoryError, match=re.escape(message)):
            await directory.find("AKIA")


async def test_control_plane_that_does_not_answer_is_an_error() -> None:
    async with asking(ControlPlane(hangs=True), timeout_seconds=0.01) as directory:
        with pytest.raises(PrincipalDirectoryError, match=r"did not say within 0\.01 s"):
            await directory.find("AKIA")


async def test_control_plane_that_is_gone_is_an_error() -> None:
    directory = PrincipalDirectory("http://127.0.0.1:9", "the token")
    with pytest.raises(PrincipalDirectoryError, match=r"AKIA: 127\.0\.0\.1:9 cannot be reached"):
        await directory.find("AKIA")
    await directory.close()
