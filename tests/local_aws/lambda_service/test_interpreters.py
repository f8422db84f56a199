import asyncio
import hashlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from local_aws.lambda_service import interpreters
from local_aws.lambda_service.errors import InvalidRuntimeError
from local_aws.lambda_service.interpreters import Interpreters, PythonRuntime
from local_aws.lambda_service.settings import REQUIREMENTS
from tests.local_aws.lambda_service.given import function_of

CURRENT = f"{sys.version_info.major}.{sys.version_info.minor}"
# No Python has this version, so that only the stand-ins of a test are found.
OTHER = "3.99"


class Found:
    """Interpreters whose every directory is the test's own, and what they say."""

    def __init__(self, directory: Path, requirements: Path = REQUIREMENTS) -> None:
        self.notices: list[tuple[str, str]] = []
        self.cache_directory = directory / "cache"
        self._functions = directory
        self._interpreters = Interpreters(
            directory=directory / "runtimes",
            cache_directory=self.cache_directory,
            requirements=requirements,
            notice=lambda runtime, text: self.notices.append((runtime, text)),
        )
        self.close = self._interpreters.close

    async def runtime(self, version: str) -> PythonRuntime:
        function = function_of(self._functions, runtime=f"python{version}")
        return await self._interpreters.runtime_for(function)


