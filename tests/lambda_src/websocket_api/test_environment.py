from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from websocket_api import environment
from websocket_api.environment import InvalidEnvironmentVariable, MissingEnvironmentVariable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

READERS = {
    environment.TABLE_NAME_VARIABLE: environment.table_name,
    environment.MANAGEMENT_ENDPOINT_VARIABLE: environment.management_endpoint,
    environment.CONNECTION_TTL_SECONDS_VARIABLE: environment.connection_ttl_seconds,
    environment.FANOUT_POSTS_PER_SECOND_VARIABLE: environment.fanout_posts_per_second,
}


@pytest.mark.parametrize("environ_value", [None, ""])
@pytest.mark.parametrize(("name", "read"), READERS.items())
def test_missing_variable_is_named_with_who_sets_it_and_what_to(
    name: str, read: Callable[[Mapping[str, str]], object], environ_value: str | None
) -> None:
    environ = {} if environ_value is None else {name: environ_value}
    with pytest.raises(MissingEnvironmentVariable) as caught:
        read(environ)
    assert caught.value.name == name
    assert name in str(caught.value)
    assert "infra/functions.tf" in str(caught.value)
    assert "set it to" in str(caught.value)


def test_variables_are_read_from_the_process_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBSOCKET_TABLE_NAME", "connections")
    assert environment.table_name() == "connections"


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod",
        "http://127.0.0.1:4567/prod",
    ],
)
def test_endpoint_is_read_without_a_slash_at_its_end(endpoint: str) -> None:
    name = environment.MANAGEMENT_ENDPOINT_VARIABLE
    assert environment.management_endpoint({name: endpoint}) == endpoint
    assert environment.management_endpoint({name: f"{endpoint}/"}) == endpoint


def test_endpoint_of_another_scheme_is_refused() -> None:
    name = environment.MANAGEMENT_ENDPOINT_VARIABLE
    with pytest.raises(InvalidEnvironmentVariable, match=f"{name} is 'wss://a/prod'; set it to"):
        environment.management_endpoint({name: "wss://a/prod"})


def test_ttl_is_read_as_seconds() -> None:
    name = environment.CONNECTION_TTL_SECONDS_VARIABLE
    assert environment.connection_ttl_seconds({name: "7500"}) == 7500


@pytest.mark.parametrize("value", ["2h", "0", "-1", "7500.0", "²", " "])
def test_ttl_that_is_no_positive_whole_number_is_refused(value: str) -> None:
    name = environment.CONNECTION_TTL_SECONDS_VARIABLE
    with pytest.raises(InvalidEnvironmentVariable) as caught:
        environment.connection_ttl_seconds({name: value})
    assert caught.value.name == name
    assert f"{name} is {value!r}" in str(caught.value)


@pytest.mark.parametrize("environ", [{}, {environment.LOG_LEVEL_VARIABLE: ""}])
def test_log_level_is_info_unless_set(environ: dict[str, str]) -> None:
    assert environment.log_level(environ) == "INFO"


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING", "ERROR"])
def test_log_level_is_read(level: str) -> None:
    assert environment.log_level({environment.LOG_LEVEL_VARIABLE: level}) == level


@pytest.mark.parametrize("level", ["debug", "TRACE", "10"])
def test_unknown_log_level_is_refused_with_the_known_ones(level: str) -> None:
    with pytest.raises(InvalidEnvironmentVariable, match="DEBUG, INFO, WARNING, ERROR"):
        environment.log_level({environment.LOG_LEVEL_VARIABLE: level})


@pytest.mark.parametrize("environ", [{}, {environment.FANOUT_QUEUE_URL_VARIABLE: ""}])
def test_there_is_no_fan_out_unless_its_queue_is_set(environ: dict[str, str]) -> None:
    assert environment.fanout_queue_url(environ) is None


def test_queue_is_read() -> None:
    url = "https://sqs.eu-west-1.amazonaws.com/123456789012/chat-fanout"
    assert environment.fanout_queue_url({environment.FANOUT_QUEUE_URL_VARIABLE: url}) == url


def test_queue_that_is_no_url_is_refused() -> None:
    name = environment.FANOUT_QUEUE_URL_VARIABLE
    with pytest.raises(InvalidEnvironmentVariable, match=f"{name} is 'chat-fanout'; set it to"):
        environment.fanout_queue_url({name: "chat-fanout"})


