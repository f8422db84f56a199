"""A headless Chromium, and its pages as their users have them: they look, type, press and click."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from websockets.sync.client import ClientConnection, connect

from tests.end_to_end.given import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
OPTIONS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--remote-debugging-port=0",
)
PATIENCE_SECONDS = 20.0


def find_chromium() -> str | None:
    """Return the command of a Chromium on this machine."""
    return next((path for path in map(shutil.which, COMMANDS) if path), None)


class PageError(AssertionError):
    """A page did what it should not, or not what it should."""


@dataclass(slots=True)
class Browser:
    """A running Chromium, spoken to by its DevTools protocol."""

    socket: ClientConnection
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    complaints: list[str] = field(default_factory=list)
    """What pages have written to their consoles as errors, and exceptions nobody caught."""

    def call(self, method: str, session: str | None = None, /, **parameters: Any) -> Any:
        """Call a method of the protocol and return its result."""
        number = next(self._numbers)
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        self.socket.send(json.dumps(message | ({"sessionId": session} if session else {})))
        while True:
            answer = json.loads(self.socket.recv(timeout=PATIENCE_SECONDS))
            if answer.get("id") == number:
                break
            self._note(answer)
        if "error" in answer:
            raise PageError(f"{method}: {answer['error']}")
        return answer["result"]

    def open(self, url: str, *, width: int = 1000, height: int = 700) -> Page:
        """Open an address in a window of its own, of which no other knows."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)
        session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        page = Page(self, session["sessionId"])
        for domain in ("Runtime", "Log", "Page"):
            page.call(f"{domain}.enable")
        page.resize(width, height)
        page.call("Page.navigate", url=url)
        page.until("document.readyState === 'complete' && location.href !== 'about:blank'")
        return page

    def _note(self, event: Any) -> None:
        parameters = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description", details["text"]))
        elif event.get("method") == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.complaints.append(parameters["entry"]["text"])


@dataclass(frozen=True, slots=True)
class Page:
    """One page."""

    browser: Browser
    session: str

    def call(self, method: str, /, **parameters: Any) -> Any:
        """Call a method of the DevTools protocol for this page."""
        return self.browser.call(method, self.session, **parameters)

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression in JavaScript."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise PageError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def until(self, expression: str) -> None:
        """Wait until an expression in JavaScript is true."""
        if not eventually(lambda: bool(self.evaluate(expression)), within=PATIENCE_SECONDS):
            shown = self.evaluate("document.body.innerText")
            raise PageError(f"{expression} stays false; the page shows:\n{shown}")

    def text(self, selector: str) -> str:
        """Return the text that an element shows."""
        return str(self.evaluate(f"document.querySelector({json.dumps(selector)}).innerText"))

    def until_text(self, selector: str, text: str) -> None:
        """Wait until an element shows a text."""
        found = f"document.querySelector({json.dumps(selector)})?.innerText"
        self.until(f"{found}.includes({json.dumps(text)})")

    def fill(self, selector: str, text: str) -> None:
        """Type over what is in an input."""
        self.evaluate(f"document.querySelector({json.dumps(selector)}).select()")
        self.evaluate(f"document.querySelector({json.dumps(selector)}).focus()")
        self.call("Input.insertText", text=text)

    def press_enter(self) -> None:
        """Press the key."""
        key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
        self.call("Input.dispatchKeyEvent", type="keyDown", **key)
        self.call("Input.dispatchKeyEvent", type="keyUp", **key)

    def click(self, selector: str) -> None:
        """Click on the middle of an element."""
        place = self.evaluate(
            f"(({{x, y, width, height}}) => [x + width / 2, y + height / 2])"
            f"(document.querySelector({json.dumps(selector)}).getBoundingClientRect())"
        )
        at = {"x": place[0], "y": place[1], "button": "left", "clickCount": 1}
        self.call("Input.dispatchMouseEvent", type="mousePressed", **at)
        self.call("Input.dispatchMouseEvent", type="mouseReleased", **at)

    def resize(self, width: int, height: int) -> None:
        """Give the window another size."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def prefer(self, scheme: str) -> None:
        """Have the user prefer a colour scheme: light or dark."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.call("Emulation.setEmulatedMedia", features=[feature])

    def screenshot(self) -> bytes:
        """Return what is seen, as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot")["data"])


@contextmanager
def chromium(command: str, profile: Path) -> Iterator[Browser]:
    """Run a Chromium while the block runs.

    It goes without its sandbox, which neither root nor a container can set up: its pages are ours.
    """
    command_line = [command, *OPTIONS, "--no-sandbox", f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(
        command_line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        with connect(_devtools_url(process, profile), max_size=None) as socket:
            yield Browser(socket)
            socket.send('{"id": 0, "method": "Browser.close"}')
        process.wait(PATIENCE_SECONDS)
    finally:
        process.kill()
        process.wait()


def _devtools_url(process: subprocess.Popen[bytes], profile: Path) -> str:
    file = profile / "DevToolsActivePort"
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (file.is_file() and file.read_text(encoding="utf-8").count("\n")):
        if process.poll() is not None or time.monotonic() > deadline:
            raise PageError(f"Chromium does not start; it has ended with {process.poll()}.")
        time.sleep(0.02)
    port, path = file.read_text(encoding="utf-8").splitlines()
    return f"ws://127.0.0.1:{port}{path}"
