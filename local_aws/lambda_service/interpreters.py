"""Which Python runs a function, and the packages that it finds there besides its own.

A runtime's Python sees its standard library, AWS's runtime client and the AWS SDK, as on AWS, and
nothing else of what is installed on this machine. For the Python that runs us, these packages are
linked from where we found them; for another one they are installed once and kept.
"""

import asyncio
import contextlib
import hashlib
import importlib.metadata
import json
import os
import re
import sys
import sysconfig
import tempfile
import venv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from local_aws.lambda_service.errors import InvalidRuntimeError
from local_aws.lambda_service.guardian import kill_group, remove_tree
from local_aws.publication import Function

_Result = TypeVar("_Result")

_CURRENT = f"{sys.version_info.major}.{sys.version_info.minor}"
_PYTHON_RUNTIME = re.compile(r"python(?P<version>3\.\d+)")
_PINNED = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)", re.MULTILINE)
_DESCRIBE = (
    "import json, sys, sysconfig; print(json.dumps(["
    "'%d.%d' % sys.version_info[:2], sys.version, sysconfig.get_path('purelib')]))"
)
_IMPORT_CLIENT = "import awslambdaric.bootstrap, runtime_client; "
_PROBE_SECONDS = 10.0
_INSTALL_SECONDS = 300.0
# What would make a new interpreter look for its packages where ours are.
_OUR_PYTHON = ("PYTHON", "VIRTUAL_ENV", "__PYVENV", "COVERAGE", "PIP_TARGET", "PIP_USER")


@dataclass(frozen=True, slots=True)
class PythonRuntime:
    """A Python on which functions run.

    Attributes:
        executable: The Python.
        version: Its first two parts, such as `3.13`.
        site_packages: The directory of the packages that it offers them.
    """

    executable: Path
    version: str
    site_packages: Path


class _CannotInstallError(Exception):
    """A Python of a runtime's version is missing, or cannot be given its packages."""


