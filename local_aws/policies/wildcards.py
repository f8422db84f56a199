"""Comparison with the wildcards of IAM: `*` for any characters, `?` for one."""

import re
from functools import lru_cache
from typing import Final

ARN_PARTS: Final = 6


def is_like(text: str, pattern: str) -> bool:
    """Tell whether a text matches a pattern as a whole, with regard to case."""
    return _compile(pattern).fullmatch(text) is not None


def is_arn_like(arn: str, pattern: str) -> bool:
    """Compare two ARNs part by part, so that a wildcard does not reach over a colon."""
    actual, expected = arn.split(":", ARN_PARTS - 1), pattern.split(":", ARN_PARTS - 1)
    return len(actual) == len(expected) and all(map(is_like, actual, expected))


@lru_cache(maxsize=1_024)
def _compile(pattern: str) -> re.Pattern[str]:
    translated = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(translated, re.DOTALL)
