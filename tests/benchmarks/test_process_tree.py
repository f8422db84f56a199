import os
import subprocess
import sys

from benchmarks.process_tree import memory_of


def test_children_count_with_their_parent() -> None:
    waiting = "import sys; sys.stdin.read()"
    alone = memory_of(os.getpid())
    with subprocess.Popen((sys.executable, "-c", waiting), stdin=subprocess.PIPE) as child:
        assert child.stdin is not None
        both = memory_of(os.getpid())
        child.stdin.close()
    assert both.processes == alone.processes + 1
    assert both.mebibytes > 0
