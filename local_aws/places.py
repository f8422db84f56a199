"""Where the local AWS finds and keeps what is not its own code: in a checkout, or installed."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent
_RUNTIME_REQUIREMENTS: Final = "requirements-runtime.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Files and folders.

    Attributes:
        runtime_requirements: Pins the packages of AWS's Python runtime.
        cache: Keeps what had to be downloaded, between runs.
        tools: Where `make setup` puts Terraform.
        module: Folder of the Terraform module, if it came along.
    """

    runtime_requirements: Path
    cache: Path
    tools: Path
    module: Path | None

    @classmethod
    def of(cls, package: Path, environment: Mapping[str, str]) -> "Places":
        """Return those of the package in a folder: of a checkout, if it lies in one."""
        checkout = package.parent
        if (checkout / _RUNTIME_REQUIREMENTS).is_file():
            return cls(
                runtime_requirements=checkout / _RUNTIME_REQUIREMENTS,
                cache=checkout / ".cache",
                tools=checkout / ".tools",
                module=checkout / "infra",
            )
        caches = environment.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        cache = Path(caches) / "terraform-aws-websocket"
        return cls(
            runtime_requirements=package / _RUNTIME_REQUIREMENTS,
            cache=cache,
            tools=cache / "tools",
            module=None,
        )


PLACES: Final = Places.of(_PACKAGE, os.environ)
"""Those of the package that is running."""
