"""How much of each quota of AWS an application takes, and at how many connections it binds."""

from __future__ import annotations

from dataclasses import dataclass

CONNECTION_SECONDS = 7_200


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What its clients and it do."""

    connections: int
    seconds_a_connection: float = CONNECTION_SECONDS
    """How long clients stay; API Gateway ends every connection after two hours."""
    messages_a_minute: float = 0.1
    """That each client sends."""
    broadcasts_an_hour: float = 12
    """To everybody."""
    replies: float = 1.0
    """Posts that a message of a client causes, to itself or to some others."""
    connect_seconds: float = 0.03
    """How long the function of $connect or $disconnect runs."""
    message_seconds: float = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """One quota."""

    name: str
    value: float
    unit: str
    source: str
    """Title of the page of AWS's documentation."""


NEW_CONNECTIONS = Quota(
    name="new connections",
    value=500,
    unit="a second, account and region",
    source="Quotas for configuring and running a WebSocket in API Gateway",
)
REQUESTS = Quota(
    name="requests, @connections included",
    value=10_000,
    unit="a second, account and region",
    source="Amazon API Gateway quotas",
)
CONCURRENCY = Quota(
    name="concurrent executions",
    value=1_000,
    unit="account and region",
    source="Lambda quotas",
)
TABLE_WRITES = Quota(
    name="writes of a table",
    value=40_000,
    unit="units a second",
    source="Quotas in Amazon DynamoDB",
)
QUOTAS = (NEW_CONNECTIONS, REQUESTS, CONCURRENCY, TABLE_WRITES)


def needs(application: Application) -> dict[Quota, float]:
    """Return how much of each quota the application takes on average."""
    connects = application.connections / application.seconds_a_connection
    messages = application.connections * application.messages_a_minute / 60
    broadcasts = application.connections * application.broadcasts_an_hour / 3600
    return {
        NEW_CONNECTIONS: connects,
        REQUESTS: 2 * connects + messages * (1 + application.replies) + broadcasts,
        CONCURRENCY: 2 * connects * application.connect_seconds
        + messages * application.message_seconds,
        # Connecting and leaving write the row of the connection and two of its subscription.
        TABLE_WRITES: 6 * connects,
    }


def binding_connections(quota: Quota, application: Application) -> float:
    """Return at how many connections an application of this kind fills the quota."""
    return application.connections * quota.value / needs(application)[quota]
