from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus

from tests.end_to_end.given import eventually
from tests.examples.given import EXAMPLES, Example, example
from tests.examples.relay import Relay
from tests.examples.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from websockets.sync.client import ClientConnection

    from tests.examples.browser import Browser, Page

PAGE = EXAMPLES / "chat" / "chat.html"


class Person:
    """A client that knows the chat's frames and nothing more."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.received: list[dict[str, Any]] = []

    def ask(self, frame: dict[str, Any]) -> dict[str, Any]:
        """Send a frame and return its answer; what else comes is kept in `received`."""
        self._socket.send(json.dumps(frame))
        return self.receive("ack", "error")

    def receive(self, *types: str) -> dict[str, Any]:
        """Return the next frame of one of these types."""
        while True:
            frame: dict[str, Any] = json.loads(self._socket.recv(timeout=10))
            self.received.append(frame)
            if frame["type"] in types:
                return frame

    def resume(self, room: str, epoch: str = "", offset: int = 0) -> dict[str, Any]:
        frame = {"type": "resume", "id": "r", "channel": f"room/{room}"}
        return self.ask({**frame, "epoch": epoch, "offset": offset})

    def say(self, room: str, text: str, message_id: str = "1") -> dict[str, Any]:
        return self.ask({"action": "say", "id": message_id, "room": room, "text": text})

    def members(self, room: str) -> list[str]:
        answer = self.ask({"type": "presence", "id": "p", "channel": f"room/{room}"})
        return list(answer["members"])

    def texts(self) -> list[str]:
        return [each["data"]["text"] for each in self.received if each["type"] == "message"]


class Chat:
    """The chat, applied; who comes in leaves when `people` is closed."""

    def __init__(self, running: Example, tokens: Tokens) -> None:
        self.running = running
        self.tokens = tokens
        self.people = ExitStack()

    def enter(self, user: str) -> Person:
        socket = self.running.connect(**self.tokens.shown(user))
        assert socket.subprotocol == "bearer"
        return Person(self.people.enter_context(socket))

    def status(self, **options: Any) -> int:
        with pytest.raises(InvalidStatus) as caught:
            self.running.connect(**options)
        return caught.value.response.status_code


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chat]:
    tokens = Tokens(tmp_path_factory.mktemp("keys"), "chat")
    repository = tmp_path_factory.mktemp("repository")
    with example("chat", repository, **tokens.variables()) as running:
        yield Chat(running, tokens)


@pytest.fixture
def chat(deployment: Chat) -> Iterator[Chat]:
    with deployment.people:
        yield deployment


@pytest.mark.examples
def test_only_who_shows_a_token_for_the_chat_comes_in(chat: Chat) -> None:
    assert chat.status() == 401
    assert chat.status(**chat.tokens.shown("anna", "--minutes=-5")) == 403
    assert chat.status(**chat.tokens.shown("anna", "--audience", "mail")) == 403


@pytest.mark.examples
def test_what_was_missed_is_replayed_in_order_and_nothing_else(chat: Chat) -> None:
    anna, bob = chat.enter("anna"), chat.enter("bob")
    position = bob.resume("blue")
    anna.resume("blue")
    assert anna.say("blue", "one", "1")["offset"] == 1
    assert bob.receive("message")["data"]["from"] == "anna"
    for number, text in enumerate(("two", "three"), start=2):
        anna.say("blue", text, str(number))
    again = chat.enter("bob")
    answer = again.resume("blue", position["epoch"], 1)
    assert (answer["complete"], answer["replayed"], answer["offset"]) == (True, 2, 3)
    assert again.texts() == ["two", "three"]


@pytest.mark.examples
def test_message_said_twice_has_one_id_and_nobody_elses(chat: Chat) -> None:
    anna, bob = chat.enter("anna"), chat.enter("bob")
    anna.resume("red")
    for _ in range(2):
        assert anna.say("red", "hello", "same")["type"] == "ack"
    bob.say("red", "hello too", "same")
    assert anna.receive("message")["id"] == "bob/same"
    ids = [each["id"] for each in anna.received if each["type"] == "message"]
    assert ids == ["anna/same", "anna/same", "bob/same"]


@pytest.mark.examples
def test_who_comes_is_told_of_and_who_leaves_is_a_member_no_more(chat: Chat) -> None:
    anna = chat.enter("anna")
    anna.resume("green")
    with ExitStack() as visit:
        bob = Person(visit.enter_context(chat.running.connect(**chat.tokens.shown("bob"))))
        bob.resume("green")
        join = anna.receive("join")
        assert (join["channel"], join["user"]) == ("room/green", "bob")
        assert anna.members("green") == ["anna", "bob"]

    def knows_that_bob_has_left() -> bool:
        members = anna.members("green")
        leaves = [each["user"] for each in anna.received if each["type"] == "leave"]
        return (members, leaves) == (["anna"], ["bob"])

    # One who is back within 10 seconds is not told of, so that it takes these.
    assert eventually(knows_that_bob_has_left, within=30)


@pytest.mark.examples
def test_who_asks_for_what_is_not_there_is_told_why(chat: Chat) -> None:
    anna = chat.enter("anna")
    assert anna.ask({"type": "subscribe", "id": "s", "channel": "staff"})["code"] == "forbidden"
    published = {"type": "publish", "id": "p", "channel": "room/blue", "data": {"from": "bob"}}
    assert anna.ask(published)["code"] == "forbidden"
    assert anna.say("blue", "")["field"] == "text"
    assert anna.say("a/b", "x")["field"] == "channel"


def enter(chat: Chat, browser: Browser, user: str, *, port: int | None = None) -> Page:
    page = browser.open(PAGE.as_uri())
    address = urlsplit(chat.running.stack.addresses[0].websocket_url)
    page.fill("#door [name=url]", f"ws://127.0.0.1:{port or address.port}{address.path}")
    page.fill("#door [name=token]", chat.tokens.of(user))
    page.press_enter()
    page.until_text("#members", user)
    return page


def say(page: Page, text: str) -> None:
    page.fill("#say [name=text]", text)
    page.press_enter()


def lines(page: Page) -> list[str]:
    """Return what was said, as it stands on the page."""
    items = "document.querySelectorAll('#messages li:not(.note)')"
    return list(page.evaluate(f"[...{items}].map((item) => item.childNodes[1].data)"))


@pytest.mark.examples
def test_page_shows_who_is_here_and_what_they_say(chat: Chat, browser: Browser) -> None:
    anna = enter(chat, browser, "anna")
    bob = enter(chat, browser, "bob")
    anna.until_text("#members", "bob")
    anna.until_text("#messages", "bob is here.")
    say(anna, "<img src=x onerror=alert(1)> & <b>not bold</b>")
    anna.until_text("#messages .delivered", "✓")
    bob.until_text("#messages", "<img src=x onerror=alert(1)> & <b>not bold</b>")
    bob.fill("#join [name=room]", "garden")
    bob.press_enter()
    bob.until_text("#rooms [aria-current]", "garden")
    bob.until_text("#members", "bob")
    assert "anna" not in bob.text("#members")
    say(anna, "Anybody here?")
    bob.until("document.querySelector('#rooms .unread')?.dataset.unread === '1'")
    bob.click("#rooms .unread")
    bob.until_text("#messages", "Anybody here?")


@pytest.mark.examples
def test_page_that_was_cut_off_comes_back_and_lacks_nothing(chat: Chat, browser: Browser) -> None:
    address = urlsplit(chat.running.stack.addresses[0].websocket_url)
    with Relay(str(address.hostname), int(str(address.port))) as network:
        anna = enter(chat, browser, "anna", port=network.port)
        bob = enter(chat, browser, "bob")
        say(bob, "Before.")
        anna.until_text("#messages", "Before.")
        network.cut()
        anna.until_text("#state", "Not connected")
        for text in ("You are gone.", "And you miss this."):
            say(bob, text)
        say(anna, "Can you hear me?")
        bob.until("document.querySelectorAll('#messages .delivered').length === 3")
        assert "Can you hear me?" not in bob.text("#messages")
        network.mend()
        anna.until_text("#messages .delivered", "Can you hear me?")
        expected = ["Before.", "You are gone.", "And you miss this.", "Can you hear me?"]
        assert eventually(lambda: lines(anna)[-4:] == lines(bob)[-4:] == expected), lines(anna)

        # The room is forgotten, so that nobody can tell what is missing.
        network.cut()
        anna.until_text("#state", "Not connected")
        key = {"S": "CHANNEL#room/lobby"}
        table = chat.running.stack.outputs["table_name"]
        chat.running.client("dynamodb").delete_item(TableName=table, Key={"pk": key, "sk": key})
        say(bob, "New times.")
        bob.until("document.querySelectorAll('#messages .delivered').length === 4")
        network.mend()
        anna.until_text("#messages", "Some messages from in between are lost.")
        expected = [*expected[1:], "New times."]
        assert eventually(lambda: lines(anna)[-4:] == lines(bob)[-4:] == expected), lines(anna)


@pytest.mark.examples
def test_page_says_what_may_be_wrong_if_it_never_gets_in(chat: Chat, browser: Browser) -> None:
    page = browser.open(PAGE.as_uri())
    page.fill("#door [name=url]", chat.running.stack.addresses[0].websocket_url)
    page.fill("#door [name=token]", "no token")
    page.press_enter()
    assert page.evaluate("document.querySelector('#door [name=token]').validity.customError")
    page.fill("#door [name=token]", chat.tokens.of("anna", "--minutes=-5"))
    page.press_enter()
    page.until_text("#state", "Not connected")
    page.until_text("#state", "the token still valid?")
    refused = "Error during WebSocket handshake: Unexpected response code: 403"
    assert any(refused in each for each in browser.complaints)
