"""Which saved files Terraform has to apply the root for."""

import contextlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

_CONFIGURATION: Final = (".tf", ".tf.json", ".tfvars", ".tfvars.json")
_OF_TESTS: Final = (".tftest.hcl", ".tftest.json")


@dataclass(frozen=True, slots=True)
class TerraformFiles:
    """The files of a root and its modules, and what these files read.

    Attributes:
        folders: The root's folder and those of its modules.
        variable_files: Files with input variables, wherever they are.
        words: What the files mention: names of files and folders are among it.
    """

    folders: tuple[Path, ...]
    variable_files: frozenset[Path]
    words: frozenset[str]

    @classmethod
    def of(cls, folders: Iterable[Path], variable_files: Iterable[Path]) -> Self:
        """Read the configuration in some folders."""
        places = tuple(folders)
        words: set[str] = set()
        for folder in places:
            for path in (*folder.glob("*.tf"), *folder.glob("*.tf.json")):
                with contextlib.suppress(OSError):  # it may have been deleted meanwhile
                    text = path.read_text(encoding="utf-8", errors="replace")
                    words.update(re.findall(r"[\w.-]+", text))
        return cls(places, frozenset(path.resolve() for path in variable_files), frozenset(words))

    def configure(self, path: Path) -> bool:
        """Tell whether a file is one of the configuration itself."""
        is_named_so = path.name.endswith(_CONFIGURATION)
        return path in self.variable_files or (is_named_so and path.parent in self.folders)

    def mention(self, path: Path) -> bool:
        """Tell whether the configuration reads a file, as far as can be told from names.

        It mentions the file itself, or a folder that it is in: what a template, a policy or an
        archive is made of.
        """
        if path.name.endswith(_OF_TESTS):
            return False
        return any(
            not self.words.isdisjoint(path.relative_to(folder).parts)
            for folder in self.folders
            if folder in path.parents
        )
