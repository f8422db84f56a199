from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from jwt_authorizer.claims import Requirements
from jwt_authorizer.invalid_token import InvalidToken
from jwt_authorizer.key_set import ALGORITHMS, KeySet
from jwt_authorizer.verifier import Verifier
from tests.lambda_src.jwt_authorizer.given import (
    AUDIENCE,
    ISSUER,
    NOW,
    SigningKey,
    base64url,
    claims,
    compact,
    key_set,
)

if TYPE_CHECKING:
    from collections.abc import Callable

VALID = json.dumps(claims()).encode()


def verifier_of(*keys: SigningKey, algorithms: tuple[str, ...] = ALGORITHMS) -> Verifier:
    return Verifier(
        keys=KeySet.parse(key_set(*(key.jwk() for key in keys)), algorithms=ALGORITHMS),
        algorithms=frozenset(algorithms),
        requirements=Requirements(
            issuer=ISSUER, audiences=frozenset({AUDIENCE}), scopes=frozenset(), leeway_seconds=60
        ),
        clock=lambda: NOW,
    )


@pytest.fixture(scope="session")
def verifier(keys: tuple[SigningKey, ...]) -> Verifier:
    return verifier_of(*keys)


@pytest.fixture
def refusal(verifier: Verifier) -> Callable[[str], str]:
    """Return what verifies a token and tells why it is refused."""

    def refusal(token: str) -> str:
        with pytest.raises(InvalidToken) as caught:
            verifier.verify(token)
        return caught.value.reason

    return refusal


def test_token_of_each_algorithm_is_verified(
    verifier: Verifier, keys: tuple[SigningKey, ...]
) -> None:
    for key in keys:
        assert verifier.verify(key.token(claims(via=key.key_id))) == claims(via=key.key_id)


def test_token_without_a_key_id_is_for_an_issuer_with_one_key(ed_key: SigningKey) -> None:
    token = compact({"alg": "EdDSA"}, VALID, ed_key.sign)
    assert verifier_of(ed_key).verify(token) == claims()


def test_claims_are_checked_at_the_time_of_the_clock(
    refusal: Callable[[str], str], ed_key: SigningKey
) -> None:
    assert refusal(ed_key.token(claims(exp=NOW - 60))) == "it has expired"


@pytest.mark.parametrize("algorithm", ["none", "None", "", "HS256", "ES384", "PS256", "rs256"])
def test_algorithm_that_is_not_accepted_is_refused(
    algorithm: str, refusal: Callable[[str], str], rsa_key: SigningKey
) -> None:
    assert refusal(rsa_key.token(claims(), alg=algorithm)) == "its algorithm is not accepted"


@pytest.mark.parametrize("algorithm", [None, 1, ["RS256"], {"RS256": 1}])
def test_algorithm_that_is_no_text_is_refused(
    algorithm: object, refusal: Callable[[str], str], rsa_key: SigningKey
) -> None:
    assert refusal(rsa_key.token(claims(), alg=algorithm)) == "its algorithm is not accepted"


def test_algorithm_that_was_not_chosen_is_refused(rsa_key: SigningKey) -> None:
    verifier = verifier_of(rsa_key, algorithms=("ES256",))
    with pytest.raises(InvalidToken, match=r"^its algorithm is not accepted$"):
        verifier.verify(rsa_key.token(claims()))


def test_token_without_a_signature_is_refused(
    refusal: Callable[[str], str], keys: tuple[SigningKey, ...]
) -> None:
    for key in keys:
        unsigned = compact({"alg": key.algorithm, "kid": key.key_id}, VALID, lambda _: b"")
        assert refusal(unsigned) == "its signature is not valid"
        assert refusal(compact({"alg": "none", "kid": key.key_id}, VALID, lambda _: b""))


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_public_key_is_no_shared_secret(
    encoding: Encoding, refusal: Callable[[str], str], rsa_key: SigningKey
) -> None:
    public = rsa_key.private.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)

    def forge(signed: bytes) -> bytes:
        return hmac.digest(public, signed, hashlib.sha256)

    assert refusal(compact({"alg": "HS256", "kid": "rsa"}, VALID, forge))
    assert refusal(compact({"alg": "RS256", "kid": "rsa"}, VALID, forge))


def test_key_verifies_no_algorithm_but_its_own(
    refusal: Callable[[str], str], keys: tuple[SigningKey, ...]
) -> None:
    for key in keys:
        for algorithm in {*ALGORITHMS} - {key.algorithm}:
            token = compact({"alg": algorithm, "kid": key.key_id}, VALID, key.sign)
            assert refusal(token) == "no key is known for it"


