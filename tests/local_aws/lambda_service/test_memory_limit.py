import asyncio
import contextlib
import sys
from pathlib import Path

import pytest

from local_aws.lambda_service.guardian import Guardian
from local_aws.lambda_service.memory_limit import memory_limit
from local_aws.lambda_service.process import RuntimeProcess

FILL = "import time; x = b'x' * 64 * 1024**2; print('filled', flush=True); time.sleep({seconds})"


async def run(tmp_path: Path, megabytes: int, *, seconds: float) -> tuple[int, list[str]]:
    """Let a process of 64 MB run under a limit; return its exit status and what was printed."""
    lines: list[str] = []
    guardian = Guardian(tmp_path / "work")
    with contextlib.ExitStack() as stack:
        stack.callback(guardian.close)
        process = await RuntimeProcess.start(
            [sys.executable, "-S", "-c", FILL.format(seconds=seconds)],
            directory=tmp_path,
            environment={},
            print_line=lines.append,
            guardian=guardian,
        )
        with memory_limit(process, megabytes, lines.append):
            status = await process.wait()
    await asyncio.sleep(0)
    assert not any("_watch_memory" in repr(task) for task in asyncio.all_tasks())
    return status, lines


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says how much memory is held")
async def test_process_that_holds_more_is_killed_and_the_log_says_why(tmp_path: Path) -> None:
    status, lines = await run(tmp_path, 32, seconds=600)
    assert status == -9
    assert lines[-1].startswith("Killed as on AWS: it holds ")
    assert lines[-1].endswith(" MB of memory, and has 32 MB")


async def test_process_that_holds_less_goes_on(tmp_path: Path) -> None:
    assert await run(tmp_path, 256, seconds=0.3) == (0, ["filled"])
