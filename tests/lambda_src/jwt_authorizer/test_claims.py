from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jwt_authorizer.claims import Requirements, parse_claims
from jwt_authorizer.invalid_token import InvalidToken
from tests.lambda_src.jwt_authorizer.given import AUDIENCE, ISSUER, NOW, claims

REQUIREMENTS = Requirements(
    issuer=ISSUER,
    audiences=frozenset({AUDIENCE, "news"}),
    scopes=frozenset({"read", "write"}),
    leeway_seconds=60,
)
SCOPE = {"scope": "write read"}


def reason(found: dict[str, Any], *, now: float = NOW) -> str | None:
    """Return why claims are refused; None if they are not."""
    try:
        REQUIREMENTS.check(found, now=now)
    except InvalidToken as error:
        return error.reason
    return None


def test_claims_as_required_are_enough() -> None:
    assert reason(claims(**SCOPE, nbf=NOW, iat=NOW - 0.5)) is None


@pytest.mark.parametrize("issuer", ["https://issuer.example.com", "", None, [ISSUER]])
def test_issuer_is_the_very_text(issuer: object) -> None:
    assert reason(claims(**SCOPE, iss=issuer)) == "it is of another issuer"


@pytest.mark.parametrize("audience", [AUDIENCE, [AUDIENCE], ["mail", "news"]])
def test_one_audience_of_several_is_enough(audience: object) -> None:
    assert reason(claims(**SCOPE, aud=audience)) is None


@pytest.mark.parametrize("audience", ["mail", "chat news", [], ["Chat"]])
def test_other_audience_is_refused(audience: object) -> None:
    assert reason(claims(**SCOPE, aud=audience)) == "it is for another audience"


@pytest.mark.parametrize("audience", [None, 1, {AUDIENCE: 1}, [AUDIENCE, 1]])
def test_audience_that_is_no_text_is_refused(audience: object) -> None:
    assert reason(claims(**SCOPE, aud=audience)) == "its aud is no text"


@pytest.mark.parametrize("name", ["iss", "aud", "exp"])
def test_claim_that_has_to_be_there_is_missed(name: str) -> None:
    found = claims(**SCOPE)
    del found[name]
    assert reason(found) is not None


def test_token_is_good_until_the_leeway_after_its_expiry_is_over() -> None:
    assert reason(claims(**SCOPE, exp=NOW), now=NOW + 59.9) is None
    assert reason(claims(**SCOPE, exp=NOW), now=NOW + 60) == "it has expired"
    assert reason(claims(**SCOPE, exp=NOW + 0.5), now=NOW + 60.4) is None


@pytest.mark.parametrize("name", ["nbf", "iat"])
def test_token_begins_to_be_good_by_the_leeway_early(name: str) -> None:
    assert reason(claims(**SCOPE, **{name: NOW + 60})) is None
    assert reason(claims(**SCOPE, **{name: NOW + 60.1})) == f"its {name} is in the future"


def test_null_is_no_time() -> None:
    assert reason(claims(**SCOPE, nbf=None, iat=None)) is None
    assert reason(claims(**SCOPE, exp=None)) == "it does not say when it expires"


@pytest.mark.parametrize("instant", [str(NOW + 600), True, [NOW], float("inf")])
@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
def test_time_that_is_no_number_is_refused(name: str, instant: object) -> None:
    assert reason(claims(**SCOPE, **{name: instant})) == f"its {name} is no number"


def test_time_beyond_all_floats_is_compared_all_the_same() -> None:
    assert reason(claims(**SCOPE, exp=10**400)) is None
    assert reason(claims(**SCOPE, nbf=10**400)) == "its nbf is in the future"


@pytest.mark.parametrize(
    "scopes",
    [
        {"scope": "read write"},
        {"scp": ["write", "read", "admin"]},
        {"scope": "read", "scp": "write"},
        {"scope": ["read write"]},
    ],
)
def test_scopes_are_of_scope_and_scp_together(scopes: dict[str, object]) -> None:
    assert reason(claims(**scopes)) is None


@pytest.mark.parametrize(
    "scopes", [{}, {"scope": "read"}, {"scp": []}, {"scope": "readwrite"}, {"scope": "READ WRITE"}]
)
def test_token_without_every_scope_is_refused(scopes: dict[str, object]) -> None:
    assert reason(claims(**scopes)) == "it lacks a required scope"


def test_scopes_that_are_no_text_are_refused() -> None:
    assert reason(claims(scope={"read": 1})) == "its scope is no text"
    assert reason(claims(scp=["read", None])) == "its scp is no text"


def test_payload_is_a_json_object() -> None:
    assert parse_claims(b'{"sub": "\xc3\x85sa", "n": 1}') == {"sub": "Åsa", "n": 1}


@pytest.mark.parametrize(
    "payload",
    [b"", b"{", b"\xff", b'{"exp": NaN}', b'{"exp": -Infinity}', b"9" * 5_000, b"[" * 100_000],
)
def test_payload_that_is_no_json_is_refused(payload: bytes) -> None:
    with pytest.raises(InvalidToken, match=r"^its payload is no JSON$"):
        parse_claims(payload)


@pytest.mark.parametrize("payload", [b"null", b"[]", b'"text"', b"1"])
def test_payload_that_is_no_object_is_refused(payload: bytes) -> None:
    with pytest.raises(InvalidToken, match=r"^its payload is no JSON object$"):
        parse_claims(payload)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(), values, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(["iss", "aud", "exp", "nbf", "iat", "scope", "scp"])


@settings(deadline=None)
@given(
    st.dictionaries(
        NAMES, JSON | st.sampled_from([ISSUER, AUDIENCE, NOW, "read write", ["read", "write"]])
    )
)
def test_claims_of_any_kind_are_enough_or_refused_for_a_reason(found: dict[str, Any]) -> None:
    if reason(found) is None:
        assert found["iss"] == ISSUER
        assert {AUDIENCE, "news"} & {*found["aud"], str(found["aud"])}
        assert found["exp"] > NOW - 60
