from __future__ import annotations

import pytest

from websocket_api import Accept, App, ConnectEvent
from websocket_api.testing import NothingReceived, TestClient

app = App()


@app.on_connect
def connect(event: ConnectEvent) -> Accept:
    return Accept(user=event.query_string_parameters.get("user"))


@pytest.fixture
def api() -> TestClient:
    return TestClient(app)


def test_user_is_reached_on_all_connections(api: TestClient) -> None:
    phone, laptop = (api.connect(query={"user": "anna"}) for _ in range(2))
    other = api.connect(query={"user": "bob"})
    report = app.user("anna").send({"text": "hi"})
    assert (report.delivered, report.gone) == (2, 0)
    assert phone.receive() == laptop.receive() == {"text": "hi"}
    with pytest.raises(NothingReceived):
        other.receive()


def test_user_without_connections_is_reached_nowhere(api: TestClient) -> None:
    api.connect()
    assert app.user("anna").connections == ()
    assert app.user("anna").send("hi").delivered == 0


def test_connections_of_a_user_are_those_that_are_open(api: TestClient) -> None:
    first, second = (api.connect(query={"user": "anna"}) for _ in range(2))
    first.close()
    (connection,) = app.user("anna").connections
    assert connection.id == second.id
    assert connection.user == "anna"


def test_all_connections_of_a_user_can_be_closed(api: TestClient) -> None:
    clients = [api.connect(query={"user": "anna"}) for _ in range(2)]
    app.user("anna").close()
    assert [client.close_code for client in clients] == [1000, 1000]
    assert api.rows() == []


def test_connection_is_found_by_its_id(api: TestClient) -> None:
    client = api.connect(query={"user": "anna"})
    connection = app.connections.get(client.id)
    assert connection is not None
    assert connection.send("hi").delivered == 1
    assert client.receive_text() == "hi"
    assert app.connections.get("unknown") is None


def test_some_connections_are_sent_to_and_none_spoils_it_for_others(api: TestClient) -> None:
    first, vanished, last = (api.connect() for _ in range(3))
    vanished.vanish()
    report = app.connections.send([first.id, vanished.id, last.id], ["hi"])
    assert (report.delivered, report.gone) == (2, 1)
    assert first.receive() == last.receive() == ["hi"]
