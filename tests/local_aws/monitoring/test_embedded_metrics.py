import json
import time
from typing import Any

import pytest

from local_aws.aws_client import AwsClient
from local_aws.http1.client import HttpClient
from local_aws.monitoring.embedded_metrics import EmbeddedMetrics, LineMetrics, parse
from local_aws.monitoring.metrics import Sample
from tests.local_aws.monitoring.given import REGION, new_name, total


def document(**members: Any) -> dict[str, Any]:
    """A document in the format, and a directive of which the members are replaced."""
    return {
        "_aws": {
            "Timestamp": 1_700_000_000_500,
            "CloudWatchMetrics": [
                {
                    "Namespace": "Chat",
                    "Dimensions": [["ApiId", "Stage"], []],
                    "Metrics": [
                        {"Name": "Messages", "Unit": "Count"},
                        {"Name": "Lag", "Unit": "Milliseconds", "StorageResolution": 60},
                        {"Name": "Weight"},
                    ],
                    **members,
                }
            ],
        },
        "ApiId": "a1b2c3d4e5",
        "Stage": "prod",
        "Messages": 3,
        "Lag": [1, 2.5],
        "Weight": 0.25,
        "requestId": {"anything": ["else"]},
    }


def test_line_in_the_format_brings_its_metrics_along() -> None:
    assert parse(json.dumps(document())) == [
        EmbeddedMetrics(
            namespace="Chat",
            seconds=1_700_000_000.5,
            dimensions=((("ApiId", "a1b2c3d4e5"), ("Stage", "prod")), ()),
            samples=(
                Sample("Messages", 3.0),
                Sample("Lag", 1.0, "Milliseconds"),
                Sample("Lag", 2.5, "Milliseconds"),
                Sample("Weight", 0.25, "None"),
            ),
        )
    ]


def test_every_directive_counts() -> None:
    line = document()
    line["_aws"]["CloudWatchMetrics"] *= 2
    assert len(parse(json.dumps(line))) == 2


@pytest.mark.parametrize(
    "members",
    [
        {"Namespace": ""},
        {"Namespace": None},
        {"Namespace": "a" * 1_025},
        {"Dimensions": None},
        {"Dimensions": [["Absent"]]},
        {"Dimensions": [["Messages"]]},
        {"Dimensions": ["Stage"]},
        {"Dimensions": [["Stage"] * 31]},
        {"Metrics": None},
        {"Metrics": [{"Unit": "Count"}]},
        {"Metrics": [{"Name": "Absent"}]},
        {"Metrics": [{"Name": "Stage"}]},
        {"Metrics": [{"Name": "Messages", "Unit": 7}]},
        {"Metrics": [{"Name": "Messages"}] * 101},
        {"Metrics": ["Messages"]},
    ],
)
def test_line_that_is_not_as_specified_brings_nothing(members: dict[str, Any]) -> None:
    assert parse(json.dumps(document(**members))) == []


@pytest.mark.parametrize(
    "value", ["3", True, None, float("nan"), float("inf"), [1, "2"], [1] * 101]
)
def test_value_that_is_no_number_brings_nothing(value: Any) -> None:
    assert parse(json.dumps(document() | {"Messages": value})) == []


@pytest.mark.parametrize(
    "line",
    [
        "",
        "hello",
        '["CloudWatchMetrics"]',
        '{"CloudWatchMetrics": []}',
        '{"_aws": {"CloudWatchMetrics": []}}',
        '{"_aws": {"CloudWatchMetrics": 7, "Timestamp": 1}}',
        '{"_aws": {"CloudWatchMetrics": [7], "Timestamp": 1}}',
        '{"_aws": {"CloudWatchMetrics": [], "Timestamp": "now"}}',
        '{"_aws": "CloudWatchMetrics"}',
        '"CloudWatchMetrics"' + "[" * 100_000,
        '{"CloudWatchMetrics": ' + "[" * 100_000,
    ],
)
def test_other_line_brings_nothing(line: str) -> None:
    assert parse(line) == []


def test_more_around_the_document_makes_it_a_line_like_any_other() -> None:
    assert parse(f"INFO {json.dumps(document())}") == []


async def test_metrics_of_lines_are_in_cloudwatch_at_their_time(moto_endpoint: str) -> None:
    http, notices = HttpClient(), list[str]()
    lines = LineMetrics(AwsClient(http, endpoint_url=moto_endpoint), notices.append)
    one, other = new_name(), new_name()
    for namespace in (one, other, one):
        line = document(Namespace=namespace)
        line["_aws"]["Timestamp"] = int(time.time() * 1_000)
        lines.take(REGION, json.dumps(line))
    lines.take(REGION, "hello")
    await lines.close()
    await http.close()
    assert total("Messages", namespace=one, ApiId="a1b2c3d4e5", Stage="prod") == 6
    assert total("Lag", namespace=other) == 3.5
    assert notices == []
