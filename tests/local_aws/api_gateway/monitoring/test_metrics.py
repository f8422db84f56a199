import uuid

import pytest

from local_aws.api_gateway.monitoring.event_record import EventRecord, IntegrationRecord
from local_aws.api_gateway.monitoring.metrics import Metrics, Place, Sample, samples_of
from local_aws.aws_client import AwsClient
from local_aws.http1.client import HttpClient
from tests.local_aws.api_gateway.monitoring.given import REGION, total

FINE = IntegrationRecord(12, status=200, integration_status=200)
MOCK = IntegrationRecord(0, status=200, integration_status=200, is_mock=True)
RAISED = IntegrationRecord(12, has_failed=True, error="it raised an error")
DENIED = IntegrationRecord(12, status=403, integration_status=403)
REFUSED_BY_A_SERVICE = IntegrationRecord(12, status=200, integration_status=400)
LOST = IntegrationRecord(12, error="it cannot be reached")


@pytest.mark.parametrize(
    ("event", "status", "is_answered", "integration", "names"),
    [
        ("CONNECT", 101, False, FINE, {"ConnectCount", "IntegrationLatency"}),
        ("CONNECT", 101, False, None, set()),
        ("CONNECT", 403, False, None, {"ClientError"}),
        ("CONNECT", 500, False, None, {"ExecutionError"}),
        (
            "CONNECT",
            403,
            False,
            DENIED,
            {"ConnectCount", "IntegrationLatency", "IntegrationError"},
        ),
        ("MESSAGE", 200, False, FINE, {"MessageCount", "IntegrationLatency"}),
        ("MESSAGE", 200, False, MOCK, {"MessageCount"}),
        ("MESSAGE", 403, True, None, {"MessageCount", "ClientError"}),
        (
            "MESSAGE",
            502,
            True,
            RAISED,
            {"MessageCount", "IntegrationLatency", "IntegrationError"},
        ),
        (
            "MESSAGE",
            200,
            False,
            REFUSED_BY_A_SERVICE,
            {"MessageCount", "IntegrationLatency", "IntegrationError"},
        ),
        ("MESSAGE", 504, True, LOST, {"MessageCount", "IntegrationLatency", "ExecutionError"}),
        ("DISCONNECT", 200, False, FINE, {"IntegrationLatency"}),
        ("DISCONNECT", 200, False, None, set()),
        ("POST", 200, False, None, {"MessageCount"}),
        ("POST", 410, False, None, set()),
        ("GET", 200, False, None, set()),
    ],
)
def test_event_adds_to_its_metrics(
    event: str,
    status: int,
    *,
    is_answered: bool,
    integration: IntegrationRecord | None,
    names: set[str],
) -> None:
    record = EventRecord(integration=integration)
    samples = list(samples_of(event, record, status=status, is_answered=is_answered))
    assert {sample.name for sample in samples} == names


def test_message_and_its_answer_are_two() -> None:
    record = EventRecord(integration=FINE)
    samples = list(samples_of("MESSAGE", record, status=200, is_answered=True))
    assert samples.count(Sample("MessageCount")) == 2
    assert Sample("IntegrationLatency", 12, "Milliseconds") in samples


async def test_samples_are_counted_for_api_stage_and_route(moto_endpoint: str) -> None:
    http, notices = HttpClient(), list[str]()
    metrics = Metrics(AwsClient(http, endpoint_url=moto_endpoint), notices.append)
    api_id = uuid.uuid4().hex
    metrics.add(Place(REGION, api_id, "prod", "send"), iter([Sample("MessageCount")] * 3))
    metrics.add(Place(REGION, api_id, "dev", None), iter([Sample("MessageCount")]))
    latencies = (Sample("IntegrationLatency", value, "Milliseconds") for value in range(200))
    metrics.add(Place(REGION, api_id, "prod", None), latencies)
    await metrics.close()
    await http.close()
    assert total("MessageCount", ApiId=api_id) == 4
    assert total("MessageCount", ApiId=api_id, Stage="prod") == 3
    assert total("MessageCount", ApiId=api_id, Stage="dev") == 1
    route = {"ApiId": api_id, "Stage": "prod", "Route": "send"}
    assert total("MessageCount", **route) == 3
    assert total("IntegrationLatency", ApiId=api_id) == sum(range(200))
    assert notices == []


async def test_loss_of_metrics_is_told_once() -> None:
    http, notices = HttpClient(), list[str]()
    metrics = Metrics(AwsClient(http, endpoint_url="http://127.0.0.1:1"), notices.append)
    for _ in range(2):
        metrics.add(Place(REGION, "a", "prod", None), iter([Sample("MessageCount")]))
        await metrics._deliver()
    await metrics.close()
    await http.close()
    (notice,) = notices
    assert notice.startswith("Metrics are lost: monitoring:PutMetricData failed: 127.0.0.1:1")


async def test_event_without_samples_delivers_nothing() -> None:
    http, notices = HttpClient(), list[str]()
    metrics = Metrics(AwsClient(http, endpoint_url="http://127.0.0.1:1"), notices.append)
    metrics.add(Place(REGION, "a", "prod", None), iter([]))
    await metrics.close()
    assert notices == []
