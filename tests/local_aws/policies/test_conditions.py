import pytest

from local_aws.policies.conditions import holds

ROLE = "arn:aws:iam::123456789012:role/chat"


@pytest.mark.parametrize(
    ("operator", "actual", "matching", "other"),
    [
        ("StringEquals", "blue", "blue", "Blue"),
        ("StringEqualsIgnoreCase", "blue", "BLUE", "red"),
        ("StringLike", "blue", "b*", "r*"),
        ("ArnLike", ROLE, "arn:aws:iam::*:role/ch*", "arn:aws:iam::*:user/*"),
        ("ArnEquals", ROLE, ROLE, "arn:aws:iam::123456789012:role/other"),
        ("IpAddress", "192.0.2.7", "192.0.2.0/24", "198.51.100.0/24"),
        ("NumericEquals", "5", "5.0", "6"),
        ("DateEquals", "2026-01-01T00:00:00Z", "1767225600", "2026-01-02"),
    ],
)
def test_operator_and_its_negation(operator: str, actual: str, matching: str, other: str) -> None:
    negated = "NotIpAddress" if operator == "IpAddress" else _negation_of(operator)
    assert holds(operator, actual, (matching,)) is True
    assert holds(operator, actual, (other, matching)) is True
    assert holds(operator, actual, (other,)) is False
    assert holds(negated, actual, (matching,)) is False
    assert holds(negated, actual, (other, matching)) is False
    assert holds(negated, actual, (other,)) is True


def _negation_of(operator: str) -> str:
    kind = next(each for each in ("String", "Arn", "Numeric", "Date") if operator.startswith(each))
    return f"{kind}Not{operator.removeprefix(kind)}"


@pytest.mark.parametrize(
    ("operator", "lower", "equal", "higher"),
    [
        ("NumericLessThan", False, False, True),
        ("NumericLessThanEquals", False, True, True),
        ("NumericGreaterThan", True, False, False),
        ("NumericGreaterThanEquals", True, True, False),
    ],
)
def test_comparison_of_numbers_and_dates(
    operator: str, *, lower: bool, equal: bool, higher: bool
) -> None:
    found = [holds(operator, "10", (expected,)) for expected in ("9.5", "10", "11")]
    assert found == [lower, equal, higher]
    dates = ("2026-01-01T00:00:00Z", "2026-01-02", "2026-01-03T00:00:00+00:00")
    named = operator.replace("Numeric", "Date")
    assert [holds(named, "2026-01-02T00:00:00Z", (each,)) for each in dates] == found


def test_truth_is_compared_regardless_of_case() -> None:
    assert holds("Bool", "true", ("True",)) is True
    assert holds("Bool", "true", ("false",)) is False


def test_key_with_a_value_is_not_null() -> None:
    assert holds("Null", "blue", ("false",)) is True
    assert holds("Null", "blue", ("true",)) is False


@pytest.mark.parametrize(
    "operator", ["StringEqualsIfExists", "ForAllValues:StringEquals", "ForAnyValue:StringEquals"]
)
def test_key_with_one_value_is_compared_as_without_the_addition(operator: str) -> None:
    assert holds(operator, "blue", ("blue",)) is True
    assert holds(operator, "blue", ("red",)) is False


@pytest.mark.parametrize(
    ("operator", "actual", "expected"),
    [
        ("StringEquals", None, ("blue",)),
        ("Null", None, ("true",)),
        ("StringEqualsIfExists", None, ("blue",)),
        ("StringEquals", "blue", ()),
        ("StringResembles", "blue", ("blue",)),
        ("NumericEquals", "blue", ("5",)),
        ("DateLessThan", "blue", ("2026-01-01",)),
        ("IpAddress", "192.0.2.7", ("blue",)),
    ],
)
def test_condition_that_cannot_be_evaluated_neither_holds_nor_not(
    operator: str, actual: str | None, expected: tuple[str, ...]
) -> None:
    assert holds(operator, actual, expected) is None
