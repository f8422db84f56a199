"""CloudWatch as a test reads it."""

import uuid
from typing import Any

import boto3
from moto.cloudwatch.models import MetricDatum, cloudwatch_backends

REGION = "us-east-1"


def client(name: Any, endpoint_url: str, *, region: str = REGION) -> Any:
    return boto3.client(
        name,
        endpoint_url=endpoint_url,
        region_name=region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def new_name() -> str:
    return f"test-{uuid.uuid4().hex}"


def messages(endpoint_url: str, group: str) -> list[str]:
    """Return the lines of a log group, by their times."""
    found = client("logs", endpoint_url).filter_log_events(logGroupName=group)
    return [event["message"] for event in found["events"]]


def total(name: str, *, namespace: str = "AWS/ApiGateway", **dimensions: str) -> float:
    """Return the sum of a metric under exactly these dimensions.

    moto's own sums take in the points that have more dimensions, so its points are added up here.
    """
    return sum(
        point.value
        for point in cloudwatch_backends["123456789012"][REGION].metric_data
        if isinstance(point, MetricDatum)
        and point.name == name
        and point.namespace == namespace
        and {each.name: each.value for each in point.dimensions} == dimensions
    )
