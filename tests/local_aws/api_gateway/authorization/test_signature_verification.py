"""Signature Version 4, with botocore as the oracle of what is a valid signature."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from local_aws.api_gateway.authorization.signature import SignatureError, parse_signature
from local_aws.api_gateway.authorization.signature_verification import check_signature
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


AUTHORIZATION = signed_headers(URL)["Authorization"]


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, len(AUTHORIZATION) - 1), replacement=st.sampled_from("09afAZ/;=%"))
def test_authorization_with_another_letter_in_it_does_not_hold(at: int, replacement: str) -> None:
    given_letter = AUTHORIZATION[at]
    assume(given_letter.isalnum() and given_letter != replacement)
    changed = AUTHORIZATION[:at] + replacement + AUTHORIZATION[at + 1 :]
    headers = signed_headers(URL) | {"Authorization": changed}
    # Who holds the key is looked up by its id, which is for others to find wrong.
    assume(f"Credential={ACCESS_KEY_ID}/" in changed)
    with pytest.raises(SignatureError):
        check(received(URL, headers))


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
    connections = f"{URL}/@connections/a%3D"
    _, message = refusal(received(connections, signed_headers(connections)), secret="another")
    assert "'GET\n/prod/%40connections/a%253D\n\nhost:" in message


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
