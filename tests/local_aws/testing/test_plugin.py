"""The plugin as a stranger has it: what docs/testing.md says, pasted into an empty folder."""

import json
import re
from pathlib import Path

import pytest

from local_aws.testing import plugin
from tests.end_to_end.given import REPOSITORY

pytest_plugins = ["pytester"]

PLUGIN = ("-p", "local_aws.testing.plugin", "-p", "no:cacheprovider")
PAGE = (REPOSITORY / "docs" / "testing.md").read_text(encoding="utf-8")
FILES = re.findall(r"^```\w+\n# (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def paste(folder: Path) -> None:
    for name, text in FILES:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    return pytester


@pytest.mark.stacks
def test_page_can_be_pasted(project: pytest.Pytester) -> None:
    paste(project.path)
    result = project.runpytest_subprocess(*PLUGIN)
    result.assert_outcomes(passed=4)


@pytest.mark.stacks
def test_failing_test_shows_what_the_api_did(project: pytest.Pytester) -> None:
    paste(project.path)
    project.makepyfile(
        test_chat="""
        def test_wrong(websocket_api):
            anna = websocket_api.connect()
            anna.send({"action": "say", "text": 3})
            anna.expect({"delivered": 0})

        def test_unanswered(websocket_api):
            websocket_api.connect().receive(within=0.1)

        def test_open(websocket_api):
            websocket_api.connect().expect_close(1001, within=0.1)
        """
    )
    result = project.runpytest_subprocess(*PLUGIN)
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(
        [
            "*AssertionError: Expected {'delivered': 0}, received *bad_request*",
            "*Captured stdout*",
            "*say*",
            "*NothingReceived: No message came within 0.1 s.",
            "*AssertionError: The connection is still open after 0.1 s.",
        ]
    )


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ("", "set either websocket_root or websocket_source"),
        ("websocket_root = a\nwebsocket_source = b", "set either websocket_root or websocket_s"),
        ("websocket_root = nowhere", "websocket_root: there is no folder .*nowhere"),
        ("websocket_source = nowhere", "websocket_source: there is no folder .*nowhere"),
        (
            "websocket_source = .\nwebsocket_module = ./nowhere",
            "websocket_module: there is no folder .*nowhere",
        ),
        ("websocket_root = .\nwebsocket_variables = name", "'name' is not NAME=VALUE."),
    ],
)
def test_wrong_setting_is_named(
    pytester: pytest.Pytester,
    tmp_path_factory: pytest.TempPathFactory,
    settings: str,
    complaint: str,
) -> None:
    pytester.makeini(f"[pytest]\n{settings}")
    config = pytester.parseconfig(*PLUGIN)
    with pytest.raises(plugin.WrongSetting, match=complaint):
        plugin._stack_settings(config, tmp_path_factory)


def test_root_and_its_variables_are_taken_from_where_the_settings_are(
    pytester: pytest.Pytester, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pytester.mkdir("terraform")
    pytester.makeini("[pytest]\nwebsocket_root = terraform\nwebsocket_variables =\n  a = 1=2\n  b=")
    settings = plugin._stack_settings(pytester.parseconfig(*PLUGIN), tmp_path_factory)
    assert settings.root == pytester.path / "terraform"
    assert settings.terraform_variables == {"a": "1=2", "b": ""}


def test_folder_of_handlers_gets_a_root(
    pytester: pytest.Pytester, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pytester.makeini(
        "[pytest]\nwebsocket_source = .\nwebsocket_handler = chat.handler\nwebsocket_routes = say"
    )
    settings = plugin._stack_settings(pytester.parseconfig(*PLUGIN), tmp_path_factory)
    module = json.loads((settings.root / "main.tf.json").read_text())["module"]["websocket"]
    assert (settings.root / module["source"]).resolve() == REPOSITORY / "infra"
    assert module["source_dir"] == str(pytester.path)
    assert module["functions"]["app"]["handler"] == "chat.handler"
    assert {key: route["two_way"] for key, route in module["routes"].items()} == {
        "$connect": False,
        "$disconnect": False,
        "$default": True,
        "say": True,
    }


def test_folder_of_three_handlers_leaves_functions_and_routes_to_the_module(
    pytester: pytest.Pytester, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pytester.makeini(
        "[pytest]\nwebsocket_source = .\nwebsocket_module = git::https://example.com/x//infra"
    )
    settings = plugin._stack_settings(pytester.parseconfig(*PLUGIN), tmp_path_factory)
    module = json.loads((settings.root / "main.tf.json").read_text())["module"]["websocket"]
    assert module["source"] == "git::https://example.com/x//infra"
    assert not module.keys() & {"functions", "routes"}


def test_root_without_an_api_fails_with_its_reason(project: pytest.Pytester) -> None:
    project.makeini("[pytest]\nwebsocket_root = .")
    project.path.joinpath("main.tf").write_text('output "nothing" { value = 1 }\n')
    project.makepyfile("def test_any(websocket_api): pass")
    result = project.runpytest_subprocess(*PLUGIN)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*deploys no WebSocket API*"])
    assert "Traceback" not in result.stdout.str()


def test_settings_are_documented() -> None:
    for name in (*plugin._SETTINGS, *plugin._LISTS):
        assert f"| `{name}` |" in PAGE
