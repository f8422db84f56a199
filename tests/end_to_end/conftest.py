import io
from collections.abc import Iterator

import pytest

from local_aws.command_line import StackSettings
from local_aws.stack import Stack
from tests.end_to_end.given import REPOSITORY, serving


@pytest.fixture(scope="session")
def log() -> io.StringIO:
    """What the shared stack has printed."""
    return io.StringIO()


@pytest.fixture(scope="session")
def stack(log: io.StringIO) -> Iterator[Stack]:
    """infra/ as it stands, applied once: its tests leave everything as they found it."""
    settings = StackSettings(root=REPOSITORY / "infra", port=0, aws_port=0)
    with serving(settings, log) as running:
        yield running
