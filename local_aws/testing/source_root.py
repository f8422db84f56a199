"""A Terraform root for a folder of handlers that has none: the module, and the folder."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LIFECYCLE_ROUTES = ("$connect", "$disconnect", "$default")
TABLE_ACTIONS = ("GetItem", "PutItem", "UpdateItem", "Query", "DeleteItem")
CONNECTION_VERBS = ("GET", "POST", "DELETE")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFolder:
    """A folder of handlers.

    Attributes:
        path: What lies at the top of the zip.
        module: The module that packs and deploys it: its folder, or Terraform's address of it.
        handler: The function that answers all routes, such as ``app.handler``; None for a folder
            with ``handlers/connect.py``, ``handlers/default.py`` and ``handlers/disconnect.py``.
        routes: Route keys beside ``$connect``, ``$disconnect`` and ``$default``.
    """

    path: Path
    module: Path | str
    handler: str | None = None
    routes: Sequence[str] = ()

    def write_root(self, directory: Path) -> Path:
        """Write the root into a folder, and return it.

        The function may do all that ``websocket_api`` can: what a test looks at is the handlers;
        test a root of your own to have its permissions tested.
        """
        module: dict[str, Any] = {
            "source": self._address(directory),
            "name": "websocket-api",
            "source_dir": str(self.path.resolve()),
        }
        if self.handler is not None:
            module["functions"] = {
                "app": {
                    "handler": self.handler,
                    "table_actions": TABLE_ACTIONS,
                    "manage_connections": CONNECTION_VERBS,
                }
            }
            module["routes"] = {
                key: {"function": "app", "two_way": key not in LIFECYCLE_ROUTES[:2]}
                for key in (*LIFECYCLE_ROUTES, *self.routes)
            }
        root = {
            "module": {"websocket": module},
            "output": {
                name: {"value": f"${{module.websocket.{name}}}"}
                for name in ("websocket_url", "table_name")
            },
        }
        path = directory / "main.tf.json"
        path.write_text(json.dumps(root, indent=2) + "\n", encoding="utf-8")
        return directory

    def _address(self, directory: Path) -> str:
        """Return the module's address in a root; of an absolute path Terraform makes a copy."""
        if isinstance(self.module, Path):
            return os.path.relpath(self.module.resolve(), directory.resolve())
        return self.module