class Interpreters:
    """The Pythons of one service, each looked for once."""

    def __init__(
        self,
        *,
        directory: Path,
        cache_directory: Path,
        requirements: Path,
        notice: Callable[[str, str], None],
    ) -> None:
        """Prepare to find interpreters; nothing is looked for yet.

        Args:
            directory: Takes the environments of this run.
            cache_directory: Keeps those that had to be installed.
            requirements: Pins the packages of AWS's Python runtime, with hashes.
            notice: Called with a runtime and what the user should know about it.
        """
        self._directory = directory
        self._cache_directory = cache_directory
        self._requirements = requirements
        self._notice = notice
        self._found: dict[str, asyncio.Task[PythonRuntime]] = {}

    async def runtime_for(self, function: Function) -> PythonRuntime:
        """Return the Python of the function's runtime, or the current one if there is none.

        Raises:
            InvalidRuntimeError: It is no Python runtime, or not even the current Python can be
                given the packages of the runtime.
        """
        matched = _PYTHON_RUNTIME.fullmatch(function.runtime)
        if matched is None:
            raise InvalidRuntimeError(
                f"Function {function.name} has the runtime {function.runtime!r}; "
                "only Python runtimes such as python3.13 run here."
            )
        task = self._found.get(function.runtime)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = asyncio.create_task(self._find(function.runtime, matched["version"]))
            self._found[function.runtime] = task
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Stop whatever is being installed."""
        for task in self._found.values():
            task.cancel()
        await asyncio.gather(*self._found.values(), return_exceptions=True)

    async def _find(self, runtime: str, version: str) -> PythonRuntime:
        if version != _CURRENT:
            try:
                return await self._installed(runtime, await _interpreter(version))
            except _CannotInstallError as error:
                self._notice(
                    runtime,
                    f"{error} Its functions run on Python {_CURRENT} instead.",
                )
        try:
            # The runtime's name in the path keeps two that fall back to one Python apart.
            home = self._directory / runtime
            return await _in_thread(partial(link_current_python, home, self._requirements))
        except LookupError as error:
            raise InvalidRuntimeError(
                f"Functions of the runtime {runtime} cannot run: {error.args[0]}"
            ) from error

    async def _installed(self, runtime: str, interpreter: "_Interpreter") -> PythonRuntime:
        """Return an environment of its own for another Python, installing it if it is not there."""
        pinned = self._requirements.read_bytes()
        identity = pinned + f"{interpreter.executable}\0{interpreter.build}".encode()
        digest = hashlib.sha256(identity).hexdigest()[:16]
        home = self._cache_directory / f"{runtime}-{digest}"
        ready = await _describe(_python_in(home), _IMPORT_CLIENT)
        if ready is None:
            self._notice(runtime, f"Installing AWS's Python runtime client for {runtime}, once.")
            await self._install(interpreter.executable, home)
            ready = await _describe(_python_in(home), _IMPORT_CLIENT)
        if ready is None:
            raise _CannotInstallError(f"The environment {home} for {runtime} does not work.")
        return PythonRuntime(_python_in(home), ready.version, ready.site_packages)

    async def _install(self, executable: Path, home: Path) -> None:
        """Make an environment aside and move it into place whole."""
        self._cache_directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".partial-", dir=self._cache_directory) as aside:
            await _run(executable, "-m", "venv", "--without-pip", aside)
            await _run(
                Path(sys.executable), "-m", "pip", "--python", str(_python_in(Path(aside))),
                "install", "--quiet", "--disable-pip-version-check",
                "--require-hashes", "--requirement", str(self._requirements),
            )  # fmt: skip
            await _in_thread(partial(_move_into_place, Path(aside), home))


@dataclass(frozen=True, slots=True)
class _Interpreter:
    """What a Python says of itself; `build` tells it from others of its version."""

    executable: Path
    version: str
    build: str
    site_packages: Path


def link_current_python(home: Path, requirements: Path) -> PythonRuntime:
    """Make an environment of the Python that runs us, with links to the packages of the runtime.

    Raises:
        LookupError: A pinned package is not installed here in that version.
    """
    packages = list(_installed_packages(requirements))
    remove_tree(home)
    venv.EnvBuilder(symlinks=True, with_pip=False).create(home)
    place = {"base": str(home), "platbase": str(home)}
    site_packages = Path(sysconfig.get_path("purelib", scheme="venv", vars=place))
    for package in packages:
        site_packages.joinpath(package.name).symlink_to(package)
    return PythonRuntime(_python_in(home), _CURRENT, site_packages)


def _installed_packages(requirements: Path) -> Iterator[Path]:
    """Yield the files and directories that the pinned packages have put into site-packages."""
    for name, version in _PINNED.findall(requirements.read_text(encoding="utf-8")):
        try:
            distribution = importlib.metadata.distribution(name)
        except importlib.metadata.PackageNotFoundError as error:
            raise LookupError(f"{name} {version} is not installed; run `make setup`.") from error
        if distribution.version != version:
            raise LookupError(
                f"{name} {distribution.version} is installed; {requirements.name} asks for "
                f"{version}. Run `make setup`."
            )
        tops = {file.parts[0] for file in distribution.files or ()}
        for top in sorted(tops - {"..", "__pycache__"}):
            yield Path(str(distribution.locate_file(top))).resolve()


async def _interpreter(version: str) -> _Interpreter:
    """Find a Python of a version that works: version managers put stand-ins that do not on PATH."""
    for candidate in _candidates(version):
        found = await _describe(candidate)
        if found is not None and found.version == version:
            return found
    raise _CannotInstallError(f"Python {version} is not on this machine.")


def _candidates(version: str) -> Iterator[Path]:
    name = f"python{version}"
    for directory in os.get_exec_path():
        yield Path(directory, name)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    releases = pyenv.glob(f"versions/{version}*/bin/{name}")
    yield from sorted(releases, key=_release, reverse=True)


def _release(interpreter: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", interpreter.parts[-3])]


def _move_into_place(made: Path, home: Path) -> None:
    remove_tree(home)
    # Another process may have put it there meanwhile.
    with contextlib.suppress(OSError):
        made.rename(home)


async def _in_thread(work: Callable[[], _Result]) -> _Result:
    """Run blocking work aside; a cancellation waits for its end, which nothing can hasten."""
    task = asyncio.create_task(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    finally:
        await asyncio.wait([task])


async def _describe(executable: Path, before: str = "") -> _Interpreter | None:
    """Run a Python to learn what it is; None if it does not run."""
    try:
        output = await _run(executable, "-I", "-c", before + _DESCRIBE, limit=_PROBE_SECONDS)
        version, build, site_packages = json.loads(output)
    except (_CannotInstallError, ValueError):
        return None
    return _Interpreter(executable, version, build, Path(site_packages))


async def _run(executable: Path, *arguments: str, limit: float = _INSTALL_SECONDS) -> bytes:
    """Run a Python to its end and return what it printed.

    Raises:
        _CannotInstallError: It could not be started, failed, or took too long.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            executable,
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            env=_environment(os.environ),
        )
    except OSError as error:
        raise _CannotInstallError(f"{executable} cannot be run: {error.strerror}.") from error
    try:
        async with asyncio.timeout(limit):
            output, errors = await process.communicate()
    except TimeoutError as error:
        raise _CannotInstallError(f"{executable} took more than {limit:.0f} s.") from error
    finally:
        if process.returncode is None:
            kill_group(process.pid)
            await process.wait()
    if process.returncode != 0:
        reason = errors.decode(errors="replace").strip().rpartition("\n")[2]
        command = " ".join(arguments[:2])
        raise _CannotInstallError(f"`{executable} {command}` failed: {reason}.")
    return output


def _environment(ours: Mapping[str, str]) -> dict[str, str]:
    """Keep proxies and package indexes, drop what points a Python at our own packages."""
    return {name: value for name, value in ours.items() if not name.startswith(_OUR_PYTHON)}


def _python_in(home: Path) -> Path:
    return home / "bin" / "python"
