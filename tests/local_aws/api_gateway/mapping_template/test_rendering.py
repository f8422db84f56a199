"""What templates put out. Where Velocity's versions differ, expectations are what AWS answers."""

from typing import Any

import pytest

from local_aws.api_gateway.mapping_template.parser import parse_template
from local_aws.api_gateway.mapping_template.rendering import TemplateError, render


def rendered(template: str, **variables: Any) -> str:
    return render(parse_template(template), variables)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("plain text", "plain text"),
        ("$name", "chat"),
        ("$!name ${name} $!{name}", "chat chat chat"),
        ("${name}room", "chatroom"),
        ("$name.", "chat."),
        ("$map.a.b", "deep"),
        ("$map['a'].b $map.get('a').b", "deep deep"),
        ("$list[0] $list[-1] $list.get(1)", "x y y"),
        ("[$list[0]]", "[x]"),
        ("$name()", "chat()"),
        ("costs $5.00 or $ 5 or 5$", "costs $5.00 or $ 5 or 5$"),
        ("#13ff93 # #1 user#home", "#13ff93 # #1 user#home"),
        ("#hello", "#hello"),
    ],
)
def test_text_and_references(template: str, expected: str) -> None:
    variables = {"name": "chat", "map": {"a": {"b": "deep"}}, "list": ["x", "y"]}
    assert rendered(template, **variables) == expected


@pytest.mark.parametrize(
    "reference",
    [
        *("$missing", "${missing.deeper}", "$map.missing", "$map.get('missing')", "$list[9]"),
        *("$list['x']", "$name[0]", "$name.missing()", "$name.substring(99)", "$number.a.b"),
        *("$list.get('x')", "$name.concat(1)", "$name.replaceAll('(', '')", "$null", "$map[$list]"),
    ],
)
def test_what_is_not_there_is_the_empty_text(reference: str) -> None:
    variables = {"name": "chat", "map": {"a": 1}, "list": ["x"], "number": 1}
    assert rendered(f"<{reference}>", **variables) == "<>"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, "true"),
        (17, "17"),
        (1.5, "1.5"),
        (None, ""),
        ([1, "a", None, [True]], "[1, a, null, [true]]"),
        ({"a": 1, "b": {"c": None}}, "{a=1, b={c=null}}"),
    ],
)
def test_values_are_written_as_java_writes_them(value: object, expected: str) -> None:
    assert rendered("$value", value=value) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("7 / 2", "3"),
        ("-7 / 2", "-3"),
        ("-7 % 2", "-1"),
        ("7 % -2", "1"),
        ("7.0 / 2", "3.5"),
        ("7 % 2.5", "2.0"),
        ("100.0 / 50", "2.0"),
        (".05", "0.05"),
        ("1e3", "1000.0"),
        ("2 + 3 * 4 - 1", "13"),
        ("(2 + 3) * 4", "20"),
        ("10 - 2 - 3", "5"),
        ("'a' + 1", "a1"),
        ("1 + 'a' + true", "1atrue"),
        ("1 / 0", ""),
        ("1.0 % 0", ""),
        ("'a' - 1", ""),
        ("$list + $list", ""),
        ("true + 1", ""),
        ("1e308 * 1e308", "Infinity"),
        ("1e308 * 1e308 % 2", "NaN"),
        ("$huge * 1.5", ""),
        ("-5", "-5"),
        ("[1..3]", "[1, 2, 3]"),
        ("[ 3 .. 1 ]", "[3, 2, 1]"),
        ("[1..'a']", ""),
        ("[]", "[]"),
        ("[ ]", "[]"),
        ("[1, 'two', $list]", "[1, two, [x]]"),
        ("{}", "{}"),
        ("{'a': 1, \"b$n\": {'c': [2]}}", "{a=1, b7={c=[2]}}"),
        ("'it''s $n'", "it's $n"),
        ('"$n is ""seven"""', '7 is "seven"'),
        ('"\\$n"', "$n"),
        ('"\\n \\\\"', "\\n \\\\"),
        ('"#if($n == 7)yes#end"', "yes"),
        ("null", ""),
        ("true && null", "false"),
        ("$n == 7", "true"),
        ("$n != 7", "false"),
        ("'7' == 7", "true"),
        ("7.0 == 7", "true"),
        ("true == 1", "false"),
        ("$missing == ''", "true"),
        ("null == null", "true"),
        ("null == 'null'", "false"),
        ("$list == ['x']", "true"),
        ("$n < 8 and $n <= 7 and $n > 6 and $n >= 7", "true"),
        ("$n lt 8 && $n le 7 && $n gt 6 && $n ge 7 && $n eq 7 && !($n ne 7)", "true"),
        ("'a' < 'b'", "false"),
        ("false || $n == 7", "true"),
        ("false or false", "false"),
        ("not true", "false"),
        ("!$missing", "false"),
        ("! false", "true"),
        ("$n-1", ""),
        ("$n - 1", "6"),
    ],
)
def test_expressions(expression: str, expected: str) -> None:
    variables = {"n": 7, "list": ["x"], "huge": 10**400}
    assert rendered(f"#set($x = {expression})$x", **variables) == expected


