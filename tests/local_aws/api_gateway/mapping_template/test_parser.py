"""Templates that cannot be read, and how that is said."""

import contextlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_aws.api_gateway.mapping_template.parser import MAXIMUM_TEMPLATE_BYTES, parse_template
from local_aws.api_gateway.mapping_template.rendering import TemplateError, render
from local_aws.api_gateway.mapping_template.syntax import TemplateSyntaxError, Text


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("#if($a", "line 1, column 7: ')' is missing"),
        ("#if", "line 1, column 4: '(' is missing"),
        ("#if()x#end", "a value is missing"),
        ("\n  #if($a) x", "line 2, column 3: #if has no #end"),
        ("#foreach($a in $b)", "#foreach has no #end"),
        ("#foreach($a of $b)#end", "'in' is missing"),
        ("#define($a)x", "#define has no #end"),
        ("#if(true)a#{else}b#{else}c#end", "#if has no #end"),
        ("a #end", "#end ends nothing"),
        ("#else", "#else ends nothing"),
        ("#set($a)", "'=' is missing"),
        ("#set(a = 1)", "a variable such as $name is missing"),
        ("#set($a = )", "a value is missing"),
        ("#set($a = name)", "a value is missing before 'name"),
        ("#set($a = 'text)", "a value is missing"),
        ("#set($a = [1, 2)", "']' is missing"),
        ("#set($a = {'a' 1})", "':' is missing"),
        ("#set($a = {'a': 1 'b': 2})", "',' is missing"),
        ("#set($a = (1)", "')' is missing"),
        ("${name", "the '}' of"),
        ("$name.call(1", "')' is missing"),
        ("$name[", "a value is missing"),
        ("#macro(m)x#end", "#macro is not available"),
        ("#include('a')", "#include is not available"),
        ("#parse('a')", "#parse is not available"),
        ("#evaluate('a')", "#evaluate is not available"),
        ("#if(" + "(" * 5_000, "nested too deeply"),
        ("x" * (MAXIMUM_TEMPLATE_BYTES + 1), "307200 bytes"),
    ],
    ids=range(28),
)
def test_error_names_place_and_problem(template: str, problem: str) -> None:
    with pytest.raises(TemplateSyntaxError, match=re.escape(problem)):
        parse_template(template)


def test_template_of_the_largest_size_is_read() -> None:
    assert parse_template("x" * MAXIMUM_TEMPLATE_BYTES) == (Text("x" * MAXIMUM_TEMPLATE_BYTES),)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *("$a", "${", "}", "#if(", ")", "#end", "#set($a = ", "#foreach($x in ", "[", "]"),
                *("..", "'", '"', "\\", "##", "#*", "*#", " ", "\n", "1", ".b", ".c(", ",", "!"),
                *("{", ":", "==", "-", "#else", "#elseif(", "#stop", "#define($d)", "null", "é"),
            ]
        ),
        max_size=14,
    ).map("".join)
)
def test_any_text_is_rendered_or_refused(template: str) -> None:
    with contextlib.suppress(TemplateSyntaxError, TemplateError):
        assert isinstance(render(parse_template(template), {"a": {"b": [1]}}), str)
