"""Both worlds, for every test here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lambda_src.websocket_api.testing.anywhere.worlds import Memory, local_aws

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lambda_src.websocket_api.testing.anywhere.worlds import LocalAws, World


@pytest.fixture(autouse=True)
def aws() -> None:
    """Leave the place of AWS to the local one, which runs in processes of its own."""


@pytest.fixture(scope="module")
def deployed() -> Iterator[LocalAws]:
    """Deploy the application once for all tests."""
    with local_aws() as world:
        yield world


@pytest.fixture(params=["memory", pytest.param("local_aws", marks=pytest.mark.stacks)])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "memory":
        yield Memory()
        return
    deployed: LocalAws = request.getfixturevalue("deployed")
    yield deployed
    deployed.close_all()
