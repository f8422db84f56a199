import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from moto import mock_aws
from moto.core import set_initial_no_auth_action_count

from scripts import deploy
from scripts.deploy import DeploymentError, Target, find_target

REGION = {"AWS_REGION": "eu-central-1"}


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Credentials of an AWS account that is none."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    with mock_aws():
        monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
        yield


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "main.tf").write_text('resource "terraform_data" "one" {}\n')
    return tmp_path


@pytest.fixture
def at_terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Sit at a terminal and type."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    return lambda typed: monkeypatch.setattr("sys.stdin", Terminal(typed))


def run(action: str, root: Path, **environment: str) -> int:
    return deploy.main([action, "--root", str(root)], {**REGION, **environment})


def state(root: Path) -> str:
    path = root / "terraform.tfstate"
    return path.read_text() if path.exists() else ""


def test_plan_names_the_account_and_changes_nothing(
    root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run("plan", root) == 0

    output = capfd.readouterr().out
    assert "AWS account 123456789012, Region eu-central-1, as arn:aws:sts::" in output
    assert "1 to add" in output
    assert not state(root)


def test_yes_at_the_terminal_applies_what_was_shown(
    root: Path, at_terminal: Callable[[str], None], capfd: pytest.CaptureFixture[str]
) -> None:
    at_terminal("yes\n")

    assert run("deploy", root) == 0

    output = capfd.readouterr().out
    assert "Deploy as planned above, in account 123456789012, Region eu-central-1?" in output
    assert output.index("1 to add") < output.index("Deploy as planned above")
    assert "terraform_data" in state(root)


@pytest.mark.parametrize("typed", ["no\n", "y\n", "\n", ""])
def test_any_other_answer_changes_nothing(
    root: Path,
    at_terminal: Callable[[str], None],
    capfd: pytest.CaptureFixture[str],
    typed: str,
) -> None:
    at_terminal(typed)

    assert run("deploy", root) == 1

    assert capfd.readouterr().err.endswith("Nothing was changed.\n")
    assert not state(root)


@pytest.mark.parametrize("action", ["deploy", "destroy"])
def test_without_a_terminal_it_is_refused_before_anything_runs(
    root: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], action: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))

    assert run(action, root) == 1

    assert capfd.readouterr().err == (
        f"There is no terminal to ask at; set CONFIRM=yes to {action} all the same.\n"
    )
    assert not (root / ".terraform").exists()


def test_confirmation_beforehand_deploys_and_destroys(
    root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run("deploy", root, CONFIRM="yes") == 0
    assert "terraform_data" in state(root)

    assert run("deploy", root, CONFIRM="yes") == 0
    assert "No changes." in capfd.readouterr().out

    assert run("destroy", root, CONFIRM="yes") == 0
    assert "terraform_data" not in state(root)


def test_failing_init_and_plan_change_nothing(
    root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (root / "two.tf").write_text('output "two" {\n  value = terraform_data.absent.id\n}\n')
    assert run("deploy", root, CONFIRM="yes") == 1
    assert "terraform plan failed; nothing was changed." in capfd.readouterr().err

    (root / "two.tf").write_text("not Terraform")
    assert run("deploy", root, CONFIRM="yes") == 1
    assert "terraform init failed; nothing was changed." in capfd.readouterr().err


def test_region_of_the_variable_comes_before_that_of_the_profile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")

    assert find_target({"AWS_REGION": "eu-west-1"}).region == "eu-west-1"
    target = find_target({})

    assert target == Target("123456789012", target.caller, "us-west-2")


def test_missing_region_is_told() -> None:
    with pytest.raises(DeploymentError, match="No AWS Region is set; set AWS_REGION"):
        find_target({})


def test_missing_profile_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "absent")

    with pytest.raises(DeploymentError, match=r"\(absent\) could not be found\nSign in"):
        find_target(REGION)


@set_initial_no_auth_action_count(0)
def test_refused_credentials_are_told() -> None:
    with pytest.raises(DeploymentError, match=r"security token .* is invalid\.\nSign in"):
        find_target(REGION)


def test_aws_out_of_reach_is_no_matter_of_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(DeploymentError, match="AWS cannot be reached"):
        find_target(REGION)
