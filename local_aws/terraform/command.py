"""The Terraform commands that this project runs, each a method that returns or raises."""

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import python_terraform

from local_aws.terraform.cli_configuration import advice
from local_aws.terraform.diagnostic import Diagnostic

Event = Mapping[str, Any]
"""What Terraform tells in its machine-readable output ("Terraform Machine-Readable UI")."""

Progress = Callable[[Event], None]

STOP_GRACE_SECONDS = 10.0
CHANGES_EXIT_CODE = 2

# Events whose text only repeats what a later event, or the caller, says better.
SILENT_EVENTS = frozenset(
    {"version", "init_output", "outputs", "planned_change", "refresh_start", "refresh_complete"}
)
# Said on every first init from a mirror; the lock file is not one that others share.
SILENT_WARNINGS = ("Incomplete lock file information for providers",)
# What Terraform prints of a provisioner that is told to keep its command to itself.
SILENT_LINE = "Executing: Suppressed by quiet=true"
PROVIDER_FAILURES = ("Failed to query available provider packages", "Failed to install provider")


class TerraformError(Exception):
    """A command failed; the message holds Terraform's own diagnostics.

    Attributes:
        command: The command, such as `apply`.
        exit_code: Its exit code; negative if a signal ended it.
        diagnostics: Terraform's errors and warnings.
    """

    def __init__(
        self, command: str, exit_code: int, diagnostics: Sequence[Diagnostic], text: str = ""
    ) -> None:
        self.command = command
        self.exit_code = exit_code
        self.diagnostics = tuple(diagnostics)
        errors = [str(one) for one in diagnostics if one.severity == "error"] or [text.strip()]
        if any(one.summary in PROVIDER_FAILURES for one in diagnostics):
            errors.append(advice())
        message = f"terraform {command} failed with exit code {exit_code}."
        super().__init__("\n\n".join(filter(None, (message, *errors))))

    @property
    def wants_init(self) -> bool:
        """Whether Terraform asks for an `init`: for a module or a provider that is new."""
        return any("terraform init" in each.detail for each in self.diagnostics)


