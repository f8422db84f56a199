import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from local_aws.lambda_service.guardian import Guardian
from local_aws.lambda_service.process import RuntimeProcess, describe_exit
from tests.local_aws.lambda_service.given import is_alive, wait_until_gone


@asynccontextmanager
async def started(
    tmp_path: Path, program: str, print_line: Callable[[str], None]
) -> AsyncIterator[RuntimeProcess]:
    guardian = Guardian(tmp_path / "work")
    try:
        yield await RuntimeProcess.start(
            [sys.executable, "-S", "-c", program],
            directory=tmp_path,
            environment={},
            print_line=print_line,
            guardian=guardian,
        )
    finally:
        await asyncio.to_thread(guardian.close)


async def output_of(tmp_path: Path, program: str) -> list[str]:
    lines: list[str] = []
    async with started(tmp_path, program, lines.append) as process:
        assert await process.wait() == 0
    return lines


async def test_both_outputs_are_read_in_order(tmp_path: Path) -> None:
    program = "import os; os.write(1, b'one\\n'); os.write(2, b'two\\n'); os.write(1, b'three')"
    assert await output_of(tmp_path, program) == ["one", "two", "three"]


async def test_process_inherits_the_sockets_of_its_command(tmp_path: Path) -> None:
    program = "import socket, sys; socket.socket(fileno=int(sys.argv[1])).send(b'inherited')"
    guardian = Guardian(tmp_path / "work")
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            process = await RuntimeProcess.start(
                [sys.executable, "-S", "-c", program, theirs],
                directory=tmp_path,
                environment={},
                print_line=print,
                guardian=guardian,
            )
        assert await process.wait() == 0
        assert ours.recv(100) == b"inherited"
        assert ours.recv(100) == b""
    await asyncio.to_thread(guardian.close)


async def test_flood_of_output_is_passed_on_and_blocks_nothing(tmp_path: Path) -> None:
    program = "import os\nfor _ in range(64): os.write(1, b'x' * 65536)\nos.write(1, b'\\nlast\\n')"
    lines = await output_of(tmp_path, program)
    assert sum(map(len, lines[:-1])) == 4 * 1024**2
    assert lines[-1] == "last"


async def test_process_that_closes_its_output_goes_on(tmp_path: Path) -> None:
    program = "import os, time; os.close(1); os.close(2); time.sleep(0.05); os._exit(0)"
    assert await output_of(tmp_path, program) == []


async def test_process_has_no_input_and_no_environment(tmp_path: Path) -> None:
    program = "import os, sys; print(sys.stdin.read() == '', os.getcwd()); print(*os.environ)"
    lines = await output_of(tmp_path, program)
    assert lines[0] == f"True {tmp_path}"
    assert set(lines[1].split()) <= {"LC_CTYPE", "__CF_USER_TEXT_ENCODING"}


async def test_processes_that_it_started_end_with_it(tmp_path: Path) -> None:
    program = """if True:
        import os, time
        child = os.fork()
        if child:
            print(child, flush=True)
        else:
            time.sleep(600)
    """
    (child,) = await output_of(tmp_path, program)
    wait_until_gone(int(child))


async def test_killing_it_kills_its_children(tmp_path: Path) -> None:
    program = "import os, time; print(os.fork(), flush=True); time.sleep(600)"
    lines = asyncio.Queue[str]()
    async with started(tmp_path, program, lines.put_nowait) as process:
        child = max(int(await lines.get()), int(await lines.get()))
        assert is_alive(child)
        process.kill()
        assert await process.wait() == -9
    wait_until_gone(child)


async def test_command_that_cannot_be_run_leaves_nothing(tmp_path: Path) -> None:
    guardian = Guardian(tmp_path / "work")
    with pytest.raises(FileNotFoundError):
        await RuntimeProcess.start(
            [tmp_path / "missing"],
            directory=tmp_path,
            environment={},
            print_line=print,
            guardian=guardian,
        )
    await asyncio.to_thread(guardian.close)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says how much memory was held")
async def test_peak_memory_is_that_of_the_process(tmp_path: Path) -> None:
    program = (
        "import time; x = b'x' * 64 * 1024**2; del x; print('ready', flush=True); time.sleep(600)"
    )
    lines = asyncio.Queue[str]()
    async with started(tmp_path, program, lines.put_nowait) as process:
        assert await lines.get() == "ready"
        peak = process.peak_memory_megabytes()
        assert peak is not None
        assert 64 <= peak < 200
        process.kill()
        await process.wait()
        assert process.peak_memory_megabytes() is None


@pytest.mark.parametrize(
    ("status", "description"),
    [
        (0, "Runtime exited without providing a reason"),
        (1, "Runtime exited with error: exit status 1"),
        (-9, "Runtime exited with error: signal: killed"),
        (-11, "Runtime exited with error: signal: segmentation fault"),
    ],
)
def test_end_is_described_in_lambdas_words(status: int, description: str) -> None:
    assert describe_exit(status) == description
