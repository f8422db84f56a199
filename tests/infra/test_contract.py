"""The contract between infra/ and lambda_src/: variables, table keys, IAM actions, handlers.

The module is planned, and its functions run under moto with what the plan gives them.
"""

import importlib
import json
import logging
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from local_aws.terraform.command import Terraform
from tests.infra.given import REPOSITORY, CommandLine, copy_module
from tests.lambda_src.in_process_aws import Calls, in_process_aws
from websocket_api import environment, keys, metrics

# What tells a function and its role of the rest; once these exist, a plan knows all the others.
FIRST = (
    "-target=aws_apigatewayv2_api.websocket",
    "-target=aws_cloudwatch_log_group.functions",
    "-target=aws_dynamodb_table.connections",
)
EVENTS = Path(__file__).parents[1] / "events"


@dataclass(frozen=True, slots=True)
class PlannedFunction:
    """What a plan says of a function.

    Attributes:
        handler: Its handler string.
        environment: Its variables.
        table_actions: The DynamoDB actions that its role allows.
    """

    handler: str
    environment: Mapping[str, str]
    table_actions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a plan of the module without inputs says of its functions and its table.

    `resources` are the addresses of all that it makes.
    """

    resources: frozenset[str]
    functions: Mapping[str, PlannedFunction]
    table: Mapping[str, Any]


pytestmark = pytest.mark.stacks


@pytest.fixture(scope="module")
def plan(
    tmp_path_factory: pytest.TempPathFactory,
    terraform: Callable[[Path], Terraform],
    command_line: CommandLine,
) -> Plan:
    folder = copy_module(tmp_path_factory.mktemp("contract"))
    terraform(folder).init()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        local = {"AWS_ENDPOINT_URL": f"http://{host}:{port}"}
        for arguments in (("apply", "-auto-approve", *FIRST), ("plan", "-out=plan")):
            finished = command_line.run(folder, *arguments, "-no-color", environment=local)
            assert finished.returncode == 0, finished.stdout
    finally:
        server.stop()
    return parse_plan(json.loads(command_line.run(folder, "show", "-json", "plan").stdout))


def parse_plan(document: Mapping[str, Any]) -> Plan:
    planned: dict[str, dict[Any, Any]] = {}
    for resource in document["resource_changes"]:
        instances = planned.setdefault(resource["type"], {})
        instances[resource.get("index", "")] = resource["change"]["after"]
    functions = {
        key: PlannedFunction(
            handler=function["handler"],
            environment=function["environment"][0]["variables"],
            table_actions=table_actions(planned["aws_iam_role_policy"][key]["policy"]),
        )
        for key, function in planned["aws_lambda_function"].items()
    }
    resources = frozenset(
        resource["address"]
        for resource in document["resource_changes"]
        if resource["mode"] == "managed"
    )
    return Plan(resources, functions, planned["aws_dynamodb_table"][0])


def table_actions(policy: str) -> frozenset[str]:
    """Return the names of the DynamoDB operations in a policy."""
    actions = [
        action for statement in json.loads(policy)["Statement"] for action in statement["Action"]
    ]
    return frozenset(one.removeprefix("dynamodb:") for one in actions if "dynamodb:" in one)


@pytest.fixture
def aws(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    """Put moto in the place of AWS, with the planned table in it; return what it is asked for."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with in_process_aws() as calls:
        boto3.client("dynamodb").create_table(
            TableName=plan.table["name"],
            KeySchema=[
                {"AttributeName": plan.table["hash_key"], "KeyType": "HASH"},
                {"AttributeName": plan.table["range_key"], "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": one["name"], "AttributeType": one["type"]}
                for one in plan.table["attribute"]
            ],
            BillingMode=plan.table["billing_mode"],
        )
        yield calls


@pytest.fixture
def load(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Callable[[Any, Any], Any]]]:
    """Return what makes a function ready as Lambda does, from its planned handler and variables."""

    def load(key: str) -> Callable[[Any, Any], Any]:
        for name, value in plan.functions[key].environment.items():
            monkeypatch.setenv(name, value)
        module_name, _, function = plan.functions[key].handler.rpartition(".")
        sys.modules.pop(module_name, None)
        handler: Callable[[Any, Any], Any] = getattr(importlib.import_module(module_name), function)
        return handler

    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    root.handlers = []
    yield load
    root.handlers = handlers
    root.setLevel(level)
    for name in [name for name in sys.modules if name.startswith("handlers.")]:
        del sys.modules[name]


def golden_event(name: str) -> Any:
    return json.loads((EVENTS / f"{name}.json").read_text())


