from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.given import ARCHITECTURE
from tests.examples.given import EXAMPLES, Example, example

if TYPE_CHECKING:
    from collections.abc import Iterator

    from websockets.sync.client import ClientConnection

    from tests.examples.browser import Browser

PAGE = EXAMPLES / "live_dashboard" / "dashboard.html"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Example]:
    repository = tmp_path_factory.mktemp("repository")
    variables = {"architecture": ARCHITECTURE, "fanout": "true"}
    with example("live_dashboard", repository, **variables) as running:
        yield running


def write(shop: Example, order: str, status: str, at: int) -> dict[str, Any]:
    """Write an order, and return what a dashboard is told of it."""
    told = {"id": order, "product": "lamp", "cents": 4900, "status": status, "at": at}
    item = {
        name: {"N": str(value)} if isinstance(value, int) else {"S": value}
        for name, value in told.items()
    }
    table = shop.stack.outputs["orders_table_name"]
    shop.client("dynamodb").put_item(TableName=table, Item=item)
    return told


def ask(client: ClientConnection, **frame: Any) -> dict[str, Any]:
    client.send(json.dumps({"id": "1", "channel": "orders", **frame}))
    while True:
        answer: dict[str, Any] = json.loads(client.recv(timeout=10))
        if answer["type"] != "message":
            return answer


def told_of(client: ClientConnection, count: int) -> list[dict[str, Any]]:
    """Return the orders that a dashboard is told of, however many come in one message."""
    orders: list[dict[str, Any]] = []
    while len(orders) < count:
        frame = json.loads(client.recv(timeout=20))
        assert frame["type"] == "message"
        orders += frame["data"]["orders"]
    return orders


@pytest.mark.examples
def test_what_is_written_to_the_table_reaches_who_watches_in_order(shop: Example) -> None:
    with shop.connect() as one, shop.connect() as other:
        for client in (one, other):
            assert ask(client, type="subscribe")["type"] == "ack"
        written = [write(shop, "a", status, at) for at, status in enumerate(("placed", "paid"))]
        assert told_of(one, 2) == told_of(other, 2) == written
        table = shop.stack.outputs["orders_table_name"]
        shop.client("dynamodb").delete_item(TableName=table, Key={"id": {"S": "a"}})
        written = [write(shop, "b", "placed", 3)]
        assert told_of(one, 1) == told_of(other, 1) == written


@pytest.mark.examples
def test_who_watches_may_do_nothing_else(shop: Example) -> None:
    with shop.connect() as client:
        assert ask(client, type="publish", data={})["code"] == "forbidden"
        assert ask(client, type="subscribe", channel="staff")["code"] == "forbidden"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--rate", "0"), "argument --rate: 0 is not above 0"),
        (("--seconds", "soon"), "argument --seconds: 'soon' is no number"),
        ((), "feed.py: nothing more can be written to live-dashboard-orders: "),
    ],
)
def test_feed_says_what_is_wrong(arguments: tuple[str, ...], complaint: str) -> None:
    environment = {**os.environ, "AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"}
    environment |= {"AWS_DEFAULT_REGION": "us-east-1"}
    environment |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    run = subprocess.run(
        [sys.executable, str(EXAMPLES / "live_dashboard" / "feed.py"), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode != 0
    assert complaint in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.examples
def test_page_shows_what_the_feed_writes(shop: Example, browser: Browser) -> None:
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": shop.stack.services.aws_endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    feed = str(EXAMPLES / "live_dashboard" / "feed.py")
    page = browser.open(f"{PAGE.as_uri()}?url={shop.stack.addresses[0].websocket_url}")
    page.until_text("#state", "Live")
    before = int(page.text("#orders"))
    command = [sys.executable, feed, "--rate", "20", "--seconds", "2"]
    subprocess.run(command, env=environment, check=True)
    table = shop.stack.outputs["orders_table_name"]
    written = shop.client("dynamodb").scan(TableName=table, Select="COUNT")["Count"]
    page.until(f"Number(document.querySelector('#orders').textContent) >= {written}")
    assert int(page.text("#orders")) > before
    counts = [int(page.text(f"#{status}")) for status in ("placed", "paid", "sent")]
    assert sum(counts) == int(page.text("#orders"))
    assert page.evaluate("document.querySelectorAll('#latest tr').length") > 1
    another = browser.open(f"{PAGE.as_uri()}?url={shop.stack.addresses[0].websocket_url}")
    another.until_text("#orders", page.text("#orders"))


@pytest.mark.examples
def test_changed_handler_is_changed_in_place(shop: Example) -> None:
    shop.edit("handlers/changes.py", '"status": image', '"state": image')
    assert set(shop.apply().values()) <= {"update", "replace"}
    with shop.connect() as client:
        ask(client, type="subscribe")
        write(shop, "c", "placed", 1)
        assert told_of(client, 1)[0]["state"] == "placed"
