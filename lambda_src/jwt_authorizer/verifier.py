"""The verification of a token: its signature first, then its claims."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from jwt import PyJWS, PyJWTError

from jwt_authorizer.claims import Requirements, parse_claims
from jwt_authorizer.invalid_token import InvalidToken

if TYPE_CHECKING:
    from collections.abc import Callable

    from jwt_authorizer.key_set import Key

_SIGNATURES = PyJWS()


class KeySource(Protocol):
    """Where the issuer's keys are."""

    def find(self, key_id: str | None, algorithm: str) -> Key | None:
        """Return the key with this ID that verifies this algorithm, if there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """Tells valid tokens from others."""

    keys: KeySource
    algorithms: frozenset[str]
    requirements: Requirements
    clock: Callable[[], float] = time.time
    """Gives epoch seconds."""

    def verify(self, token: str) -> dict[str, Any]:
        """Return the claims of a valid token.

        A token's header says which key and which algorithm it was signed with. It is believed in so
        far as a key has that ID and is for that algorithm, which in turn has to be accepted here.

        Raises:
            InvalidToken: the token is not valid.
        """
        try:
            header = _SIGNATURES.get_unverified_header(token)
        except (PyJWTError, ValueError) as error:
            raise InvalidToken("it is no signed JSON Web Token") from error
        algorithm = header.get("alg")
        if not isinstance(algorithm, str) or algorithm not in self.algorithms:
            raise InvalidToken("its algorithm is not accepted")
        key = self.keys.find(header.get("kid"), algorithm)
        if key is None:
            raise InvalidToken("no key is known for it")
        try:
            payload = _SIGNATURES.decode(token, key.material, algorithms=[algorithm])
        except (PyJWTError, ValueError) as error:
            raise InvalidToken("its signature is not valid") from error
        claims = parse_claims(payload)
        self.requirements.check(claims, now=self.clock())
        return claims
