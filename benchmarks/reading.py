"""What a publish reads of the table."""

from __future__ import annotations

from benchmarks.figure import Figure
from benchmarks.processes import measure

SUBSCRIBERS = 20_000
SHARDS = 4


def figures() -> list[Figure]:
    """Count what a publish to a channel of several shards reads."""
    read = measure("read_for_publish", str(SUBSCRIBERS), str(SHARDS), environment={})
    if read["posts"] != SUBSCRIBERS:
        raise RuntimeError(f"{read['posts']} of {SUBSCRIBERS} subscribers were posted to")
    return [
        Figure(
            name=f"Query pages for each 1,000 of {SUBSCRIBERS:,} subscribers",
            value=read["pages"] / (SUBSCRIBERS / 1000),
            unit="pages",
            reach=1,
            better="lower",
            compared_with=f"{read['pages']} pages of {SHARDS} shards",
        ),
        Figure(
            name="rows of subscribers read more than once",
            value=read["read_again"],
            unit="rows",
            reach=0,
            better="lower",
        ),
    ]
