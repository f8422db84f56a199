"""The public keys with which an issuer's signatures are verified: a JSON Web Key Set (RFC 7517)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK, PyJWTError

if TYPE_CHECKING:
    from collections.abc import Collection

ALGORITHMS = ("RS256", "ES256", "EdDSA")
"""The signature algorithms that are understood. None of them works with a shared secret."""

MINIMUM_RSA_BITS = 2048
"""From "JSON Web Algorithms" (RFC 7518), section 3.3."""

# By type and curve, for a key verifies one algorithm alone, whatever a token says.
_ALGORITHM_OF_KEY = MappingProxyType(
    {
        ("RSA", None): "RS256",
        ("EC", "P-256"): "ES256",
        ("OKP", "Ed25519"): "EdDSA",
        ("OKP", "Ed448"): "EdDSA",
    }
)
_PUBLIC_MEMBERS = MappingProxyType(
    {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}
)


class InvalidKeySet(Exception):
    """A document is no JSON Web Key Set with a key to verify tokens with."""


class _Unusable(Exception):
    """A key is not for verifying tokens; the message continues "key 1 …"."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key, which verifies signatures of one algorithm."""

    key_id: str | None
    algorithm: str
    material: PyJWK

    @classmethod
    def parse(cls, members: object, *, algorithms: Collection[str]) -> Key:
        """Return the key of a JSON Web Key; raise ``_Unusable`` if it is not for verifying."""
        if not isinstance(members, dict):
            raise _Unusable("is no JSON object")
        algorithm = _algorithm(members)
        if algorithm not in algorithms:
            raise _Unusable(f"is for {algorithm}, which is not among the algorithms accepted")
        kind = members["kty"]
        public = {name: members.get(name) for name in _PUBLIC_MEMBERS[kind]}
        if not all(isinstance(value, str) and value.isascii() for value in public.values()):
            raise _Unusable(f"lacks one of {', '.join(public)}, which are text in Base64")
        try:
            material = PyJWK({"kty": kind, **public}, algorithm)
        except PyJWTError as error:
            raise _Unusable(f"holds no key of the type {kind}") from error
        if isinstance(material.key, RSAPublicKey) and material.key.key_size < MINIMUM_RSA_BITS:
            raise _Unusable(f"has less than {MINIMUM_RSA_BITS} bits")
        return cls(_key_id(members), algorithm, material)


@dataclass(frozen=True, slots=True)
class KeySet:
    """The keys of an issuer that are for verifying tokens."""

    keys: tuple[Key, ...]
    ignored: tuple[str, ...] = ()
    """Why each of the other keys was left out."""

    @classmethod
    def parse(cls, document: str | bytes, *, algorithms: Collection[str]) -> KeySet:
        """Return the keys of a JSON document that are for verifying the given algorithms.

        Other keys are left out, as section 5 of RFC 7517 asks: an issuer may publish some for
        encryption, or for algorithms to come.

        Raises:
            InvalidKeySet: the document is no key set, or none of its keys can be used.
        """
        try:
            key_set = json.loads(document)
        except (ValueError, RecursionError) as error:
            raise InvalidKeySet("it is no JSON") from error
        listed = key_set.get("keys") if isinstance(key_set, dict) else None
        if not isinstance(listed, list):
            raise InvalidKeySet('it is no JSON object with an array "keys"')
        keys: list[Key] = []
        ignored: list[str] = []
        for number, members in enumerate(listed, start=1):
            try:
                keys.append(Key.parse(members, algorithms=algorithms))
            except _Unusable as error:
                ignored.append(f"key {number} {error}")
        if not keys:
            raise InvalidKeySet("; ".join(ignored) or "it is empty")
        return cls(tuple(keys), tuple(ignored))

    def find(self, key_id: str | None, algorithm: str) -> Key | None:
        """Return the key with this ID that verifies this algorithm.

        A token without an ID is for an issuer with one key of the algorithm. Where several keys
        could be meant, none is.
        """
        found = [
            key for key in self.keys if key.algorithm == algorithm and key_id in {None, key.key_id}
        ]
        return found[0] if len(found) == 1 else None


def _algorithm(members: dict[str, Any]) -> str:
    kind, curve = members.get("kty"), members.get("crv")
    if kind == "RSA":
        curve = None
    if not isinstance(kind, str) or not isinstance(curve, str | None):
        raise _Unusable("has no kty, or one that is no text")
    algorithm = _ALGORITHM_OF_KEY.get((kind, curve))
    if algorithm is None:
        raise _Unusable(
            f"is of the type {kind!r}, curve {curve!r}, which verifies none of "
            f"{', '.join(ALGORITHMS)}"
        )
    if members.get("alg", algorithm) != algorithm:
        raise _Unusable(f"is for {members['alg']!r}, not {algorithm}")
    operations = members.get("key_ops", ["verify"])
    if not isinstance(operations, list):
        raise _Unusable("has key_ops that are no array")
    if members.get("use", "sig") != "sig" or "verify" not in operations:
        raise _Unusable("is not for verifying signatures")
    # Whoever reads a private key can sign tokens with it.
    if "d" in members:
        raise _Unusable("is private, and no longer a secret: replace it, and give its public part")
    return algorithm


def _key_id(members: dict[str, Any]) -> str | None:
    key_id = members.get("kid")
    if not isinstance(key_id, str | None):
        raise _Unusable("has a kid that is no text")
    return key_id
