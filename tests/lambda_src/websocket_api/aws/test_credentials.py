from __future__ import annotations

from threading import Event, Thread
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from websocket_api.aws.credentials import (
    REFRESH_SECONDS,
    RETRY_SECONDS,
    Credentials,
    RefreshedCredentials,
    SdkCredentials,
    epoch_seconds,
    find_provider,
    from_variables,
)
from websocket_api.aws.errors import CredentialsUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VARIABLES = {
    "AWS_ACCESS_KEY_ID": "AKID",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_SESSION_TOKEN": "token",
}


class Source:
    """Gives out credentials that are valid for an hour, each time others; and has a clock."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.fetched = 0
        self.seconds = 3600.0
        self.is_down = False

    def clock(self) -> float:
        return self.now

    def fetch(self) -> Credentials:
        self.fetched += 1
        if self.is_down:
            raise CredentialsUnavailable("no")
        return Credentials(f"AKID{self.fetched}", "secret", None, self.now + self.seconds)

    def provider(self) -> RefreshedCredentials:
        return RefreshedCredentials(self.fetch, clock=self.clock)


def unused() -> SdkCredentials:
    raise AssertionError("the SDK is not asked")


def test_secrets_are_not_shown() -> None:
    credentials = Credentials("AKID", "the-secret", "the-token", 5.0)
    assert repr(credentials) == "Credentials('AKID', expires_at=5.0)"
    assert "the-" not in f"{credentials}{[credentials]}"


def test_credentials_of_the_environment_are_read_once() -> None:
    provider = find_provider(VARIABLES, sdk=unused)
    assert provider.current() == Credentials("AKID", "secret", "token")
    assert provider.current() is provider.current()


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ({"AWS_SECURITY_TOKEN": "old", "AWS_SESSION_TOKEN": "new"}, "old"),
        ({"AWS_SECURITY_TOKEN": "", "AWS_SESSION_TOKEN": "new"}, "new"),
        ({"AWS_SESSION_TOKEN": ""}, None),
    ],
)
def test_session_token_has_two_names(token: Mapping[str, str], expected: str | None) -> None:
    assert from_variables({**VARIABLES, **token}).session_token == expected


@pytest.mark.parametrize("missing", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_missing_variable_is_named(missing: str) -> None:
    with pytest.raises(CredentialsUnavailable, match=missing):
        from_variables({**VARIABLES, missing: ""})


def test_expired_credentials_of_the_environment_are_refused() -> None:
    expired = {**VARIABLES, "AWS_CREDENTIAL_EXPIRATION": "2015-08-30T12:36:00Z"}
    with pytest.raises(CredentialsUnavailable, match="expired"):
        find_provider(expired, sdk=unused).current()


def test_container_is_asked_where_the_environment_has_no_credentials() -> None:
    elsewhere = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://192.0.2.1/credentials"}
    with pytest.raises(CredentialsUnavailable, match=r"192\.0\.2\.1"):
        find_provider(elsewhere, sdk=unused).current()


def test_sdk_is_asked_where_there_is_nothing_else() -> None:
    provider = SdkCredentials(None)
    assert find_provider({}, sdk=lambda: provider) is provider
    with pytest.raises(CredentialsUnavailable, match="AWS_PROFILE"):
        provider.current()


def test_sdks_credentials_are_the_same_object_until_it_has_others() -> None:
    frozen = SimpleNamespace(access_key="AKID", secret_key="secret", token="")
    found = SimpleNamespace(get_frozen_credentials=lambda: frozen)
    provider = SdkCredentials(found)
    first = provider.current()
    assert first == Credentials("AKID", "secret")
    assert provider.current() is first
    frozen = SimpleNamespace(access_key="OTHER", secret_key="secret", token="token")
    assert provider.current() == Credentials("OTHER", "secret", "token")


def test_credentials_are_fetched_anew_before_they_expire() -> None:
    source = Source()
    provider = source.provider()
    first = provider.current()
    source.now += source.seconds - REFRESH_SECONDS - 1
    assert provider.current() is first
    source.now += 1
    assert provider.current().access_key_id == "AKID2"
    assert source.fetched == 2


def test_valid_credentials_are_used_on_where_there_are_no_others() -> None:
    source = Source()
    provider = source.provider()
    first = provider.current()
    source.is_down = True
    source.now += source.seconds - REFRESH_SECONDS
    assert provider.current() is first
    assert provider.current() is first
    assert source.fetched == 2, "one attempt a minute is enough"
    source.now += RETRY_SECONDS
    source.is_down = False
    assert provider.current().access_key_id == "AKID3"


def test_valid_credentials_are_used_on_where_only_expired_ones_are_to_be_had() -> None:
    source = Source()
    provider = source.provider()
    first = provider.current()
    source.now += source.seconds - 1
    source.seconds = -1
    assert provider.current() is first
    source.now += 1
    with pytest.raises(CredentialsUnavailable, match="expired"):
        provider.current()


def test_expired_credentials_are_never_used() -> None:
    source = Source()
    provider = source.provider()
    provider.current()
    source.is_down = True
    source.now += source.seconds - 1
    provider.current()
    source.now += 1
    for _ in range(2):
        with pytest.raises(CredentialsUnavailable):
            provider.current()
    source.is_down = False
    assert provider.current().access_key_id == "AKID5"


def test_short_lived_credentials_are_fetched_once_a_minute() -> None:
    source = Source()
    source.seconds = 300
    provider = source.provider()
    for _ in range(4):
        provider.current()
        source.now += RETRY_SECONDS / 2
    assert source.fetched == 2


def test_one_thread_fetches_the_first_credentials_for_all() -> None:
    source, fetching, go_on = Source(), Event(), Event()

    def fetch() -> Credentials:
        fetching.set()
        assert go_on.wait(10)
        return source.fetch()

    provider = RefreshedCredentials(fetch, clock=source.clock)
    got: list[Credentials] = []
    threads = started(4, lambda: got.append(provider.current()))
    assert fetching.wait(10)
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert [credentials.access_key_id for credentials in got] == ["AKID1"] * 4
    assert source.fetched == 1


def test_threads_do_not_wait_for_new_credentials_while_theirs_are_valid() -> None:
    source, fetching, go_on = Source(), Event(), Event()

    def fetch() -> Credentials:
        if source.fetched:
            fetching.set()
            assert go_on.wait(10)
        return source.fetch()

    provider = RefreshedCredentials(fetch, clock=source.clock)
    first = provider.current()
    source.now += source.seconds - REFRESH_SECONDS
    (thread,) = started(1, provider.current)
    assert fetching.wait(10)
    assert provider.current() is first
    go_on.set()
    thread.join(10)
    assert provider.current().access_key_id == "AKID2"


@pytest.mark.parametrize(
    "text", ["2015-08-30T12:36:00Z", "2015-08-30T14:36:00+02:00", "2015-08-30T12:36:00"]
)
def test_expiration_is_an_instant_of_utc_unless_it_says_otherwise(text: str) -> None:
    assert epoch_seconds(text) == 1_440_938_160


def test_expiration_that_is_no_instant_is_named() -> None:
    with pytest.raises(CredentialsUnavailable, match="'soon'"):
        epoch_seconds("soon")


def started(count: int, target: Callable[[], object]) -> list[Thread]:
    threads = [Thread(target=target) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads
