"""An issuer with keys of its own, and the handshakes in which its tokens arrive.

Tokens are put together here from RFC 7515 and RFC 7518, and not with the library that the
authorizer verifies them with.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ISSUER = "https://issuer.example.com/"
AUDIENCE = "chat"
NOW = 1_700_000_000
METHOD_ARN = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/$connect"

PrivateKey = (
    rsa.RSAPrivateKey
    | ec.EllipticCurvePrivateKey
    | ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
)


def base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def compact(header: object, payload: bytes, sign: Callable[[bytes], bytes]) -> str:
    """Return a token of this header and payload in the JWS Compact Serialization."""
    signed = f"{base64url(json.dumps(header).encode())}.{base64url(payload)}"
    return f"{signed}.{base64url(sign(signed.encode()))}"


def claims(**changes: object) -> dict[str, Any]:
    """Return the claims of a valid token, with changes."""
    return {"iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "exp": NOW + 600, **changes}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key of the issuer."""

    key_id: str
    algorithm: str
    private: PrivateKey

    def jwk(self, **changes: object) -> dict[str, Any]:
        """Return the public key as a JSON Web Key, with changes."""
        return {
            "kid": self.key_id,
            "alg": self.algorithm,
            **public_members(self.private),
            **changes,
        }

    def token(self, payload: Mapping[str, Any] | bytes, **header: object) -> str:
        """Return a signed token, with changes of its header."""
        content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return compact(
            {"typ": "JWT", "alg": self.algorithm, "kid": self.key_id, **header}, content, self.sign
        )

    def sign(self, signed: bytes) -> bytes:
        match self.private:
            case rsa.RSAPrivateKey():
                return self.private.sign(signed, padding.PKCS1v15(), SHA256())
            case ec.EllipticCurvePrivateKey():
                r, s = decode_dss_signature(self.private.sign(signed, ec.ECDSA(SHA256())))
                return r.to_bytes(32, "big") + s.to_bytes(32, "big")
            case _:
                return self.private.sign(signed)


def public_members(private: PrivateKey) -> dict[str, str]:
    """Return kty and the public parameters of a key, as of RFC 7518 and RFC 8037."""
    match private:
        case rsa.RSAPrivateKey():
            numbers = private.public_key().public_numbers()
            return {"kty": "RSA", "n": _number(numbers.n), "e": _number(numbers.e)}
        case ec.EllipticCurvePrivateKey():
            point = private.public_key().public_numbers()
            x, y = (_number(coordinate, length=32) for coordinate in (point.x, point.y))
            return {"kty": "EC", "crv": "P-256", "x": x, "y": y}
        case ed25519.Ed25519PrivateKey() | ed448.Ed448PrivateKey():
            octets = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
            curve = "Ed25519" if isinstance(private, ed25519.Ed25519PrivateKey) else "Ed448"
            return {"kty": "OKP", "crv": curve, "x": base64url(octets)}


def key_set(*keys: object) -> str:
    """Return a JSON Web Key Set."""
    return json.dumps({"keys": keys})


def event(
    *, headers: Mapping[str, str] | None = None, query: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return what API Gateway tells an authorizer of a handshake."""
    sent = {"Host": "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com", **(headers or {})}
    asked = query or {}
    return {
        "type": "REQUEST",
        "methodArn": METHOD_ARN,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": dict(asked),
        "multiValueQueryStringParameters": {name: [value] for name, value in asked.items()},
        "stageVariables": {},
        "requestContext": {
            "routeKey": "$connect",
            "eventType": "CONNECT",
            "requestId": "R1nConnect4FkpA=",
            "connectionId": "R1nExample4CFIA=",
            "apiId": "a1b2c3d4e5",
            "stage": "prod",
        },
    }


def _number(number: int, *, length: int | None = None) -> str:
    return base64url(number.to_bytes(length or (number.bit_length() + 7) // 8, "big"))
