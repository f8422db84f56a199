import asyncio
import os
import signal
import socket
from pathlib import Path

import boto3
import pytest

from local_aws.control_plane_process import (
    ControlPlaneError,
    ControlPlaneProcess,
    ControlPlaneSettings,
)
from local_aws.publication import State

HOST = "127.0.0.1"


def settings(directory: Path, *, port: int = 0) -> ControlPlaneSettings:
    return ControlPlaneSettings(
        port=port,
        region="eu-west-1",
        code_directory=directory / "code",
        gateway_address=f"{HOST}:4567",
        invoke_address=f"{HOST}:9",
        token="a token",
    )


async def test_what_is_made_there_is_told_here(tmp_path: Path) -> None:
    control_plane = await ControlPlaneProcess.start(settings(tmp_path))
    states = asyncio.Queue[State]()
    following = asyncio.create_task(control_plane.follow(states.put_nowait))
    try:
        apigatewayv2 = boto3.client(
            "apigatewayv2",
            endpoint_url=control_plane.aws_endpoint,
            region_name="eu-west-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        created = await asyncio.to_thread(
            apigatewayv2.create_api,
            Name="echo",
            ProtocolType="WEBSOCKET",
            RouteSelectionExpression="$request.body.action",
        )
        while not (state := await states.get()).apis:
            pass
        (api,) = state.apis
        assert (api.api_id, api.region) == (created["ApiId"], "eu-west-1")
    finally:
        await control_plane.stop()
        await asyncio.gather(following, return_exceptions=True)


async def test_stopped_process_is_gone_with_its_port(tmp_path: Path) -> None:
    control_plane = await ControlPlaneProcess.start(settings(tmp_path))
    _, _, port = control_plane.aws_endpoint.rpartition(":")
    await control_plane.stop()
    socket.create_server((HOST, int(port))).close()


async def test_process_that_ends_by_itself_is_an_error(tmp_path: Path) -> None:
    control_plane = await ControlPlaneProcess.start(settings(tmp_path))
    following = asyncio.create_task(control_plane.follow(lambda _state: None))
    os.kill(control_plane.process_id, signal.SIGKILL)
    with pytest.raises(ControlPlaneError, match="ended with exit code -9"):
        await following
    await control_plane.stop()


async def test_port_in_use_is_named_with_the_way_out(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ControlPlaneError, match=f"Port {port} on {HOST} is in use"):
            await ControlPlaneProcess.start(settings(tmp_path, port=port))
