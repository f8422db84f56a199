"""The authorizer's environment variables: this side of the contract with infra/jwt.tf."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from jwt_authorizer.claims import Requirements
from jwt_authorizer.download import Address
from jwt_authorizer.key_set import ALGORITHMS, InvalidKeySet, KeySet
from jwt_authorizer.token_source import InvalidTokenSource, TokenSource

if TYPE_CHECKING:
    from collections.abc import Mapping

JWKS_URL_VARIABLE = "JWT_JWKS_URL"
KEYS_VARIABLE = "JWT_KEYS"
ISSUER_VARIABLE = "JWT_ISSUER"
AUDIENCES_VARIABLE = "JWT_AUDIENCES"
ALGORITHMS_VARIABLE = "JWT_ALGORITHMS"
LEEWAY_SECONDS_VARIABLE = "JWT_LEEWAY_SECONDS"
REQUIRED_SCOPES_VARIABLE = "JWT_REQUIRED_SCOPES"
TOKEN_SOURCES_VARIABLE = "JWT_TOKEN_SOURCES"  # noqa: S105 - a name, no secret
JWKS_CACHE_SECONDS_VARIABLE = "JWT_JWKS_CACHE_SECONDS"

DEFAULT_LEEWAY_SECONDS = 60
MAXIMUM_LEEWAY_SECONDS = 300
DEFAULT_JWKS_CACHE_SECONDS = 300
DEFAULT_TOKEN_SOURCES = ("header:Authorization", "subprotocol")


class InvalidEnvironmentVariable(Exception):
    """A variable is absent, or has a value that cannot be used."""

    def __init__(self, name: str, problem: str, meaning: str) -> None:
        super().__init__(
            f"The environment variable {name} {problem}; set it to {meaning}. The Terraform module "
            f"sets it from authorizer.jwt (infra/jwt.tf)."
        )
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the authorizer asks of a token, and where it finds tokens and keys."""

    keys: KeySet | Address
    """The issuer's keys, or where it publishes them."""
    algorithms: frozenset[str]
    requirements: Requirements
    token_sources: tuple[TokenSource, ...]
    """Where a token is looked for, in this order."""
    jwks_cache_seconds: int


def settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return what the environment variables say.

    Raises:
        InvalidEnvironmentVariable: one is missing or cannot be used; the message names it.
    """
    algorithms = _algorithms(environ)
    return Settings(
        keys=_given_keys(environ, algorithms) or Address(_jwks_url(environ)),
        algorithms=algorithms,
        requirements=Requirements(
            issuer=_issuer(environ),
            audiences=_audiences(environ),
            scopes=_required_scopes(environ),
            leeway_seconds=_whole_number(
                environ,
                LEEWAY_SECONDS_VARIABLE,
                default=DEFAULT_LEEWAY_SECONDS,
                allowed=range(MAXIMUM_LEEWAY_SECONDS + 1),
                meaning=f"a whole number of seconds, at most {MAXIMUM_LEEWAY_SECONDS}",
            ),
        ),
        token_sources=_token_sources(environ),
        jwks_cache_seconds=_whole_number(
            environ,
            JWKS_CACHE_SECONDS_VARIABLE,
            default=DEFAULT_JWKS_CACHE_SECONDS,
            allowed=range(1, 10**9),
            meaning="a whole number of seconds, at least 1",
        ),
    )


def _given_keys(environ: Mapping[str, str], algorithms: frozenset[str]) -> KeySet | None:
    value = environ.get(KEYS_VARIABLE)
    if not value:
        return None
    if environ.get(JWKS_URL_VARIABLE):
        raise InvalidEnvironmentVariable(
            KEYS_VARIABLE, f"is set beside {JWKS_URL_VARIABLE}", "nothing, or remove the other"
        )
    try:
        return KeySet.parse(value, algorithms=algorithms)
    except InvalidKeySet as error:
        raise InvalidEnvironmentVariable(
            KEYS_VARIABLE,
            f"holds no key to verify tokens with: {error}",
            'a JSON Web Key Set of public keys, {"keys": […]}',
        ) from error


def _jwks_url(environ: Mapping[str, str]) -> str:
    meaning = (
        "the https address at which the issuer publishes its keys; http is for addresses of this "
        f"machine alone. Or set {KEYS_VARIABLE} to the keys themselves"
    )
    value = _required(environ, JWKS_URL_VARIABLE, meaning)
    # Such an address is not quoted: the message goes to the log.
    if "@" in value:
        raise InvalidEnvironmentVariable(
            JWKS_URL_VARIABLE, 'holds an "@", which may end a password', meaning
        )
    try:
        parts = urlsplit(value)
        usable = _is_usable(parts) and parts.port != 0
    except ValueError:  # brackets around what is no IPv6 address, or a port that is no number
        usable = False
    if not usable or not value.isascii() or not value.isprintable() or " " in value:
        raise InvalidEnvironmentVariable(JWKS_URL_VARIABLE, f"is {value!r}", meaning)
    return value


def _is_usable(parts: SplitResult) -> bool:
    if not parts.hostname or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _issuer(environ: Mapping[str, str]) -> str:
    return _required(environ, ISSUER_VARIABLE, "what the claim iss of a token must be")


def _audiences(environ: Mapping[str, str]) -> frozenset[str]:
    meaning = 'a JSON array of what the claim aud may be, such as ["chat"]'
    _required(environ, AUDIENCES_VARIABLE, meaning)
    audiences = _texts(environ, AUDIENCES_VARIABLE, default=(), meaning=meaning)
    if not audiences:
        raise InvalidEnvironmentVariable(AUDIENCES_VARIABLE, "is []", meaning)
    return frozenset(audiences)


def _algorithms(environ: Mapping[str, str]) -> frozenset[str]:
    # Algorithms with a shared secret are not among them: whoever could verify could also sign.
    meaning = f"a JSON array of one or more of {', '.join(ALGORITHMS)}"
    algorithms = _texts(environ, ALGORITHMS_VARIABLE, default=ALGORITHMS, meaning=meaning)
    if not algorithms or not set(algorithms) <= set(ALGORITHMS):
        raise InvalidEnvironmentVariable(ALGORITHMS_VARIABLE, f"is {list(algorithms)}", meaning)
    return frozenset(algorithms)


def _required_scopes(environ: Mapping[str, str]) -> frozenset[str]:
    meaning = 'a JSON array of scopes without spaces, such as ["read", "write"]'
    scopes = _texts(environ, REQUIRED_SCOPES_VARIABLE, default=(), meaning=meaning)
    if any(scope.split() != [scope] for scope in scopes):
        raise InvalidEnvironmentVariable(REQUIRED_SCOPES_VARIABLE, f"is {list(scopes)}", meaning)
    return frozenset(scopes)


def _token_sources(environ: Mapping[str, str]) -> tuple[TokenSource, ...]:
    meaning = 'a JSON array of one or more of "header:NAME", "querystring:NAME" and "subprotocol"'
    texts = _texts(environ, TOKEN_SOURCES_VARIABLE, default=DEFAULT_TOKEN_SOURCES, meaning=meaning)
    if not texts:
        raise InvalidEnvironmentVariable(TOKEN_SOURCES_VARIABLE, "is []", meaning)
    try:
        return tuple(map(TokenSource.parse, texts))
    except InvalidTokenSource as error:
        raise InvalidEnvironmentVariable(
            TOKEN_SOURCES_VARIABLE, f"holds {error.text!r}", meaning
        ) from error


def _required(environ: Mapping[str, str], name: str, meaning: str) -> str:
    value = environ.get(name, "")
    if not value.strip():
        raise InvalidEnvironmentVariable(name, "is not set", meaning)
    return value


def _texts(
    environ: Mapping[str, str], name: str, *, default: tuple[str, ...], meaning: str
) -> tuple[str, ...]:
    value = environ.get(name)
    if not value:
        return default
    try:
        texts = json.loads(value)
    except (ValueError, RecursionError):
        texts = None
    if not isinstance(texts, list) or not all(
        isinstance(text, str) and text.strip() for text in texts
    ):
        raise InvalidEnvironmentVariable(name, f"is {value!r}", meaning)
    return tuple(texts)


def _whole_number(
    environ: Mapping[str, str], name: str, *, default: int, allowed: range, meaning: str
) -> int:
    value = environ.get(name) or str(default)
    # int() would take much more than the digits that Terraform writes.
    if not re.fullmatch("[0-9]{1,9}", value) or int(value) not in allowed:
        raise InvalidEnvironmentVariable(name, f"is {value!r}", meaning)
    return int(value)
