"""How Java writes values."""

import pytest

from local_aws.api_gateway.java_text import to_text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        ("text", "text"),
        (True, "true"),
        (False, "false"),
        (10**20, "100000000000000000000"),
        (0.0, "0.0"),
        (1.0, "1.0"),
        (-0.5, "-0.5"),
        (0.001, "0.001"),
        (0.0001, "1.0E-4"),
        (9_999_999.0, "9999999.0"),
        (10_000_000.0, "1.0E7"),
        (12_345_678.9, "1.23456789E7"),
        (-2.5e-9, "-2.5E-9"),
        (1.5e300, "1.5E300"),
        (float("inf"), "Infinity"),
        (float("-inf"), "-Infinity"),
        (float("nan"), "NaN"),
        ([], "[]"),
        (["a", None, 1.5, [True]], "[a, null, 1.5, [true]]"),
        ({"a": None, "b": {"c": 1}}, "{a=null, b={c=1}}"),
    ],
)
def test_values_as_java_writes_them(value: object, expected: str) -> None:
    assert to_text(value) == expected
