"""The page in a browser, before a function that is deployed."""

from __future__ import annotations

import asyncio
import io
import threading
from concurrent.futures import Future
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest
from websockets.sync.client import connect

from local_aws.command_line import StackSettings
from local_aws.services import Services, running_services
from local_aws.terminal import Terminal
from tests.examples.browser import Browser, Page, chromium, find_chromium
from tests.local_aws.deployed_function import DeployedFunction, client_of
from tests.local_aws.watch.given import zip_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOURCE = """
def handler(event, context):
    print("the log of", event["requestContext"]["routeKey"])
    if event.get("body") == "fail":
        raise ValueError("no such thing")
    return {"statusCode": 200, "body": event.get("body") or ""}
"""
ROUTES = ("$connect", "$default", "count")

pytestmark = pytest.mark.stacks


@contextmanager
def serving(directory: Path) -> Iterator[Services]:
    """Serve the function while the block runs, on a loop of another thread."""
    started: Future[Services] = Future()
    finished = asyncio.Event()
    function = DeployedFunction("shop.handler", zip_of({"shop.py": SOURCE}), routes=ROUTES)

    async def serve() -> None:
        settings = StackSettings(root=directory, port=0, aws_port=0)
        async with running_services(settings, Terminal(io.StringIO()), directory) as services:
            await asyncio.to_thread(function.deploy, services)
            await services.deployed.until(lambda: bool(services.deployed.addresses()))
            started.set_result(services)
            await finished.wait()

    with closing(asyncio.new_event_loop()) as loop:
        thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
        thread.start()
        try:
            yield started.result(60)
        finally:
            loop.call_soon_threadsafe(finished.set)
            thread.join()


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    with serving(tmp_path_factory.mktemp("services")) as running:
        dynamodb = client_of(running, "dynamodb")
        dynamodb.create_table(
            TableName="orders",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        dynamodb.put_item(TableName="orders", Item={"pk": {"S": "order-17"}, "n": {"N": "2"}})
        yield running


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    command = find_chromium()
    if command is None:
        pytest.skip("no Chromium: install it, as in `apt-get install chromium`, to test the page")
    with chromium(command, tmp_path_factory.mktemp("profile")) as running:
        yield running


@pytest.fixture
def page(browser: Browser, services: Services) -> Iterator[Page]:
    browser.complaints.clear()
    page = browser.open(services.console_url or "", width=1200)
    page.until_text("#feed", "live")
    page.until("document.querySelector('#stage').options.length === 1")
    yield page
    page.call("Page.close")
    assert browser.complaints == []


def url_of(services: Services) -> str:
    return services.deployed.addresses()[0].websocket_url


def press(page: Page, key: str) -> None:
    page.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=key)
    page.call("Input.dispatchKeyEvent", type="keyUp", key=key)


def test_message_of_a_client_is_shown_with_its_answer_and_its_log(
    page: Page, services: Services
) -> None:
    page.click("#clear")
    with connect(url_of(services)) as client:
        page.until_text("#connections", "Kick")
        client.send('{"action": "count", "number": 17}')
        client.recv()
        client.send("fail")
        client.recv()
        page.until("document.querySelectorAll('.event').length === 3")
        assert "count" in page.text(".event:nth-child(2) summary")
        assert "502" in page.text(".event:nth-child(1) summary")
        page.click(".event:nth-child(2) summary")
        page.until_text(".event:nth-child(2)", "the log of count")
        assert '  "number": 17\n}' in page.text(".event:nth-child(2)")
        page.click(".event:nth-child(1) summary")
        page.until_text(".event:nth-child(1)", "ValueError: no such thing")
        assert "Internal server error" in page.text(".event:nth-child(1)")


def test_page_is_a_client_of_its_own(page: Page) -> None:
    press(page, "m")
    assert page.evaluate("document.activeElement.id") == "message"
    page.fill("#query", "?a=b")
    page.click("#connect-button")
    page.until_text("#client-note", "Connected")
    page.fill("#message", "hello from the page")
    page.press_enter()
    page.until_text("#client-note", "Received hello from the page")
    page.until_text("#events", "hello from the page ← hello from the page")
    page.click(".kick")
    page.until_text("#client-note", "Closed with 1000")
    page.until_text("#count", "0")


def test_focus_stays_with_a_connection_while_others_come(page: Page, services: Services) -> None:
    with connect(url_of(services)):
        page.until_text("#connections", "Kick")
        page.evaluate("document.querySelector('.kick').focus()")
        label = page.evaluate("document.activeElement.ariaLabel")
        with connect(url_of(services)):
            page.until_text("#count", "2")
            assert page.evaluate("document.activeElement.ariaLabel") == label
    page.until_text("#count", "0")


def test_keys_filter_pause_and_move(page: Page, services: Services) -> None:
    page.click("#clear")
    with connect(url_of(services)) as client:
        for text in ("apple", "pear"):
            client.send(text)
            client.recv()
        page.until_text("#events", "pear")
        press(page, "/")
        page.call("Input.insertText", text="apple 200")
        page.until("document.querySelectorAll('.event:not([hidden])').length === 1")
        page.call("Input.dispatchKeyEvent", type="rawKeyDown", key="Escape")
        page.until("document.activeElement === document.body")
        page.evaluate("document.querySelector('#filter').value = ''")
        press(page, "p")
        page.until_text("#pause", "Continue")
        client.send("plum")
        client.recv()
        page.until_text("#pause", "Continue (1)")
        page.click("#clear")
        assert page.text("#pause") == "Continue (0)"
        client.send("plum")
        client.recv()
        page.until_text("#pause", "Continue (1)")
        assert "plum" not in page.text("#events")
        press(page, "p")
        page.until_text("#events", "plum")
        assert page.evaluate("document.querySelectorAll('.event').length") == 1
        press(page, "j")
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_routes_have_their_throttles(page: Page) -> None:
    press(page, "2")
    page.until("!document.querySelector('#routes').hidden")
    assert "count\techo\tyes\tNONE\t5/s, 2" in page.text("#routes")
    assert "$default\techo\tyes\tNONE\t100/s, 50" in page.text("#routes")


def test_tables_have_their_items(page: Page) -> None:
    press(page, "3")
    page.until_text("#table-note", "1 item")
    assert "order-17\t2" in page.text("#items")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 400])
def test_page_fits_and_is_legible(page: Page, scheme: str, width: int) -> None:
    page.prefer(scheme)
    page.resize(width, 700)
    page.until(f"innerWidth === {width}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(251, 251, 250)", "dark": "rgb(22, 22, 21)"}[scheme]
