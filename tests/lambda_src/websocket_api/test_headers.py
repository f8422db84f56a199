from __future__ import annotations

import pytest

from websocket_api.headers import Headers

HEADERS = Headers({"Host": ["example.com"], "Sec-WebSocket-Protocol": ["chat.v2", "chat.v1"]})


@pytest.mark.parametrize("name", ["host", "HOST", "Host"])
def test_names_are_looked_up_in_any_case(name: str) -> None:
    assert HEADERS[name] == "example.com"
    assert name in HEADERS
    assert HEADERS.get_all(name) == ("example.com",)


def test_repeated_header_maps_to_its_last_value_and_keeps_them_all() -> None:
    assert HEADERS["sec-websocket-protocol"] == "chat.v1"
    assert HEADERS.get_all("sec-websocket-protocol") == ("chat.v2", "chat.v1")


def test_spellings_of_one_name_are_one_header() -> None:
    headers = Headers({"Cookie": ["a=1"], "cookie": ["b=2"]})
    assert headers.get_all("Cookie") == ("a=1", "b=2")
    assert len(headers) == 1


def test_absent_header_is_absent() -> None:
    assert "cookie" not in HEADERS
    name: object = 1
    assert name not in HEADERS
    assert HEADERS.get("cookie") is None
    assert HEADERS.get_all("cookie") == ()
    with pytest.raises(KeyError):
        HEADERS["cookie"]


def test_name_without_values_is_absent() -> None:
    assert "cookie" not in Headers({"Cookie": []})


def test_iteration_gives_each_name_once_in_lower_case() -> None:
    assert list(HEADERS) == ["host", "sec-websocket-protocol"]


def test_values_stay_out_of_the_representation() -> None:
    assert repr(Headers({"Cookie": ["session=1"]})) == "Headers(cookie)"
