from itertools import cycle

from local_aws.faults import Faults


def test_nothing_goes_wrong_by_default() -> None:
    lucky = Faults(draw=lambda: 0.0)
    assert not lucky.drops_disconnect()
    assert not lucky.loses_race()
    assert not lucky.throttles_post()


def test_share_is_how_often_a_fault_comes() -> None:
    numbers = cycle(number / 10 for number in range(10))
    faults = Faults(
        drop_disconnect=0.1, gone_race=0.5, throttled_post=0.9, draw=lambda: next(numbers)
    )
    assert sum(faults.drops_disconnect() for _ in range(10)) == 1
    assert sum(faults.loses_race() for _ in range(10)) == 5
    assert sum(faults.throttles_post() for _ in range(10)) == 9


def test_share_of_one_is_always() -> None:
    faults = Faults(drop_disconnect=1, gone_race=1, throttled_post=1, draw=lambda: 0.999_999)
    assert faults.drops_disconnect()
    assert faults.loses_race()
    assert faults.throttles_post()
