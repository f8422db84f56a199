from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from jwt_authorizer.claims import Requirements
from jwt_authorizer.download import Address
from jwt_authorizer.environment import InvalidEnvironmentVariable, settings
from jwt_authorizer.key_set import KeySet
from jwt_authorizer.token_source import Place, TokenSource
from tests.lambda_src.jwt_authorizer.given import AUDIENCE, ISSUER, SigningKey, key_set

JWKS_URL = "https://issuer.example.com/keys"
LEAST = {
    "JWT_JWKS_URL": JWKS_URL,
    "JWT_ISSUER": ISSUER,
    "JWT_AUDIENCES": json.dumps([AUDIENCE]),
}


def test_defaults_are_those_of_the_module() -> None:
    found = settings(LEAST)
    assert isinstance(found.keys, Address)
    assert found.keys.url == JWKS_URL
    assert found.algorithms == {"RS256", "ES256", "EdDSA"}
    assert found.requirements == Requirements(
        issuer=ISSUER, audiences=frozenset({AUDIENCE}), scopes=frozenset(), leeway_seconds=60
    )
    assert found.token_sources == (
        TokenSource(Place.HEADER, "Authorization"),
        TokenSource(Place.SUBPROTOCOL),
    )
    assert found.jwks_cache_seconds == 300


def test_every_variable_is_read() -> None:
    found = settings(
        {
            **LEAST,
            "JWT_AUDIENCES": '["chat", "news"]',
            "JWT_ALGORITHMS": '["ES256"]',
            "JWT_LEEWAY_SECONDS": "0",
            "JWT_REQUIRED_SCOPES": '["read", "write"]',
            "JWT_TOKEN_SOURCES": '["querystring:token"]',
            "JWT_JWKS_CACHE_SECONDS": "3600",
        }
    )
    assert found.algorithms == {"ES256"}
    assert found.requirements == Requirements(
        issuer=ISSUER,
        audiences=frozenset({"chat", "news"}),
        scopes=frozenset({"read", "write"}),
        leeway_seconds=0,
    )
    assert found.token_sources == (TokenSource(Place.QUERY_STRING, "token"),)
    assert found.jwks_cache_seconds == 3_600


def test_variables_are_those_that_the_terraform_module_sets() -> None:
    root = Path(__file__).parents[3]
    read, written = (
        set(re.findall(r"\bJWT_[A-Z_]+", (root / path).read_text()))
        for path in ("lambda_src/jwt_authorizer/environment.py", "infra/jwt.tf")
    )
    assert read == written


def test_keys_may_be_given_in_place_of_an_address(ed_key: SigningKey) -> None:
    environ = {**LEAST, "JWT_JWKS_URL": "", "JWT_KEYS": key_set(ed_key.jwk())}
    found = settings(environ)
    assert isinstance(found.keys, KeySet)
    assert found.keys.find("ed", "EdDSA") is found.keys.keys[0]


def test_keys_beside_an_address_are_refused(ed_key: SigningKey) -> None:
    environ = {**LEAST, "JWT_KEYS": key_set(ed_key.jwk())}
    with pytest.raises(InvalidEnvironmentVariable, match="JWT_KEYS is set beside JWT_JWKS_URL"):
        settings(environ)


def test_keys_for_algorithms_that_are_not_accepted_are_refused(ed_key: SigningKey) -> None:
    environ = {
        **LEAST,
        "JWT_JWKS_URL": "",
        "JWT_KEYS": key_set(ed_key.jwk()),
        "JWT_ALGORITHMS": '["RS256"]',
    }
    with pytest.raises(InvalidEnvironmentVariable, match=r"JWT_KEYS holds no key .* EdDSA"):
        settings(environ)


@pytest.mark.parametrize(
    "url",
    [
        "https://issuer.example.com",
        "https://issuer.example.com:8443/keys?tenant=a",
        "https://[2001:db8::1]/keys",
        "http://127.0.0.1:8000/keys",
        "http://127.1.2.3/keys",
        "http://localhost:8000/keys",
        "http://[::1]:8000/keys",
    ],
)
def test_address_with_tls_or_of_this_machine_is_taken(url: str) -> None:
    found = settings({**LEAST, "JWT_JWKS_URL": url}).keys
    assert isinstance(found, Address)
    assert found.url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://issuer.example.com/keys",
        "http://127.0.0.1.example.com/keys",
        "http://localhost.example.com/keys",
        "http://169.254.169.254/latest",
        "ftp://issuer.example.com/keys",
        "file:///etc/passwd",
        "issuer.example.com/keys",
        "https:///keys",
        "https://issuer.example.com/keys#first",
        "https://issuer.example.com:0/keys",
        "https://issuer.example.com:port/keys",
        "https://issuer.example.com:99999/keys",
        "https://[issuer]/keys",
        "https://issuer.example.com/the keys",
        "https://issuer.example.com/k\u00e9ys",
        "https://issuer.example.com/keys\r\nHost: a",
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(InvalidEnvironmentVariable, match="JWT_JWKS_URL") as caught:
        settings({**LEAST, "JWT_JWKS_URL": url})
    assert repr(url) in str(caught.value)


def test_password_in_an_address_is_refused_and_not_shown() -> None:
    with pytest.raises(InvalidEnvironmentVariable, match="JWT_JWKS_URL") as caught:
        settings({**LEAST, "JWT_JWKS_URL": "https://user:secret@issuer.example.com/keys"})
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", sorted(LEAST))
def test_variable_that_has_to_be_set_is_named(name: str) -> None:
    for environ in ({**LEAST, name: " "}, {key: LEAST[key] for key in LEAST if key != name}):
        with pytest.raises(InvalidEnvironmentVariable, match=rf"{name} is not set; set it to") as (
            caught
        ):
            settings(environ)
        assert caught.value.name == name
        assert "authorizer.jwt (infra/jwt.tf)" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JWT_AUDIENCES", "[]"),
        ("JWT_AUDIENCES", "chat"),
        ("JWT_AUDIENCES", '"chat"'),
        ("JWT_AUDIENCES", '["chat", " "]'),
        ("JWT_AUDIENCES", "[1]"),
        ("JWT_AUDIENCES", "[" * 100_000),
        ("JWT_ALGORITHMS", "[]"),
        ("JWT_ALGORITHMS", '["HS256"]'),
        ("JWT_ALGORITHMS", '["RS256", "none"]'),
        ("JWT_LEEWAY_SECONDS", "301"),
        ("JWT_LEEWAY_SECONDS", "-1"),
        ("JWT_LEEWAY_SECONDS", "1.5"),
        ("JWT_LEEWAY_SECONDS", "\u0661"),
        ("JWT_LEEWAY_SECONDS", "1_0"),
        ("JWT_JWKS_CACHE_SECONDS", "0"),
        ("JWT_JWKS_CACHE_SECONDS", "soon"),
        ("JWT_JWKS_CACHE_SECONDS", "9" * 5_000),
        ("JWT_REQUIRED_SCOPES", '["read write"]'),
        ("JWT_REQUIRED_SCOPES", '{"read": true}'),
        ("JWT_TOKEN_SOURCES", "[]"),
        ("JWT_TOKEN_SOURCES", '["cookie:token"]'),
    ],
)
def test_value_that_cannot_be_used_is_named_with_its_variable(name: str, value: str) -> None:
    with pytest.raises(InvalidEnvironmentVariable, match=f"{name} (is|holds) .*; set it to") as (
        caught
    ):
        settings({**LEAST, name: value})
    assert caught.value.name == name