def test_key_of_the_token_itself_is_not_trusted(refusal: Callable[[str], str]) -> None:
    forger = SigningKey("ed", "EdDSA", ed25519.Ed25519PrivateKey.generate())
    for header in (
        {"jwk": forger.jwk()},
        {"jku": "https://forger.example.com/keys"},
        {"x5u": "https://forger.example.com/certificate"},
    ):
        assert refusal(forger.token(claims(), **header)) == "its signature is not valid"
    assert refusal(forger.token(claims(), jwk=forger.jwk(), kid="forger")) == (
        "no key is known for it"
    )


@pytest.mark.parametrize("key_id", [None, 1, ["ed"], {"ed": 1}, "../ed", "ed' OR '1'='1"])
def test_key_id_selects_by_equality_alone(
    key_id: object, refusal: Callable[[str], str], ed_key: SigningKey
) -> None:
    assert refusal(ed_key.token(claims(), kid=key_id))


def test_signature_of_another_key_is_refused(refusal: Callable[[str], str]) -> None:
    for other in (
        SigningKey("ed", "EdDSA", ed25519.Ed25519PrivateKey.generate()),
        SigningKey("ec", "ES256", ec.generate_private_key(ec.SECP256R1())),
    ):
        assert refusal(other.token(claims())) == "its signature is not valid"


def test_signature_of_an_elliptic_curve_is_not_in_der(
    refusal: Callable[[str], str], ec_key: SigningKey
) -> None:
    private = ec_key.private
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    header = {"alg": "ES256", "kid": "ec"}
    token = compact(header, VALID, lambda signed: private.sign(signed, ec.ECDSA(SHA256())))
    assert refusal(token) == "its signature is not valid"


def test_signature_of_zeros_is_refused(refusal: Callable[[str], str]) -> None:
    token = compact({"alg": "ES256", "kid": "ec"}, VALID, lambda _: bytes(64))
    assert refusal(token) == "its signature is not valid"


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"], "exp": NOW},
        {"crit": []},
        {"crit": "b64"},
        {"b64": False, "crit": ["b64"]},
        {"b64": False},
    ],
)
def test_header_that_asks_for_more_than_we_know_is_refused(
    header: dict[str, Any], refusal: Callable[[str], str], ed_key: SigningKey
) -> None:
    assert refusal(ed_key.token(claims(), **header)) == "it is no signed JSON Web Token"


def test_unencoded_payload_is_refused(refusal: Callable[[str], str], ed_key: SigningKey) -> None:
    head = base64url(
        json.dumps({"alg": "EdDSA", "kid": "ed", "b64": False, "crit": ["b64"]}).encode()
    )
    signature = base64url(ed_key.sign(f"{head}.".encode()))
    assert refusal(f"{head}..{signature}") == "its signature is not valid"


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "a.b", "a.b.c", "a.b.c.d.e", "é.b.c", "\ud800.b.c", "{}.{}.{}", "e30.e30.AA ="],
)
def test_what_is_no_token_is_refused(token: str, refusal: Callable[[str], str]) -> None:
    assert refusal(token) == "it is no signed JSON Web Token"


@pytest.mark.parametrize("header", [b"[]", b"1", b"\xff", b"[" * 100_000, b"9" * 5_000])
def test_header_that_is_no_json_object_is_refused(
    header: bytes, refusal: Callable[[str], str]
) -> None:
    assert refusal(f"{base64url(header)}.e30.AA") == "it is no signed JSON Web Token"


def test_signed_payload_has_to_be_claims_all_the_same(
    refusal: Callable[[str], str], ed_key: SigningKey
) -> None:
    assert refusal(ed_key.token(b"[1]")) == "its payload is no JSON object"
    assert refusal(ed_key.token(b"[" * 100_000)) == "its payload is no JSON"


@settings(deadline=None)
@given(data=st.data())
def test_valid_token_with_any_character_changed_is_refused(
    data: st.DataObject, verifier: Verifier, ed_key: SigningKey
) -> None:
    token = ed_key.token(claims())
    position = data.draw(st.integers(0, len(token) - 1))
    character = data.draw(st.characters().filter(lambda other: other != token[position]))
    with pytest.raises(InvalidToken):
        verifier.verify(token[:position] + character + token[position + 1 :])


JSON_MEMBERS = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text())


@settings(deadline=None)
@given(
    header=st.dictionaries(
        st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk"]),
        JSON_MEMBERS | st.sampled_from([*ALGORITHMS, "none", "HS256", "rsa", "ec", "ed"]),
    ),
    payload=st.just(VALID) | st.binary(),
    signature=st.binary(max_size=300),
)
def test_token_that_nobody_signed_is_refused(
    header: dict[str, Any], payload: bytes, signature: bytes, verifier: Verifier
) -> None:
    with pytest.raises(InvalidToken):
        verifier.verify(compact(header, payload, lambda _: signature))


@settings(deadline=None)
@given(token=st.text())
def test_any_text_is_refused(token: str, verifier: Verifier) -> None:
    with pytest.raises(InvalidToken):
        verifier.verify(token)
