"""The issuer's keys, made once: an RSA key takes long."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

from tests.lambda_src.jwt_authorizer.given import SigningKey


@pytest.fixture(scope="session")
def rsa_key() -> SigningKey:
    return SigningKey("rsa", "RS256", rsa.generate_private_key(65_537, 2_048))


@pytest.fixture(scope="session")
def ec_key() -> SigningKey:
    return SigningKey("ec", "ES256", ec.generate_private_key(ec.SECP256R1()))


@pytest.fixture(scope="session")
def ed_key() -> SigningKey:
    return SigningKey("ed", "EdDSA", ed25519.Ed25519PrivateKey.generate())


@pytest.fixture(scope="session")
def ed448_key() -> SigningKey:
    return SigningKey("ed448", "EdDSA", ed448.Ed448PrivateKey.generate())


@pytest.fixture(scope="session")
def keys(
    rsa_key: SigningKey, ec_key: SigningKey, ed_key: SigningKey, ed448_key: SigningKey
) -> tuple[SigningKey, ...]:
    return rsa_key, ec_key, ed_key, ed448_key
