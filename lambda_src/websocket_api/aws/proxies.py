"""Whether a proxy is between the process and an endpoint: HTTPS_PROXY, HTTP_PROXY and NO_PROXY."""

from __future__ import annotations

from binascii import b2a_base64
from typing import TYPE_CHECKING, NamedTuple

from websocket_api.aws.endpoints import Endpoint, InvalidEndpoint

if TYPE_CHECKING:
    from collections.abc import Mapping


class Proxy(NamedTuple):
    """An HTTP proxy."""

    endpoint: Endpoint
    authorization: str | None
    """What Proxy-Authorization has to say."""

    def __repr__(self) -> str:
        return f"Proxy({self.endpoint!r})"

    def connect_head(self, endpoint: Endpoint) -> bytes:
        """Return the request that asks for a tunnel to an endpoint."""
        hostname = f"[{endpoint.hostname}]" if ":" in endpoint.hostname else endpoint.hostname
        target = f"{hostname}:{endpoint.port}"
        lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}", *self.header_lines()]
        return "\r\n".join([*lines, "", ""]).encode()

    def header_lines(self) -> list[str]:
        """Return the header line by which the process tells the proxy who it is, if it has to."""
        if self.authorization is None:
            return []
        return [f"Proxy-Authorization: {self.authorization}"]


def proxy_for(endpoint: Endpoint, environ: Mapping[str, str]) -> Proxy | None:
    """Return the proxy through which an endpoint is to be reached; None if directly.

    Names in lower case win, as everywhere.

    Raises:
        InvalidEndpoint: the variable does not name a proxy that is spoken to in HTTP.
    """
    name = f"{endpoint.scheme}_proxy"
    url = environ.get(name) or environ.get(name.upper())
    if not url or _is_exempt(endpoint, environ.get("no_proxy") or environ.get("NO_PROXY") or ""):
        return None
    scheme, separator, rest = url.rpartition("://")
    user, at, address = rest.rpartition("@")
    if separator and scheme.lower() != "http":
        raise InvalidEndpoint(
            f"{name.upper()} names a proxy of the scheme {scheme!r}; only http:// proxies are "
            f"supported, which see nothing of what TLS encrypts."
        )
    authorization = b2a_base64(_decoded(user), newline=False).decode() if at else None
    return Proxy(
        Endpoint.parse(f"http://{address}"),
        None if authorization is None else f"Basic {authorization}",
    )


def _is_exempt(endpoint: Endpoint, exemptions: str) -> bool:
    if exemptions.strip() == "*":
        return True
    hosts = (endpoint.hostname, endpoint.host)
    for exemption in exemptions.lower().split(","):
        name = exemption.strip().lstrip(".")
        if name and any(host == name or host.endswith(f".{name}") for host in hosts):
            return True
    return False


def _decoded(text: str) -> bytes:
    start, *parts = text.encode().split(b"%")
    try:
        return start + b"".join([bytes([int(part[:2], 16)]) + part[2:] for part in parts])
    except ValueError:
        raise InvalidEndpoint(
            "The user or password of the proxy has a % that encodes nothing; write it as %25."
        ) from None
