"""Whether a condition of a policy holds.

Operators are those of "IAM JSON policy elements: Condition operators" in the IAM User Guide. A
condition can be evaluated only for a key whose value is known: on AWS it may have one.
"""

import ipaddress
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from local_aws.policies.wildcards import is_arn_like, is_like

_FOR_ALL: Final = "ForAllValues:"
_FOR_ANY: Final = "ForAnyValue:"
_IF_EXISTS: Final = "IfExists"


def holds(operator: str, actual: str | None, expected: tuple[str, ...]) -> bool | None:
    """Evaluate one condition; None if that cannot be done.

    Args:
        operator: Such as `StringLike` or `ForAnyValue:StringNotEqualsIfExists`.
        actual: The value of the key, None if it is not known.
        expected: The policy's values, of which one has to match.
    """
    # A key that is known has one value here, so that all and any are the same.
    name = operator.removeprefix(_FOR_ALL).removeprefix(_FOR_ANY).removesuffix(_IF_EXISTS)
    if actual is None or not expected:
        return None
    if name == "Null":
        return all(each.lower() == "false" for each in expected)
    compares = _OPERATORS.get(_NEGATED.get(name, name))
    if compares is None:
        return None
    try:
        matches = any(compares(actual, each) for each in expected)
    except ValueError:
        return None
    return matches != (name in _NEGATED)


def _is_address_in(address: str, network: str) -> bool:
    return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)


def _moment(text: str) -> datetime:
    """Return a moment that is written as ISO 8601 has it or in seconds since 1970."""
    if text.isdecimal():
        return datetime.fromtimestamp(int(text), UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_OPERATORS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "ArnEquals": is_arn_like,
    "ArnLike": is_arn_like,
    "Bool": lambda actual, expected: actual.lower() == expected.lower(),
    "DateEquals": lambda actual, expected: _moment(actual) == _moment(expected),
    "DateGreaterThan": lambda actual, expected: _moment(actual) > _moment(expected),
    "DateGreaterThanEquals": lambda actual, expected: _moment(actual) >= _moment(expected),
    "DateLessThan": lambda actual, expected: _moment(actual) < _moment(expected),
    "DateLessThanEquals": lambda actual, expected: _moment(actual) <= _moment(expected),
    "IpAddress": _is_address_in,
    "NumericEquals": lambda actual, expected: float(actual) == float(expected),
    "NumericGreaterThan": lambda actual, expected: float(actual) > float(expected),
    "NumericGreaterThanEquals": lambda actual, expected: float(actual) >= float(expected),
    "NumericLessThan": lambda actual, expected: float(actual) < float(expected),
    "NumericLessThanEquals": lambda actual, expected: float(actual) <= float(expected),
    "StringEquals": lambda actual, expected: actual == expected,
    "StringEqualsIgnoreCase": lambda actual, expected: actual.lower() == expected.lower(),
    "StringLike": is_like,
}
_NEGATED: Final[Mapping[str, str]] = {
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
}
