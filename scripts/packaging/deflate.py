"""Compression by DEFLATE that gives the same bytes on every machine.

The module zlib does not: its output is another in each of its versions and successors. This one is
for our own sources, some kilobytes each. It takes longer than zlib and gives less than zlib at its
best: all of a file is one block, for which the cheapest sequence of literals and copies is looked
for twice, since what is cheap depends on the codes, and they on the sequence.

Names and numbers are those of "DEFLATE Compressed Data Format Specification version 1.3".
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from scripts.packaging import huffman
from scripts.packaging.bits import Bits
from scripts.packaging.matches import LONGEST, SHORTEST, Copy, copies

# A copy of so many bytes is taken whole: looking at shorter ones would take time and save nothing.
_LONG_ENOUGH = 64

_END_OF_BLOCK = 256
_FIRST_LENGTH = 257
_LITERALS_AND_LENGTHS = 286
_LONGEST_CODE = 15
_LONGEST_LENGTH_CODE = 7
# 3.2.7: the order in which the lengths of the code length codes stand.
_CODE_LENGTH_ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)

Step = tuple[int, int]
"""A copy: its length, and from how far back. The next byte as it is: (1, 0)."""


def _ranges(first: int, extra_bits: list[int]) -> list[tuple[int, int]]:
    """Return of each code the first value that it stands for, and its number of extra bits."""
    ranges = []
    for bits in extra_bits:
        ranges.append((first, bits))
        first += 1 << bits
    return ranges


# 3.2.5: what the codes from 257 on stand for, and the distance codes.
_LENGTHS = _ranges(SHORTEST, [0] * 8 + [bits for bits in range(1, 6) for _ in range(4)])
_LENGTHS.append((LONGEST, 0))
_DISTANCES = _ranges(1, [0, 0] + [bits for bits in range(14) for _ in range(2)])

_LENGTH_CODE = [0] * SHORTEST + [
    code for code, (_, extra_bits) in enumerate(_LENGTHS) for _ in range(1 << extra_bits)
]
# The code before the last could stand for it too, but not in as few bits.
_LENGTH_CODE[LONGEST:] = [len(_LENGTHS) - 1]
_DISTANCE_CODE = [0] + [
    code for code, (_, extra_bits) in enumerate(_DISTANCES) for _ in range(1 << extra_bits)
]


@dataclass(frozen=True)  # no slots: they came with Python 3.10
class _Codes:
    """How many bits the code of each symbol has."""

    literals: list[int]
    """Of bytes, of the end of the block, and of lengths."""
    distances: list[int]


# 3.2.6.
_FIXED = _Codes([8] * 144 + [9] * 112 + [7] * 24 + [8] * 8, [5] * 30)


def compress(data: bytes) -> bytes:
    """Return `data` compressed: one block, whose codes are its own if that makes it shorter."""
    found = copies(data)
    steps = _cheapest(data, found, _FIXED)
    steps = _cheapest(data, found, _codes(data, steps))
    return min(_block(data, steps, _codes(data, steps)), _block(data, steps, _FIXED), key=len)


def _cheapest(data: bytes, found: list[list[Copy]], codes: _Codes) -> list[Step]:
    """Return the steps that take the fewest bits in these codes."""
    # What did not occur is not forbidden: it would have a long code.
    literal_bits = [bits or _LONGEST_CODE for bits in codes.literals]
    length_bits = [literal_bits[_FIRST_LENGTH + code] + _LENGTHS[code][1] for code in _LENGTH_CODE]
    distance_bits = [
        (codes.distances[code] or _LONGEST_CODE) + extra_bits
        for code, (_, extra_bits) in enumerate(_DISTANCES)
    ]
    total = [1 << 62] * (len(data) + 1)
    total[0] = 0
    arrived = [(1, 0)] * (len(data) + 1)
    for position, byte in enumerate(data):
        here = total[position]
        if here + literal_bits[byte] < total[position + 1]:
            total[position + 1] = here + literal_bits[byte]
            arrived[position + 1] = (1, 0)
        shortest = SHORTEST
        for longest, distance in found[position]:
            copied = here + distance_bits[_DISTANCE_CODE[distance]]
            if longest >= _LONG_ENOUGH:
                shortest = longest
            for length in range(shortest, longest + 1):
                bits = copied + length_bits[length]
                if bits < total[position + length]:
                    total[position + length] = bits
                    arrived[position + length] = (length, distance)
            shortest = longest + 1
    return _path(arrived)


def _path(arrived: list[Step]) -> list[Step]:
    """Return the steps to the last position, given the one by which each position is reached."""
    path = []
    position = len(arrived) - 1
    while position:
        path.append(arrived[position])
        position -= arrived[position][0]
    return path[::-1]


def _codes(data: bytes, steps: list[Step]) -> _Codes:
    """Return the codes in which these steps take the fewest bits."""
    literals = [0] * _LITERALS_AND_LENGTHS
    literals[_END_OF_BLOCK] = 1
    distances = [0] * len(_DISTANCES)
    position = 0
    for length, distance in steps:
        if distance:
            literals[_FIRST_LENGTH + _LENGTH_CODE[length]] += 1
            distances[_DISTANCE_CODE[distance]] += 1
        else:
            literals[data[position]] += 1
        position += length
    return _Codes(
        huffman.code_lengths(literals, longest=_LONGEST_CODE),
        huffman.code_lengths(distances, longest=_LONGEST_CODE),
    )


def _block(data: bytes, steps: list[Step], codes: _Codes) -> bytes:
    """Return the steps as the only block of a stream (3.2.3)."""
    bits = Bits()
    bits.write(1, 1)
    if codes is _FIXED:
        bits.write(1, 2)
    else:
        bits.write(2, 2)
        _write_codes(bits, codes)
    literals = huffman.codes(codes.literals)
    distances = huffman.codes(codes.distances)
    position = 0
    for length, distance in steps:
        if distance:
            code = _LENGTH_CODE[length]
            first, extra_bits = _LENGTHS[code]
            bits.write(*literals[_FIRST_LENGTH + code])
            bits.write(length - first, extra_bits)
            code = _DISTANCE_CODE[distance]
            first, extra_bits = _DISTANCES[code]
            bits.write(*distances[code])
            bits.write(distance - first, extra_bits)
        else:
            bits.write(*literals[data[position]])
        position += length
    bits.write(*literals[_END_OF_BLOCK])
    return bits.to_bytes()


def _write_codes(bits: Bits, codes: _Codes) -> None:
    """Write how many bits each code has (3.2.7); these numbers are compressed themselves."""
    literals = _without_unused(codes.literals, least=_FIRST_LENGTH)
    distances = _without_unused(codes.distances, least=1)
    runs = _runs(literals + distances)
    occurrences = [0] * len(_CODE_LENGTH_ORDER)
    for symbol, _, _ in runs:
        occurrences[symbol] += 1
    lengths = huffman.code_lengths(occurrences, longest=_LONGEST_LENGTH_CODE)
    ordered = _without_unused([lengths[symbol] for symbol in _CODE_LENGTH_ORDER], least=4)
    bits.write(len(literals) - _FIRST_LENGTH, 5)
    bits.write(len(distances) - 1, 5)
    bits.write(len(ordered) - 4, 4)
    for length in ordered:
        bits.write(length, 3)
    codes_of_lengths = huffman.codes(lengths)
    for symbol, extra, extra_bits in runs:
        bits.write(*codes_of_lengths[symbol])
        bits.write(extra, extra_bits)


def _without_unused(lengths: list[int], *, least: int) -> list[int]:
    """Return the lengths up to the last code that is used, and at least so many."""
    used = max((number for number, length in enumerate(lengths, 1) if length), default=0)
    return lengths[: max(used, least)]


def _runs(lengths: list[int]) -> list[tuple[int, int, int]]:
    """Return the lengths as symbols, each with its extra bits and how many these are.

    A symbol up to 15 is a length. 16 repeats the one before 3 to 6 times; 17 is 3 to 10 zeros, 18
    is 11 to 138 of them.
    """
    symbols = []
    for length, group in groupby(lengths):
        left = len(list(group))
        if length:
            symbols.append((length, 0, 0))
            left -= 1
        repeats = [(16, 3, 2, 6)] if length else [(18, 11, 7, 138), (17, 3, 3, 10)]
        for symbol, fewest, extra_bits, most in repeats:
            while left >= fewest:
                symbols.append((symbol, min(left, most) - fewest, extra_bits))
                left -= min(left, most)
        symbols += [(length, 0, 0)] * left
    return symbols
