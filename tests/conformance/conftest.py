"""The deployment that is tested: one that the options name, or `root`, served on loopback.

    pytest tests/conformance --websocket-url wss://… --management-endpoint https://…

AWS's own: apply `tests/conformance/root`, whose output `pytest_arguments` has all the options.
"""

import contextlib
import io
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

import boto3
import pytest
from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient

from local_aws.command_line import StackSettings
from tests.conformance.given import Clients, Deployment
from tests.end_to_end.given import NO_RETRIES, SESSION, serving

ROOT = Path(__file__).parent / "root"
OPTIONS = {
    "--websocket-url": "address of the API that is open to everybody",
    "--management-endpoint": "its @connections endpoint, without the path",
    "--guarded-websocket-url": "address of the API with a Lambda authorizer",
    "--keyed-websocket-url": "address of the API that asks for an API key",
    "--api-key": "an API key for it",
    "--signed-websocket-url": "address of the API with IAM authorization",
    "--idle-seconds": "time after which an idle connection is closed, 600 on AWS, to wait for it",
    "--lifetime-seconds": "time after which any connection is closed, 7200 on AWS, to wait for it",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance", "the deployment that tests/conformance speaks to")
    for name, meaning in OPTIONS.items():
        group.addoption(name, help=meaning)


@pytest.fixture(scope="session")
def deployment(pytestconfig: pytest.Config) -> Iterator[Deployment]:
    given = {name: pytestconfig.getoption(name, default=None) for name in OPTIONS}
    if given["--websocket-url"] is not None:
        yield Deployment({name: value for name, value in given.items() if value}, boto3.Session())
        return
    with serving(StackSettings(root=ROOT, port=0, aws_port=0), io.StringIO()) as stack:
        yield Deployment(parse(stack.outputs["pytest_arguments"]), SESSION)


def parse(arguments: str) -> Mapping[str, str]:
    words = shlex.split(arguments)
    return dict(zip(words[::2], words[1::2], strict=True))


@pytest.fixture
def management(deployment: Deployment) -> ApiGatewayManagementApiClient:
    """A client for `@connections` of the open API."""
    return deployment.session.client(
        "apigatewaymanagementapi",
        endpoint_url=deployment["--management-endpoint"],
        config=NO_RETRIES,
    )


@pytest.fixture
def clients(deployment: Deployment) -> Iterator[Clients]:
    """Opens connections, and closes at the end those that are still open."""
    with contextlib.ExitStack() as stack:
        yield Clients(deployment, stack)
