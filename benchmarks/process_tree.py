"""The memory of a process and of all that it has started, as `ps` tells it on Linux and macOS."""

import subprocess
from collections import defaultdict
from typing import NamedTuple


class Memory(NamedTuple):
    """What a tree of processes holds; pages that several of them share count for each."""

    mebibytes: float
    processes: int


def memory_of(process_id: int) -> Memory:
    """Return the resident memory of a process and of everything below it."""
    listing = subprocess.run(
        ("/usr/bin/env", "ps", "-A", "-o", "pid=,ppid=,rss="),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    children: defaultdict[int, list[int]] = defaultdict(list)
    kibibytes: dict[int, int] = {}
    for line in listing.splitlines():
        process, parent, resident = map(int, line.split())
        children[parent].append(process)
        kibibytes[process] = resident
    found = [process_id]
    for process in found:
        found += children[process]
    return Memory(sum(kibibytes.get(process, 0) for process in found) / 1_024, len(found))
