"""Which modules of our library a package needs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

# Imports within functions are among them: they stand on lines of their own, too.
_IMPORT = re.compile(
    r"^\ *(?:from\ ([\w.]+)\ import\ ?(\([^)]*\)|[^\n]*) | import\ ([\w., ]+))",
    re.VERBOSE | re.MULTILINE,
)


def reachable(files: Mapping[str, bytes], roots: Iterable[str]) -> set[str]:
    """Return the names of the files that the roots import, directly or by others, and the roots.

    What a package's own `__init__.py` names is not followed, as it imports a name when it is used.

    Args:
        files: Python sources by their path from a folder that modules are imported from.
        roots: some of these paths.
    """
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        file = waiting.pop()
        if file in found or file not in files:
            continue
        found.add(file)
        packages = file.split("/")[:-1]
        waiting += ["/".join((*packages[: n + 1], "__init__.py")) for n in range(len(packages))]
        if not file.endswith("/__init__.py"):
            for module in _imported(files[file].decode()):
                path = module.replace(".", "/")
                waiting += [f"{path}.py", f"{path}/__init__.py"]
    return found


def _imported(source: str) -> Iterator[str]:
    """Yield what a module may import: of `from a import b`, both `a` and `a.b`."""
    for package, names, modules in _IMPORT.findall(source):
        if package:
            yield package
            yield from (f"{package}.{name}" for name in re.findall(r"\w+", names))
        else:
            yield from re.findall(r"[\w.]+", modules)
