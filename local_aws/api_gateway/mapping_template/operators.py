"""What Velocity's operators do with values of any type."""

import operator
from collections.abc import Callable
from typing import Any, Final

from local_aws.api_gateway.java_text import to_text

_COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def is_true(value: Any) -> bool:
    """Tell whether a condition holds: all but null and false do, an empty text among them."""
    return value is not None and value is not False


def apply(symbol: str, left: Any, right: Any) -> Any:
    """Apply an operator that evaluates both of its operands.

    What cannot be computed, such as a difference of texts or a division by zero, is None. Of two
    values of different types the texts are compared.
    """
    if symbol in ("==", "!="):
        return _equal(left, right) == (symbol == "==")
    numbers = _is_number(left) and _is_number(right)
    if symbol in _COMPARISONS:
        return numbers and _COMPARISONS[symbol](left, right)
    if numbers:
        try:
            return _arithmetic(symbol, left, right)
        except (ArithmeticError, ValueError):
            return None
    if symbol == "+" and (isinstance(left, str) or isinstance(right, str)):
        return to_text(left) + to_text(right)
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _equal(left: Any, right: Any) -> bool:
    if (_is_number(left) and _is_number(right)) or type(left) is type(right):
        return bool(left == right)
    return left is not None and right is not None and to_text(left) == to_text(right)


def _arithmetic(symbol: str, left: Any, right: Any) -> Any:
    match symbol:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
    if right == 0:
        raise ZeroDivisionError
    whole = isinstance(left, int) and isinstance(right, int)
    # Java rounds towards zero, and its remainder has the sign of the dividend.
    quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
    if symbol == "/":
        return quotient if whole else left / right
    return left - right * quotient
