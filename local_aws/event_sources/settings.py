"""How often sources are asked, and what is tried again when."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSourceSettings:
    """The pace of the pollers.

    Attributes:
        poll_seconds: How long a stream or a FIFO queue that had nothing is left alone. AWS asks a
            stream four times a second.
        long_poll_seconds: How long another queue is asked to wait for a message; a mapping that is
            disabled stops after that at the latest. AWS waits for longer.
        queue_concurrency: How many events of one queue there are at once where the mapping has no
            MaximumConcurrency. AWS begins with five, and goes up from there.
        error_seconds: How long a source that refuses to be read is left alone.
        first_retry_seconds: How long an event of a stream that failed is put off; it doubles with
            each failure, up to longest_retry_seconds.
        longest_retry_seconds: See first_retry_seconds.
    """

    poll_seconds: float = 0.25
    long_poll_seconds: int = 1
    queue_concurrency: int = 5
    error_seconds: float = 2.0
    first_retry_seconds: float = 1.0
    longest_retry_seconds: float = 60.0

    def retry_seconds(self, failures: int) -> float:
        """Return how long to wait after so many failures, one at least."""
        doubled: float = self.first_retry_seconds * 2.0 ** min(failures - 1, 32)
        return min(doubled, self.longest_retry_seconds)
