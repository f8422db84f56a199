"""The loop of `--watch`: what is saved is made live, one thing after the other."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Final, NoReturn

from watchfiles import awatch

from local_aws.aws_client import AwsClientError
from local_aws.command_line import StackSettings
from local_aws.lambda_service.errors import LambdaServiceError
from local_aws.lambda_service.function_reference import LATEST
from local_aws.publication import Function
from local_aws.stack import Stack, StackError, apply_again
from local_aws.terminal import Terminal
from local_aws.terraform.command import TerraformError
from local_aws.watch.code_deployment import CodeDeployment
from local_aws.watch.linked_package import LinkedPackage
from local_aws.watch.snapshot import Snapshot
from local_aws.watch.terraform_files import TerraformFiles
from local_aws.watch.view import View, names

# Within this an editor has done all that saving a file takes, such as to rename another one.
_SETTLED_MILLISECONDS: Final = 20
_LONGEST_UNSETTLED_MILLISECONDS: Final = 300
# Some changes are not told of, such as those on a network's file system.
_LOOK_AGAIN_MILLISECONDS: Final = 5_000


class Watch:
    """Keeps what is served the same as what is saved."""

    def __init__(
        self,
        stack: Stack,
        settings: StackSettings,
        terminal: Terminal,
        *,
        seen: Snapshot,
        on_applied: Callable[[Stack], None],
    ) -> None:
        """Prepare.

        Args:
            stack: What is served.
            settings: What it was started with.
            terminal: Is told what was saved, and what came of it.
            seen: The files as they were before the root was applied.
            on_applied: Is called with what is served after each apply.
        """
        self._stack = stack
        self._settings = settings
        self._terminal = terminal
        self._seen = seen
        self._on_applied = on_applied
        self._deployed = stack.services.deployed
        self._deployment = CodeDeployment(
            stack.services.client, stack.services.deployed, stack.services.functions
        )
        self._view: View
        self._rejected: frozenset[Path] = frozenset()
        """Files that were saved, but with which a function does not start."""
        self._is_half_applied = False
        """Whether an apply failed while files were saved, which may be the reason."""

    async def run(self) -> NoReturn:
        """Watch until this is cancelled."""
        await self._look_around({})
        self._terminal.step("Watching: what is saved goes live")
        while True:
            with contextlib.suppress(FileNotFoundError):  # a folder that has just been deleted
                async for changed in self._changes():
                    await self._take(changed)

    async def _look_around(self, known: Mapping[str, LinkedPackage]) -> None:
        """Find out what is to be watched, and go on from what was seen of it."""
        root = self._settings.root.resolve()
        modules = self._stack.working_directory.module_folders()
        files = TerraformFiles.of(dict.fromkeys((root, *modules)), self._settings.variable_files)
        zips = {each.code_sha256: each.code_path for each in self._latest_functions()}
        self._view = await asyncio.to_thread(View.of, files, zips, known)
        self._seen = self._seen.of(self._view.folders())

    async def _changes(self) -> AsyncIterator[frozenset[Path]]:
        """Yield what was saved, until there are other folders to watch."""
        folders = self._view.folders()
        watching = awatch(
            *folders,
            watch_filter=None,
            step=_SETTLED_MILLISECONDS,
            debounce=_LONGEST_UNSETTLED_MILLISECONDS,
            rust_timeout=_LOOK_AGAIN_MILLISECONDS,
            yield_on_timeout=True,
            recursive=False,
        )
        async with contextlib.aclosing(watching):
            async for _ in watching:
                found = self._view.folders()
                now = Snapshot.take(found)
                changed, self._seen = now.changes_since(self._seen), now
                if changed:
                    yield changed
                    found = self._view.folders()  # an apply may have brought others
                if found != folders:
                    return

    async def _take(self, changed: frozenset[Path]) -> None:
        """Make saved files live; one that nothing depends on is passed over."""
        begun = perf_counter()
        for_terraform = frozenset(filter(self._view.is_for_terraform, changed))
        sources = frozenset(filter(self._view.has_source, changed)) - for_terraform
        if for_terraform or self._is_half_applied:
            self._terminal.step(f"Saved {names(for_terraform or changed)}")
            await self._apply()
        await self._deploy(sources | self._rejected, begun)

    async def _apply(self) -> None:
        try:
            self._stack = await apply_again(self._stack, self._settings, self._terminal)
        except (TerraformError, StackError, LambdaServiceError, OSError) as error:
            self._complain(error, "What was applied before goes on serving.")
            now = Snapshot.take(self._view.folders())
            self._is_half_applied = bool(now.changes_since(self._seen))
        else:
            self._is_half_applied = False
            self._on_applied(self._stack)
        await self._look_around(self._view.packages)

    async def _deploy(self, changed: frozenset[Path], begun: float) -> None:
        """Deploy each zip that is another one with what was saved."""
        new = {}
        for digest, package in self._view.packages.items():
            if (saved := package.after(changed)) != package:
                new[digest] = saved
        if not new:
            return
        self._terminal.step(f"Saved {names(changed)}")
        self._rejected = frozenset()
        known = dict(self._view.packages)
        for digest, package in new.items():
            functions = [each for each in self._latest_functions() if each.code_sha256 == digest]
            try:
                known[await self._deployment.update(functions, package.to_bytes())] = package
                await self._deployment.start(functions)
            except (AwsClientError, LambdaServiceError) as error:
                self._complain(error, "The code before goes on serving.")
                await self._restore(functions, known[digest])
                self._rejected = changed
            else:
                live = ", ".join(sorted(each.name for each in functions))
                self._terminal.detail(f"live after {perf_counter() - begun:.2f} s: {live}")
        deployed = {each.code_sha256 for each in self._latest_functions()}
        packages = {digest: package for digest, package in known.items() if digest in deployed}
        self._view = replace(self._view, packages=packages)

    async def _restore(self, functions: Iterable[Function], package: LinkedPackage) -> None:
        try:
            await self._deployment.update(functions, package.to_bytes())
            await self._deployment.start(functions)
        except (AwsClientError, LambdaServiceError) as error:
            self._complain(error, "Nor does the code before start any more.")

    def _complain(self, error: Exception, outcome: str) -> None:
        for line in (*str(error).splitlines(), outcome):
            self._terminal.detail(line)

    def _latest_functions(self) -> list[Function]:
        return [each for each in self._deployed.functions if each.version == LATEST]
