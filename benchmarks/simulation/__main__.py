"""Draw the charts of docs/performance.md, and print the tables that stand beside them."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from benchmarks.simulation import broadcast, costs, quotas
from benchmarks.simulation.broadcast import Broadcast
from benchmarks.simulation.chart import Axis, Series, draw, short, thinned

IMAGES = Path(__file__).resolve().parents[2] / "docs/images"
DECADES = (1e3, 1e4, 1e5, 1e6, 1e7)


def main(arguments: list[str]) -> int:
    """Write the charts; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.simulation", description=__doc__)
    parser.add_argument("--images", type=Path, default=IMAGES, metavar="FOLDER")
    options = parser.parse_args(arguments)
    options.images.mkdir(parents=True, exist_ok=True)
    for name, chart in (
        ("broadcast_course", _course()),
        ("broadcast_time", _time()),
        ("quotas", _quotas()),
    ):
        (options.images / f"{name}.svg").write_text(chart, encoding="utf-8")
    print(_tables())
    return 0


_BUDGETS = (
    ("no budget, boto3", Broadcast(budget=None, workers=32, worker_capacity=1_700)),
    ("5,000 posts/s", Broadcast(budget=5_000)),
    ("2,500 posts/s", Broadcast(budget=2_500)),
    ("5,000 posts/s, workers killed", Broadcast(budget=5_000, kills_a_second=0.03)),
)


def _course() -> str:
    series = [
        Series(
            name=name,
            points=thinned(
                [(one.seconds, one.delivered) for one in broadcast.run(parameters).moments]
            ),
        )
        for name, parameters in _BUDGETS
    ]
    return draw(
        "A broadcast to 100,000 sockets, 2,000 messages/s coming in meanwhile",
        Axis(label="seconds", least=0, greatest=70, ticks=range(0, 71, 10)),
        Axis(
            label="sockets reached",
            least=0,
            greatest=100_000,
            ticks=range(0, 100_001, 20_000),
            write=short,
        ),
        series,
        legend="bottom right",
    )


def _time() -> str:
    accounts = (
        ("10,000 requests/s (default), budget 5,000", 10_000, 1),
        ("50,000 requests/s, budget 25,000", 50_000, 1),
        ("100,000 requests/s, budget 50,000", 100_000, 1),
        ("100,000 in each of 4 regions", 100_000, 4),
    )
    sizes = [10 ** (exponent / 4) for exponent in range(12, 29)]
    series = [
        Series(
            name=name,
            points=[
                (size, broadcast.run(_of_size(size / regions, requests)).seconds) for size in sizes
            ],
        )
        for name, requests, regions in accounts
    ]
    return draw(
        "Until a broadcast has reached everybody",
        Axis(
            label="sockets", least=1e3, greatest=1e7, ticks=DECADES, logarithmic=True, write=short
        ),
        Axis(
            label="seconds",
            least=0.3,
            greatest=3000,
            ticks=(1, 10, 60, 600, 1800),
            logarithmic=True,
        ),
        series,
    )


def _of_size(subscribers: float, requests: int) -> Broadcast:
    """Return a broadcast with shards of up to 5,000, and as many workers as the budget needs."""
    shards = 1 << max(0, (round(subscribers / 5_000) - 1).bit_length())
    return Broadcast(
        subscribers=round(subscribers),
        shards=shards,
        workers=max(2, requests // 2 // 2_500),
        budget=requests / 2,
        requests=requests,
        burst=requests / 2,
        inbound=requests / 5,
    )


def _quotas() -> str:
    application = quotas.Application(connections=1_000)
    sizes = [10 ** (exponent / 8) for exponent in range(24, 57)]
    series = []
    for quota in quotas.QUOTAS:
        points = []
        for size in sizes:
            need = quotas.needs(replace(application, connections=round(size)))[quota]
            points.append((size, 100 * need / quota.value))
        series.append(Series(name=f"{quota.name}: {quota.value:,.0f}", points=points))
    series.append(Series(name="the quota", points=[(1e3, 100), (1e7, 100)], dashed=True))
    return draw(
        "What of AWS's default quotas an application takes",
        Axis(
            label="connections",
            least=1e3,
            greatest=1e7,
            ticks=DECADES,
            logarithmic=True,
            write=short,
        ),
        Axis(
            label="% of the quota",
            least=0.01,
            greatest=100_000,
            ticks=(0.01, 0.1, 1, 10, 100, 1_000, 10_000, 100_000),
            logarithmic=True,
        ),
        series,
    )


def _tables() -> str:
    traffic = costs.Traffic()
    lines = []
    for title, bill in (
        ("a million messages, each echoed", costs.echoes(traffic)),
        ("a million deliveries of broadcasts", costs.broadcasts(traffic)),
        ("a million connections of two hours", costs.connections()),
    ):
        lines += ["", title]
        lines += [f"  {one.what:<62} {one.amount:>20} ${one.dollars:>9.4f}" for one in bill]
        lines.append(f"  {'all':<83} ${sum(one.dollars for one in bill):>9.4f}")
    lines += ["", "a month: always connected, each sends 0.1 and gets 1 message a minute"]
    for connected in (1_000, 10_000, 100_000, 1_000_000, 10_000_000):
        dollars = costs.month(connected, sent_a_minute=0.1, received_a_minute=1, traffic=traffic)
        lines.append(f"  {connected:>10,} connections {dollars:>14,.0f} dollars")
    lines += ["", "a quota binds at"]
    application = quotas.Application(connections=1_000)
    for quota in quotas.QUOTAS:
        binds = quotas.binding_connections(quota, application)
        lines.append(f"  {quota.name:<32} {quota.value:>8,.0f} {binds:>14,.0f} connections")
    lines += ["", "a broadcast to 100,000 beside 2,000 inbound messages/s"]
    for name, parameters in _BUDGETS:
        course = broadcast.run(parameters)
        lines.append(
            f"  {name:<32} {course.seconds:6.1f} s, {course.posts_refused:>7,} posts refused, "
            f"{course.inbound_refused:6.1%} of inbound refused, {course.sent_twice:,} sent twice"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
