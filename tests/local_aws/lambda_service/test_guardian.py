import os
import subprocess
import sys
import textwrap
from pathlib import Path

from local_aws.lambda_service import guardian
from local_aws.lambda_service.guardian import Guardian, guard, kill_group, remove_tree
from tests.local_aws.lambda_service.given import is_alive, wait_until_gone

NOBODY = 2**22 + 1  # above the largest process id
SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


def sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen(SLEEPER, start_new_session=True)


def test_only_groups_that_are_still_watched_are_killed(tmp_path: Path) -> None:
    directory = tmp_path / "work"
    (directory / "code").mkdir(parents=True)
    watched, forgotten = sleeper(), sleeper()
    lines = [f"+{watched.pid}\n", f"+{forgotten.pid}\n", f"-{forgotten.pid}\n"]
    guard(lines, directory)
    assert watched.wait() == -9
    assert forgotten.poll() is None
    assert not directory.exists()
    kill_group(forgotten.pid)
    assert forgotten.wait() == -9


def test_group_that_is_gone_is_no_error() -> None:
    process = sleeper()
    kill_group(process.pid)
    process.wait()
    kill_group(process.pid)


def test_guardian_acts_when_its_pipe_closes(tmp_path: Path) -> None:
    directory = tmp_path / "work"
    directory.mkdir()
    process = sleeper()
    watching = Guardian(directory)
    watching.watch(process.pid)
    watching.close()
    assert process.wait() == -9
    assert not directory.exists()


def test_guardian_that_was_killed_is_done_without(tmp_path: Path) -> None:
    watching = Guardian(tmp_path)
    os.kill(watching.process_id, 9)
    watching._process.wait()
    watching.watch(NOBODY)
    watching.forget(NOBODY)
    watching.close()


def test_read_only_directories_and_links_are_removed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o755)
    tree = tmp_path / "tree"
    (tree / "deep").mkdir(parents=True)
    (tree / "deep" / "file").write_text("content")
    (tree / "link").symlink_to(outside, target_is_directory=True)
    (tree / "deep").chmod(0o555)
    tree.chmod(0o555)
    remove_tree(tree)
    assert not tree.exists()
    assert outside.stat().st_mode & 0o777 == 0o755
    remove_tree(tree)


SERVICE = """
    import asyncio, sys
    from pathlib import Path
    from tests.local_aws.lambda_service.given import function_of, running

    SPIN = '''
        import os, subprocess, sys
        print(os.getpid(), flush=True)
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        print(child.pid, flush=True)
        def handler(event, context):
            while True: pass
    '''

    async def main():
        here = Path(sys.argv[1])
        functions = function_of(here), function_of(here, SPIN, name="spinner", timeout_seconds=600)
        async with running(here, *functions) as serving:
            await serving.value()
            spinning = asyncio.create_task(serving.call(function="spinner"))
            while len([line for name, line in serving.output.lines if name == "spinner"]) < 3:
                await asyncio.sleep(0.01)
            printed = [line for name, line in serving.output.lines if name == "spinner"]
            print(*printed[:2], serving.service._guardian.process_id, serving.service._directory,
                  flush=True)
            await spinning

    asyncio.run(main())
"""


def test_nothing_is_left_of_a_service_that_was_killed(tmp_path: Path) -> None:
    repository = Path(guardian.__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SERVICE), str(tmp_path)],
        cwd=repository,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    *process_ids, directory = process.stdout.readline().split()
    handler, child, watching = map(int, process_ids)
    assert all(map(is_alive, (handler, child, watching)))
    process.kill()
    process.communicate()
    wait_until_gone(handler, child, watching)
    assert not Path(directory).exists()
