from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from jwt_authorizer.key_set import ALGORITHMS, MINIMUM_RSA_BITS, InvalidKeySet, KeySet
from tests.lambda_src.jwt_authorizer.given import SigningKey, base64url, key_set

SECRET = {"kty": "oct", "k": base64url(b"secret"), "alg": "HS256", "kid": "shared"}


def ignored(*keys: object, good: SigningKey) -> list[str]:
    """Return why keys are left out beside one that is good, and is the last."""
    found = KeySet.parse(key_set(*keys, good.jwk()), algorithms=ALGORITHMS)
    assert [key.key_id for key in found.keys] == [good.key_id]
    return list(found.ignored)


def test_keys_of_each_algorithm_are_read(keys: tuple[SigningKey, ...]) -> None:
    found = KeySet.parse(key_set(*(key.jwk() for key in keys)), algorithms=ALGORITHMS)
    assert [(key.key_id, key.algorithm) for key in found.keys] == [
        ("rsa", "RS256"),
        ("ec", "ES256"),
        ("ed", "EdDSA"),
        ("ed448", "EdDSA"),
    ]
    assert found.ignored == ()


def test_key_need_not_say_more_than_itself(ed_key: SigningKey) -> None:
    jwk = ed_key.jwk()
    del jwk["alg"], jwk["kid"]
    (key,) = KeySet.parse(key_set(jwk).encode(), algorithms=ALGORITHMS).keys
    assert (key.key_id, key.algorithm) == (None, "EdDSA")


def test_key_may_say_that_it_is_for_verifying(ed_key: SigningKey) -> None:
    jwk = ed_key.jwk(use="sig", key_ops=["verify"], x5t="unknown members are of no interest")
    assert len(KeySet.parse(key_set(jwk), algorithms=ALGORITHMS).keys) == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"use": "enc"}, "is not for verifying signatures"),
        ({"use": None}, "is not for verifying signatures"),
        ({"key_ops": ["sign"]}, "is not for verifying signatures"),
        ({"key_ops": []}, "is not for verifying signatures"),
        ({"key_ops": None}, "has key_ops that are no array"),
        ({"key_ops": "verify"}, "has key_ops that are no array"),
        ({"alg": "HS256"}, "is for 'HS256', not ES256"),
        ({"alg": "none"}, "is for 'none', not ES256"),
        ({"alg": "RS256"}, "is for 'RS256', not ES256"),
        ({"alg": None}, "is for None, not ES256"),
        ({"alg": ["ES256"]}, "is for ['ES256'], not ES256"),
        ({"kid": 1}, "has a kid that is no text"),
        ({"d": "AA"}, "is private, and no longer a secret: replace it, and give its public part"),
        ({"kty": None}, "has no kty, or one that is no text"),
        ({"kty": ["EC"]}, "has no kty, or one that is no text"),
        ({"crv": 256}, "has no kty, or one that is no text"),
        ({"x": None}, "lacks one of crv, x, y, which are text in Base64"),
        ({"x": "é"}, "lacks one of crv, x, y, which are text in Base64"),
        ({"x": "!"}, "holds no key of the type EC"),
        ({"x": "AA"}, "holds no key of the type EC"),
        ({"y": base64url(bytes(32))}, "holds no key of the type EC"),
    ],
)
def test_key_that_cannot_be_used_is_left_out_for_a_reason(
    changes: dict[str, object], reason: str, ec_key: SigningKey, ed_key: SigningKey
) -> None:
    assert ignored(ec_key.jwk(**changes), good=ed_key) == [f"key 1 {reason}"]


@pytest.mark.parametrize(
    "changes", [{"crv": "P-384"}, {"crv": "secp256k1"}, {"crv": None}, {"kty": "OKP"}]
)
def test_curve_without_an_algorithm_of_ours_is_left_out(
    changes: dict[str, object], ec_key: SigningKey, ed_key: SigningKey
) -> None:
    (reason,) = ignored(ec_key.jwk(**changes), good=ed_key)
    assert reason.endswith("which verifies none of RS256, ES256, EdDSA")


