"""What a function imports when it starts: each module takes time that a client waits for.

Counted are the modules of the package as Lambda gets it, beyond those that AWS's runtime has
imported for itself.
"""

import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.packaging.command_line import main as build_package

ENVIRONMENT = {
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "example",
    "WEBSOCKET_CONNECTION_TTL_SECONDS": "7500",
    "WEBSOCKET_TABLE_NAME": "connections",
    "WEBSOCKET_MANAGEMENT_ENDPOINT": "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod",
}
# Each is slow to import, or brings much along.
SLOW = frozenset(
    {"asyncio", "boto3", "botocore", "concurrent", "dataclasses", "email", "http", "inspect"}
    | {"multiprocessing", "pathlib", "urllib.request", "urllib3"}
)


@dataclass(frozen=True, slots=True)
class Budget:
    """What a function may import."""

    code: str
    own: int
    """The most modules of the package."""
    standard: int
    """The most modules of the standard library."""
    never: frozenset[str]


BUDGETS = {
    "echo": Budget(
        "import handlers.default", own=7, standard=2, never=SLOW | {"base64", "datetime", "ssl"}
    ),
    "connect": Budget("import handlers.connect", own=25, standard=23, never=SLOW),
    "disconnect": Budget("import handlers.disconnect", own=25, standard=23, never=SLOW),
    # An application may be given dataclasses and models, and has to look into them.
    "application": Budget(
        "from websocket_api import App; App().handler",
        own=27,
        standard=18,
        never=SLOW - {"dataclasses", "inspect"} | {"ssl"},
    ),
}

ECHO = """
from websocket_api import App, MessageEvent, Reply
app = App(keeps_connections=False)
@app.on_default
def echo(text: str) -> Reply:
    return Reply(text)
handler = app.handler
event = {"requestContext": {"eventType": "MESSAGE", "connectionId": "a"}, "body": "hi"}
assert handler(event, None)["body"] == "hi"
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    (folder / "own").mkdir()
    (folder / "own/chat.py").touch()
    output = folder / "lambda.zip"
    assert build_package(["--source", str(folder / "own"), "--output", str(output)]) == 0
    with zipfile.ZipFile(output) as archive:
        archive.extractall(folder / "task")
    return folder / "task"


def imported(code: str, package: Path) -> set[str]:
    """The modules that an interpreter imports for some code once the runtime is there."""
    script = (
        "import sys, awslambdaric.bootstrap; before = set(sys.modules)\n"
        f"{code}\n"
        "import json; print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    finished = subprocess.run(
        (sys.executable, "-c", script),
        env={**ENVIRONMENT, "PATH": os.environ["PATH"], "PYTHONPATH": str(package)},
        stdout=subprocess.PIPE,
        check=True,
    )
    return set(json.loads(finished.stdout))


@pytest.mark.parametrize("budget", BUDGETS.values(), ids=BUDGETS)
def test_function_imports_little(package: Path, budget: Budget) -> None:
    modules = imported(budget.code, package)

    own = {name for name in modules if name.partition(".")[0] in {"handlers", "websocket_api"}}
    assert not {
        name
        for name in modules
        if any(name == slow or name.startswith(f"{slow}.") for slow in budget.never)
    }
    assert len(own) <= budget.own, sorted(own)
    assert len(modules - own) <= budget.standard, sorted(modules - own)


def test_library_itself_imports_nothing_but_what_is_asked_of_it(package: Path) -> None:
    assert imported("import websocket_api", package) == {"websocket_api"}


def test_echo_of_an_app_imports_only_what_it_uses(package: Path) -> None:
    modules = imported(ECHO, package)
    ours = {name.partition(".")[2] for name in modules if name.startswith("websocket_api.")}
    assert ours == {
        "app",
        "application",
        "bodies",
        "channel_requests",
        "clients",
        "close_reason",
        "connection",
        "deadlines",
        "encoding",
        "environment",
        "error_frames",
        "event_object",
        "events",
        "headers",
        "invocation",
        "logs",
        "metrics",
        "outcomes",
        "parameters",
        "recipients",
        "refusals",
        "resources",
        "responses",
        "router",
        "shapes",
    }
    packages = {name.partition(".")[0] for name in modules} - {"websocket_api"}
    assert packages <= sys.stdlib_module_names
    assert packages.isdisjoint(
        {"asyncio", "concurrent", "email", "http", "socket", "ssl", "urllib"}
    )


def test_channel_protocol_is_imported_only_where_clients_may_use_it(package: Path) -> None:
    program = "from websocket_api import App, ChannelPolicy\nApp(channels=ChannelPolicy({}))"
    assert "websocket_api.channel_protocol" in imported(program.format(""), package)
    without = imported(program.format("client_protocol=False"), package)
    assert "websocket_api.channel_protocol" not in without
    assert "websocket_api.channels" not in without
