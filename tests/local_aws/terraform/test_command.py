import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local_aws.terraform.binary import Binary
from local_aws.terraform.command import (
    Event,
    RunSummary,
    Terraform,
    TerraformError,
    TerraformStoppedError,
    progress_lines,
)

ECHO = """
variable "name" {
  type    = string
  default = "nobody"
}
variable "settings" {
  type    = object({ tags = map(string), sizes = list(number) })
  default = { tags = {}, sizes = [] }
}
resource "terraform_data" "name" {
  input = var.name
}
output "name" {
  value = terraform_data.name.output
}
output "settings" {
  value = var.settings
}
output "secret" {
  value     = "nobody's business"
  sensitive = true
}
"""

SLEEP = """
resource "terraform_data" "sleep" {
  provisioner "local-exec" {
    interpreter = ["/bin/sh", "-c"]
    command     = "%s"
  }
}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def initialized(root: Path, terraform: Callable[[Path], Terraform]) -> Callable[[str], Terraform]:
    """Write a root's one file and make it ready for commands."""

    def initialize(configuration: str) -> Terraform:
        (root / "main.tf").write_text(configuration)
        command = terraform(root)
        command.init()
        return command

    return initialize


def test_root_is_applied_read_without_its_secrets_planned_and_destroyed(
    initialized: Callable[[str], Terraform],
) -> None:
    terraform = initialized(ECHO)

    assert terraform.plan() is True
    terraform.apply()
    assert terraform.output() == {"name": "nobody", "settings": {"tags": {}, "sizes": []}}
    assert terraform.plan() is False
    assert terraform.plan({"name": "somebody"}) is True
    terraform.destroy()
    assert terraform.output() == {}


MADE_ANEW = """
variable "names" {
  type    = set(string)
  default = []
}
variable "salt" {
  default = "one"
}
resource "terraform_data" "names" {
  for_each         = var.names
  input            = var.salt
  triggers_replace = each.key == "renewed" ? var.salt : null
}
module "inner" {
  source = "./inner"
  count  = length(var.names) > 0 ? 1 : 0
}
"""


def test_what_was_done_and_what_is_there_are_told_by_address(
    initialized: Callable[[str], Terraform], root: Path
) -> None:
    (root / "inner").mkdir()
    (root / "inner" / "main.tf").write_text('resource "terraform_data" "deep" {}')
    terraform = initialized(MADE_ANEW)
    assert terraform.resources() == ()
    assert terraform.apply() == {}

    terraform.apply({"names": ["kept", "renewed", "gone"]})

    assert set(terraform.resources()) == {
        'terraform_data.names["kept"]',
        'terraform_data.names["renewed"]',
        'terraform_data.names["gone"]',
        "module.inner[0].terraform_data.deep",
    }
    assert terraform.apply({"names": ["kept", "renewed", "new"], "salt": "two"}) == {
        'terraform_data.names["kept"]': "update",
        'terraform_data.names["renewed"]': "replace",
        'terraform_data.names["gone"]': "delete",
        'terraform_data.names["new"]': "create",
    }


def test_variables_of_any_type_win_over_files(
    initialized: Callable[[str], Terraform], root: Path
) -> None:
    (root / "one.tfvars").write_text('name = "one"')
    (root / "two.tfvars").write_text('name = "two"')
    settings = {"tags": {'a "b"': "${c} %{d}"}, "sizes": [1, 2.5]}
    terraform = initialized(ECHO)
    files = (root / "one.tfvars", root / "two.tfvars")

    terraform.apply({"settings": settings}, variable_files=files)
    assert terraform.output() == {"name": "two", "settings": settings}

    terraform.apply({"name": "three"}, variable_files=files)
    assert terraform.output()["name"] == "three"


def test_text_for_a_variable_of_another_type_is_an_expression(
    initialized: Callable[[str], Terraform],
) -> None:
    terraform = initialized(ECHO)

    terraform.apply({"settings": "{ tags = {}, sizes = [1, 2] }"})

    assert terraform.output()["settings"] == {"tags": {}, "sizes": [1, 2]}


