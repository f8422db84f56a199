from __future__ import annotations

import urllib.request
from typing import Any

import pytest

from websocket_api.aws.endpoints import Endpoint, InvalidEndpoint
from websocket_api.aws.proxies import proxy_for

PYTHON: Any = urllib.request  # its types leave out what is asked here
HTTPS = Endpoint.parse("https://dynamodb.eu-west-1.amazonaws.com")


@pytest.mark.parametrize(
    "url",
    [
        "https://dynamodb.eu-west-1.amazonaws.com",
        "https://ws.example.com:8443",
        "https://example.com",
        "https://notexample.com",
        "http://127.0.0.1:4566",
        "http://[::1]:4566",
    ],
)
@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"HTTPS_PROXY": "http://proxy:3128"},
        {"HTTPS_PROXY": "http://proxy:3128", "https_proxy": "http://other:1"},
        {"HTTPS_PROXY": "http://proxy", "HTTP_PROXY": "http://plain:8080"},
        {"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "127.0.0.1,localhost,::1"},
        {"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "example.com"},
        {"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": " .Example.com , amazonaws.com"},
        {"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "ws.example.com:8443"},
        {"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "*"},
        {"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": "*", "no_proxy": "example.com"},
        {"HTTPS_PROXY": "", "HTTP_PROXY": "http://plain:8080", "NO_PROXY": ",,"},
    ],
)
def test_environment_means_what_it_means_to_python(
    monkeypatch: pytest.MonkeyPatch, url: str, environ: dict[str, str]
) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    endpoint = Endpoint.parse(url)
    theirs = PYTHON.getproxies_environment().get(endpoint.scheme)
    if PYTHON.proxy_bypass_environment(endpoint.host):
        theirs = None
    proxy = proxy_for(endpoint, environ)
    assert (proxy.endpoint if proxy else None) == (Endpoint.parse(theirs) if theirs else None)


def test_tunnel_is_asked_for_by_name_and_port() -> None:
    proxy = proxy_for(HTTPS, {"HTTPS_PROXY": "proxy:3128"})
    assert proxy is not None
    assert proxy.connect_head(HTTPS) == (
        b"CONNECT dynamodb.eu-west-1.amazonaws.com:443 HTTP/1.1\r\n"
        b"Host: dynamodb.eu-west-1.amazonaws.com:443\r\n\r\n"
    )
    assert b"CONNECT [::1]:443 " in proxy.connect_head(Endpoint.parse("https://[::1]"))


def test_proxy_is_told_who_asks() -> None:
    proxy = proxy_for(HTTPS, {"HTTPS_PROXY": "http://anna:s%40crët%3A@proxy:3128"})
    assert proxy is not None
    assert proxy.endpoint == Endpoint.parse("http://proxy:3128")
    assert proxy.authorization == "Basic YW5uYTpzQGNyw6t0Og=="
    assert "YW5uYTpz" not in repr(proxy)
    assert b"\r\nProxy-Authorization: Basic YW5uYTpzQGNyw6t0Og==\r\n" in proxy.connect_head(HTTPS)


@pytest.mark.parametrize(
    "url",
    [
        "https://proxy:3128",
        "socks5://proxy:1080",
        "http://",
        "pro xy",
        "http://anna:100%@proxy",
        "http://anna:%zz@proxy",
    ],
)
def test_proxy_that_cannot_be_spoken_to_is_refused(url: str) -> None:
    with pytest.raises(InvalidEndpoint):
        proxy_for(HTTPS, {"HTTPS_PROXY": url})


def test_secret_of_an_unusable_proxy_is_not_told() -> None:
    with pytest.raises(InvalidEndpoint) as caught:
        proxy_for(HTTPS, {"HTTPS_PROXY": "https://anna:secret@proxy:3128"})
    assert "secret" not in str(caught.value)
