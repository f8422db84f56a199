"""Huffman codes as DEFLATE has them: canonical, and no longer than a limit."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def code_lengths(frequencies: Sequence[int], *, longest: int) -> list[int]:
    """Return the bits of each symbol's code, 0 for a symbol that never occurs.

    Args:
        frequencies: how often each symbol occurs.
        longest: the most bits that a code may have; 2 to that power must not be fewer than the
            symbols that occur.
    """
    leaves = sorted((count, symbol) for symbol, count in enumerate(frequencies) if count)
    if len(leaves) == 1:
        return [int(count > 0) for count in frequencies]
    lengths = _unlimited(leaves, len(frequencies))
    if max(lengths) > longest:
        lengths = _limited(leaves, len(frequencies), longest)
    return lengths


def codes(lengths: Sequence[int]) -> list[tuple[int, int]]:
    """Return each symbol's code and its bits, the first of which is the lowest.

    "DEFLATE Compressed Data Format Specification", 3.2.2, makes the codes of their lengths alone.
    """
    code = 0
    result = [(0, 0)] * len(lengths)
    for bits in range(1, max(lengths, default=0) + 1):
        code <<= 1
        for symbol, length in enumerate(lengths):
            if length == bits:
                result[symbol] = (int(f"{code:0{bits}b}"[::-1], 2), bits)
                code += 1
    return result


def _unlimited(leaves: Sequence[tuple[int, int]], symbols: int) -> list[int]:
    """Join the two rarest trees until one is left; a symbol's bits are the joints above it."""
    heap: list[tuple[int, int, tuple[int, ...]]] = [
        (count, order, (symbol,)) for order, (count, symbol) in enumerate(leaves)
    ]
    lengths = [0] * symbols
    order = len(heap)
    while len(heap) > 1:
        first_count, _, first = heapq.heappop(heap)
        second_count, _, second = heapq.heappop(heap)
        joined = first + second
        for symbol in joined:
            lengths[symbol] += 1
        heapq.heappush(heap, (first_count + second_count, order, joined))
        order += 1
    return lengths


def _limited(leaves: Sequence[tuple[int, int]], symbols: int, longest: int) -> list[int]:
    """Choose by package-merge: the cheapest codes of which none has more than `longest` bits."""
    packages: list[tuple[int, tuple[int, ...]]] = []
    single = [(count, (symbol,)) for count, symbol in leaves]
    for _ in range(longest):
        row = sorted(single + packages)
        packages = [
            (row[index][0] + row[index + 1][0], row[index][1] + row[index + 1][1])
            for index in range(0, len(row) - 1, 2)
        ]
    lengths = [0] * symbols
    for _, members in packages[: len(leaves) - 1]:
        for symbol in members:
            lengths[symbol] += 1
    return lengths
