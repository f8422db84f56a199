import pytest

from local_aws.console.access import refusal
from local_aws.http1 import Request

PORT = 4567


def request(method: str = "GET", **headers: str) -> Request:
    named = {"host": "127.0.0.1:4567"} | headers
    fields = tuple((name.replace("_", "-"), value) for name, value in named.items())
    return Request(method, "/_console", fields, b"")


def refused(asked: Request, peer_address: str = "127.0.0.1") -> str | None:
    return refusal(asked, peer_address=peer_address, port=PORT)


@pytest.mark.parametrize(
    "allowed",
    [
        request(),
        request(host="localhost:4567"),
        request(host="LOCALHOST:4567"),
        request(origin="http://127.0.0.1:4567"),
        request("POST", origin="https://127.0.0.1:4567"),
        request("POST", host="localhost:4567", origin="http://localhost:4567"),
        request(sec_fetch_site="same-origin", sec_fetch_mode="cors"),
        request(sec_fetch_site="none", sec_fetch_mode="navigate"),
        request(sec_fetch_site="cross-site", sec_fetch_mode="navigate"),
    ],
)
def test_page_itself_and_links_to_it_are_let_in(allowed: Request) -> None:
    assert refused(allowed) is None


@pytest.mark.parametrize("port", [80, 443])
def test_port_that_browsers_leave_out_is_not_asked_for(port: int) -> None:
    for name in ("127.0.0.1", "localhost"):
        asked = request("POST", host=name, origin=f"http://{name}")
        assert refusal(asked, peer_address="127.0.0.1", port=port) is None


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:4567", "127.0.0.1", "127.0.0.1:80", "", "a.localhost:4567"],
)
def test_other_name_of_this_machine_is_refused(host: str) -> None:
    reason = refused(request(host=host)) or ""
    assert "at http://127.0.0.1:4567/_console and under no other name" in reason


def test_missing_host_is_refused() -> None:
    assert refusal(Request("GET", "/_console", (), b""), peer_address="127.0.0.1", port=PORT)


@pytest.mark.parametrize(
    "foreign",
    [
        request(origin="http://evil.example"),
        request(origin="http://localhost:4567"),
        request(origin="http://127.0.0.1:8080"),
        request(origin="null"),
        request("POST"),
        request("POST", sec_fetch_site="cross-site", sec_fetch_mode="navigate"),
        request(sec_fetch_site="cross-site", sec_fetch_mode="no-cors"),
        request(sec_fetch_site="same-site", sec_fetch_mode="cors"),
        request(sec_fetch_site="cross-site"),
    ],
)
def test_other_page_is_refused(foreign: Request) -> None:
    assert refused(foreign) == "The console is not for other pages."


@pytest.mark.parametrize("address", ["192.0.2.1", "", "no address"])
def test_other_machine_is_refused(address: str) -> None:
    assert refused(request(), address) == "The console is for this machine alone."


def test_loopback_of_another_kind_is_this_machine() -> None:
    assert refused(request(), "::1") is None
