from __future__ import annotations

import pytest

from websocket_api.management import Gone
from websocket_api.testing.sockets import MemorySockets


def test_connection_that_never_opened_is_gone() -> None:
    sockets = MemorySockets(clock=lambda: 0.0)
    assert not sockets.is_open("a")
    with pytest.raises(Gone):
        sockets.post("a", b"hi")
    sockets.close("a")
