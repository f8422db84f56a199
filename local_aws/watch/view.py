"""What is watched, and what each file in it is for."""

import contextlib
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from local_aws.watch.folders import files_in, folders_below, projects
from local_aws.watch.linked_package import LinkedPackage
from local_aws.watch.package import Package
from local_aws.watch.snapshot import Snapshot
from local_aws.watch.sources import Sources
from local_aws.watch.terraform_files import TerraformFiles

_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class View:
    """The configuration and the deployed zips with their sources.

    Attributes:
        terraform_files: The configuration.
        packages: The zips that are deployed, by Lambda's digests of them.
    """

    terraform_files: TerraformFiles
    packages: Mapping[str, LinkedPackage]

    @classmethod
    def of(
        cls,
        terraform_files: TerraformFiles,
        zips: Mapping[str, Path],
        known: Mapping[str, LinkedPackage],
    ) -> Self:
        """Find the sources of deployed zips.

        Args:
            terraform_files: The configuration.
            zips: The zips, by their digests.
            known: Those of which the sources have been found before.
        """
        folders = terraform_files.folders
        unknown = {digest: path for digest, path in zips.items() if digest not in known}
        candidates = [
            Path(entry.path)
            for project in (projects(folders, current=Path.cwd()) if unknown else ())
            for entry in files_in(folders_below(project))
        ]
        packages = {}
        for digest, path in unknown.items():
            # What cannot be read is none of ours: Lambda has said so when it was deployed.
            with contextlib.suppress(OSError, zipfile.BadZipFile):
                package = Package.of_file(path)
                sources = Sources.of(package, candidates, nearest=folders)
                packages[digest] = LinkedPackage(package, sources)
        kept = {digest: package for digest, package in known.items() if digest in zips}
        return cls(terraform_files, kept | packages)

    def folders(self) -> tuple[Path, ...]:
        """Return every folder in which a saved file may matter, those below included."""
        found: set[Path] = set()
        for folder in (*self.terraform_files.folders, *self._source_folders()):
            if folder not in found:
                found.update(folders_below(folder))
        beside = (path.parent for path in self.terraform_files.variable_files)
        found.update(folder for folder in beside if folder.is_dir())
        return tuple(sorted(found))

    def has_source(self, path: Path) -> bool:
        """Tell whether a file is in a zip, or belongs into one."""
        return any(package.sources.names_of(path) for package in self.packages.values())

    def is_for_terraform(self, path: Path) -> bool:
        """Tell whether only an apply can tell what comes of a file."""
        if self.terraform_files.configure(path):
            return True
        return not self.has_source(path) and (
            self.terraform_files.mention(path)
            or not self._source_folders().isdisjoint(path.parents)
        )

    def _source_folders(self) -> set[Path]:
        return {
            path.parent
            for package in self.packages.values()
            for path in package.sources.files.values()
        }


def seen_before(root: Path) -> Snapshot:
    """Return how the files of a root and its project are before it is applied."""
    found = projects([root], current=Path.cwd())
    return Snapshot.take(folder for project in found for folder in folders_below(project))


def names(paths: Iterable[Path]) -> str:
    """Name files as a person at the current folder would."""
    current = Path.cwd()
    shown = sorted(
        str(path.relative_to(current) if current in path.parents else path) for path in paths
    )
    rest = len(shown) - _NAMED
    return ", ".join(shown[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")