def test_operand_that_does_not_matter_is_not_evaluated() -> None:
    template = (
        "#set($l = [])#if(false && $l.add(1))#end#if(true || $l.add(2))#end#set($x = $l.size())$x"
    )
    assert rendered(template) == "0"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, "yes"), (False, "no"), ("", "yes"), (0, "yes"), ([], "yes"), (None, "yes")],
)
def test_condition_holds_for_everything_but_false(value: object, expected: str) -> None:
    assert rendered("#if($value)yes#{else}no#end", value=value) == expected


@pytest.mark.parametrize(("n", "expected"), [(1, "one"), (2, "two"), (3, "many")])
def test_first_branch_whose_condition_holds_is_taken(n: int, expected: str) -> None:
    template = "#if($n == 1)one#elseif ($n == 2)two#{else}many#end"
    assert rendered(template, n=n) == expected
    assert rendered(f"#{{if}}({n} == {n})x#{{end}}y") == "xy"


def test_if_without_a_branch_that_holds_puts_out_nothing() -> None:
    assert rendered("<#if(false)x#elseif(false)y#end>") == "<>"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("#foreach($x in $list)$x#if($foreach.hasNext), #end#end", "a, b, c"),
        ("#foreach($x in $list)$foreach.index$foreach.count$velocityCount #end", "011 122 233 "),
        ("#foreach($x in [1, 2])$foreach.first $foreach.last #end", "true false false true "),
        ("#foreach($x in $list)$velocityHasNext #end", "true true false "),
        ("#foreach($x in $map)$x#end", "12"),
        ("#foreach($x in $map.keySet())$x=$map.get($x) #end", "a=1 b=2 "),
        ("#foreach($e in $map.entrySet())$e.key $e.getValue() $e,#end", "a 1 a=1,b 2 b=2,"),
        ("#foreach($x in [1..9])$x#if($x == 3)#break#end#end!", "123!"),
        ("#foreach($x in 'text')never#end#foreach($x in $missing)never#end", ""),
        (
            "#foreach($x in [1, 2])#foreach($y in [1, 2])$foreach.parent.index$y #end#end",
            "01 02 11 12 ",
        ),
        ("#set($x = 'before')#foreach($x in $list)#end$x$!foreach.index", "before"),
        ("#foreach($x in $list)#end<$x>", "<>"),
        ("#set($sum = 0)#foreach($x in [1..4])#set($sum = $sum + $x)#end$sum", "10"),
    ],
)
def test_loops(template: str, expected: str) -> None:
    variables = {"list": ["a", "b", "c"], "map": {"a": 1, "b": 2}}
    assert rendered(template, **variables) == expected


