"""A stack for plain tests: on an event loop of its own thread, with boto3 clients for it."""

import contextlib
import io
import platform
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
from botocore.config import Config
from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient

from local_aws.command_line import StackSettings
from local_aws.lambda_service.platforms import machine_in_lambdas_terms
from local_aws.stack import Stack
from local_aws.terminal import Terminal
from local_aws.testing import served_stack

REPOSITORY = Path(__file__).resolve().parents[2]
SESSION = boto3.Session(
    aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1"
)
ARCHITECTURE = machine_in_lambdas_terms(platform.machine())
NO_RETRIES = Config(retries={"total_max_attempts": 1})
PATIENCE_SECONDS = 10.0


@contextlib.contextmanager
def serving(settings: StackSettings, log: io.StringIO) -> Iterator[Stack]:
    """Run a stack while the block runs; what it prints goes to `log`."""
    with served_stack.serving(settings, Terminal(log)) as served:
        yield served.stack


def management_client(stack: Stack) -> ApiGatewayManagementApiClient:
    """Make a client for `@connections` of the stack's first stage."""
    return SESSION.client(
        "apigatewaymanagementapi",
        endpoint_url=stack.addresses[0].management_endpoint,
        config=NO_RETRIES,
    )


def eventually(condition: Callable[[], bool], *, within: float = PATIENCE_SECONDS) -> bool:
    """Return whether a condition comes true within a time that is never needed."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
