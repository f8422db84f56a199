"""`$util`."""

import pytest

from local_aws.api_gateway.mapping_template.mapping_template import TemplateInput, render_template


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("escapeJavaScript('\"a\"')", '\\"a\\"'),
        ("escapeJavaScript('it''s')", "it\\'s"),
        ("escapeJavaScript($input.path('$.odd'))", "\\n\\t\\r\\b\\f\\\\\\/\\u0001\\u007F"),
        ("escapeJavaScript('é€😀')", "\\u00E9\\u20AC\\uD83D\\uDE00"),
        ("escapeJavaScript($input.json('$.list'))", "[1,2]"),
        ("escapeJavaScript(17)", "17"),
        ("escapeJavaScript($missing)", ""),
        ('parseJson(\'{"a": [1, {"b": 2}]}\').a[1].b', "2"),
        ("parseJson('no')", ""),
        ("urlEncode('a b&c=é*~/')", "a+b%26c%3D%C3%A9*%7E%2F"),
        ("urlDecode('a+b%26c%3D%C3%A9')", "a b&c=é"),
        ("base64Encode('é')", "w6k="),
        ("base64Decode('w6k=')", "é"),
        ("base64Decode('/w==')", ""),
        ("unknown()", ""),
    ],
)
def test_utilities(call: str, expected: str) -> None:
    body = '{"odd": "\\n\\t\\r\\b\\f\\\\/\\u0001\\u007f", "list": [1, 2]}'
    values = TemplateInput(body, context={}, stage_variables={})
    assert render_template(f"$util.{call}", values) == expected
