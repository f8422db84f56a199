from __future__ import annotations

import pytest

from tests.lambda_src.websocket_api.sockets import Stage
from websocket_api.keys import InvalidUser
from websocket_api.users import Users


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def users(stage: Stage) -> Users:
    return Users(stage.table, clock=stage.clock)


def test_user_has_the_connections_that_are_stored_with_it(stage: Stage, users: Users) -> None:
    for connection_id, user in (("a", "ann"), ("b", "bob"), ("c", "ann"), ("d", None)):
        stage.open(connection_id, user=user)
    assert set(users.connections("ann")) == {"a", "c"}
    assert users.connections("bob") == ("b",)
    assert users.connections("unknown") == ()


def test_closed_connection_is_no_longer_the_users(stage: Stage, users: Users) -> None:
    stage.open("a", user="ann")
    stage.open("b", user="ann")
    stage.leave("a")
    assert users.connections("ann") == ("b",)


def test_expired_connection_is_no_longer_the_users(stage: Stage, users: Users) -> None:
    row = stage.open("a", user="ann")
    stage.clock.now = row.ttl
    assert users.connections("ann") == ()


def test_impossible_user_is_refused(users: Users) -> None:
    with pytest.raises(InvalidUser):
        users.connections("")
