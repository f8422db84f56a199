from __future__ import annotations

import pytest

from websocket_api import App, CloseReason, Connection, MessageEvent, Reply
from websocket_api.testing import ConnectionClosed, ConnectionRefused, NothingReceived, TestClient


def make_app() -> tuple[App, list[object]]:
    """Return an application that echoes, and what happened to it."""
    app = App()
    happened: list[object] = []

    @app.on_default
    def echo(event: MessageEvent) -> Reply:
        happened.append(event.route_key)
        return Reply(event.body)

    @app.on_message("close")
    def close(connection: Connection) -> Reply:
        connection.close()
        happened.append("still handling")
        return Reply("too late")

    @app.on_disconnect
    def gone(reason: CloseReason) -> None:
        happened.append(reason)

    return app, happened


@pytest.fixture
def app() -> App:
    return make_app()[0]


def test_client_gets_what_is_sent_in_order(app: App) -> None:
    client = TestClient(app).connect()
    for number in range(3):
        client.send({"number": number})
    assert client.receive() == {"number": 0}
    assert client.receive_text() == '{"number": 1}'
    assert client.receive_all() == [{"number": 2}]
    assert client.receive_all() == []
    with pytest.raises(NothingReceived, match=client.id):
        client.receive()


def test_route_is_chosen_as_api_gateway_does() -> None:
    app, happened = make_app()
    client = TestClient(app, route_key_member="kind").connect()
    for message in ({"kind": "open"}, {"action": "close"}, {"kind": ["close"]}, "close", ["close"]):
        client.send(message)
    assert happened == ["$default"] * 5
    client.send({"kind": "close"})
    assert not client.is_open


def test_route_key_that_is_no_text_is_taken_as_it_is_written(app: App) -> None:
    @app.on_message("7")
    def seven() -> Reply:
        return Reply("seven")

    client = TestClient(app).connect()
    client.send({"action": 7})
    assert client.receive_text() == "seven"


def test_application_that_closes_is_told_after_it_is_done() -> None:
    app, happened = make_app()
    client = TestClient(app).connect()
    client.send({"action": "close"})
    assert happened == ["still handling", CloseReason(1000, "Connection Closed Normally")]
    assert client.close_code == 1000
    assert client.receive_all() == []


def test_closed_connection_can_neither_send_nor_close_again() -> None:
    app, happened = make_app()
    client = TestClient(app).connect()
    client.close(4000, "done")
    client.close()
    client.vanish()
    assert happened == [CloseReason(4000, "done")]
    with pytest.raises(ConnectionClosed, match="4000"):
        client.send("hello")


def test_vanished_connection_tells_nobody_and_is_gone_to_posts() -> None:
    app, happened = make_app()
    api = TestClient(app)
    client = api.connect()
    connection = app.connections.get(client.id)
    assert connection is not None
    client.vanish()
    assert happened == []
    assert api.rows() != []
    api.advance(6)
    assert connection.send("hello").gone == 1
    assert api.rows() == []


def test_throttled_posts_are_tried_again(app: App) -> None:
    client = TestClient(app).connect(authorizer={"principalId": "anna"})
    client.throttle(2)
    assert app.user("anna").send("hello").delivered == 1
    assert client.receive_text() == "hello"


def test_message_that_is_too_large_ends_the_connection() -> None:
    app, happened = make_app()
    client = TestClient(app).connect()
    client.send("x" * 131_072)
    assert len(client.receive_text()) == 131_072
    client.send("x" * 131_073)
    assert client.close_code == 1009
    assert happened == ["$default", CloseReason(1009, "")]


def test_post_that_is_too_large_fails(app: App) -> None:
    client = TestClient(app).connect(authorizer={"principalId": "anna"})
    report = app.user("anna").send("x" * 131_073)
    assert (report.delivered, report.failed) == (0, 1)
    assert client.receive_all() == []


def test_silent_connection_is_closed_after_ten_minutes() -> None:
    app, happened = make_app()
    api = TestClient(app)
    silent, busy = api.connect(), api.connect()
    api.advance(599)
    busy.send("hello")
    api.advance(1)
    assert (silent.close_code, busy.close_code) == (1001, None)
    assert happened[-1] == CloseReason(1001, "Going away")


def test_what_the_application_sends_keeps_a_connection_open(app: App) -> None:
    api = TestClient(app)
    client = api.connect(authorizer={"principalId": "anna"})
    api.advance(599)
    app.user("anna").send("hello")
    api.advance(599)
    assert client.is_open


def test_every_connection_ends_after_two_hours(app: App) -> None:
    api = TestClient(app)
    client = api.connect()
    for _ in range(13):
        api.advance(550)
        client.send("hello")
    api.advance(7200 - 13 * 550)
    assert client.close_code == 1001


def test_rows_expire_with_the_clock(app: App) -> None:
    api = TestClient(app, ttl_seconds=60)
    client = api.connect()
    client.vanish()
    api.advance(59)
    assert api.table.sweep() == 0
    api.advance(1)
    assert len(api.rows()) == api.table.sweep() == 1


def test_connection_that_is_refused_gets_a_status() -> None:
    app = App()

    @app.on_connect
    def connect() -> None: ...

    with pytest.raises(ConnectionRefused) as caught:
        TestClient(app).connect()
    assert caught.value.status == 500


def test_clients_of_one_application_do_not_share_a_table(app: App) -> None:
    first = TestClient(app)
    first.connect()
    second = TestClient(app)
    assert second.rows() == []
    second.connect()
    assert len(first.rows()) == len(second.rows()) == 1
