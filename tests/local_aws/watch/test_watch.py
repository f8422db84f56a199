import json
from pathlib import Path

import pytest

from local_aws.terraform.binary import Binary
from tests.local_aws.watch.given import write
from tests.local_aws.watch.served import SOURCES, serving

pytestmark = pytest.mark.stacks


async def test_saved_source_is_live_without_terraform(
    tmp_path: Path, terraform_binary: Binary
) -> None:
    async with serving(tmp_path, terraform_binary) as served:
        assert await served.answer() == "first"
        write(served.sources, {"answers.py": 'ANSWER = "second"\n'})
        await served.until(": echo\n")
        assert await served.answer() == "second"
        assert served.applied == []


async def test_code_before_goes_on_serving_while_a_function_does_not_start(
    tmp_path: Path, terraform_binary: Binary
) -> None:
    async with serving(tmp_path, terraform_binary) as served:
        write(served.sources, {"echo.py": "import answers, later\n" + SOURCES["echo.py"]})
        await served.until("The code before goes on serving.")
        assert await served.answer() == "first"
        write(served.sources, {"answers.py": 'ANSWER = "second"\n', "later.py": "def (:"})
        await served.until("later.py, line 1")
        await served.until("The code before goes on serving.")
        assert await served.answer() == "first"
        write(served.sources, {"later.py": ""})
        await served.until("live after")
        assert await served.answer() == "second"


async def test_alias_of_the_newest_version_follows_the_code(
    tmp_path: Path, terraform_binary: Binary
) -> None:
    async with serving(tmp_path, terraform_binary, alias="live") as served:
        write(served.sources, {"answers.py": 'ANSWER = "second"\n'})
        await served.until("live after")
        assert await served.answer() == "second"
        functions = served.client("lambda")
        assert functions.get_alias(FunctionName="echo", Name="live")["FunctionVersion"] == "2"


async def test_root_is_applied_again_if_files_were_saved_while_that_failed(
    tmp_path: Path, terraform_binary: Binary
) -> None:
    async with serving(tmp_path, terraform_binary) as served:
        saved = served.sources / "answers.py"
        command = f"grep second {saved} || {{ echo 'ANSWER = \"second\"' > {saved}; exit 1; }}"
        provisioner = f'provisioner "local-exec" {{\n    command = {json.dumps(command)}\n  }}'
        main = f'resource "terraform_data" "a" {{\n  {provisioner}\n}}\n'
        write(served.root, {"main.tf": main})
        await served.until("What was applied before goes on serving.")
        await served.until("Apply complete!")
        await served.until("live after")
        assert await served.answer() == "second"


async def test_root_that_is_gone_is_waited_for_and_its_functions_go_on(
    tmp_path: Path, terraform_binary: Binary
) -> None:
    async with serving(tmp_path, terraform_binary) as served:
        elsewhere = served.root.rename(tmp_path / "elsewhere")
        await served.until(f"No such file or directory: '{served.root}'")
        await served.until("What was applied before goes on serving.")
        write(served.sources, {"answers.py": 'ANSWER = "second"\n'})
        await served.until("live after")
        assert await served.answer() == "second"
        elsewhere.rename(served.root)
        await served.until("==> Saved")


async def test_saved_configuration_is_applied(tmp_path: Path, terraform_binary: Binary) -> None:
    async with serving(tmp_path, terraform_binary) as served:
        write(served.root, {"main.tf": 'output "second" {\n  value = "two"\n}\n'})
        await served.until("Apply complete!")
        write(served.root, {"more.tf": "output {"})
        await served.until("What was applied before goes on serving.")
        assert await served.answer() == "first"
        write(served.root, {"more/main.tf": 'output "third" {\n  value = "three"\n}\n'})
        write(served.root, {"more.tf": 'module "more" {\n  source = "./more"\n}\n'})
        await served.until("Apply complete!")
        write(served.root, {"more/main.tf": ""})
        await served.until("Apply complete!")
        assert served.applied[-1].outputs == {"second": "two"}


async def test_file_that_nothing_is_made_of_is_passed_over(
    tmp_path: Path, terraform_binary: Binary
) -> None:
    async with serving(tmp_path, terraform_binary) as served:
        write(served.root, {"README.md": "# Read me"})
        write(served.sources, {"answers.py": 'ANSWER = "second"\n'})
        await served.until("live after")
        assert served.applied == []
