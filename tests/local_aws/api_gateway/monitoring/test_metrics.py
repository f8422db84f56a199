import pytest

from local_aws.api_gateway.monitoring.event_record import IntegrationRecord
from local_aws.api_gateway.monitoring.metrics import EventMeasurement
from local_aws.monitoring.metrics import Sample

EVENT = EventMeasurement(
    region="us-east-1",
    api_id="a1",
    stage="prod",
    route_key=None,
    event="MESSAGE",
    status=200,
    is_answered=False,
    integration=None,
)
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
    measurement = EVENT._replace(
        event=event, status=status, is_answered=is_answered, integration=integration
    )
    assert {sample.name for sample in measurement.samples} == names


def test_message_and_its_answer_are_two() -> None:
    samples = list(EVENT._replace(is_answered=True, integration=FINE).samples)
    assert samples.count(Sample("MessageCount")) == 2
    assert Sample("IntegrationLatency", 12, "Milliseconds") in samples


@pytest.mark.parametrize("route_key", [None, "send"])
def test_event_is_counted_for_api_stage_and_a_route_with_metrics_of_its_own(
    route_key: str | None,
) -> None:
    api, stage = ("ApiId", "a1"), ("Stage", "prod")
    route = [] if route_key is None else [(api, stage, ("Route", route_key))]
    measurement = EVENT._replace(route_key=route_key)
    assert measurement.dimensions == ((api,), (api, stage), *route)
