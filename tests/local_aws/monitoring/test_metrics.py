import uuid

import pytest

from local_aws.aws_client import AwsClient
from local_aws.http1.client import HttpClient
from local_aws.monitoring.metrics import GivenSamples, Metrics, Sample
from tests.local_aws.monitoring.given import REGION, client, total

NAMESPACE = "Test"
REFUSED = "http://127.0.0.1:1"
CALL = Sample("Calls")


@pytest.fixture
def name() -> str:
    return uuid.uuid4().hex


def metrics_at(endpoint_url: str, http: HttpClient, notices: list[str]) -> Metrics:
    aws = AwsClient(http, endpoint_url=endpoint_url)
    return Metrics(NAMESPACE, aws, notices.append, clock=lambda: 1_700_000_000.9)


async def test_samples_are_counted_under_each_of_their_dimensions(
    moto_endpoint: str, name: str
) -> None:
    http, notices = HttpClient(), list[str]()
    metrics = metrics_at(moto_endpoint, http, notices)
    one, both = (("One", name),), (("One", name), ("Two", "b"))
    took = tuple(Sample("Took", value, "Milliseconds") for value in range(200))
    metrics.add(GivenSamples(REGION, (one, both), (CALL, CALL)))
    metrics.add(GivenSamples(REGION, (one,), (CALL,)))
    metrics.add(GivenSamples(REGION, (one,), took))
    await metrics.close()
    await http.close()
    assert total("Calls", namespace=NAMESPACE, One=name) == 3
    assert total("Calls", namespace=NAMESPACE, One=name, Two="b") == 2
    assert total("Took", namespace=NAMESPACE, One=name) == sum(range(200))
    assert notices == []


async def test_samples_keep_the_second_in_which_they_were_counted(
    moto_endpoint: str, name: str
) -> None:
    http = HttpClient()
    metrics = metrics_at(moto_endpoint, http, [])
    metrics.add(GivenSamples(REGION, ((),), (Sample(name),)))
    await metrics.close()
    await http.close()
    found = client("cloudwatch", moto_endpoint).get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName=name,
        StartTime=1_700_000_000,
        EndTime=1_700_000_001,
        Period=1,
        Statistics=["Sum"],
    )
    assert [point["Timestamp"].timestamp() for point in found["Datapoints"]] == [1_700_000_000]


async def test_loss_of_metrics_is_told_once() -> None:
    http, notices = HttpClient(), list[str]()
    metrics = metrics_at(REFUSED, http, notices)
    for _ in range(2):
        metrics.add(GivenSamples(REGION, ((),), (CALL,)))
        await metrics._deliver()
    await metrics.close()
    await http.close()
    (notice,) = notices
    assert notice.startswith(
        "Metrics of Test are lost: monitoring:PutMetricData failed: 127.0.0.1:1"
    )


async def test_nothing_to_count_is_nothing_to_deliver() -> None:
    notices = list[str]()
    metrics = metrics_at(REFUSED, HttpClient(), notices)
    metrics.add(GivenSamples(REGION, ((),), ()))
    await metrics.close()
    assert notices == []
