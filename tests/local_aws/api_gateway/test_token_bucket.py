import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_aws.api_gateway.token_bucket import TokenBucket


def takes(bucket: TokenBucket, count: int, now: float) -> int:
    """Return how many of so many requests at one instant get through."""
    return sum(bucket.take(now) for _ in range(count))


def test_burst_gets_through_at_once_and_then_the_rate() -> None:
    bucket = TokenBucket(rate=2, burst=5, now=100)
    assert takes(bucket, 10, 100) == 5
    assert takes(bucket, 10, 101) == 2
    assert takes(bucket, 10, 101.25) == 0
    assert takes(bucket, 10, 101.5) == 1


def test_bucket_holds_no_more_than_its_burst() -> None:
    bucket = TokenBucket(rate=2, burst=5, now=0)
    assert takes(bucket, 10, 1_000_000) == 5


@pytest.mark.parametrize(("rate", "burst"), [(0, 5), (5, 0), (0, 0)])
def test_zero_lets_nothing_through(rate: float, burst: int) -> None:
    bucket = TokenBucket(rate=rate, burst=burst, now=0)
    assert takes(bucket, 10, 1_000) == 0


def test_clock_that_is_set_back_neither_gives_nor_takes() -> None:
    bucket = TokenBucket(rate=1, burst=2, now=1_000)
    assert takes(bucket, 1, 1_000) == 1
    assert takes(bucket, 2, 0) == 1
    assert takes(bucket, 2, 1) == 1


@given(
    rate=st.integers(min_value=1, max_value=100),
    burst=st.integers(min_value=1, max_value=100),
    steps=st.lists(st.integers(min_value=0, max_value=64), max_size=50),
)
def test_no_more_than_burst_and_rate_ever_gets_through(
    rate: int, burst: int, steps: list[int]
) -> None:
    now = 0.0
    bucket = TokenBucket(rate=rate, burst=burst, now=now)
    passed = 0
    for step in steps:
        now += step / 64
        passed += takes(bucket, 3, now)
    assert passed <= burst + rate * now
