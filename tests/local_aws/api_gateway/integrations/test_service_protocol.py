import pytest

from local_aws.api_gateway.integrations.service_protocol import (
    ServiceProtocol,
    UnknownService,
    service_protocol,
)


@pytest.mark.parametrize(
    ("name", "protocol"),
    [
        (
            "dynamodb",
            ServiceProtocol("dynamodb", "2012-08-10", "DynamoDB_20120810", "1.0", has_actions=True),
        ),
        (
            "states",
            ServiceProtocol("states", "2016-11-23", "AWSStepFunctions", "1.0", has_actions=True),
        ),
        ("events", ServiceProtocol("events", "2015-10-07", "AWSEvents", "1.1", has_actions=True)),
        ("sns", ServiceProtocol("sns", "2010-03-31", None, None, has_actions=True)),
        ("sqs", ServiceProtocol("sqs", "2012-11-05", None, None, has_actions=True)),
        ("monitoring", ServiceProtocol("monitoring", "2010-08-01", None, None, has_actions=True)),
        ("lambda", ServiceProtocol("lambda", "2015-03-31", None, None, has_actions=False)),
        ("s3", ServiceProtocol("s3", "2006-03-01", None, None, has_actions=False)),
    ],
)
def test_service_is_spoken_to_as_its_model_says(name: str, protocol: ServiceProtocol) -> None:
    assert service_protocol(name) == protocol


def test_unknown_service_is_named() -> None:
    with pytest.raises(UnknownService, match="no AWS service 'dynamo'; write the first part"):
        service_protocol("dynamo")
