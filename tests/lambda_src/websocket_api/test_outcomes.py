from __future__ import annotations

import pytest

from websocket_api.outcomes import Accept, Reject


@pytest.mark.parametrize("status", [400, 401, 403, 599])
def test_rejection_has_a_status_that_says_so(status: int) -> None:
    assert Reject(status).status == status


@pytest.mark.parametrize("status", [0, 101, 200, 302, 399, 600])
def test_status_that_lets_in_or_means_nothing_is_no_rejection(status: int) -> None:
    with pytest.raises(ValueError, match=rf"Reject\({status}\) would not tell"):
        Reject(status)


def test_one_text_is_no_list_of_channels() -> None:
    with pytest.raises(TypeError, match="channels is 'lobby'; pass a list of names"):
        Accept(channels="lobby")
