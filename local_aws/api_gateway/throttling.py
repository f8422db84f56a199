"""How many requests get through: "Protect your WebSocket APIs in API Gateway".

Each takes a token from every bucket that it falls under: the account's, which `@connections`
shares; for a handshake that of new connections; and its route's, from the stage's settings. A route
without settings of its own takes those of `defaultRouteSettings`, but has a bucket for itself.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from local_aws.api_gateway.addressing import DeployedStage, StageKey
from local_aws.api_gateway.settings import GatewaySettings
from local_aws.api_gateway.token_bucket import TokenBucket

CONNECT: Final = "$connect"


class _Limit(NamedTuple):
    """A bucket, and whose it is."""

    bucket: TokenBucket
    whose: str

    def excess(self, now: float) -> str | None:
        """Take a token, or tell which limit a request is over."""
        if self.bucket.take(now):
            return None
        rate, burst = self.bucket.rate, self.bucket.burst
        return f"over the limit of {rate:g} requests/s and {burst} at once, {self.whose}"


class _Limits(NamedTuple):
    """What requests to a stage fall under; a route without a limit has None."""

    stage: DeployedStage
    account: _Limit
    connections: _Limit
    routes: dict[str, _Limit | None]


class Throttling:
    """Counts requests against the limits of accounts, stages and routes.

    Each method counts one request and returns None, or the limit that it is over.
    """

    def __init__(self, settings: GatewaySettings, clock: Callable[[], float]) -> None:
        """Start with every bucket full; `clock` returns seconds since the epoch."""
        self._settings = settings
        self._clock = clock
        self._buckets: dict[tuple[str, ...], TokenBucket] = {}
        self._limits: dict[StageKey, _Limits] = {}

    def excess_of_call(self, stage: DeployedStage) -> str | None:
        """Count a call of `@connections`."""
        return self._limits_of(stage).account.excess(self._clock())

    def excess_of_message(self, stage: DeployedStage, route_key: str | None) -> str | None:
        """Count a message; its route is None where no route matches."""
        limits = self._limits_of(stage)
        now = self._clock()
        excess = limits.account.excess(now)
        if excess is not None or route_key is None:
            return excess
        return self._excess_of_route(limits, route_key, now)

    def excess_of_connection(self, stage: DeployedStage) -> str | None:
        """Count a handshake."""
        limits = self._limits_of(stage)
        now = self._clock()
        return (
            limits.account.excess(now)
            or limits.connections.excess(now)
            or self._excess_of_route(limits, CONNECT, now)
        )

    def _excess_of_route(self, limits: _Limits, route_key: str, now: float) -> str | None:
        if route_key not in limits.routes:
            limits.routes[route_key] = self._limit_of_route(limits.stage, route_key)
        limit = limits.routes[route_key]
        return None if limit is None else limit.excess(now)

    def _limits_of(self, stage: DeployedStage) -> _Limits:
        """Return the limits of a stage, which are looked for again once it is deployed anew."""
        limits = self._limits.get(stage.key)
        if limits is None or limits.stage is not stage:
            limits = self._limits[stage.key] = self._find_limits(stage)
        return limits

    def _find_limits(self, stage: DeployedStage) -> _Limits:
        settings, account = self._settings, (stage.api.account_id, stage.api.region)
        return _Limits(
            stage,
            self._limit(
                ("account", *account),
                settings.account_rate_per_second,
                settings.account_burst,
                "the account's",
            ),
            self._limit(
                ("connections", *account),
                settings.connection_rate_per_second,
                settings.connection_burst,
                "the account's for new connections",
            ),
            {},
        )

    def _limit_of_route(self, stage: DeployedStage, route_key: str) -> _Limit | None:
        settings = _route_settings(stage, route_key)
        rate, burst = settings.get("throttlingRateLimit"), settings.get("throttlingBurstLimit")
        if rate is None or burst is None:
            return None
        key = "route", *stage.key, route_key
        return self._limit(key, float(rate), int(burst), f"that of route {route_key}")

    def _limit(self, key: tuple[str, ...], rate: float, burst: int, whose: str) -> _Limit:
        """Return a limit, with the bucket that it has had; a limit that changed gets a full one."""
        bucket = self._buckets.get(key)
        if bucket is None or (bucket.rate, bucket.burst) != (rate, burst):
            bucket = TokenBucket(rate=rate, burst=burst, now=self._clock())
            self._buckets[key] = bucket
        return _Limit(bucket, whose)


def _route_settings(stage: DeployedStage, route_key: str) -> Mapping[str, Any]:
    """Return a route's own settings, which are whole, or those of every other route."""
    settings = stage.stage.settings
    own = (settings.get("routeSettings") or {}).get(route_key)
    return own or settings.get("defaultRouteSettings") or {}
