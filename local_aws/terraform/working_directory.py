"""A place in which Terraform applies a root without writing one byte into it."""

import contextlib
import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path
from types import TracebackType
from typing import Self

from local_aws.terraform.modules import module_folders

# What Terraform itself leaves in a root, and would read there: the user's real state above all.
LOCK_FILE = ".terraform.lock.hcl"
LEFT_BY_TERRAFORM = (".terraform", LOCK_FILE, "*.tfstate", "*.tfstate.*", "terraform.tfstate.d")
# Terraform merges override files in the order of their names: this one must be the last.
STATE_OVERRIDE_FILE = "zz_local_state_override.tf.json"


class WorkingDirectoryError(Exception):
    """The folder is no Terraform root; the message says what was expected."""


class WorkingDirectory:
    """A mirror of a Terraform root and of the folders around it, made of symbolic links.

    `path` stands for the root: a real folder with a link to each of the root's files and folders.
    Every folder above it is a real folder too, with links to the root's real neighbours, so that
    `../lambda_src` means the same thing to Terraform, which shortens such paths as text, and to
    the shell of a provisioner, which follows them on disk. Terraform's state, its data directory
    and the lock file's changes stay in here; a `backend` or `cloud` block of the root is overridden
    by a local state. Use it as a context manager: leaving it removes everything.

    Raises:
        WorkingDirectoryError: `root` is not a folder with Terraform files.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        if not self._root.is_dir():
            raise WorkingDirectoryError(
                f"{root} is no folder; give the path of a Terraform root, such as infra."
            )
        if not _terraform_files(self._root):
            raise WorkingDirectoryError(
                f"{root} holds no .tf file; give the path of a Terraform root, such as infra."
            )
        self._directory = Path(tempfile.mkdtemp(prefix="terraform-")).resolve()
        self._tree = self._directory / "tree"
        self.path = self._tree / self._root.relative_to(self._root.anchor)
        self.path.mkdir(parents=True)
        self._state = self._directory / "terraform.tfstate"
        self._data = self._directory / "data"
        self._credentials = self._directory / "credentials"
        self._temporary = self._directory / "tmp"
        self._temporary.mkdir()
        lock_file = self._root / LOCK_FILE
        if lock_file.is_file():
            shutil.copyfile(lock_file, self.path / LOCK_FILE)
        self.refresh()

    def refresh(self) -> None:
        """Take over files and folders that came or went in the root or beside it."""
        mirrored, real = self.path, self._root
        names = {name for name in self._names(real) if not _is_left_by_terraform(name)}
        _link_entries(names, real, mirrored)
        while real != real.parent:
            mirrored, real, child = mirrored.parent, real.parent, real.name
            _link_entries(self._names(real) - {child}, real, mirrored)
        self._override_state()
        self._name_profiles()

    def environment(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Return `environment` with Terraform's data, its temporary files and profiles in here."""
        return dict(environment) | {
            "TF_DATA_DIR": str(self._data),
            "AWS_SHARED_CREDENTIALS_FILE": str(self._credentials),
            # A provider that is killed leaves its socket behind.
            "TMPDIR": str(self._temporary),
        }

    def module_folders(self) -> tuple[Path, ...]:
        """Return the real folders of the modules that the root calls, once `init` has found them.

        Modules that were fetched from elsewhere lie in here, and are none of them.
        """
        found = dict.fromkeys(map(self._real, module_folders(self._data, self.path)))
        return tuple(each for each in found if self._directory not in each.parents)

    def close(self) -> None:
        """Remove everything, the state included; calling it again does nothing."""
        shutil.rmtree(self._directory, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _real(self, mirrored: Path) -> Path:
        """Return what a path in the mirror stands for."""
        path = mirrored.resolve()
        if path.is_relative_to(self._tree):  # a folder above the root
            return Path(self._root.anchor, path.relative_to(self._tree))
        return path

    def _names(self, real: Path) -> set[str]:
        """Return the names in `real` to be linked; none if it is not ours to read."""
        try:
            names = {path.name for path in real.iterdir()}
        except PermissionError:
            return set()
        if real == self._directory.parent:
            names.discard(self._directory.name)
        return names

    def _override_state(self) -> None:
        backend = {"backend": {"local": {"path": str(self._state)}}}
        override = json.dumps({"terraform": backend})
        (self.path / STATE_OVERRIDE_FILE).write_text(override, encoding="utf-8")

    def _name_profiles(self) -> None:
        """Give dummy credentials to the AWS profiles that the root's files name.

        A provider block with `profile = "production"` fails where no such profile exists, and
        must not find the real one.
        """
        names = set()
        for path in _terraform_files(self._root):
            text = path.read_text(encoding="utf-8", errors="replace")
            names.update(re.findall(r'^\s*profile\s*=\s*"([^"$\]\n]+)"', text, re.MULTILINE))
        sections = (
            f"[{name}]\naws_access_key_id = test\naws_secret_access_key = test\n"
            for name in sorted(names)
        )
        self._credentials.write_text("".join(sections), encoding="utf-8")


def _terraform_files(directory: Path) -> list[Path]:
    return sorted((*directory.glob("*.tf"), *directory.glob("*.tf.json")))


def _is_left_by_terraform(name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in LEFT_BY_TERRAFORM)


def _link_entries(names: set[str], real: Path, mirrored: Path) -> None:
    """Make `mirrored` hold one link to each of `names` in `real`, and no link to anything else."""
    for path in mirrored.iterdir():
        if path.is_symlink() and path.name not in names:
            path.unlink()
    for name in names:
        # What Terraform has made here by itself, such as a build folder, stays.
        with contextlib.suppress(FileExistsError):
            (mirrored / name).symlink_to(real / name)
