import heapq
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.packaging.huffman import code_lengths, codes

FREQUENCIES = st.lists(st.integers(0, 1000), min_size=2, max_size=100)


def cost_without_limit(frequencies: Sequence[int]) -> int:
    """The bits that all symbols take in the best codes: the sum of all joints' weights."""
    heap = [count for count in frequencies if count]
    heapq.heapify(heap)
    total = 0
    while len(heap) > 1:
        joined = heapq.heappop(heap) + heapq.heappop(heap)
        total += joined
        heapq.heappush(heap, joined)
    return total


def cost(frequencies: Sequence[int], lengths: Sequence[int]) -> int:
    return sum(count * bits for count, bits in zip(frequencies, lengths, strict=True))


@given(frequencies=FREQUENCIES)
def test_codes_are_as_short_as_they_can_be(frequencies: list[int]) -> None:
    lengths = code_lengths(frequencies, longest=99)

    assert [bits > 0 for bits in lengths] == [count > 0 for count in frequencies]
    if sum(1 for count in frequencies if count) > 1:
        assert cost(frequencies, lengths) == cost_without_limit(frequencies)


@given(frequencies=FREQUENCIES)
def test_codes_within_a_limit_use_every_code_there_is(frequencies: list[int]) -> None:
    lengths = [bits for bits in code_lengths(frequencies, longest=7) if bits]

    assert max(lengths, default=0) <= 7
    if len(lengths) > 1:
        assert sum(2**-bits for bits in lengths) == 1


@pytest.mark.parametrize(
    ("frequencies", "lengths"),
    [
        ([1, 1, 2, 4, 8], [3, 3, 3, 3, 1]),
        ([1, 2, 4, 8, 16, 32], [3, 3, 3, 3, 2, 2]),
        ([5, 0, 5, 5, 5, 5, 5, 5, 5], [3, 0, 3, 3, 3, 3, 3, 3, 3]),
    ],
)
def test_limit_costs_as_little_as_it_can(frequencies: list[int], lengths: list[int]) -> None:
    limited = code_lengths(frequencies, longest=3)

    assert max(limited) <= 3
    assert cost(frequencies, limited) == cost(frequencies, lengths)


def test_rarest_of_symbols_stays_within_fifteen_bits() -> None:
    fibonacci = [1, 1]
    while len(fibonacci) < 30:
        fibonacci.append(fibonacci[-1] + fibonacci[-2])
    assert max(code_lengths(fibonacci, longest=99)) == 29

    lengths = code_lengths(fibonacci, longest=15)

    assert max(lengths) == 15
    assert sum(2**-bits for bits in lengths) == 1


def test_lone_symbol_has_a_code_of_one_bit() -> None:
    assert code_lengths([0, 7, 0], longest=15) == [0, 1, 0]


def test_codes_are_those_of_the_specifications_example() -> None:
    expected = ["010", "011", "100", "101", "110", "00", "1110", "1111"]

    assert codes([3, 3, 3, 3, 3, 2, 4, 4]) == [(int(code[::-1], 2), len(code)) for code in expected]


def test_symbol_without_a_code_is_written_as_nothing() -> None:
    assert codes([1, 0, 1]) == [(0, 1), (0, 0), (1, 1)]