def test_loop_ends_after_a_thousand_iterations() -> None:
    template = "#foreach($x in [1..5000])#set($last = $x)#end$last"
    assert rendered(template) == "1000"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("#set($map.a = 1)$map", "{a=1}"),
        ("#set($map['a b'] = 1)$map", "{a b=1}"),
        ("#set($map.a = {})#set($map.a.b = 1)$map", "{a={b=1}}"),
        ("#set($list[1] = 'new')$list", "[x, new]"),
        ("#set($list[5] = 'new')$list", "[x, y]"),
        ("#set($text.length = 5)#set($text[0] = 'b')$text", "text"),
        ("#set($text.a() = 5)$text", "text"),
        ("#set($missing.a = 5)$missing", ""),
        ("#set($map['$key'] = 1)#set($map[\"$key\"] = 2)$map", "{$key=1, =2}"),
    ],
)
def test_assignments_into_maps_and_lists(template: str, expected: str) -> None:
    assert rendered(template, map={}, list=["x", "y"], text="text") == expected


def test_definition_is_rendered_anew_wherever_it_is_referred_to() -> None:
    template = (
        '#define($pairs)#foreach($k in $map.keySet())"$k":"$map.get($k)"'
        "#if($foreach.hasNext),#end#end#end"
        "{$pairs}#set($map = {'c': 3}){$pairs}#set($text = $pairs)$text.length()"
    )
    assert rendered(template, map={"a": 1, "b": 2}) == '{"a":"1","b":"2"}{"c":"3"}7'


def test_stop_ends_the_template() -> None:
    assert rendered("a#if(true)b#stop c#end d") == "ab"


def test_break_outside_a_loop_ends_the_template() -> None:
    assert rendered("a#break b") == "a"


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("\\$x \\\\$x \\\\\\$x", "$x \\1 \\$x"),
        ("\\${x}", "${x}"),
        ("\\ \\\\ \\# \\$ \\a", "\\ \\\\ \\# \\$ \\a"),
        ("\\#end \\# end \\#foo", "#end \\# end \\#foo"),
        ("\\#set($x = 2)", "#set(1 = 2)"),
        ("\\\\#if(true)a#end", "\\a"),
    ],
)
def test_backslash_keeps_references_and_directives_as_they_are(
    template: str, expected: str
) -> None:
    assert rendered(template, x=1) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("## first\nsecond## third\n", "second"),
        ("a#* b\n ## c *# d", "a d"),
        ("\n#if(true)\nhello##\n#end", "\nhello"),
        ("#set($x = 1)\n#set($y = 2)  \r\n$x$y\n", "12\n"),
        ("  #set($x = 1)\n{\n", "  {\n"),
        ("#if(true)\na\n#else\nb\n#end\nc", "a\nc"),
        ("#foreach($x in [1, 2])\n  $x\n#end\n.", "  1\n  2\n."),
    ],
)
def test_comments_and_line_ends(template: str, expected: str) -> None:
    assert rendered(template) == expected


def test_nested_loops_that_would_keep_the_gateway_busy_are_refused() -> None:
    template = "#foreach($a in [1..1000])#foreach($b in [1..1000])#end#end"
    with pytest.raises(TemplateError, match="more than 1000000 steps"):
        rendered(template)


def test_endless_text_is_refused() -> None:
    template = '#foreach($a in [1..1000])#set($x = "$x$x")#end'
    with pytest.raises(TemplateError, match="puts out more than"):
        rendered(template, x="x")


def test_huge_range_is_refused() -> None:
    with pytest.raises(TemplateError, match="more than 1000000 numbers"):
        rendered("#set($x = [1..99999999])")


def test_definition_of_itself_is_refused() -> None:
    with pytest.raises(TemplateError, match="refers to itself"):
        rendered("#define($a)$a#end$a")
