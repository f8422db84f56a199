from __future__ import annotations

import pytest

import websocket_api
from websocket_api.app import App


def test_names_of_the_package_are_those_of_its_modules() -> None:
    assert websocket_api.App is App
    for name in websocket_api.__all__:
        assert getattr(websocket_api, name).__name__ == name


def test_unknown_name_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="'websocket_api' has no attribute 'Server'"):
        _ = websocket_api.Server  # type: ignore[attr-defined]
