import pytest

from local_aws.api_gateway.integrations.integration import IntegrationError
from local_aws.api_gateway.integrations.template_selection import select_template
from local_aws.api_gateway.selection import (
    RESPONSE_BODY,
    RESPONSE_HEADER,
    RESPONSE_STATUS_CODE,
)

TEMPLATES = {"$default": "default", "join": "joining", "200": "two hundred", "a/b": "typed"}
ANSWER = {
    RESPONSE_STATUS_CODE: 200,
    RESPONSE_HEADER: {"content-type": "a/b"},
    RESPONSE_BODY: {"kind": "join"},
}


@pytest.mark.parametrize(
    ("expression", "template"),
    [
        (None, "default"),
        (r"\$default", "default"),
        ("$default", "default"),
        ("join", "joining"),
        ("200", "two hundred"),
        ("${request.body.action}", "joining"),
        ("$request.body.unknown", "default"),
        ("${integration.response.statuscode}", "two hundred"),
        ("${integration.response.header.Content-Type}", "typed"),
        ("${integration.response.body.kind}", "joining"),
        ("${integration.response.header.Unknown}", "default"),
    ],
)
def test_expression_selects_a_template_or_the_default(
    expression: str | None, template: str
) -> None:
    assert select_template(expression, TEMPLATES, '{"action": "join"}', ANSWER) == template


def test_message_that_is_not_json_selects_the_default() -> None:
    assert select_template("$request.body.action", TEMPLATES, "hello") == "default"


def test_without_a_default_nothing_may_be_selected() -> None:
    assert select_template("$request.body.action", {"join": "x"}, "{}") is None
    assert select_template(None, {}, "{}") is None


def test_expression_of_something_else_is_refused() -> None:
    with pytest.raises(IntegrationError, match=r"it selects by \$\{request\.body…\} and"):
        select_template("$context.stage", TEMPLATES, "{}")
