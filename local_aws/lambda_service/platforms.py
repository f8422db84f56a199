"""Machines with their Pythons, and which wheels run on them.

Tags are those of "Platform compatibility tags" in the Python Packaging User Guide.
"""

import platform
import re
import sys
from dataclasses import dataclass
from itertools import product

_LAMBDA_MACHINES = {"aarch64": "arm64", "amd64": "x86_64"}
_TAG = re.compile(
    r"(?P<implementation>[a-z]{2})(?P<major>\d)(?P<minor>\d*)-(?P<abi>\w+)-(?P<platform>\w+)"
)


@dataclass(frozen=True, slots=True)
class Platform:
    """A machine and a Python.

    Attributes:
        system: `linux`, `musl` (a Linux without glibc), or what `sys.platform` says.
        machine: The processor in Lambda's terms, `arm64` or `x86_64`, or as the system names it.
        python: The first two parts of the Python's version.
    """

    system: str
    machine: str
    python: tuple[int, int]

    def runs(self, tag: str) -> bool:
        """Tell whether a wheel with this tag runs here."""
        found = _TAG.fullmatch(tag)
        return found is not None and self._has_python(found) and self._is(found["platform"])

    def runs_with_another_python(self, tag: str) -> bool:
        """Tell whether nothing but the Python stands in the way of a wheel with this tag."""
        found = _TAG.fullmatch(tag)
        return found is not None and self._is(found["platform"])

    def _has_python(self, tag: re.Match[str]) -> bool:
        wanted = int(tag["major"]), int(tag["minor"] or 0)
        match tag["implementation"], tag["abi"]:
            case ("py", _) | ("cp", "abi3"):
                return wanted <= self.python
            case "cp", abi:
                return wanted == self.python and abi in {"cp{}{}".format(*wanted), "none"}
            case _:
                return False

    def _is(self, platform_tag: str) -> bool:
        """Tell whether a platform tag, whose last part is the machine, is for this platform."""
        if platform_tag == "any":
            return True
        families, machines = self._families_and_machines()
        return platform_tag.startswith(families) and platform_tag.endswith(machines)

    def _families_and_machines(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return how the tags of wheels for this platform begin and end."""
        if self.system == "darwin":
            return ("macosx_",), (f"_{self.machine}", "_universal2")
        machine = "aarch64" if self.machine == "arm64" else self.machine
        family = "musllinux_" if self.system == "musl" else "manylinux"
        return (family, "linux_"), (f"_{machine}",)


def machine_in_lambdas_terms(name: str) -> str:
    """Return how Lambda's Architectures name a processor; an unknown one keeps its own name."""
    return _LAMBDA_MACHINES.get(name.lower(), name)


def this_platform(python_version: str) -> Platform:
    """Describe this machine, with a Python of a version such as `3.13`."""
    system = sys.platform
    if system == "linux" and platform.libc_ver()[0] != "glibc":
        system = "musl"
    major, minor = python_version.split(".")
    return Platform(system, machine_in_lambdas_terms(platform.machine()), (int(major), int(minor)))


def expand_tag(compressed: str) -> tuple[str, ...]:
    """Return each tag of a set such as `py2.py3-none-any`; none, if it is not one."""
    parts = compressed.split("-")
    return tuple("-".join(each) for each in product(*(part.split(".") for part in parts)))
