"""Tokens as examples/jwt_auth makes them, for the examples that take them."""

from __future__ import annotations

import platform
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from websockets.typing import Subprotocol

from local_aws.lambda_service.platforms import machine_in_lambdas_terms
from tests.examples.given import EXAMPLES

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Tokens:
    """Makes tokens for one audience, with keys in a folder."""

    keys: Path
    audience: str

    def of(self, user: str, *options: str) -> str:
        """Return a token of a user."""
        make = [sys.executable, str(EXAMPLES / "jwt_auth" / "make_token.py"), "--user", user]
        options = ("--keys", str(self.keys), "--audience", self.audience, *options)
        return subprocess.check_output([*make, *options], text=True).strip()

    def shown(self, user: str, *options: str) -> dict[str, Any]:
        """Return with which options a client connects as a user, as a browser does."""
        return {"subprotocols": [Subprotocol("bearer"), Subprotocol(self.of(user, *options))]}

    def variables(self) -> dict[str, str]:
        """Return the variables with which an example takes these tokens, and runs here."""
        self.of("nobody")  # the first makes the keys
        return {
            "keys_file": str(self.keys / "public.json"),
            "architecture": machine_in_lambdas_terms(platform.machine()),
        }
