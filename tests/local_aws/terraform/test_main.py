"""`python -m local_aws.terraform`, as the Makefile runs it."""

import functools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local_aws.terraform.__main__ import main
from local_aws.terraform.binary import find_binary

PROJECT_DIRECTORY = Path(__file__).resolve().parents[3]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    (tmp_path / "root/main.tf").write_text('output "name" {\n  value = "echo"\n}\n')
    return tmp_path / "root"


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-m", "local_aws.terraform", *arguments),
        cwd=PROJECT_DIRECTORY,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_arguments_and_output_are_passed_through(root: Path) -> None:
    chdir = f"-chdir={root}"

    assert run(chdir, "init").returncode == 0
    assert run(chdir, "apply", "-auto-approve").returncode == 0
    output = run(chdir, "output", "-raw", "name")

    assert (output.returncode, output.stdout, output.stderr) == (0, "echo", "")


def test_exit_code_is_passed_through(root: Path) -> None:
    assert run(f"-chdir={root}", "init").returncode == 0
    assert run(f"-chdir={root}", "plan", "-detailed-exitcode").returncode == 2


def test_init_says_what_it_installs_from(root: Path) -> None:
    finished = run(f"-chdir={root}", "init", TF_CLI_CONFIG_FILE="/nowhere/terraform.rc")

    assert "TF_CLI_CONFIG_FILE names /nowhere/terraform.rc, which is no file" in finished.stderr


def test_mirror_of_the_root_itself_is_seen(root: Path, tmp_path: Path) -> None:
    vendored = root / "terraform.d/plugins/registry.terraform.io/hashicorp/aws/5.80.0"
    for platform in ("linux_amd64", "linux_arm64", "darwin_arm64"):
        (vendored / platform).mkdir(parents=True)
    home = tmp_path / "home"
    home.mkdir()

    finished = run(f"-chdir={root}", "init", HOME=str(home), TF_CLI_CONFIG_FILE="")

    assert f"AWS provider 5.80.0 from {root}/terraform.d/plugins" in finished.stderr


def test_missing_terraform_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    elsewhere = functools.partial(find_binary, tools_directory=tmp_path)
    monkeypatch.setattr("local_aws.terraform.__main__.find_binary", elsewhere)

    assert main(["version"]) == 1
    assert "Terraform 1.9 or later was not found" in capsys.readouterr().err


def test_wrong_mirror_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("TF_CLI_CONFIG_FILE", raising=False)
    monkeypatch.setenv("TF_PLUGIN_MIRROR", "/nowhere")

    assert main(["version"]) == 1
    assert "TF_PLUGIN_MIRROR names /nowhere" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_terraform_first(root: Path, number: signal.Signals) -> None:
    (root / "main.tf").write_text(
        'resource "terraform_data" "sleep" {\n  provisioner "local-exec" {\n'
        f'    command = "touch {root}/started; exec sleep 60"\n  }}\n}}\n'
    )
    assert run(f"-chdir={root}", "init").returncode == 0
    command = (sys.executable, "-m", "local_aws.terraform", f"-chdir={root}", "apply")
    with subprocess.Popen(
        (*command, "-auto-approve"),
        cwd=PROJECT_DIRECTORY,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        deadline = time.monotonic() + 30
        while not (root / "started").exists():
            assert time.monotonic() < deadline, "Terraform never started the provisioner"
            time.sleep(0.01)
        # As a terminal does it, a Ctrl-C goes to all, a SIGTERM of somebody else to one.
        if number == signal.SIGINT:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        output = process.communicate()[0]

    assert process.returncode == 1
    assert "Stopping operation" in output
    assert "terraform_data" in (root / "terraform.tfstate").read_text()
    assert not (root / ".terraform.tfstate.lock.info").exists()
