"""What a million messages cost, line by line, in US dollars of us-east-1, without free tiers."""

from __future__ import annotations

from dataclasses import dataclass

MILLION = 1_000_000

MESSAGES = 1.00  # a million, of 32 KB each; "Amazon API Gateway pricing"
MESSAGES_BEYOND_A_BILLION = 0.80
CONNECTION_MINUTES = 0.25  # a million
INVOCATIONS = 0.20  # a million; "AWS Lambda Pricing"
GIGABYTE_SECONDS = 0.0000133334  # arm64
WRITE_UNITS = 0.625  # a million; "Amazon DynamoDB pricing", on demand
READ_UNITS = 0.125
QUEUE_REQUESTS = 0.40  # a million, of 64 KB each; "Amazon SQS pricing"
LOG_GIGABYTES = 0.50  # "Amazon CloudWatch Pricing"
TRANSFER_GIGABYTES = 0.09  # out to the internet; "Amazon EC2 On-Demand Pricing"

READ_UNIT_BYTES = 4_096
GIGABYTE = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a bill."""

    what: str
    amount: str
    dollars: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What messages are like; the times are those of the figures."""

    message_bytes: int = 190
    frame_bytes: int = 40
    """That WebSocket and TLS add to each."""
    echo_seconds: float = 0.002
    echo_gigabytes: float = 0.25
    log_bytes: int = 900
    """That an invocation logs: our line, and those of the platform."""
    worker_gigabytes: float = 1769 / 1024
    posts_a_second: float = 2_500
    """Of one worker."""
    subscribers_a_shard: int = 5_000
    row_bytes: int = 100
    """Of a subscriber in a shard."""


def echoes(traffic: Traffic) -> list[Line]:
    """Return what a million messages cost of which each is answered by an echo."""
    return [
        Line(what="messages, in and out", amount="2 million", dollars=2 * MESSAGES),
        Line(what="invocations", amount="1 million", dollars=INVOCATIONS),
        _compute(MILLION * traffic.echo_seconds, traffic.echo_gigabytes),
        _logs(MILLION * traffic.log_bytes),
        _transfer(MILLION, traffic),
    ]


def broadcasts(traffic: Traffic) -> list[Line]:
    """Return what a million deliveries of broadcasts cost, made by the workers of a fan-out."""
    shards = MILLION / traffic.subscribers_a_shard
    read_units = MILLION * traffic.row_bytes / READ_UNIT_BYTES
    # A shard is one message: sent, received, deleted; its progress is stored once a page.
    pages = MILLION / 1_000
    return [
        Line(what="messages", amount="1 million", dollars=MESSAGES),
        Line(
            what="invocations of workers",
            amount=f"{shards:,.0f}",
            dollars=shards / MILLION * INVOCATIONS,
        ),
        _compute(MILLION / traffic.posts_a_second, traffic.worker_gigabytes),
        Line(
            what="requests of the queue",
            amount=f"{3 * shards:,.0f}",
            dollars=3 * shards / MILLION * QUEUE_REQUESTS,
        ),
        Line(
            what="read units",
            amount=f"{read_units:,.0f}",
            dollars=read_units / MILLION * READ_UNITS,
        ),
        Line(what="write units", amount=f"{pages:,.0f}", dollars=pages / MILLION * WRITE_UNITS),
        _logs(shards * traffic.log_bytes),
        _transfer(MILLION, traffic),
    ]


def connections(hours: float = 2.0) -> list[Line]:
    """Return what a million connections cost, each of which stays so long in one channel."""
    minutes = MILLION * hours * 60
    writes = 6 * MILLION
    return [
        Line(
            what="connection minutes",
            amount=f"{minutes / MILLION:,.0f} million",
            dollars=minutes / MILLION * CONNECTION_MINUTES,
        ),
        Line(
            what="invocations of $connect, $disconnect and one to subscribe",
            amount="3 million",
            dollars=3 * INVOCATIONS,
        ),
        _compute(3 * MILLION * 0.03, 0.25),
        Line(what="write units", amount="6 million", dollars=writes / MILLION * WRITE_UNITS),
        Line(what="read units", amount="1.5 million", dollars=1.5 * READ_UNITS),
        _logs(3 * MILLION * 900),
    ]


def month(
    connected: int, *, sent_a_minute: float, received_a_minute: float, traffic: Traffic
) -> float:
    """Return the dollars of 30 days in which so many are always connected.

    Args:
        connected: how many.
        sent_a_minute: messages that each of them sends.
        received_a_minute: messages that each of them gets by broadcasts.
        traffic: what messages are like.
    """
    minutes = connected * 30 * 24 * 60
    sent = minutes * sent_a_minute
    received = minutes * received_a_minute
    messages = sent + received
    beyond = max(0.0, messages - 1_000 * MILLION)
    gateway = (messages - beyond) / MILLION * MESSAGES
    gateway += beyond / MILLION * MESSAGES_BEYOND_A_BILLION
    per_million_broadcast = sum(line.dollars for line in broadcasts(traffic)) - MESSAGES
    per_million_sent = sum(line.dollars for line in echoes(traffic)) - 2 * MESSAGES
    joined = minutes / 120 / MILLION * (sum(line.dollars for line in connections()) - 30)
    return (
        gateway
        + minutes / MILLION * CONNECTION_MINUTES
        + received / MILLION * per_million_broadcast
        + sent / MILLION * per_million_sent
        + joined
    )


def _compute(seconds: float, gigabytes: float) -> Line:
    amount = seconds * gigabytes
    return Line(
        what=f"running time at {gigabytes * 1024:,.0f} MB",
        amount=f"{amount:,.0f} GB-seconds",
        dollars=amount * GIGABYTE_SECONDS,
    )


def _logs(size: float) -> Line:
    return Line(
        what="logs", amount=f"{size / GIGABYTE:.2g} GB", dollars=size / GIGABYTE * LOG_GIGABYTES
    )


def _transfer(messages: float, traffic: Traffic) -> Line:
    size = messages * (traffic.message_bytes + traffic.frame_bytes)
    return Line(
        what="transfer out",
        amount=f"{size / GIGABYTE:.2g} GB",
        dollars=size / GIGABYTE * TRANSFER_GIGABYTES,
    )
