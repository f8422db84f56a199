"""The token bucket by which API Gateway throttles: "Protect your WebSocket APIs in API Gateway"."""


class TokenBucket:
    """Lets through `burst` requests at once and `rate` a second on average; 0 lets none through."""

    def __init__(self, *, rate: float, burst: int, now: float) -> None:
        """Fill the bucket; `now` is in seconds, as it is in `take`."""
        self.rate = rate
        self.burst = burst
        self._tokens = float(burst)
        self._filled_at = now

    def take(self, now: float) -> bool:
        """Take a token for one request, if there is one."""
        # A clock that was set back gives nothing, and takes nothing away.
        if now > self._filled_at:
            tokens = self._tokens + (now - self._filled_at) * self.rate
            self._tokens = min(self.burst, tokens)
        self._filled_at = now
        if self.rate <= 0 or self._tokens < 1:
            return False
        self._tokens -= 1
        return True
