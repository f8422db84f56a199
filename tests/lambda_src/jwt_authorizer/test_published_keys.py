from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from jwt_authorizer import logs
from jwt_authorizer.download import DownloadFailed
from jwt_authorizer.key_set import ALGORITHMS
from jwt_authorizer.published_keys import (
    MINIMUM_SECONDS_BETWEEN_DOWNLOADS,
    KeysUnavailable,
    PublishedKeys,
)
from tests.lambda_src.jwt_authorizer.given import NOW, SigningKey, key_set

if TYPE_CHECKING:
    from collections.abc import Callable

CACHE_SECONDS = 300
PAUSE_SECONDS = MINIMUM_SECONDS_BETWEEN_DOWNLOADS


@dataclass(slots=True)
class Issuer:
    """What the issuer publishes, how often it was asked, and what time it is."""

    published: tuple[SigningKey, ...]
    now: float = NOW
    fails: bool = False
    downloads: int = 0
    keys: PublishedKeys = field(init=False)

    def __post_init__(self) -> None:
        self.keys = self.cached_for(CACHE_SECONDS)

    def cached_for(self, seconds: int) -> PublishedKeys:
        return PublishedKeys(
            self.download, algorithms=ALGORITHMS, cache_seconds=seconds, clock=lambda: self.now
        )

    def download(self) -> bytes:
        self.downloads += 1
        if self.fails:
            raise DownloadFailed("https://issuer.example.com answers 503 instead of 200")
        return key_set(*(key.jwk() for key in self.published)).encode()

    def finds(self, key: SigningKey) -> bool:
        found = self.keys.find(key.key_id, key.algorithm)
        return found is not None and found.key_id == key.key_id


@pytest.fixture
def issuer(rsa_key: SigningKey) -> Issuer:
    return Issuer((rsa_key,))


def test_nothing_is_downloaded_before_a_token_comes(issuer: Issuer) -> None:
    assert issuer.downloads == 0


def test_keys_are_taken_from_memory_for_as_long_as_they_may(
    issuer: Issuer, rsa_key: SigningKey
) -> None:
    assert issuer.finds(rsa_key)
    issuer.now += CACHE_SECONDS - 0.1
    assert issuer.finds(rsa_key)
    assert issuer.downloads == 1
    issuer.now += 0.1
    assert issuer.finds(rsa_key)
    assert issuer.downloads == 2


def test_key_that_is_withdrawn_is_forgotten(
    issuer: Issuer, rsa_key: SigningKey, ec_key: SigningKey
) -> None:
    assert issuer.finds(rsa_key)
    issuer.published = (ec_key,)
    issuer.now += CACHE_SECONDS
    assert not issuer.finds(rsa_key)


def test_key_that_is_new_is_looked_for_at_once(
    issuer: Issuer, rsa_key: SigningKey, ec_key: SigningKey
) -> None:
    assert issuer.finds(rsa_key)
    issuer.now += PAUSE_SECONDS
    issuer.published = (rsa_key, ec_key)
    assert issuer.finds(ec_key)
    assert issuer.downloads == 2


def test_unknown_keys_make_no_more_than_one_download_in_a_while(
    issuer: Issuer, rsa_key: SigningKey
) -> None:
    assert issuer.finds(rsa_key)
    for number in range(100):
        issuer.now += PAUSE_SECONDS / 50
        assert issuer.keys.find(f"unknown-{number}", "RS256") is None
        assert issuer.finds(rsa_key)
    assert issuer.downloads == 3


def test_short_memory_makes_the_pause_as_short(rsa_key: SigningKey, ec_key: SigningKey) -> None:
    issuer = Issuer((rsa_key,))
    issuer.keys = issuer.cached_for(1)
    assert not issuer.finds(ec_key)
    issuer.now += 1
    assert not issuer.finds(ec_key)
    assert issuer.downloads == 2


def test_failed_download_is_an_error_that_says_why(issuer: Issuer, rsa_key: SigningKey) -> None:
    issuer.fails = True
    with pytest.raises(KeysUnavailable, match="answers 503 instead of 200"):
        issuer.finds(rsa_key)


def test_failed_download_is_not_repeated_at_once(issuer: Issuer, rsa_key: SigningKey) -> None:
    issuer.fails = True
    for _ in range(3):
        with pytest.raises(KeysUnavailable):
            issuer.finds(rsa_key)
    assert issuer.downloads == 1
    issuer.now += PAUSE_SECONDS
    issuer.fails = False
    assert issuer.finds(rsa_key)


def test_document_that_is_no_key_set_is_an_error_that_says_why(issuer: Issuer) -> None:
    issuer.published = ()
    with pytest.raises(KeysUnavailable, match="it is empty"):
        issuer.keys.find(None, "RS256")


def test_failed_look_for_an_unknown_key_takes_no_known_one_away(
    issuer: Issuer, rsa_key: SigningKey, ec_key: SigningKey
) -> None:
    assert issuer.finds(rsa_key)
    issuer.now += PAUSE_SECONDS
    issuer.published = ()
    with pytest.raises(KeysUnavailable):
        issuer.finds(ec_key)
    assert issuer.finds(rsa_key)
    assert not issuer.finds(ec_key)
    assert issuer.downloads == 2


def test_keys_that_are_too_old_verify_nothing_while_the_issuer_is_away(
    issuer: Issuer, rsa_key: SigningKey
) -> None:
    assert issuer.finds(rsa_key)
    issuer.now += CACHE_SECONDS
    issuer.fails = True
    for _ in range(2):
        with pytest.raises(KeysUnavailable):
            issuer.finds(rsa_key)


def test_clock_that_is_set_back_keeps_no_keys(issuer: Issuer, rsa_key: SigningKey) -> None:
    assert issuer.finds(rsa_key)
    issuer.now -= 1
    assert issuer.finds(rsa_key)
    assert issuer.downloads == 2


def test_download_is_logged_with_what_was_left_out(
    issuer: Issuer, rsa_key: SigningKey, log_lines: Callable[[], list[dict[str, Any]]]
) -> None:
    logs.configure()
    issuer.published = (rsa_key, SigningKey("other", "HS256", rsa_key.private))
    assert issuer.finds(rsa_key)
    (line,) = log_lines()
    assert line["message"] == "keys downloaded"
    assert line["keys"] == 1
    assert line["ignoredKeys"] == ["key 2 is for 'HS256', not RS256"]
