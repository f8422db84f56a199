"""A broadcast to one channel, in steps of time, beside the messages that clients send meanwhile.

Workers take shards off a queue and post to their subscribers. All of them, and every inbound
message, draw from the account's one bucket of requests. Whatever finds it empty is refused; API
Gateway does not tell posts from messages, so that both are refused alike. A worker whose posts are
refused slows down by half and recovers step by step, as the library's own pace does, if it has a
budget at all.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

STEP_SECONDS = 0.05
RECOVERY_A_SECOND = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Broadcast:
    """The parameters: those of AWS with its defaults, of the channel, and of the fan-out."""

    subscribers: int = 100_000
    shards: int = 32
    workers: int = 8
    """How many run at once: the maximum concurrency of the event source mapping."""
    budget: float | None = 5_000
    """Posts a second that all workers together may make, each its share; None: all they can."""
    worker_capacity: float = 8_000
    """Posts a second that the CPU of one worker is good for."""
    in_flight: int = 128
    """Posts that one worker has on their way at once."""
    post_seconds: float = 0.015
    """Median latency of a post; a tenth of them take more than twice that."""
    first_page_seconds: float = 0.03
    """For the first page of a shard; the others are read while the one before is posted."""
    start_seconds: float = 0.4
    """Until a worker that is not there yet begins, the queue's own delay included."""
    inbound: float = 2_000
    """Messages a second that clients send meanwhile."""
    requests: float = 10_000
    """Requests a second of the account in the region, posts and messages together."""
    burst: float = 5_000
    kills_a_second: float = 0.0
    """How often a worker at work is killed."""
    visibility_seconds: float = 40.0
    """After which the shard of a killed one is taken up by another."""
    page: int = 1_000
    """Subscribers of a page; up to so many are sent to twice after a kill."""
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What is so at the end of a step."""

    seconds: float
    delivered: int
    """Subscribers who have the message."""
    inbound_refused: float
    """The share of the inbound messages of this step that were refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How a broadcast went."""

    moments: list[Moment]
    sent_twice: int
    posts_refused: int
    inbound_refused: float
    """The share of all inbound messages while it lasted."""

    @property
    def seconds(self) -> float:
        """How long it took until everybody had the message."""
        return self.moments[-1].seconds


@dataclass(slots=True)
class _Shard:
    left: float
    again: float = 0.0
    """Of those, how many have it already."""
    available_at: float = 0.0


@dataclass(slots=True)
class _Worker:
    share: float
    """Of its budget that it uses: less than 1 after its posts were refused."""
    busy_from: float
    shard: _Shard | None = None
    in_page: float = field(default=0.0)


def run(parameters: Broadcast) -> Course:
    """Return how the broadcast goes; the same parameters always give the same."""
    chance = random.Random(parameters.seed)  # noqa: S311 - a simulation is to be repeatable
    waiting = [_Shard(parameters.subscribers / parameters.shards) for _ in range(parameters.shards)]
    workers = [
        _Worker(share=1.0, busy_from=parameters.start_seconds)
        for _ in range(min(parameters.workers, parameters.shards))
    ]
    tokens = parameters.burst
    moments = [Moment(seconds=0, delivered=0, inbound_refused=0)]
    delivered = sent_twice = posts_refused = inbound_refused = 0.0
    now = 0.0
    while delivered < parameters.subscribers - 0.5:
        now += STEP_SECONDS
        tokens = min(parameters.burst, tokens + parameters.requests * STEP_SECONDS)
        for worker in workers:
            _take_or_lose(worker, waiting, parameters, now, chance)
        latency = parameters.post_seconds * chance.lognormvariate(0.15, 0.1)
        wanted = [_wanted(worker, parameters, latency, now) for worker in workers]
        inbound = parameters.inbound * STEP_SECONDS
        demand = sum(wanted) + inbound
        served = min(1.0, tokens / demand) if demand else 1.0
        tokens -= demand * served
        for worker, posts in zip(workers, wanted, strict=True):
            if worker.shard is not None:
                new, again = _post(worker, worker.shard, posts * served, parameters.page)
                delivered += new
                sent_twice += again
            _adapt(worker, refused=served < 1)
        posts_refused += sum(wanted) * (1 - served)
        inbound_refused += inbound * (1 - served)
        moments.append(Moment(seconds=now, delivered=round(delivered), inbound_refused=1 - served))
    return Course(
        moments=moments,
        sent_twice=round(sent_twice),
        posts_refused=round(posts_refused),
        inbound_refused=inbound_refused / (parameters.inbound * now) if parameters.inbound else 0,
    )


def _take_or_lose(
    worker: _Worker,
    waiting: list[_Shard],
    parameters: Broadcast,
    now: float,
    chance: random.Random,
) -> None:
    """Let a worker take a shard when it has none, or be killed while it has one."""
    if worker.shard is None:
        ready = [shard for shard in waiting if shard.available_at <= now]
        if ready and now >= worker.busy_from:
            waiting.remove(ready[0])
            worker.shard = ready[0]
            worker.in_page = 0
            worker.busy_from = now + parameters.first_page_seconds
    elif chance.random() < parameters.kills_a_second * STEP_SECONDS:
        # Its progress is stored after each page: what it has posted of this one is posted again.
        worker.shard.left += worker.in_page
        worker.shard.again += worker.in_page
        worker.shard.available_at = now + parameters.visibility_seconds
        waiting.append(worker.shard)
        worker.shard = None
        worker.share = 1.0
        worker.busy_from = now + parameters.start_seconds


def _wanted(worker: _Worker, parameters: Broadcast, latency: float, now: float) -> float:
    """Return how many posts a worker would make in this step."""
    if worker.shard is None or now < worker.busy_from:
        return 0.0
    rate = min(parameters.worker_capacity, parameters.in_flight / latency)
    if parameters.budget is not None:
        rate = min(rate, worker.share * parameters.budget / parameters.workers)
    return min(rate * STEP_SECONDS, worker.shard.left)


def _post(worker: _Worker, shard: _Shard, posts: float, page: int) -> tuple[float, float]:
    """Post, and return how many got the message for the first time, and how many again."""
    again = min(posts, shard.again)
    shard.again -= again
    shard.left -= posts
    worker.in_page = (worker.in_page + posts) % page
    if shard.left <= 1e-6:  # noqa: PLR2004 - what adding fractions leaves over
        worker.shard = None
    return posts - again, again


def _adapt(worker: _Worker, *, refused: bool) -> None:
    if refused:
        worker.share = max(0.05, worker.share / 2)
    else:
        worker.share = min(1.0, worker.share + RECOVERY_A_SECOND * STEP_SECONDS)
