import asyncio
import io

import pytest

from local_aws.terminal import Terminal
from tests.end_to_end.broadcast import Plan, broadcast

pytestmark = pytest.mark.stacks


def test_everybody_gets_a_broadcast_whatever_happens_and_nothing_is_left() -> None:
    plan = Plan(
        connections=400,
        vanishing=10,
        kills=1,
        posts_per_second=100,
        shards=2,
        patience_seconds=90,
    )
    log = io.StringIO()
    try:
        happened = asyncio.run(broadcast(plan, Terminal(log)))
    except AssertionError as error:
        raise AssertionError(f"{log.getvalue()}\n{error}") from error
    assert happened["members at the end"] == happened["got it under one id"] == 390
    assert happened["workers killed"] == 1
    assert happened["of them refused"] == 0
