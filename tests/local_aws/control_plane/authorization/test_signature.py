import pytest

from local_aws.control_plane.authorization.signature import Signature, read_signature

HEADER = "AWS4-HMAC-SHA256 Credential=AKIA1/20260101/eu-west-1/SQS/aws4_request, Signature=00"
QUERY = "X-Amz-Credential=AKIA1%2F20260101%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Security-Token=t"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"HTTP_AUTHORIZATION": HEADER}, Signature("AKIA1", "eu-west-1", "sqs")),
        (
            {"HTTP_AUTHORIZATION": HEADER, "HTTP_X_AMZ_SECURITY_TOKEN": "t"},
            Signature("AKIA1", "eu-west-1", "sqs", "t"),
        ),
        ({"QUERY_STRING": QUERY}, Signature("AKIA1", "eu-west-1", "s3", "t")),
        (
            {"QUERY_STRING": "AWSAccessKeyId=AKIA1&x-amz-security-token=t"},
            Signature("AKIA1", "us-east-1", "s3", "t"),
        ),
        ({"HTTP_AUTHORIZATION": "AWS AKIA1:sig"}, Signature("AKIA1", "us-east-1", "s3")),
        ({"HTTP_AUTHORIZATION": "Bearer token"}, None),
        ({}, None),
    ],
)
def test_signature_is_read_from_header_or_query(
    environ: dict[str, str], expected: Signature | None
) -> None:
    assert read_signature(environ) == expected


def test_session_token_shows_in_no_log() -> None:
    assert "secret" not in repr(Signature("AKIA1", "eu-west-1", "sqs", "secret"))