@pytest.mark.parametrize(("value", "threshold"), [("", 1000), ("0", 0), ("5000", 5000)])
def test_threshold_is_read_and_1000_unless_set(value: str, threshold: int) -> None:
    name = environment.FANOUT_THRESHOLD_VARIABLE
    assert environment.fanout_threshold({name: value}) == threshold
    assert environment.fanout_threshold({}) == 1000


@pytest.mark.parametrize("value", ["5001", "-1", "many", "1.5"])
def test_impossible_threshold_is_refused_with_the_possible_ones(value: str) -> None:
    name = environment.FANOUT_THRESHOLD_VARIABLE
    with pytest.raises(InvalidEnvironmentVariable, match="from 0 to 5000"):
        environment.fanout_threshold({name: value})


def test_workers_share_of_the_budget_is_read() -> None:
    name = environment.FANOUT_POSTS_PER_SECOND_VARIABLE
    assert environment.fanout_posts_per_second({name: "2500"}) == 2500


@pytest.mark.parametrize("value", ["0", "-1", "2.5", "fast"])
def test_impossible_share_of_the_budget_is_refused(value: str) -> None:
    name = environment.FANOUT_POSTS_PER_SECOND_VARIABLE
    with pytest.raises(InvalidEnvironmentVariable, match="1 or more"):
        environment.fanout_posts_per_second({name: value})


def test_lambda_is_known_by_the_function_that_it_names() -> None:
    assert environment.is_execution_environment({"AWS_LAMBDA_FUNCTION_NAME": "chat"})
    assert not environment.is_execution_environment({"AWS_LAMBDA_FUNCTION_NAME": ""})
    assert not environment.is_execution_environment({})


def test_own_clients_call_aws_unless_the_sdks_are_asked_for() -> None:
    name = environment.AWS_CLIENT_VARIABLE
    assert environment.aws_client({}) == environment.aws_client({name: ""}) == "own"
    assert environment.aws_client({name: "boto3"}) == "boto3"
    with pytest.raises(InvalidEnvironmentVariable, match="'aiohttp'; set it to own or boto3"):
        environment.aws_client({name: "aiohttp"})


@pytest.mark.parametrize("value", ["Chat", "Chat/Production", "a" * 255])
def test_namespace_of_metrics_is_read(value: str) -> None:
    assert environment.metrics_namespace({environment.METRICS_NAMESPACE_VARIABLE: value}) == value


@pytest.mark.parametrize("environ", [{}, {environment.METRICS_NAMESPACE_VARIABLE: ""}])
def test_there_are_no_metrics_unless_their_namespace_is_set(environ: dict[str, str]) -> None:
    assert environment.metrics_namespace(environ) is None


@pytest.mark.parametrize("value", ["AWS/Lambda", ":Chat", "a" * 256, "Gespräch"])
def test_namespace_that_cloudwatch_refuses_is_refused(value: str) -> None:
    name = environment.METRICS_NAMESPACE_VARIABLE
    with pytest.raises(InvalidEnvironmentVariable, match=f"{name} is .*such as Chat, or unset it"):
        environment.metrics_namespace({name: value})


def test_dimensions_are_read_in_their_order() -> None:
    name = environment.METRICS_DIMENSIONS_VARIABLE
    dimensions = environment.metrics_dimensions({name: "Stage=prod, ApiId=a1b2c3d4e5"})
    assert list(dimensions.items()) == [("Stage", "prod"), ("ApiId", "a1b2c3d4e5")]
    assert environment.metrics_dimensions({name: ""}) == environment.metrics_dimensions({}) == {}


@pytest.mark.parametrize(
    "value",
    [
        "prod",
        "=prod",
        "Stage=",
        "Stage=prod,",
        "Stage=prod,Stage=test",
        "_aws=x",
        ":Stage=prod",
        "Stage=prüfung",
        f"Stage={'a' * 1025}",
        f"{'a' * 256}=prod",
        ",".join(f"Stage{number}=prod" for number in range(31)),
    ],
)
def test_impossible_dimensions_are_refused_with_possible_ones(value: str) -> None:
    name = environment.METRICS_DIMENSIONS_VARIABLE
    with pytest.raises(InvalidEnvironmentVariable, match="such as ApiId=a1b2c3d4e5,Stage=prod"):
        environment.metrics_dimensions({name: value})


@pytest.mark.parametrize(
    ("value", "is_sampled"),
    [
        ("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1", True),
        ("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0", False),
        ("", False),
    ],
)
def test_trace_is_read_if_x_ray_is_to_get_it(value: str, *, is_sampled: bool) -> None:
    environ = {environment.TRACE_HEADER_VARIABLE: value}
    assert environment.trace_header(environ) == (value if is_sampled else None)
