from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from websocket_api import keys


def test_connection_has_its_own_partition() -> None:
    assert keys.connection_partition("R1kExample4CFIA=") == "CONNECTION#R1kExample4CFIA="
    assert keys.connection_sort_key("R1kExample4CFIA=") == "CONNECTION#R1kExample4CFIA="


@given(st.text(min_size=1), st.text(min_size=1))
def test_two_connections_never_share_a_partition(one: str, other: str) -> None:
    same_partition = keys.connection_partition(one) == keys.connection_partition(other)
    assert same_partition == (one == other)
