"""How many requests get through: "Protect your WebSocket APIs in API Gateway".

Each takes a token from every bucket that it falls under: the account's, which `@connections`
shares; for a handshake that of new connections; and its route's, from the stage's settings. A route
without settings of its own takes those of `defaultRouteSettings`, but has a bucket for itself.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from local_aws.api_gateway.addressing import DeployedStage
from local_aws.api_gateway.settings import GatewaySettings
from local_aws.api_gateway.token_bucket import TokenBucket

CONNECT: Final = "$connect"


class Throttling:
    """Counts requests against the limits of accounts, stages and routes.

    Each method counts one request and returns None, or the limit that it is over.
    """

    def __init__(self, settings: GatewaySettings, clock: Callable[[], float]) -> None:
        """Start with every bucket full; `clock` returns seconds since the epoch."""
        self._settings = settings
        self._clock = clock
        self._buckets: dict[tuple[str, ...], TokenBucket] = {}

    def excess_of_call(self, stage: DeployedStage) -> str | None:
        """Count a call of `@connections`."""
        return self._excess(
            ("account", *_account(stage)),
            self._settings.account_rate_per_second,
            self._settings.account_burst,
            "the account's",
        )

    def excess_of_message(self, stage: DeployedStage, route_key: str | None) -> str | None:
        """Count a message; its route is None where no route matches."""
        excess = self.excess_of_call(stage)
        if excess is not None or route_key is None:
            return excess
        return self._excess_of_route(stage, route_key)

    def excess_of_connection(self, stage: DeployedStage) -> str | None:
        """Count a handshake."""
        excess = self.excess_of_call(stage) or self._excess(
            ("connections", *_account(stage)),
            self._settings.connection_rate_per_second,
            self._settings.connection_burst,
            "the account's for new connections",
        )
        return excess or self._excess_of_route(stage, CONNECT)

    def _excess_of_route(self, stage: DeployedStage, route_key: str) -> str | None:
        settings = _route_settings(stage, route_key)
        rate, burst = settings.get("throttlingRateLimit"), settings.get("throttlingBurstLimit")
        if rate is None or burst is None:
            return None
        return self._excess(
            ("route", *stage.key, route_key), float(rate), int(burst), f"that of route {route_key}"
        )

    def _excess(self, key: tuple[str, ...], rate: float, burst: int, whose: str) -> str | None:
        now = self._clock()
        bucket = self._buckets.get(key)
        if bucket is None or (bucket.rate, bucket.burst) != (rate, burst):
            bucket = self._buckets[key] = TokenBucket(rate=rate, burst=burst, now=now)
        if bucket.take(now):
            return None
        return f"over the limit of {rate:g} requests/s and {burst} at once, {whose}"


def _account(stage: DeployedStage) -> tuple[str, str]:
    return stage.api.account_id, stage.api.region


def _route_settings(stage: DeployedStage, route_key: str) -> Mapping[str, Any]:
    """Return a route's own settings, which are whole, or those of every other route."""
    settings = stage.stage.settings
    own = (settings.get("routeSettings") or {}).get(route_key)
    return own or settings.get("defaultRouteSettings") or {}
