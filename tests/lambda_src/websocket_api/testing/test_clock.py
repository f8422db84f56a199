from __future__ import annotations

from websocket_api.testing import Clock


def test_clock_stands_still_until_it_is_moved() -> None:
    clock = Clock(100.0)
    assert clock() == clock() == 100.0
    clock.advance(2.5)
    assert clock() == 102.5
