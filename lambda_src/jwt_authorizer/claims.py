"""What a token says, and whether that is enough."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from jwt_authorizer.invalid_token import InvalidToken

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """What the claims of a token have to be."""

    issuer: str
    audiences: frozenset[str]
    """Of which ``aud`` must hold one."""
    scopes: frozenset[str]
    """All of which ``scope`` or ``scp`` must hold."""
    leeway_seconds: int
    """By how much the issuer's clock may differ from ours."""

    def check(self, claims: Mapping[str, Any], *, now: float) -> None:
        """Check claims whose signature was verified; ``now`` is in epoch seconds.

        The rules are those of "JSON Web Token" (RFC 7519), section 4.1; ``iss``, ``aud`` and
        ``exp`` must be there.

        Raises:
            InvalidToken: a claim is missing, of a wrong type, or not as required.
        """
        if claims.get("iss") != self.issuer:
            raise InvalidToken("it is of another issuer")
        if self.audiences.isdisjoint(_texts(claims, "aud")):
            raise InvalidToken("it is for another audience")
        expires_at = _instant(claims, "exp")
        if expires_at is None:
            raise InvalidToken("it does not say when it expires")
        if now >= expires_at + self.leeway_seconds:
            raise InvalidToken("it has expired")
        for name in ("nbf", "iat"):
            begins_at = _instant(claims, name)
            if begins_at is not None and now < begins_at - self.leeway_seconds:
                raise InvalidToken(f"its {name} is in the future")
        if not self.scopes <= _scopes(claims):
            raise InvalidToken("it lacks a required scope")


def parse_claims(payload: bytes) -> dict[str, Any]:
    """Return the claims that a token's payload holds.

    Raises:
        InvalidToken: the payload is no JSON object.
    """
    try:
        claims = json.loads(payload, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidToken("its payload is no JSON") from error
    if not isinstance(claims, dict):
        raise InvalidToken("its payload is no JSON object")
    return claims


def _refuse_constant(_: str) -> NoReturn:
    # Python reads NaN and Infinity, which no other JSON parser has to.
    raise ValueError


def _instant(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    # JSON's true is an int to Python, and a number such as 1e999 is infinite to it.
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise InvalidToken(f"its {name} is no number")


def _texts(claims: Mapping[str, Any], name: str) -> list[str]:
    """Return the texts of a claim that is a text or an array of texts."""
    value = claims.get(name, [])
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and all(isinstance(text, str) for text in value):
        return value
    raise InvalidToken(f"its {name} is no text")


def _scopes(claims: Mapping[str, Any]) -> set[str]:
    # `scope` is of RFC 8693, with spaces between; `scp` is what some issuers call it, mostly as
    # an array.
    return {
        scope
        for name in ("scope", "scp")
        for text in _texts(claims, name)
        for scope in text.split()
    }
