"""The methods that templates call on values."""

from typing import Any

import pytest

from local_aws.api_gateway.mapping_template.parser import parse_template
from local_aws.api_gateway.mapping_template.rendering import render


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("length()", "9"),
        ("isEmpty()", "false"),
        ("empty", "false"),
        ("charAt(3)", "b"),
        ("charAt(-1)", ""),
        ("concat('!')", "foobar123!"),
        ("contains('bar')", "true"),
        ("startsWith('foo')", "true"),
        ("endsWith('foo')", "false"),
        ("equals('foobar123')", "true"),
        ("equals(1)", "false"),
        ("equalsIgnoreCase('FOOBAR123')", "true"),
        ("indexOf('o')", "1"),
        ("indexOf('o', 2)", "2"),
        ("lastIndexOf('o')", "2"),
        ("lastIndexOf('x')", "-1"),
        ("matches('[a-z]+[0-9]+')", "true"),
        ("matches('[a-z]+')", "false"),
        ("replace('o', '0')", "f00bar123"),
        ("replaceAll('[0-9]', '#')", "foobar###"),
        ("replaceAll('(foo)(bar)', '$2$1')", "barfoo123"),
        ("replaceAll('foo', '\\$')", "$bar123"),
        ("replaceFirst('o', '0')", "f0obar123"),
        ("substring(6)", "123"),
        ("substring(3, 6)", "bar"),
        ("substring(6, 3)", ""),
        ("split('o')", "[f, , bar123]"),
        ("split('[0-9]')", "[foobar]"),
        ("toUpperCase().toLowerCase().toString()", "foobar123"),
        ("trim()", "foobar123"),
        ("class", ""),
        ("bytes", ""),
        ("__class__", ""),
    ],
)
def test_methods_of_texts(call: str, expected: str) -> None:
    assert render(parse_template(f"$text.{call}"), {"text": "foobar123"}) == expected


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("size()", "3 [a, b, c]"),
        ("isEmpty()", "false [a, b, c]"),
        ("empty", "false [a, b, c]"),
        ("contains('b')", "true [a, b, c]"),
        ("indexOf('c')", "2 [a, b, c]"),
        ("indexOf('x')", "-1 [a, b, c]"),
        ("add('d')", "true [a, b, c, d]"),
        ("add(0, 'd')", " [d, a, b, c]"),
        ("addAll(['d', 'e'])", "true [a, b, c, d, e]"),
        ("addAll([])", "false [a, b, c]"),
        ("set(0, 'd')", "a [d, b, c]"),
        ("remove(0)", "a [b, c]"),
        ("remove('b')", "true [a, c]"),
        ("remove('x')", "false [a, b, c]"),
        ("clear()", " []"),
        ("toString()", "[a, b, c] [a, b, c]"),
    ],
)
def test_methods_of_lists(call: str, expected: str) -> None:
    template = parse_template(f"$list.{call} $list")
    assert render(template, {"list": ["a", "b", "c"]}) == expected


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("size()", "2 {a=1, b=2}"),
        ("isEmpty()", "false {a=1, b=2}"),
        ("get('a')", "1 {a=1, b=2}"),
        ("getOrDefault('c', 3)", "3 {a=1, b=2}"),
        ("containsKey('a')", "true {a=1, b=2}"),
        ("containsValue(3)", "false {a=1, b=2}"),
        ("put('a', 3)", "1 {a=3, b=2}"),
        ("put('c', null)", " {a=1, b=2, c=null}"),
        ("putAll({'c': 3})", " {a=1, b=2, c=3}"),
        ("remove('a')", "1 {b=2}"),
        ("keySet()", "[a, b] {a=1, b=2}"),
        ("values()", "[1, 2] {a=1, b=2}"),
        ("entrySet()", "[a=1, b=2] {a=1, b=2}"),
        ("clear()", " {}"),
    ],
)
def test_methods_of_maps(call: str, expected: str) -> None:
    assert render(parse_template(f"$map.{call} $map"), {"map": {"a": 1, "b": 2}}) == expected


@pytest.mark.parametrize(
    ("value", "call", "expected"),
    [
        (0, "parseInt('17')", "17"),
        (0, "parseLong('17')", "17"),
        (0, "parseInt('x')", ""),
        (0, "valueOf('17')", "17"),
        (5, "doubleValue()", "5.0"),
        (5.9, "intValue()", "5"),
        (5.9, "longValue()", "5"),
        (0.5, "parseDouble('1.5')", "1.5"),
        (0.5, "valueOf('1.5')", "1.5"),
        (5, "toString().length()", "1"),
        (True, "booleanValue()", "true"),
        (True, "toString().toUpperCase()", "TRUE"),
        (True, "intValue()", ""),
    ],
)
def test_methods_of_numbers_and_booleans(value: Any, call: str, expected: str) -> None:
    assert render(parse_template(f"$value.{call}"), {"value": value}) == expected


def test_property_of_a_map_is_its_value_whatever_its_methods_are_called() -> None:
    template = parse_template("$map.size $map.empty $map.isEmpty()")
    assert render(template, {"map": {"size": "big", "empty": "no"}}) == "big no false"
