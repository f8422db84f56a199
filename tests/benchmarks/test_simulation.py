import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.simulation import costs, quotas
from benchmarks.simulation.__main__ import main
from benchmarks.simulation.broadcast import Broadcast, run

PROJECT_DIRECTORY = Path(__file__).resolve().parents[2]
DOCUMENT = (PROJECT_DIRECTORY / "docs/performance.md").read_text()
SMALL = Broadcast(subscribers=20_000, shards=8, workers=4)


def test_same_parameters_give_the_same_course() -> None:
    parameters = replace(SMALL, kills_a_second=0.2)

    assert run(parameters) == run(parameters)
    assert run(parameters) != run(replace(parameters, seed=2))


@pytest.mark.parametrize("kills", [0.0, 0.2])
def test_everybody_is_reached_whoever_is_killed(kills: float) -> None:
    course = run(replace(SMALL, kills_a_second=kills))

    assert course.moments[-1].delivered == SMALL.subscribers
    assert (course.sent_twice > 0) == (kills > 0)


def test_broadcast_takes_what_its_budget_makes_it_take() -> None:
    course = run(SMALL)

    assert course.seconds == pytest.approx(20_000 / 5_000, rel=0.25)
    assert course.posts_refused == 0
    assert course.inbound_refused == 0


def test_without_a_budget_inbound_messages_are_refused() -> None:
    course = run(replace(SMALL, budget=None, subscribers=50_000))

    assert course.inbound_refused > 0.2
    assert course.posts_refused > 0


def test_worker_is_no_faster_than_its_cpu_and_its_posts_in_flight() -> None:
    fast = run(replace(SMALL, budget=None, requests=1e6, burst=1e6)).seconds
    little_cpu = run(
        replace(SMALL, budget=None, requests=1e6, burst=1e6, worker_capacity=500)
    ).seconds
    few_in_flight = run(replace(SMALL, budget=None, requests=1e6, burst=1e6, in_flight=8)).seconds

    assert little_cpu > 5 * fast
    assert few_in_flight > 5 * fast


def test_quota_is_full_at_the_connections_at_which_it_binds() -> None:
    application = quotas.Application(connections=1_000)
    for quota in quotas.QUOTAS:
        binds = quotas.binding_connections(quota, application)
        full = replace(application, connections=round(binds))
        assert quotas.needs(full)[quota] == pytest.approx(quota.value, rel=0.001)


def test_month_costs_what_its_messages_and_minutes_cost() -> None:
    silent = costs.month(1_000, sent_a_minute=0, received_a_minute=0, traffic=costs.Traffic())
    minutes = 1_000 * 30 * 24 * 60 / costs.MILLION
    assert minutes * costs.CONNECTION_MINUTES < silent < 1.3 * minutes * costs.CONNECTION_MINUTES

    busy = costs.month(1_000, sent_a_minute=0, received_a_minute=1, traffic=costs.Traffic())
    assert busy - silent == pytest.approx(minutes * 1.034, rel=0.01)


def test_document_has_what_is_computed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--images", str(tmp_path)]) == 0

    printed = capsys.readouterr().out
    traffic = costs.Traffic()
    for bill in (costs.echoes(traffic), costs.broadcasts(traffic), costs.connections()):
        assert f"| **{sum(line.dollars for line in bill):.2f}** |" in DOCUMENT
    for connections in (1_000, 100_000, 10_000_000):
        dollars = costs.month(connections, sent_a_minute=0.1, received_a_minute=1, traffic=traffic)
        assert f"| {connections:,} | {dollars:,.0f} |" in DOCUMENT
        assert f"{dollars:,.0f} dollars" in printed
    for drawn in tmp_path.iterdir():
        chart = drawn.read_text()
        assert (PROJECT_DIRECTORY / "docs/images" / drawn.name).read_text() == chart
        assert f"images/{drawn.name})" in DOCUMENT
        assert ET.fromstring(chart).tag.endswith("svg")  # noqa: S314 - this project drew it
