from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.examples.browser import Browser, chromium, find_chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_CHROMIUM = "no Chromium: install it, as in `apt-get install chromium`, to test the page"


@pytest.fixture
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    command = find_chromium()
    if command is None:
        pytest.skip(NO_CHROMIUM)
    with chromium(command, tmp_path_factory.mktemp("profile")) as running:
        yield running
    refused = "WebSocket connection to"  # the page handles it, and Chromium tells all the same
    assert [each for each in running.complaints if refused not in each] == []