def prints(runtime: PythonRuntime, program: str) -> str:
    return subprocess.run(
        [runtime.executable, "-I", "-c", program], capture_output=True, check=True, text=True
    ).stdout.strip()


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Put a program on PATH in the place of a Python of the version that does not exist."""
    directory = tmp_path / "path"
    directory.mkdir()
    monkeypatch.setenv("PATH", f"{directory}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))

    def make(script: str, directory: Path = directory) -> Path:
        directory.mkdir(parents=True, exist_ok=True)
        program = directory / f"python{OTHER}"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        return program

    return make


def python_that_says(version: str) -> str:
    """Write a script that is the current Python, but says to be of another version."""
    description = f'["{version}", "a build", "/nowhere"]'
    return (
        f"case \"$*\" in *json.dumps*) echo '{description}' ;; "
        f"*) exec '{sys.executable}' \"$@\" ;; esac"
    )


def requirements_of(directory: Path, text: str) -> Path:
    requirements = directory / "requirements-runtime.txt"
    requirements.write_text(text)
    return requirements


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """Pin a package that stands in for the runtime client, installable without a network."""
    wheel = tmp_path / "wheels" / "awslambdaric-9.0-py3-none-any.whl"
    wheel.parent.mkdir()
    metadata = "Metadata-Version: 2.1\nName: awslambdaric\nVersion: 9.0\n"
    described = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("awslambdaric/__init__.py", "")
        archive.writestr("awslambdaric/bootstrap.py", "")
        archive.writestr("runtime_client.py", "")
        archive.writestr("awslambdaric-9.0.dist-info/METADATA", metadata)
        archive.writestr("awslambdaric-9.0.dist-info/WHEEL", described)
        archive.writestr("awslambdaric-9.0.dist-info/RECORD", "")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    pinned = f"awslambdaric==9.0 --hash=sha256:{digest}\n"
    return requirements_of(tmp_path, f"--no-index\n--find-links {wheel.parent}\n{pinned}")


async def test_current_python_gets_links_to_the_packages_of_the_runtime(tmp_path: Path) -> None:
    found = Found(tmp_path)
    runtime = await found.runtime(CURRENT)
    assert prints(runtime, "import sys; print('%d.%d' % sys.version_info[:2])") == CURRENT
    assert prints(runtime, "import awslambdaric, boto3; print(boto3.__version__)")
    missing = "import importlib.util as u; print(u.find_spec('moto'), u.find_spec('pip'))"
    assert prints(runtime, missing) == "None None"
    assert found.notices == []
    assert not found.cache_directory.exists()


async def test_runtime_is_looked_for_once(tmp_path: Path) -> None:
    found = Found(tmp_path)
    first, second = await asyncio.gather(found.runtime(CURRENT), found.runtime(CURRENT))
    assert first is second
    await found.close()


@pytest.mark.parametrize("runtime", ["nodejs22.x", "provided.al2023", "python3.13x", "python"])
async def test_runtime_that_is_no_python_is_refused(tmp_path: Path, runtime: str) -> None:
    found = Interpreters(
        directory=tmp_path,
        cache_directory=tmp_path,
        requirements=REQUIREMENTS,
        notice=lambda *_: None,
    )
    function = function_of(tmp_path, runtime=runtime)
    with pytest.raises(InvalidRuntimeError) as refused:
        await found.runtime_for(function)
    assert "Function greeter" in str(refused.value)
    assert repr(runtime) in str(refused.value)


async def test_missing_python_is_replaced_by_the_current_one_and_said_once(
    tmp_path: Path, stand_in: Callable[[str], Path]
) -> None:
    stand_in("echo 'command not found' >&2; exit 127")
    found = Found(tmp_path)
    runtime = await found.runtime(OTHER)
    assert await found.runtime(OTHER) == runtime
    assert runtime.version == CURRENT
    assert prints(runtime, "import sys; print('%d.%d' % sys.version_info[:2])") == CURRENT
    assert found.notices == [
        (
            "python3.99",
            f"Python 3.99 is not on this machine. Its functions run on Python {CURRENT} instead.",
        )
    ]


@pytest.mark.parametrize("script", ["echo nonsense", 'echo \'["3.98", "a", "b"]\'', "exit 0"])
async def test_program_that_is_no_python_of_the_version_is_not_used(
    tmp_path: Path, stand_in: Callable[[str], Path], script: str
) -> None:
    stand_in(script)
    found = Found(tmp_path)
    await found.runtime(OTHER)
    assert "Python 3.99 is not on this machine" in found.notices[0][1]


async def test_program_that_does_not_answer_is_not_used(
    tmp_path: Path, stand_in: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interpreters, "_PROBE_SECONDS", 0.2)
    stand_in("sleep 600 & echo $! > " + str(tmp_path / "child") + "; wait")
    found = Found(tmp_path)
    with pytest.raises(interpreters._CannotInstallError):
        await interpreters._interpreter(OTHER)
    assert found.notices == []


async def test_other_python_gets_an_environment_of_its_own_that_is_kept(
    tmp_path: Path, stand_in: Callable[[str], Path], packages: Path
) -> None:
    stand_in(python_that_says(OTHER))
    first = Found(tmp_path, packages)
    runtime = await first.runtime(OTHER)
    assert runtime.executable.is_relative_to(first.cache_directory)
    assert prints(runtime, "import awslambdaric; print(awslambdaric.__file__)") == str(
        runtime.site_packages / "awslambdaric" / "__init__.py"
    )
    assert first.notices == [
        ("python3.99", "Installing AWS's Python runtime client for python3.99, once.")
    ]
    second = Found(tmp_path, packages)
    assert await second.runtime(OTHER) == runtime
    assert second.notices == []
    assert len(list(first.cache_directory.iterdir())) == 1


async def test_version_manager_is_asked_for_its_newest_release(
    tmp_path: Path, stand_in: Callable[..., Path]
) -> None:
    for release in ("3.99.9", "3.99.10"):
        stand_in(python_that_says(OTHER), tmp_path / "pyenv" / "versions" / release / "bin")
    found = await interpreters._interpreter(OTHER)
    assert found.executable.parts[-3] == "3.99.10"


async def test_environment_that_cannot_be_installed_is_done_without(
    tmp_path: Path, stand_in: Callable[[str], Path]
) -> None:
    stand_in(python_that_says(OTHER))
    pinned = f"--no-index\nawslambdaric==9.0 --hash=sha256:{bytes(32).hex()}\n"
    found = Found(tmp_path, requirements_of(tmp_path, pinned))
    with pytest.raises(InvalidRuntimeError, match=r"awslambdaric \S+ is installed"):
        await found.runtime(OTHER)
    _, (runtime, notice) = found.notices
    assert runtime == "python3.99"
    assert "-m pip` failed: " in notice
    assert "No matching distribution found for awslambdaric==9.0" in notice
    assert list(found.cache_directory.iterdir()) == []


async def test_environment_that_does_not_work_is_not_used(
    tmp_path: Path, stand_in: Callable[[str], Path]
) -> None:
    stand_in(python_that_says(OTHER))
    found = Found(tmp_path, requirements_of(tmp_path, "--no-index\n"))
    await found.runtime(OTHER)
    assert "does not work" in found.notices[1][1]


async def test_package_that_is_not_installed_is_named(tmp_path: Path) -> None:
    requirements = requirements_of(tmp_path, "no-such-package==1.0\n")
    with pytest.raises(InvalidRuntimeError, match=r"no-such-package 1\.0 is not installed; run"):
        await Found(tmp_path, requirements).runtime(CURRENT)


async def test_package_of_another_version_is_named(tmp_path: Path) -> None:
    requirements = requirements_of(tmp_path, "boto3==0.0.1\n")
    with pytest.raises(InvalidRuntimeError, match=r"asks for 0\.0\.1\. Run `make setup`"):
        await Found(tmp_path, requirements).runtime(CURRENT)


async def test_closing_stops_what_is_being_installed(
    tmp_path: Path, stand_in: Callable[[str], Path]
) -> None:
    stand_in("echo > " + str(tmp_path / "started") + "; sleep 600")
    found = Found(tmp_path)
    waiting = asyncio.create_task(found.runtime(OTHER))
    await asyncio.sleep(0.05)
    await found.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting


def test_installing_does_not_see_our_own_packages() -> None:
    kept = interpreters._environment(
        {
            "PATH": "/bin",
            "HTTPS_PROXY": "http://proxy",
            "PIP_INDEX_URL": "http://index",
            "PYTHONPATH": "/ours",
            "VIRTUAL_ENV": "/ours",
            "COVERAGE_PROCESS_START": "/ours",
        }
    )
    assert set(kept) == {"PATH", "HTTPS_PROXY", "PIP_INDEX_URL"}
