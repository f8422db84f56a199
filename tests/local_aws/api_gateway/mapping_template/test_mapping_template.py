"""`$input`, `$context`, `$stageVariables` and `$util` in templates."""

import json
from typing import Any

import pytest

from local_aws.api_gateway.mapping_template.mapping_template import (
    BodyNotJsonError,
    TemplateInput,
    render_template,
)
from local_aws.api_gateway.mapping_template.rendering import TemplateError

BODY = {"id": 17, "name": "O'Brien", "tags": ["a", "b"], "deep": {"x y": [1, {"z": None}]}}
CONTEXT: dict[str, Any] = {
    "connectionId": "R1kmxc2VNjMCFIA=",
    "requestTimeEpoch": 1705751700453,
    "identity": {"sourceIp": "192.0.2.1"},
    "authorizer": {"principalId": "user-17", "admin": True, "integrationLatency": 12},
}


def rendered(template: str, body: str = json.dumps(BODY), **values: Any) -> str:
    given = {"context": CONTEXT, "stage_variables": {"table": "conns"}} | values
    return render_template(template, TemplateInput(body, **given))


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("$input.body", json.dumps(BODY)),
        ("$input.json('$.id')", "17"),
        ("$input.json('$.name')", '"O\'Brien"'),
        ("$input.json('$.tags')", '["a","b"]'),
        ("$input.json('$.deep')", '{"x y":[1,{"z":null}]}'),
        ("$input.json('$.missing')", '""'),
        ("$input.path('$.name')", "O'Brien"),
        ("$input.path('name')", "O'Brien"),
        ("$input.path('$.tags')", "[a, b]"),
        ("$input.path('$').tags[1]", "b"),
        ("$input.path('$.tags').size()", "2"),
        ("$input.path(\"$.deep['x y'][0]\")", "1"),
        ("$input.path('$.missing.deeper')", ""),
        ("$input.path('$.tags[9]')", ""),
        ("$input.path('$.tags[*]')", "[a, b]"),
        ("$input.path('$..z')", "[null]"),
        ("$input.path('$.tags[7:9]')", "[]"),
        ('#set($i = 1)$input.json("$.tags[${i}]")', '"b"'),
        ("$input.json('$.id') $input.json('$.tags[0]')", '17 "a"'),
        ("$input.unknown $input.unknown() $input.json()", "  "),
    ],
)
def test_input_gives_the_body_and_its_parts(template: str, expected: str) -> None:
    assert rendered(template) == expected


def test_empty_body_is_an_empty_object() -> None:
    assert rendered("$input.json('$') <$input.body>", body="") == "{} <>"


@pytest.mark.parametrize("body", ["hello", "{", "NaN", "[" * 100_000], ids=range(4))
def test_body_that_is_not_json_can_only_be_taken_whole(body: str) -> None:
    assert rendered("$input.body", body=body) == body
    with pytest.raises(BodyNotJsonError):
        rendered("$input.json('$')", body=body)


def test_path_that_is_none_is_named() -> None:
    with pytest.raises(TemplateError, match=r"'\$\.a\[' is no JSONPath"):
        rendered("$input.path('$.a[')")


def test_template_that_cannot_be_read_says_so() -> None:
    with pytest.raises(TemplateError, match="line 1, column 1: #if has no #end"):
        rendered("#if(true)")


def test_parameters_are_found_in_the_query_string_and_then_in_headers() -> None:
    values: dict[str, Any] = {
        "headers": {"Host": "here", "X-Room": "1"},
        "query": {"token": "t", "Host": "q"},
    }
    assert rendered("$input.params('token') $input.params('x-room')", **values) == "t 1"
    assert rendered("$input.params('Host') $input.params('none')", **values) == "q "
    maps = rendered("$input.params().header['X-Room'] $input.params().querystring.token", **values)
    assert maps == "1 t"
    assert rendered("$input.params()", **values) == (
        "{path={}, querystring={token=t, Host=q}, header={Host=here, X-Room=1}}"
    )


def test_context_has_numbers_to_reckon_with() -> None:
    template = "#set($ttl = $context.requestTimeEpoch / 1000 + 7500)$ttl"
    assert rendered(template) == "1705759200"


def test_context_of_an_authorizer_is_text() -> None:
    assert rendered("$context.authorizer.admin.length()") == "4"
    assert rendered("$context.authorizer.integrationLatency.concat('!')") == "12!"
    assert rendered("$context.identity.sourceIp $context.identity.none") == "192.0.2.1 "


def test_template_cannot_change_what_later_events_see() -> None:
    rendered("#set($context.connectionId = 'x')#set($context.authorizer.admin = 'x')")
    assert CONTEXT["connectionId"] == "R1kmxc2VNjMCFIA="
    assert CONTEXT["authorizer"]["admin"] is True


def test_stage_variables_are_there_by_name() -> None:
    assert rendered("$stageVariables.table ${stageVariables.none}") == "conns "


def test_connection_is_stored_as_the_documentation_shows() -> None:
    template = """
#set($ttl = $context.requestTimeEpoch / 1000 + 7500)
{"TableName": "$stageVariables.table", "Item": {
  "pk": {"S": "$context.connectionId"},
  "principal": {"S": "$context.authorizer.principalId"},
  "ttl": {"N": "$ttl"}}}"""
    assert json.loads(rendered(template, body="")) == {
        "TableName": "conns",
        "Item": {
            "pk": {"S": "R1kmxc2VNjMCFIA="},
            "principal": {"S": "user-17"},
            "ttl": {"N": "1705759200"},
        },
    }
