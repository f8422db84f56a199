"""Signature Version 4, with botocore as the oracle of what is a valid signature."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_aws.api_gateway.authorization.signature import (
    SignatureError,
    check_signature,
    parse_signature,
)
from local_aws.http1 import Request
from tests.local_aws.api_gateway.authorization.given import (
    ACCESS_KEY_ID,
    NOW,
    SECRET,
    presigned_url,
    received,
    signed_headers,
)
from tests.local_aws.api_gateway.given import REGION

URL = "http://127.0.0.1:4567/prod"


def check(request: Request, *, later: float = 0, secret: str = SECRET) -> None:
    check_signature(
        parse_signature(request),
        request,
        secret_access_key=secret,
        region=REGION,
        now=NOW.timestamp() + later,
    )


def refusal(request: Request, **how: Any) -> tuple[str, str]:
    """Return the error type and the message with which a request is refused."""
    with pytest.raises(SignatureError) as refused:
        check(request, **how)
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


def test_signature_in_the_query_string_is_read() -> None:
    signature = parse_signature(received(presigned_url(URL, token="a/token+=", expires=90)))
    assert (signature.access_key_id, signature.session_token) == (ACCESS_KEY_ID, "a/token+=")
    assert signature.signed_headers == ("host",)
    assert signature.expires_seconds == 90


ESCAPED = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(
    lambda text: quote(text, safe="@")
)
PATHS = st.lists(ESCAPED, max_size=4).map(lambda parts: "/" + "/".join(parts))
QUERIES = st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=4).map(
    lambda pairs: urlencode(pairs, quote_via=quote, errors="replace")
)
HEADERS = st.dictionaries(
    st.sampled_from(["X-Mine", "x-other", "Content-Type"]),
    st.text("abc \t\u00e9!", max_size=12),
    max_size=3,
)


@settings(max_examples=150, deadline=None)
@given(path=PATHS, query=QUERIES, headers=HEADERS, body=st.binary(max_size=20))
def test_whatever_botocore_signs_in_headers_holds(
    path: str, query: str, headers: dict[str, str], body: bytes
) -> None:
    url = f"http://127.0.0.1:4567{path}" + (f"?{query}" if query else "")
    signed = signed_headers(url, method="POST", headers=headers, body=body)
    on_the_wire = {name: value.encode().decode("latin-1") for name, value in signed.items()}
    check(received(url, on_the_wire, method="POST", body=body))


@settings(max_examples=150, deadline=None)
@given(path=PATHS, token=st.none() | st.text("abc/+=", min_size=1), name=ESCAPED, value=ESCAPED)
def test_whatever_botocore_signs_in_the_query_string_holds(
    path: str, token: str | None, name: str, value: str
) -> None:
    url = f"http://127.0.0.1:4567{path}?x{name}={value}"
    check(received(presigned_url(url, token=token)))


@settings(max_examples=100, deadline=None)
@given(text=st.text(st.characters(codec="latin-1"), max_size=200), prefixed=st.booleans())
def test_no_authorization_and_no_query_breaks_the_verifier(text: str, *, prefixed: bool) -> None:
    authorization = f"AWS4-HMAC-SHA256 {text}" if prefixed else text
    query = f"?X-Amz-Algorithm=AWS4-HMAC-SHA256&{text}"
    for request in (
        received(URL, {"Authorization": authorization, "X-Amz-Date": text}),
        received(URL + query),
    ):
        with pytest.raises(SignatureError):
            check(request)


def test_path_of_connections_holds_in_both_escapings_however_it_was_signed() -> None:
    plain, escaped = f"{URL}/@connections/a%3D", f"{URL}/%40connections/a%3D"
    for signed in (plain, escaped):
        for sent in (plain, escaped):
            check(received(sent, signed_headers(signed)))
    assert refusal(received(f"{URL}/@connections/b%3D", signed_headers(plain)))


def test_path_is_normalized_before_it_is_signed() -> None:
    check(received(f"{URL}//a/./b/../c/", signed_headers(f"{URL}/a/c/")))
    check(received(f"{URL}/../../", signed_headers("http://127.0.0.1:4567/")))


def test_signature_may_carry_a_date_header_in_place_of_amazons() -> None:
    signed = signed_headers(URL, headers={"Date": "any"})
    assert "X-Amz-Date" not in signed
    check(received(URL, signed))


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(lambda r: received(URL + "/more", dict(r.headers)), id="path"),
        pytest.param(lambda r: received(URL + "?a=b", dict(r.headers)), id="query"),
        pytest.param(lambda r: received(URL, dict(r.headers), method="POST"), id="method"),
        pytest.param(lambda r: received(URL, dict(r.headers), body=b"more"), id="body"),
        pytest.param(lambda r: received(URL, dict(r.headers) | {"X-Mine": "2"}), id="header"),
        pytest.param(
            lambda r: received(URL, {k: v for k, v in r.headers if k != "X-Mine"}),
            id="header left out",
        ),
        pytest.param(lambda r: received(URL, dict(r.headers) | {"Host": "elsewhere"}), id="host"),
        pytest.param(
            lambda r: received(URL, dict(r.headers) | {"X-Amz-Date": "20260314T120001Z"}),
            id="time",
        ),
    ],
)
def test_signature_holds_for_nothing_but_what_was_signed(changed: Any) -> None:
    signed = received(URL, signed_headers(URL, headers={"X-Mine": "1"}))
    check(signed)
    error_type, message = refusal(changed(signed))
    assert error_type == "InvalidSignatureException"
    assert message.startswith("The request signature we calculated does not match the signature")


def test_presigned_address_holds_for_nothing_but_what_was_signed() -> None:
    url = presigned_url(URL + "?room=1")
    check(received(url))
    for wrong in (url.replace("room=1", "room=2"), url.replace("/prod", "/dev"), f"{url}&more=1"):
        assert refusal(received(wrong))[0] == "InvalidSignatureException"


def test_other_secret_does_not_hold_and_the_message_tells_what_to_sign() -> None:
    error_type, message = refusal(received(URL, signed_headers(URL)), secret="another")
    assert error_type == "InvalidSignatureException"
    assert "The Canonical String for this request should have been\n'GET\n/prod\n\nhost:" in message
    assert "'AWS4-HMAC-SHA256\n20260314T120000Z\n20260314/us-east-1/execute-api/aws4_" in message
    assert "another" not in message


@pytest.mark.parametrize("later", [-300, 0, 300])
def test_clocks_may_differ_by_five_minutes(later: float) -> None:
    check(received(URL, signed_headers(URL)), later=later)


def test_older_or_younger_signature_does_not_hold() -> None:
    request = received(URL, signed_headers(URL))
    error_type, message = refusal(request, later=301)
    assert error_type == "InvalidSignatureException"
    assert message == (
        "Signature expired: 20260314T120000Z is now earlier than 20260314T120001Z"
        " (20260314T120501Z - 5 min.)"
    )
    error_type, message = refusal(request, later=-301)
    assert error_type == "InvalidSignatureException"
    assert message == (
        "Signature not yet current: 20260314T120000Z is still later than 20260314T115959Z"
        " (20260314T115459Z + 5 min.)"
    )


def test_presigned_address_holds_until_it_expires() -> None:
    request = received(presigned_url(URL, expires=60))
    check(request, later=60)
    assert "Signature expired" in refusal(request, later=61)[1]
    assert "not yet current" in refusal(request, later=-301)[1]


@pytest.mark.parametrize(
    ("signing", "message"),
    [
        ({"region": "eu-west-1"}, "scoped to a valid region, not 'eu-west-1'"),
        ({"service": "lambda"}, "scoped to correct service: 'execute-api'"),
    ],
)
def test_scope_of_another_region_or_service_does_not_hold(
    signing: dict[str, Any], message: str
) -> None:
    error_type, told = refusal(received(URL, signed_headers(URL, **signing)))
    assert error_type == "InvalidSignatureException"
    assert message in told


def test_scope_of_another_day_does_not_hold() -> None:
    signed = signed_headers(URL, at=NOW - timedelta(days=1))
    request = received(URL, signed | {"X-Amz-Date": "20260314T120000Z"})
    assert "Date in Credential scope does not match" in refusal(request)[1]


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
