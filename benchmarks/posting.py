"""What a post of a broadcast costs, and how many one process makes a second."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.figure import Figure
from benchmarks.processes import measure, sink

if TYPE_CHECKING:
    from collections.abc import Sequence

BODY = (
    '{"type":"message","channel":"room/blue","id":"0123456789abcdef01234567","data":"'
    + "x" * 107
    + '"}'
)
ROUNDS = 3
LATENCY_SECONDS = 0.015


def figures() -> list[Figure]:
    """Measure both, ours and boto3's in turn."""
    with sink() as server:
        ours, theirs = _in_turn(server.environment(), posts=20_000, posts_of_boto3=1_000)
    cpu, cpu_of_boto3 = (_median(runs, "cpu_seconds") * 1e6 for runs in (ours, theirs))
    with sink(latency=LATENCY_SECONDS) as server:
        ours, theirs = _in_turn(server.environment(), posts=40_000, posts_of_boto3=3_000)
    rate, rate_of_boto3 = (1 / _median(runs, "seconds") for runs in (ours, theirs))
    return [
        Figure(
            name="CPU of a post in a broadcast, TLS",
            value=cpu / cpu_of_boto3,
            unit="of boto3's",
            reach=1 / 15,
            better="lower",
            compared_with=f"{cpu:.1f} µs beside {cpu_of_boto3:.0f} µs",
            details={"own_microseconds": cpu, "boto3_microseconds": cpu_of_boto3},
        ),
        Figure(
            name=f"posts of one process at {LATENCY_SECONDS * 1000:.0f} ms latency",
            value=rate,
            unit="a second",
            reach=8_000,
            better="higher",
            compared_with=f"{rate_of_boto3:,.0f} of boto3 with 32 threads",
            details={"own": rate, "boto3": rate_of_boto3},
        ),
    ]


def _in_turn(
    environment: dict[str, str], *, posts: int, posts_of_boto3: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    ours, theirs = [], []
    for _ in range(ROUNDS):
        theirs.append(
            measure("post_with_boto3", str(posts_of_boto3), BODY, environment=environment)
        )
        ours.append(measure("post_with_delivery", str(posts), BODY, environment=environment))
    return ours, theirs


def _median(runs: Sequence[dict[str, Any]], what: str) -> float:
    """Return how many seconds one post took in the run in the middle."""
    seconds: float = median(run[what] / run["posts"] for run in runs)
    return seconds