def test_variable_that_the_root_does_not_have_is_refused(
    initialized: Callable[[str], Terraform],
) -> None:
    with pytest.raises(TerraformError, match="undeclared variable"):
        initialized(ECHO).apply({"nmae": "x"})


def test_progress_is_told_as_a_person_wants_it(initialized: Callable[[str], Terraform]) -> None:
    terraform = initialized(
        ECHO
        + """
        check "name" {
          assert {
            condition     = var.name != "nobody"
            error_message = "Think of a name."
          }
        }
        """
    )
    lines: list[str] = []

    terraform.apply(on_progress=lambda event: lines.extend(progress_lines(event)))

    assert lines[0] == "Plan: 1 to add, 0 to change, 0 to destroy."
    assert "terraform_data.name: Creating..." in lines
    assert "Warning: Check block assertion failed" in lines
    assert "  Think of a name." in lines
    assert lines[-1] == "Apply complete! Resources: 1 added, 0 changed, 0 destroyed."


def test_failure_shows_what_terraform_says(initialized: Callable[[str], Terraform]) -> None:
    terraform = initialized(SLEEP % "echo working; exit 3")
    lines: list[str] = []

    with pytest.raises(TerraformError) as raised:
        terraform.apply(on_progress=lambda event: lines.extend(progress_lines(event)))

    assert str(raised.value).startswith("terraform apply failed with exit code 1.\n\nError: ")
    assert "exit status 3. Output: working" in str(raised.value)
    assert "with terraform_data.sleep" in str(raised.value)
    assert 'on main.tf line 3, in resource "terraform_data" "sleep"' in str(raised.value)
    assert (raised.value.command, raised.value.exit_code) == ("apply", 1)
    assert [one.summary for one in raised.value.diagnostics] == ["local-exec provisioner error"]
    assert "terraform_data.sleep: (local-exec): working" in lines
    assert not any(line.startswith("Error") for line in lines)


def test_failure_without_a_diagnostic_shows_the_text(
    root: Path, terraform_environment: dict[str, str]
) -> None:
    program = root / "terraform"
    program.write_text("#!/bin/sh\necho 'panic: out of order' >&2\nexit 2\n")
    program.chmod(0o755)

    with pytest.raises(TerraformError, match=r"exit code 2\.\n\npanic: out of order$"):
        Terraform(program, root, terraform_environment).apply()


def test_missing_provider_is_answered_with_both_ways_out(
    root: Path, terraform_binary: Binary, terraform_environment: dict[str, str]
) -> None:
    (root / "main.tf").write_text('provider "aws" {}')
    (root / "mirror").mkdir()
    configuration = root / "empty.tfrc"
    configuration.write_text(
        f'provider_installation {{\n  filesystem_mirror {{ path = "{root}/mirror" }}\n}}\n'
    )
    environment = terraform_environment | {"TF_CLI_CONFIG_FILE": str(configuration)}

    with pytest.raises(TerraformError) as raised:
        Terraform(terraform_binary.path, root, environment).init()

    assert "Failed to query available provider packages" in str(raised.value)
    assert "let this machine reach registry.terraform.io" in str(raised.value)
    assert "TF_PLUGIN_MIRROR" in str(raised.value)


def test_state_of_the_root_can_be_left_alone(
    root: Path, terraform: Callable[[Path], Terraform]
) -> None:
    (root / "main.tf").write_text('terraform {\n  backend "s3" {}\n}\n')

    terraform(root).init(backend=False)

    with pytest.raises(TerraformError, match="Backend initialization required"):
        terraform(root).plan()


