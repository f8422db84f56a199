"""Values as Java writes them, which is what API Gateway puts into keys and templates."""

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

_CONSTANTS: Final = {None: "", True: "true", False: "false"}
_PLAIN_DECIMALS: Final = (1e-3, 1e7)


def to_text(value: Any) -> str:
    """Write a value as Java's `toString` does: `[a, null]`, `{key=1.5}`, `true`; null is ""."""
    match value:
        case str():
            return value
        case None | False | True:
            return _CONSTANTS[value]
        case float():
            return _double(value)
        case Mapping():
            pairs = (f"{_nested(key)}={_nested(each)}" for key, each in value.items())
            return f"{{{', '.join(pairs)}}}"
        case list():
            return f"[{', '.join(map(_nested, value))}]"
        case _:
            return str(value)


def encode(text: str) -> bytes:
    """Encode a text as Java does: half of a surrogate pair, which JSON can hold, becomes `?`."""
    return text.encode("utf-8", "replace")


def _nested(value: Any) -> str:
    return "null" if value is None else to_text(value)


def _double(value: float) -> str:
    """Write a number as `Double.toString` does."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{'-' * (value < 0)}Infinity"
    least, beyond = _PLAIN_DECIMALS
    if value == 0 or least <= abs(value) < beyond:
        return repr(value)
    # repr has the fewest digits that give the value, which is what Java writes.
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    first, *others = map(str, digits)
    power = int(exponent) + len(others)
    return f"{'-' * sign}{first}.{''.join(others) or '0'}E{power}"
