"""Who may use the console: a browser on this machine, on a page that is the console itself."""

import ipaddress
from typing import Final

from local_aws.http1 import Request

_NAMES: Final = ("127.0.0.1", "localhost")
_SCHEMES: Final = ("http", "https")
_LEFT_OUT: Final = (80, 443)  # the schemes' own ports, which browsers do not write into Host
_FOREIGN: Final = frozenset({"cross-site", "same-site"})


def refusal(request: Request, *, peer_address: str, port: int) -> str | None:
    """Return why a request is refused; None if it is not.

    Any page of the web may make a browser send requests here. It cannot hide where they come from:
    a name of its own that leads to this machine is in Host (DNS rebinding), and its origin is in
    Origin or in Sec-Fetch-Site ("Fetch Metadata Request Headers"). All of them may look is at where
    a link leads.
    """
    if not _is_loopback(peer_address):
        return "The console is for this machine alone."
    hosts = {f"{name}:{port}" for name in _NAMES}
    if port in _LEFT_OUT:
        hosts.update(_NAMES)
    host = request.header("host") or ""
    if host.lower() not in hosts:
        return f"The console is at http://127.0.0.1:{port}/_console and under no other name."
    origin = request.header("origin")
    if origin is None:
        is_link = request.method == "GET" and request.header("sec-fetch-mode") == "navigate"
        is_foreign = request.header("sec-fetch-site") in _FOREIGN and not is_link
        is_unsaid = request.method != "GET"
    else:
        is_foreign = origin.lower() not in {f"{scheme}://{host.lower()}" for scheme in _SCHEMES}
        is_unsaid = False
    return "The console is not for other pages." if is_foreign or is_unsaid else None


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