def test_validate_returns_warnings_and_raises_errors(
    initialized: Callable[[str], Terraform], root: Path
) -> None:
    terraform = initialized(ECHO)
    assert terraform.validate() == ()

    (root / "warning.tf").write_text(
        'data "terraform_remote_state" "other" {\n  backend = "artifactory"\n}\n'
    )
    (root / "error.tf").write_text('output "wrong" {\n  value = var.absent\n}\n')
    with pytest.raises(TerraformError) as raised:
        terraform.validate()
    assert "Reference to undeclared input variable" in str(raised.value)


def test_tests_are_counted(initialized: Callable[[str], Terraform], root: Path) -> None:
    (root / "name.tftest.hcl").write_text(
        'run "default" {\n  assert {\n    condition = output.name == "nobody"\n'
        '    error_message = "no default"\n  }\n}\n'
    )
    lines: list[str] = []

    summary = initialized(ECHO).test(lambda event: lines.extend(progress_lines(event)))

    assert summary == RunSummary(passed=1, failed=0, errored=0, skipped=0)
    assert any("name.tftest.hcl" in line for line in lines)


def test_failed_test_is_an_error_that_says_why(
    initialized: Callable[[str], Terraform], root: Path
) -> None:
    (root / "name.tftest.hcl").write_text(
        'run "default" {\n  assert {\n    condition = output.name == "somebody"\n'
        '    error_message = "the name is wrong"\n  }\n}\n'
    )

    with pytest.raises(TerraformError, match="the name is wrong"):
        initialized(ECHO).test()


def test_ctrl_c_at_the_terminal_is_the_callers_alone(
    initialized: Callable[[str], Terraform], root: Path
) -> None:
    initialized(SLEEP % f"ps -o sid= -p $$ > {root}/session").apply()

    assert int((root / "session").read_text()) != os.getsid(0)


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} never appeared"
        time.sleep(0.01)


def in_thread(work: Callable[[], Any]) -> tuple[threading.Thread, list[BaseException]]:
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except TerraformError as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, errors


def is_running(process_id: int) -> bool:
    """Tell whether a process lives; a zombie that nobody has waited for does not."""
    try:
        status = Path(f"/proc/{process_id}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def test_stopped_command_saves_its_state_and_ends(
    initialized: Callable[[str], Terraform], root: Path
) -> None:
    terraform = initialized(SLEEP % f"touch {root}/started; exec sleep 60")
    thread, errors = in_thread(terraform.apply)
    wait_for(root / "started")

    terraform.stop()
    thread.join()

    assert isinstance(errors[0], TerraformStoppedError)
    assert "terraform_data" in (root / "terraform.tfstate").read_text()


def test_command_that_does_not_stop_in_time_is_killed_with_all_it_started(
    root: Path, terraform_environment: dict[str, str]
) -> None:
    program = root / "terraform"
    program.write_text(
        "#!/bin/sh\n"
        "trap '' INT\n"
        f"sleep 60 & echo $! > {root}/draft; mv {root}/draft {root}/process; wait\n"
    )
    program.chmod(0o755)
    terraform = Terraform(program, root, terraform_environment)
    thread, errors = in_thread(terraform.apply)
    wait_for(root / "process")

    terraform.stop(grace_seconds=0.1)
    thread.join()

    assert isinstance(errors[0], TerraformStoppedError)
    assert errors[0].exit_code == -signal.SIGKILL
    process_id = int((root / "process").read_text())
    deadline = time.monotonic() + 10
    while is_running(process_id):
        assert time.monotonic() < deadline, "a process outlived Terraform"
        time.sleep(0.01)


def test_stopped_terraform_begins_nothing_more(initialized: Callable[[str], Terraform]) -> None:
    terraform = initialized(ECHO)
    terraform.stop()

    with pytest.raises(TerraformStoppedError, match="stopped before it began"):
        terraform.apply()


def test_failing_progress_callback_ends_the_command(
    initialized: Callable[[str], Terraform], root: Path
) -> None:
    terraform = initialized(SLEEP % f"touch {root}/started; exec sleep 60")

    def fail(event: Event) -> None:
        if event["type"] == "provision_start":
            wait_for(root / "started")
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        terraform.apply(on_progress=fail)