def test_both_sides_name_the_same_environment_variables(plan: Plan) -> None:
    read = {
        environment.TABLE_NAME_VARIABLE,
        environment.MANAGEMENT_ENDPOINT_VARIABLE,
        environment.CONNECTION_TTL_SECONDS_VARIABLE,
        environment.LOG_LEVEL_VARIABLE,
    }
    for function in plan.functions.values():
        assert set(function.environment) == read


def test_planned_variables_are_values_that_the_functions_accept(plan: Plan) -> None:
    for function in plan.functions.values():
        variables = function.environment
        assert environment.table_name(variables) == plan.table["name"]
        endpoint = environment.management_endpoint(variables)
        assert re.fullmatch(r"https://[^/]+\.execute-api\.us-east-1\.amazonaws\.com/prod", endpoint)
        assert environment.connection_ttl_seconds(variables) == 7500
        assert environment.log_level(variables) == "INFO"


def test_both_sides_name_the_same_keys_of_the_table(plan: Plan) -> None:
    assert plan.table["hash_key"] == keys.PARTITION_KEY
    assert plan.table["range_key"] == keys.SORT_KEY
    assert [ttl["attribute_name"] for ttl in plan.table["ttl"]] == [keys.TTL_ATTRIBUTE]


def test_jwt_authorizer_reads_the_variables_that_it_is_given() -> None:
    given, read = (
        set(re.findall(r"\bJWT_[A-Z_]+", (REPOSITORY / file).read_text()))
        for file in ("infra/jwt.tf", "lambda_src/jwt_authorizer/environment.py")
    )
    assert given == read


def test_both_sides_name_the_same_environment_variables_of_fanout() -> None:
    given = set(re.findall(r"\bWEBSOCKET_[A-Z_]+", (REPOSITORY / "infra/fanout.tf").read_text()))
    assert given == {
        environment.FANOUT_QUEUE_URL_VARIABLE,
        environment.FANOUT_THRESHOLD_VARIABLE,
        environment.FANOUT_POSTS_PER_SECOND_VARIABLE,
    }


def test_both_sides_have_the_same_limits_of_fanout() -> None:
    text = (REPOSITORY / "infra/variables.fanout.tf").read_text()
    assert f"optional(number, {environment.DEFAULT_FANOUT_THRESHOLD})" in text
    assert f"var.fanout.threshold <= {environment.MAXIMUM_FANOUT_THRESHOLD} " in text


def test_both_sides_name_the_same_environment_variables_of_metrics() -> None:
    text = (REPOSITORY / "infra/metrics.tf").read_text()
    given = dict(re.findall(r"\b(WEBSOCKET_METRICS_[A-Z]+) += (.+)", text))
    assert set(given) == {
        environment.METRICS_NAMESPACE_VARIABLE,
        environment.METRICS_DIMENSIONS_VARIABLE,
    }


def test_alarms_and_graphs_are_of_metrics_that_functions_write() -> None:
    text = (REPOSITORY / "infra/metrics.tf").read_text().replace("Posts${outcome}", "")
    named = set(re.findall(r'"([A-Z][A-Za-z]+)"', text)) - {"Maximum", "Sum"}
    outcomes = {"Delivered", "Gone", "Throttled", "Failed"}
    written = {
        value
        for name, value in vars(metrics).items()
        if name.isupper() and isinstance(value, str) and not name.startswith("_")
    }
    assert (named - outcomes) | {f"Posts{outcome}" for outcome in outcomes} == written


def test_worker_is_what_the_module_names() -> None:
    (handler,) = re.findall(r'handler += "(.*)"', (REPOSITORY / "infra/fanout.tf").read_text())
    name, _, function = handler.rpartition(".")
    assert callable(getattr(importlib.import_module(name), function))


def test_module_without_inputs_is_small_enough_to_read_its_plan(plan: Plan) -> None:
    assert {"aws_apigatewayv2_api.websocket[0]", "aws_dynamodb_table.connections[0]"} <= (
        plan.resources
    )
    assert len(plan.resources) < 35


def test_functions_use_exactly_the_actions_that_their_roles_allow(
    plan: Plan, aws: Calls, load: Callable[[str], Callable[[Any, Any], Any]]
) -> None:
    connect, disconnect = load("connect"), load("disconnect")
    echo = load("default")
    called = aws.operations

    event = golden_event("connect")
    assert connect(event, None)["statusCode"] == 200
    assert set(called) == plan.functions["connect"].table_actions

    called.clear()
    message = golden_event("message")
    assert echo(message, None) == {"statusCode": 200, "body": message["body"]}
    assert set(called) == plan.functions["default"].table_actions == set()

    gone = golden_event("disconnect_1001")
    gone["requestContext"]["connectionId"] = event["requestContext"]["connectionId"]
    assert disconnect(gone, None)["statusCode"] == 200
    assert set(called) == plan.functions["disconnect"].table_actions
