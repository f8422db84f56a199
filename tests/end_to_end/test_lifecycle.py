"""What Terraform does to infra/ after the first apply: nothing, a new deployment, nothing left."""

import io
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from local_aws.command_line import StackSettings
from local_aws.stack import Stack
from tests.end_to_end.given import REPOSITORY, SESSION, serving

pytestmark = pytest.mark.stacks

ONE_FUNCTION = {
    "functions": '{ echo = { handler = "handlers.default.handler" } }',
    "routes": '{ "$default" = { function = "echo" } }',
}
TWO_WAY = ONE_FUNCTION | {"routes": '{ "$default" = { function = "echo", two_way = true } }'}


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """A stack of its own, since these tests change it; one function, which is made quickly."""
    settings = StackSettings(
        root=REPOSITORY / "infra", port=0, aws_port=0, terraform_variables=ONE_FUNCTION
    )
    with serving(settings, io.StringIO()) as running:
        yield running


def test_plan_is_empty_even_without_the_zip(stack: Stack) -> None:
    shutil.rmtree(stack.working_directory.path / ".terraform")
    assert stack.terraform.plan(ONE_FUNCTION) is False


def test_changed_route_is_deployed(stack: Stack) -> None:
    with connect(stack.addresses[0].websocket_url) as client:
        client.send("one-way")
        with pytest.raises(TimeoutError):
            client.recv(timeout=0.5)
        stack.terraform.apply(TWO_WAY)
        client.send("two-way")
        assert client.recv(timeout=10) == "two-way"
    assert stack.terraform.plan(TWO_WAY) is False


def test_destroy_leaves_nothing(stack: Stack) -> None:
    stack.terraform.destroy(TWO_WAY)

    def client(service: Any) -> Any:
        return SESSION.client(service, endpoint_url=stack.services.aws_endpoint)

    assert client("apigatewayv2").get_apis()["Items"] == []
    assert client("lambda").list_functions()["Functions"] == []
    assert client("dynamodb").list_tables()["TableNames"] == []
    assert client("logs").describe_log_groups()["logGroups"] == []
    assert client("iam").list_roles()["Roles"] == []
    with pytest.raises(InvalidStatus, match="403"):
        connect(stack.addresses[0].websocket_url).__enter__()
