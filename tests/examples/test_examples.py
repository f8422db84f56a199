"""Each root of examples/: applied, used as its README says, planned again, and destroyed."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from websockets.sync.client import connect

from local_aws.command_line import StackSettings
from local_aws.stack import Stack
from tests.end_to_end.given import REPOSITORY, SESSION, serving

pytestmark = pytest.mark.examples

EXAMPLES = REPOSITORY / "examples"


@contextmanager
def example(name: str, **variables: str) -> Iterator[Stack]:
    """Serve an example; after its use a plan is empty, and a destroy leaves nothing."""
    settings = StackSettings(
        root=EXAMPLES / name, port=0, aws_port=0, terraform_variables=variables
    )
    with serving(settings, io.StringIO()) as stack:
        yield stack
        assert stack.terraform.plan(variables) is False
        stack.terraform.destroy(variables)
        assert what_is_left(stack) == []


def what_is_left(stack: Stack) -> list[Any]:
    def client(service: Any) -> Any:
        return SESSION.client(service, endpoint_url=stack.services.aws_endpoint)

    return [
        *client("apigatewayv2").get_apis()["Items"],
        *client("lambda").list_functions()["Functions"],
        *client("dynamodb").list_tables()["TableNames"],
        *client("logs").describe_log_groups()["logGroups"],
        *client("iam").list_roles()["Roles"],
    ]


def exchange(stack: Stack, *messages: str) -> list[Any]:
    """Send messages on one connection and return what each is answered."""
    answers = []
    with connect(stack.addresses[0].websocket_url) as client:
        for message in messages:
            client.send(message)
            answers.append(client.recv(timeout=10))
    return answers


def test_every_example_has_a_readme_and_a_test_of_its_name() -> None:
    roots = {path.name for path in EXAMPLES.iterdir() if any(path.glob("*.tf"))}
    assert {name for name in roots if (EXAMPLES / name / "README.md").is_file()} == roots
    assert {name for name in roots if f"test_{name}" in globals()} == roots


def test_minimal() -> None:
    with example("minimal") as stack:
        assert exchange(stack, "hello") == ["hello"]


def test_own_handlers() -> None:
    with example("own_handlers") as stack:
        answers = exchange(stack, '{"action": "count"}', '{"action": "count"}', "hello")
        assert [json.loads(answer) for answer in answers] == [
            {"messages": 1},
            {"messages": 2},
            {"error": 'Send {"action": "count"}.'},
        ]


def test_existing_lambda() -> None:
    with example("existing_lambda") as stack:
        greeting, echo = exchange(stack, '{"action": "greet", "name": "Ada"}', "hello")
        assert json.loads(greeting) == {"greeting": "Hello, Ada."}
        assert echo == "hello"
