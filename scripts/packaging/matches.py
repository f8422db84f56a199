"""Where bytes repeat what came before them: the copies that DEFLATE may make."""

from __future__ import annotations

from collections import defaultdict

SHORTEST = 3
LONGEST = 258
FARTHEST = 32_768

_MOST_CANDIDATES = 64

Copy = tuple[int, int]
"""A length, and from how far back it is copied."""


def copies(data: bytes) -> list[list[Copy]]:
    """Return for each position the copies that can stand there, the shorter and nearer ones first.

    Each is longer than the one before it, and no nearer place has as much; what is shorter can be
    copied from the same place as the next longer one.
    """
    seen: defaultdict[bytes, list[int]] = defaultdict(list)
    found = []
    for position in range(len(data)):
        places = seen[data[position : position + SHORTEST]]
        found.append(_copies_at(data, position, places) if places else [])
        places.append(position)
    return found


def _copies_at(data: bytes, position: int, places: list[int]) -> list[Copy]:
    limit = min(LONGEST, len(data) - position)
    longest = SHORTEST - 1
    found: list[Copy] = []
    for place in reversed(places[-_MOST_CANDIDATES:]):
        if longest == limit or position - place > FARTHEST:
            break
        # A place that does not go on as here can give nothing longer.
        if data[place + longest] != data[position + longest]:
            continue
        if data[place : place + longest] != data[position : position + longest]:
            continue
        length = longest + 1
        while length < limit and data[place + length] == data[position + length]:
            length += 1
        found.append((length, position - place))
        longest = length
    return found
