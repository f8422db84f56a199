"""Clients by the hundred leave nothing; `python -m tests.end_to_end.soak` takes longer at it."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.end_to_end.given import REPOSITORY

pytestmark = pytest.mark.stacks

SOAK_SECONDS = 180


def test_nothing_is_left_of_clients_kills_and_lost_sockets() -> None:
    # Not pytest's own directory, whose path is too long for the sockets of Terraform's providers.
    with tempfile.TemporaryDirectory(prefix="soak-") as directory:
        soak = subprocess.run(
            [sys.executable, "-m", "tests.end_to_end.soak"],
            cwd=REPOSITORY,
            env={**os.environ, "TMPDIR": directory},
            capture_output=True,
            encoding="utf-8",
            timeout=SOAK_SECONDS,
            check=False,
        )
        assert soak.returncode == 0, soak.stderr
        assert list(Path(directory).iterdir()) == []
    happened = {name: int(count) for name, count in map(str.split, soak.stdout.splitlines())}
    assert happened["connected"] == 200
    assert happened["closed"] + happened["vanished"] + happened["deleted"] == 200
    # Every kind of thing has happened, or this has shown nothing.
    assert happened.keys() >= {"echoed", "posted", "closed", "vanished", "deleted", "killed"}