class TerraformStoppedError(TerraformError):
    """A command was refused or ended early because `Terraform.stop` was called."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """The outcome of `terraform test`: how many runs ended in which way."""

    passed: int
    failed: int
    errored: int
    skipped: int


@dataclass(frozen=True, slots=True)
class _Finished:
    exit_code: int
    output: str
    events: tuple[Mapping[str, Any], ...]
    errors: str


class Terraform:
    """Runs the program `binary` in `working_directory` with exactly `environment`.

    One command runs at a time, in a process group of its own: a Ctrl-C at the terminal reaches
    only the caller, who may call `stop` from another thread. Nothing is asked at the terminal.
    `on_progress` receives each event as it comes, of which `progress_lines` are the text. Every
    method raises TerraformError when Terraform fails.
    """

    def __init__(
        self, binary: Path, working_directory: Path, environment: Mapping[str, str]
    ) -> None:
        self._binary = binary
        self._working_directory = working_directory
        self._environment = dict(environment) | {
            "CHECKPOINT_DISABLE": "1",
            "TF_IN_AUTOMATION": "1",
            "TF_INPUT": "0",
        }
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False

    def init(self, *, backend: bool = True, on_progress: Progress | None = None) -> None:
        """Install providers and modules; without `backend`, leave the state's place alone."""
        self._run("init", on_progress=on_progress, backend=backend, input=False)

    def apply(
        self,
        variables: Mapping[str, Any] | None = None,
        on_progress: Progress | None = None,
        *,
        variable_files: Iterable[Path] = (),
    ) -> dict[str, str]:
        """Bring the infrastructure to what the root says; `variables` win over the files.

        A text among `variables` is read as on Terraform's own command line: as it is for a
        variable of type string, as an expression for one of another type.

        Returns:
            What was done to each resource that changed, by its address, in Terraform's own words:
            create, update, replace, delete or move.
        """
        finished = self._change("apply", variables, variable_files, on_progress)
        return {
            event["change"]["resource"]["addr"]: event["change"]["action"]
            for event in finished.events
            if event["type"] == "planned_change"
        }

    def destroy(
        self,
        variables: Mapping[str, Any] | None = None,
        on_progress: Progress | None = None,
        *,
        variable_files: Iterable[Path] = (),
    ) -> None:
        """Remove everything that the state holds."""
        self._change("destroy", variables, variable_files, on_progress)

    def plan(
        self,
        variables: Mapping[str, Any] | None = None,
        on_progress: Progress | None = None,
        *,
        variable_files: Iterable[Path] = (),
    ) -> bool:
        """Return whether an apply would change anything, outputs included."""
        finished = self._run(
            "plan",
            on_progress=on_progress,
            success=(0, CHANGES_EXIT_CODE),
            detailed_exitcode=python_terraform.IsFlagged,
            **_inputs(variables, variable_files),
        )
        return finished.exit_code == CHANGES_EXIT_CODE

    def resources(self) -> tuple[str, ...]:
        """Return the address of each resource that the state holds."""
        finished = self._run("show")
        root_module = json.loads(finished.output).get("values", {}).get("root_module", {})
        return tuple(_addresses(root_module))

    def output(self) -> dict[str, Any]:
        """Return the value of each output of the root that is not sensitive."""
        finished = self._run("output")
        outputs = json.loads(finished.output)
        return {name: one["value"] for name, one in outputs.items() if not one["sensitive"]}

    def validate(self) -> tuple[Diagnostic, ...]:
        """Check the root; return its warnings."""
        finished = self._run("validate", success=(0, 1))
        document = json.loads(finished.output)
        diagnostics = tuple(Diagnostic.from_json(one) for one in document["diagnostics"])
        if not document["valid"]:
            raise TerraformError("validate", finished.exit_code, diagnostics)
        return diagnostics

    def test(self, on_progress: Progress | None = None) -> RunSummary:
        """Run the root's `.tftest.hcl` files; a run that does not pass is a TerraformError."""
        finished = self._run("test", on_progress=on_progress)
        summary = next(
            event["test_summary"] for event in finished.events if event["type"] == "test_summary"
        )
        return RunSummary(*(summary[kind] for kind in ("passed", "failed", "errored", "skipped")))

    def stop(self, *, grace_seconds: float = STOP_GRACE_SECONDS) -> None:
        """End the running command, and refuse any later one.

        Terraform is asked to finish what it is doing and to save its state; after `grace_seconds`
        it is killed with all its providers and provisioners.
        """
        with self._lock:
            self._stopped = True
            process = self._process
        if process is None:
            return
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace_seconds)
        # Whatever is left of its group: Terraform itself, or what a provisioner started.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def _change(
        self,
        command: str,
        variables: Mapping[str, Any] | None,
        variable_files: Iterable[Path],
        on_progress: Progress | None,
    ) -> _Finished:
        return self._run(
            command,
            on_progress=on_progress,
            auto_approve=python_terraform.IsFlagged,
            **_inputs(variables, variable_files),
        )

    def _run(
        self,
        command: str,
        *,
        on_progress: Progress | None = None,
        success: Sequence[int] = (0,),
        **options: Any,
    ) -> _Finished:
        # The null device as working directory keeps python-terraform from reading a state.
        builder = python_terraform.Terraform(
            working_dir=os.devnull, terraform_bin_path=str(self._binary)
        )
        arguments = builder.generate_cmd_string(
            command,
            json=python_terraform.IsFlagged,
            no_color=python_terraform.IsFlagged,
            **options,
        )
        finished = self._execute(command, arguments, on_progress)
        if finished.exit_code in success:
            return finished
        kind = TerraformStoppedError if self._stopped else TerraformError
        raise kind(command, finished.exit_code, _diagnostics(finished.events), finished.errors)

    def _execute(
        self, command: str, arguments: Sequence[str], on_progress: Progress | None
    ) -> _Finished:
        with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
            process = self._start(command, arguments, errors)
            try:
                lines, events = _follow(cast("IO[str]", process.stdout), on_progress)
                exit_code = process.wait()
            except BaseException:
                self.stop()
                raise
            finally:
                self._process = None
            errors.seek(0)
            return _Finished(exit_code, "".join(lines), tuple(events), errors.read())

    def _start(
        self, command: str, arguments: Sequence[str], errors: IO[str]
    ) -> subprocess.Popen[str]:
        with self._lock:
            if self._stopped:
                raise TerraformStoppedError(command, 0, (), "It was stopped before it began.")
            self._process = subprocess.Popen(  # noqa: S603 - the program that find_binary chose
                arguments,
                cwd=self._working_directory,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
            return self._process


def _addresses(module: Mapping[str, Any]) -> Iterator[str]:
    """Yield the addresses of a module's resources in a state, those of its own modules after."""
    yield from (resource["address"] for resource in module.get("resources", ()))
    for child in module.get("child_modules", ()):
        yield from _addresses(child)


def _inputs(variables: Mapping[str, Any] | None, variable_files: Iterable[Path]) -> dict[str, Any]:
    """Return the options for input variables; the last one wins, as on Terraform's own line."""
    return {
        "var_file": [str(path.absolute()) for path in variable_files],
        "var": [f"{name}={_expression(value)}" for name, value in (variables or {}).items()],
    }


def _expression(value: Any) -> str:
    """Return a value as Terraform's own line takes it; a text is taken to be that already."""
    if isinstance(value, str):
        return value
    # JSON is an expression of Terraform's language, but for these two that begin a template.
    return json.dumps(value).replace("${", "$${").replace("%{", "%%{")


def _follow(
    output: IO[str], on_progress: Progress | None
) -> tuple[list[str], list[Mapping[str, Any]]]:
    """Read `output` to its end, passing on each event."""
    lines, events = [], []
    with output:
        for line in output:
            lines.append(line)
            event = _parse_event(line)
            if event is None:
                continue
            events.append(event)
            if on_progress is not None:
                on_progress(event)
    return lines, events


def _parse_event(line: str) -> Mapping[str, Any] | None:
    try:
        document = json.loads(line)
    except ValueError:
        return None
    return document if isinstance(document, dict) and "@message" in document else None


def progress_lines(event: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines that a person wants to see of an event: its message, a warning whole."""
    text = event["@message"]
    if event.get("type") in SILENT_EVENTS:
        return
    if event.get("type") == "diagnostic":
        diagnostic = Diagnostic.from_json(event["diagnostic"])
        # Errors are in the TerraformError that follows.
        if diagnostic.severity == "error" or diagnostic.summary in SILENT_WARNINGS:
            return
        text = str(diagnostic)
    for line in text.splitlines():
        if line.strip() and not line.endswith(SILENT_LINE):
            yield line


def _diagnostics(events: Iterable[Mapping[str, Any]]) -> list[Diagnostic]:
    return [
        Diagnostic.from_json(event["diagnostic"])
        for event in events
        if event.get("type") == "diagnostic"
    ]