def test_shared_secret_is_no_key(ed_key: SigningKey) -> None:
    (reason,) = ignored(SECRET, good=ed_key)
    assert "'oct'" in reason


def test_what_is_no_object_is_left_out(ed_key: SigningKey) -> None:
    assert ignored(None, "key", [], good=ed_key) == [
        f"key {number} is no JSON object" for number in (1, 2, 3)
    ]


def test_rsa_key_of_less_than_2048_bits_is_left_out(ed_key: SigningKey) -> None:
    small = SigningKey("small", "RS256", rsa.generate_private_key(65_537, MINIMUM_RSA_BITS - 1))
    assert ignored(small.jwk(), good=ed_key) == ["key 1 has less than 2048 bits"]


def test_curve_named_beside_an_rsa_key_means_nothing(rsa_key: SigningKey) -> None:
    found = KeySet.parse(key_set(rsa_key.jwk(crv="P-256")), algorithms=ALGORITHMS)
    assert found.keys[0].algorithm == "RS256"


def test_key_of_an_algorithm_that_is_not_accepted_is_left_out(
    rsa_key: SigningKey, ec_key: SigningKey
) -> None:
    found = KeySet.parse(key_set(rsa_key.jwk(), ec_key.jwk()), algorithms=["ES256"])
    assert [key.key_id for key in found.keys] == ["ec"]
    assert found.ignored == ("key 1 is for RS256, which is not among the algorithms accepted",)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("", "it is no JSON"),
        (b"\xff", "it is no JSON"),
        ("[" * 100_000, "it is no JSON"),
        ("[]", 'it is no JSON object with an array "keys"'),
        ("{}", 'it is no JSON object with an array "keys"'),
        ('{"keys": {}}', 'it is no JSON object with an array "keys"'),
        ('{"keys": []}', "it is empty"),
        ('{"keys": [1, 2]}', "key 1 is no JSON object; key 2 is no JSON object"),
    ],
)
def test_document_without_a_key_is_refused_for_a_reason(document: str | bytes, reason: str) -> None:
    with pytest.raises(InvalidKeySet) as caught:
        KeySet.parse(document, algorithms=ALGORITHMS)
    assert str(caught.value) == reason


def test_key_is_found_by_id_and_algorithm(keys: tuple[SigningKey, ...]) -> None:
    found = KeySet.parse(key_set(*(key.jwk() for key in keys)), algorithms=ALGORITHMS)
    for key in keys:
        assert found.find(key.key_id, key.algorithm) is found.keys[keys.index(key)]
    assert found.find("rsa", "ES256") is None
    assert found.find("unknown", "RS256") is None
    assert found.find("", "RS256") is None


def test_without_an_id_the_only_key_of_the_algorithm_is_meant(keys: tuple[SigningKey, ...]) -> None:
    found = KeySet.parse(key_set(*(key.jwk() for key in keys)), algorithms=ALGORITHMS)
    assert found.find(None, "RS256") is found.keys[0]
    assert found.find(None, "EdDSA") is None


def test_id_that_two_keys_have_means_neither(rsa_key: SigningKey) -> None:
    other = SigningKey("rsa", "RS256", rsa.generate_private_key(65_537, 2_048))
    found = KeySet.parse(key_set(rsa_key.jwk(), other.jwk()), algorithms=ALGORITHMS)
    assert found.find("rsa", "RS256") is None


def test_key_without_an_id_is_not_meant_by_one(ed_key: SigningKey) -> None:
    jwk = ed_key.jwk()
    del jwk["kid"]
    found = KeySet.parse(key_set(jwk), algorithms=ALGORITHMS)
    assert found.find("ed", "EdDSA") is None
    assert found.find(None, "EdDSA") is found.keys[0]
