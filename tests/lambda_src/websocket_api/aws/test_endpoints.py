from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from websocket_api.aws.endpoints import Endpoint, InvalidEndpoint, endpoint_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SERVICES = {"dynamodb": "ListTables", "sqs": "ListQueues"}
CHOICES = [
    {},
    {"AWS_USE_FIPS_ENDPOINT": "true"},
    {"AWS_USE_DUALSTACK_ENDPOINT": "TRUE"},
    {"AWS_USE_FIPS_ENDPOINT": "true", "AWS_USE_DUALSTACK_ENDPOINT": "true"},
    {"AWS_USE_FIPS_ENDPOINT": "false", "AWS_USE_DUALSTACK_ENDPOINT": "1"},
]
OVERRIDES = [
    {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"},
    {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_ENDPOINT_URL_DYNAMODB": "http://[::1]:8"},
    {"AWS_ENDPOINT_URL_SQS": "https://sqs.example.com"},
    {"AWS_ENDPOINT_URL": "http://a", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
    {"AWS_ENDPOINT_URL": "http://a", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "no"},
    {"AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_SQS": ""},
]


def regions() -> Iterator[str]:
    session = boto3.Session()
    for partition in session.get_available_partitions():
        yield from session.get_available_regions("dynamodb", partition_name=partition)
    yield from ("eusc-de-east-1", "us-isof-south-1", "eu-isoe-west-1", "xx-new-1", "me-west-1")


@pytest.fixture(scope="module")
def sdks_rules() -> Mapping[str, Any]:
    """Return the SDK's rules for the endpoints of each service."""
    rules = {}
    make: Any = boto3.client
    for service in SERVICES:
        client = make(service, region_name="us-east-1")
        rules[service] = client._ruleset_resolver._provider
    return rules


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("environ", CHOICES)
def test_endpoint_of_every_region_is_the_sdks(
    sdks_rules: Mapping[str, Any], service: str, environ: dict[str, str]
) -> None:
    def is_on(name: str) -> bool:
        return environ.get(name, "").lower() == "true"

    for region in regions():
        theirs = sdks_rules[service].resolve_endpoint(
            Region=region,
            UseFIPS=is_on("AWS_USE_FIPS_ENDPOINT"),
            UseDualStack=is_on("AWS_USE_DUALSTACK_ENDPOINT"),
        )
        assert endpoint_url(service, region, environ) == theirs.url


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("environ", OVERRIDES + CHOICES)
def test_environment_chooses_the_endpoint_as_for_the_sdk(
    monkeypatch: pytest.MonkeyPatch, service: Any, environ: dict[str, str]
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    client: Any = boto3.client(service, region_name="eu-west-1")
    operation = client.meta.service_model.operation_model(SERVICES[service])
    theirs = client._ruleset_resolver.construct_endpoint(operation, {}, {})
    assert endpoint_url(service, "eu-west-1", environ) == theirs.url


@pytest.mark.parametrize("choice", CHOICES[1:4])
def test_named_endpoint_is_neither_fips_nor_dual_stack(choice: dict[str, str]) -> None:
    environ = {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", **choice}
    with pytest.raises(InvalidEndpoint, match="AWS_ENDPOINT_URL names an endpoint"):
        endpoint_url("dynamodb", "eu-west-1", environ)


@pytest.mark.parametrize(
    ("url", "parts", "host"),
    [
        (
            "https://A1B2.execute-api.eu-west-1.amazonaws.com/prod/",
            ("https", "a1b2.execute-api.eu-west-1.amazonaws.com", 443, "/prod"),
            "a1b2.execute-api.eu-west-1.amazonaws.com",
        ),
        ("http://127.0.0.1:4567", ("http", "127.0.0.1", 4567, ""), "127.0.0.1:4567"),
        ("HTTP://localhost:80/", ("http", "localhost", 80, ""), "localhost"),
        ("https://localhost:80/a/b", ("https", "localhost", 80, "/a/b"), "localhost:80"),
        ("http://[::1]:4567/a", ("http", "::1", 4567, "/a"), "[::1]:4567"),
        ("https://[::1]", ("https", "::1", 443, ""), "[::1]"),
    ],
)
def test_url_is_taken_apart(url: str, parts: tuple[object, ...], host: str) -> None:
    endpoint = Endpoint.parse(url)
    assert endpoint == parts
    assert endpoint.host == host


@pytest.mark.parametrize(
    "url",
    [
        "",
        "dynamodb.eu-west-1.amazonaws.com",
        "ws://127.0.0.1",
        "http://",
        "http:///path",
        "http://:80",
        "http://host:",
        "http://host:http",
        "http://[::1",
        "http://[::1]x",
        "http://host:65536",
        "http://host:" + "9" * 5000,
        "http://user@host",
        "http://host\n",
        "http://host/@connections",
        "http://host/?query",
        "http://host/ path",
        "http://höst",
    ],
)
def test_url_of_no_endpoint_is_refused(url: str) -> None:
    with pytest.raises(InvalidEndpoint, match="no endpoint"):
        Endpoint.parse(url)


def test_password_in_a_url_is_not_told() -> None:
    with pytest.raises(InvalidEndpoint, match=r"'example\.com' is") as caught:
        Endpoint.parse("https://anna:secret@example.com")
    assert "secret" not in str(caught.value)
