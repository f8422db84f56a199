"""What a request says of its signature, and what is wrong with it."""

import re

import pytest

from local_aws.api_gateway.authorization.signature import SignatureError, parse_signature
from local_aws.http1 import Request
from tests.local_aws.api_gateway.authorization.given import (
    ACCESS_KEY_ID,
    NOW,
    presigned_url,
    received,
    signed_headers,
)

URL = "http://127.0.0.1:4567/prod"


def refusal(request: Request) -> tuple[str, str]:
    """Return the error type and the message with which a signature is refused."""
    with pytest.raises(SignatureError) as refused:
        parse_signature(request)
    return refused.value.error_type, str(refused.value)


def test_signature_in_headers_is_read() -> None:
    signature = parse_signature(received(URL, signed_headers(URL, token="a token")))
    assert (signature.access_key_id, signature.session_token) == (ACCESS_KEY_ID, "a token")
    assert (signature.date, signature.region, signature.service) == (
        "20260314",
        "us-east-1",
        "execute-api",
    )
    assert signature.signed_headers == ("host", "x-amz-date", "x-amz-security-token")
    assert signature.signed_at == NOW.timestamp()
    assert signature.expires_seconds is None
    assert "a token" not in repr(signature)


def test_signature_in_the_query_string_is_read() -> None:
    signature = parse_signature(received(presigned_url(URL, token="a/token+=", expires=90)))
    assert (signature.access_key_id, signature.session_token) == (ACCESS_KEY_ID, "a/token+=")
    assert signature.signed_headers == ("host",)
    assert signature.expires_seconds == 90


def test_request_without_a_signature_is_told_so() -> None:
    for request in (received(URL), received(f"{URL}?room=1")):
        assert refusal(request) == (
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        )


HEADER = (
    f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY_ID}/20260314/us-east-1/execute-api/aws4_request, "
    "SignedHeaders=host;x-amz-date, Signature=00"
)


@pytest.mark.parametrize(
    ("authorization", "message"),
    [
        ("Bearer a", "requires AWS4-HMAC-SHA256"),
        ("AWS4-HMAC-SHA256", "missing equal-sign"),
        (HEADER.replace("Credential=", "Key="), "requires 'Credential' parameter"),
        (HEADER.replace("SignedHeaders=", "Headers="), "requires 'SignedHeaders' parameter"),
        (HEADER.replace("Signature=00", "Signature="), "requires 'Signature' parameter"),
        (HEADER.replace("/us-east-1", ""), "exactly 5 slash-delimited elements"),
        (HEADER.replace("aws4_request", "aws5_request"), "exactly 5 slash-delimited elements"),
        (HEADER.replace("host;", ""), "'Host' must be a 'SignedHeader'"),
        (HEADER.replace("host;", "host;\u00e9;"), "'Host' must be a 'SignedHeader'"),
    ],
)
def test_malformed_authorization_is_told_what_is_wrong(authorization: str, message: str) -> None:
    headers = {"Authorization": authorization, "X-Amz-Date": "20260314T120000Z"}
    error_type, told = refusal(received(URL, headers))
    assert error_type == "IncompleteSignatureException"
    assert message in told


@pytest.mark.parametrize(
    "date", [None, "", "yesterday", "20260314", "20261314T120000Z", "20260314T250000Z", "٢٠٢٦"]
)
def test_malformed_time_is_told_so(date: str | None) -> None:
    headers = {"Authorization": HEADER} | ({} if date is None else {"X-Amz-Date": date})
    error_type, told = refusal(received(URL, headers))
    assert error_type == "IncompleteSignatureException"
    assert re.search(r"Date must be in ISO-8601|existence of either a 'X-Amz-Date'", told)


def test_malformed_date_header_is_told_so() -> None:
    for date in ("yesterday", "Sat, 99 Mar 2026 12:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 -1200"):
        error_type, _ = refusal(received(URL, {"Authorization": HEADER, "Date": date}))
        assert error_type == "IncompleteSignatureException"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("X-Amz-Credential=", "X-Amz-Nothing=", "must include 'X-Amz-Credential'"),
        ("X-Amz-Signature=", "X-Amz-Nothing=", "must include 'X-Amz-Signature'"),
        ("Algorithm=AWS4", "Algorithm=AWS5", "must be AWS4-HMAC-SHA256"),
        ("X-Amz-Expires=60", "X-Amz-Expires=604801", "X-Amz-Expires must be a number"),
        ("X-Amz-Expires=60", "X-Amz-Expires=9999999", "X-Amz-Expires must be a number"),
        ("X-Amz-Expires=60", "X-Amz-Expires=-1", "X-Amz-Expires must be a number"),
        ("X-Amz-Expires=60&", "", "X-Amz-Expires must be a number"),
    ],
)
def test_malformed_query_string_is_told_what_is_wrong(
    before: str, after: str, message: str
) -> None:
    error_type, told = refusal(received(presigned_url(URL).replace(before, after)))
    assert error_type == "IncompleteSignatureException"
    assert message in told
