import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_aws.api_gateway.selection import (
    SelectionExpressionError,
    Variable,
    parse_selection_expression,
    select_route,
)

BODY = {
    "action": "join",
    "nested": {"kind": "deep", "list": ["zero", {"name": "one"}]},
    "message-type": "hyphen",
    "key with space": "spaced",
    "items": ["item1", "item2"],
    "object": {"a": 1, "b": None},
    "number": 7,
    "decimal": 1.5,
    "yes": True,
    "no": False,
    "nothing": None,
    "dollar": "$default",
}


@pytest.mark.parametrize(
    ("expression", "key"),
    [
        ("$request.body.action", "join"),
        ("${request.body.action}", "join"),
        ("$request.body.nested.kind", "deep"),
        ("$request.body.nested.list[0]", "zero"),
        ("$request.body.nested.list[1].name", "one"),
        ("$request.body.nested.list[2].name", ""),
        ("$request.body.message-type", "hyphen"),
        ("${request.body['key with space']}", "spaced"),
        ('${request.body["action"]}', "join"),
        ("${request.body.action}-${request.body.nested.kind}", "join-deep"),
        ("${request.body.action}-${request.body.invalidPath}", "join-"),
        ("$request.body.action/$request.body.number", "join/7"),
        ("pre ${request.body.action} post", "pre join post"),
        ("$request.body.action.deeper", ""),
        ("$request.body.items", "[item1, item2]"),
        ("$request.body.items.name", ""),
        ("$request.body.object", "{a=1, b=null}"),
        ("$request.body.object[0]", ""),
        ("$request.body.number", "7"),
        ("$request.body.decimal", "1.5"),
        ("$request.body.yes", "true"),
        ("$request.body.no", "false"),
        ("$request.body.nothing", ""),
        ("action", "action"),
        (r"\$default", "$default"),
        (r"\${request.body.action}", "${request.body.action}"),
        (r"\$request.body.action", "$request.body.action"),
        (r"a\b", r"a\b"),
        ("trailing\\", "trailing\\"),
        ("", ""),
    ],
)
def test_expression_evaluates_to_a_key(expression: str, key: str) -> None:
    assert parse_selection_expression(expression).evaluate(json.dumps(BODY)) == key


def test_whole_body_can_be_the_key() -> None:
    assert parse_selection_expression("$request.body").evaluate('"join"') == "join"


def test_value_is_not_evaluated_again() -> None:
    body = json.dumps({"action": "${request.body.other}", "other": "x"})
    key = parse_selection_expression("$request.body.action").evaluate(body)
    assert key == "${request.body.other}"


@pytest.mark.parametrize(
    "body", ["", "hello", "{", '{"action": NaN}', "[" * 100_000, "1" * 5_000, "\ufeff{}"]
)
def test_text_that_is_not_json_gives_no_key(body: str) -> None:
    assert parse_selection_expression("$request.body.action").evaluate(body) is None


def test_static_expression_needs_no_json() -> None:
    expression = parse_selection_expression("action")
    assert expression.evaluate("hello") == "action"


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ("$request.header.x", "by \\${request.body…} only"),
        ("${context.routeKey}", "by \\${request.body…} only"),
        ("$request.body.", "cannot be read from '.'"),
        ("$request.body.a..b", "cannot be read from '..b'"),
        ("$request.bodyaction", "cannot be read from 'action'"),
        ("${request.body[x]}", "cannot be read from '\\[x\\]'"),
        ("price $", "position 6 that begins no variable"),
        ("${unclosed", "position 0 that begins no variable"),
        ("$1", "position 0 that begins no variable"),
    ],
)
def test_expression_that_cannot_be_evaluated_is_refused(expression: str, complaint: str) -> None:
    with pytest.raises(SelectionExpressionError, match=complaint) as refused:
        parse_selection_expression(expression)
    assert repr(expression) in str(refused.value)


@pytest.mark.parametrize(
    ("body", "route_key"),
    [
        ('{"action": "join"}', "join"),
        ('{"action": "leave"}', "$default"),
        ('{"action": "$connect"}', "$default"),
        ('{"action": "$disconnect"}', "$default"),
        ('{"action": "Join"}', "$default"),
        ("hello", "$default"),
        ("{}", "$default"),
    ],
)
def test_message_selects_its_route_or_default(body: str, route_key: str) -> None:
    expression = parse_selection_expression("$request.body.action")
    routes = {"$connect", "$disconnect", "$default", "join"}
    assert select_route(expression, body, routes) == route_key


def test_without_default_a_message_may_select_nothing() -> None:
    expression = parse_selection_expression("$request.body.action")
    assert select_route(expression, "hello", {"join", "$connect"}) is None


def test_without_an_expression_everything_goes_to_default() -> None:
    assert select_route(None, '{"action": "join"}', {"join", "$default"}) == "$default"


NAMES = st.text(
    st.characters(exclude_characters=".[]'\"${}\\", exclude_categories=["Cs"]), min_size=1
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(path=st.lists(NAMES, min_size=1, max_size=4), value=st.text())
def test_text_at_any_path_is_found(path: list[str], value: str) -> None:
    document: Any = value
    for name in reversed(path):
        document = {name: document}
    expression = parse_selection_expression(f"${{request.body.{'.'.join(path)}}}")
    assert expression.parts == (Variable(tuple(path)),)
    assert expression.evaluate(json.dumps(document)) == value


@given(body=VALUES, name=NAMES)
def test_every_json_gives_a_key(body: Any, name: str) -> None:
    expression = parse_selection_expression(f"${{request.body.{name}}}")
    assert isinstance(expression.evaluate(json.dumps(body)), str)


@given(text=st.text())
def test_escaped_text_evaluates_to_itself(text: str) -> None:
    # A backslash before a dollar sign can only escape it, so such texts cannot be written.
    escaped = text.replace("\\", "").replace("$", r"\$")
    assert parse_selection_expression(escaped).evaluate("") == text.replace("\\", "")


@given(text=st.text())
def test_every_expression_is_parsed_or_refused(text: str) -> None:
    try:
        parsed = parse_selection_expression(text)
    except SelectionExpressionError:
        return
    parsed.evaluate("{}")


@given(body=st.text(), keys=st.sets(st.sampled_from(["$connect", "$disconnect", "$default", "a"])))
def test_lifecycle_routes_are_never_selected(body: str, keys: set[str]) -> None:
    for text in (body, json.dumps({"action": body}), '{"action": "$connect"}'):
        selected = select_route(parse_selection_expression("$request.body.action"), text, keys)
        assert selected in {None, "$default", "a"}
