"""Renders a parsed mapping template.

A reference to nothing is the empty text, in conditions too, where a text is true: API Gateway puts
it in the place of every null.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from local_aws.api_gateway.java_text import to_text
from local_aws.api_gateway.mapping_template import methods, operators
from local_aws.api_gateway.mapping_template.syntax import (
    Block,
    Break,
    Define,
    Expression,
    ForEach,
    If,
    Index,
    Interpolation,
    ListOf,
    Literal,
    MapOf,
    Node,
    Not,
    Property,
    RangeOf,
    Reference,
    Set,
    Step,
    Text,
)

# "Amazon API Gateway quotas": iterations of a #foreach loop in a mapping template.
MAXIMUM_ITERATIONS: Final = 1_000
# Nested loops within that quota could keep the gateway busy for hours; AWS publishes no figure.
_MAXIMUM_STEPS: Final = 1_000_000
_MAXIMUM_CHARACTERS: Final = 10_485_760


class TemplateError(Exception):
    """A template cannot be rendered; the message says why, and holds no value."""


@dataclass(frozen=True, slots=True)
class TemplateObject:
    """A value with a behaviour of its own, such as `$input`.

    Attributes:
        properties: What `$object.name` gives, by name.
        methods: What `$object.name(…)` calls, by name.
    """

    properties: Mapping[str, Any]
    methods: Mapping[str, Callable[..., Any]]


@dataclass(frozen=True, slots=True)
class _Defined:
    """What `#define` has put into a variable."""

    block: Block


class _Break(Exception):
    """Ends the innermost loop."""


class _Stop(Exception):
    """Ends the template."""


def render(block: Block, variables: Mapping[str, Any]) -> str:
    """Render a template with the variables given.

    What a template changes in lists and maps among the variables is changed there, so they have to
    be its own.

    Raises:
        TemplateError: It does more than it may, or one of its objects cannot do what it asks for.
    """
    rendering = _Rendering(variables)
    try:
        rendering.write(block)
    except (_Stop, _Break):
        pass
    except RecursionError as error:
        raise TemplateError("the template refers to itself without end") from error
    return "".join(rendering.output)


class _Rendering:
    """One rendering: its variables, what it has put out, and how much it has done."""

    def __init__(self, variables: Mapping[str, Any]) -> None:
        self.output: list[str] = []
        self._variables = dict(variables)
        self._steps = 0
        self._characters = 0

    def write(self, block: Block) -> None:
        """Put out a block."""
        for node in block:
            self._write_node(node)

    def _write_node(self, node: Node) -> None:
        self._count()
        match node:
            case Text(text):
                self._put(text)
            case Reference():
                self._write_reference(node)
            case Set(target, value):
                self._assign(target, self._evaluate(value))
            case If():
                self._choose(node)
            case ForEach():
                self._loop(node)
            case Define(variable, block):
                self._variables[variable] = _Defined(block)
            case Break():
                raise _Break
            case _:
                raise _Stop

    def _write_reference(self, reference: Reference) -> None:
        value = self._resolve(reference)
        if isinstance(value, _Defined):
            self.write(value.block)
        else:
            self._put(to_text(value))

    def _put(self, text: str) -> None:
        self._characters += len(text)
        if self._characters > _MAXIMUM_CHARACTERS:
            raise TemplateError(f"the template puts out more than {_MAXIMUM_CHARACTERS} characters")
        self.output.append(text)

    def _count(self) -> None:
        self._steps += 1
        if self._steps > _MAXIMUM_STEPS:
            raise TemplateError(f"the template takes more than {_MAXIMUM_STEPS} steps")

    # Directives

    def _assign(self, target: Reference, value: Any) -> None:
        """Set a variable, or what a reference names in a map or a list; nothing else is changed."""
        if not target.steps:
            self._variables[target.name] = value
            return
        *way, last = target.steps
        holder = self._resolve(Reference(target.name, tuple(way)))
        match last:
            case Property(name) if isinstance(holder, dict):
                holder[name] = value
            case Index(key):
                self._assign_item(holder, self._evaluate(key), value)

    def _assign_item(self, holder: Any, key: Any, value: Any) -> None:
        if isinstance(holder, dict):
            methods.call(holder, "put", (key, value))
        elif isinstance(holder, list):
            methods.call(holder, "set", (key, value))

    def _choose(self, node: If) -> None:
        for condition, block in node.branches:
            if operators.is_true(self._evaluate(condition)):
                self.write(block)
                break

    def _loop(self, node: ForEach) -> None:
        items = _items(self._evaluate(node.items))
        names = (node.variable, "foreach", "velocityCount", "velocityHasNext")
        before = {name: self._variables[name] for name in names if name in self._variables}
        last = len(items) - 1
        for index, each in enumerate(items[:MAXIMUM_ITERATIONS]):
            self._count()
            self._variables[node.variable] = each
            self._variables["velocityCount"] = index + 1
            self._variables["velocityHasNext"] = index < last
            self._variables["foreach"] = {
                "index": index,
                "count": index + 1,
                "hasNext": index < last,
                "first": index == 0,
                "last": index == last,
                "parent": before.get("foreach"),
            }
            try:
                self.write(node.block)
            except _Break:
                break
        for name in names:
            self._variables.pop(name, None)
        self._variables |= before

    # Values

    def _evaluate(self, expression: Expression) -> Any:
        self._count()
        match expression:
            case Literal(value):
                result = value
            case Reference():
                found = self._resolve(expression)
                result = self._text(found.block) if isinstance(found, _Defined) else found
            case Interpolation(block):
                result = self._text(block)
            case ListOf(items):
                result = [self._evaluate(each) for each in items]
            case RangeOf(first, last):
                result = _range(self._evaluate(first), self._evaluate(last))
            case MapOf(entries):
                pairs = [(self._evaluate(key), self._evaluate(each)) for key, each in entries]
                result = {to_text(key): each for key, each in pairs}
            case Not(operand):
                result = not operators.is_true(self._evaluate(operand))
            case _:
                operator, left, right = expression.operator, expression.left, expression.right
                result = self._binary(operator, left, right)
        return result

    def _binary(self, operator: str, left: Expression, right: Expression) -> Any:
        first = self._evaluate(left)
        if operator == "&&":
            return operators.is_true(first) and operators.is_true(self._evaluate(right))
        if operator == "||":
            return operators.is_true(first) or operators.is_true(self._evaluate(right))
        return operators.apply(operator, first, self._evaluate(right))

    def _text(self, block: Block) -> str:
        """Render a block aside."""
        outer, self.output = self.output, []
        try:
            self.write(block)
            return "".join(self.output)
        finally:
            self.output = outer

    def _resolve(self, reference: Reference) -> Any:
        value = self._variables.get(reference.name)
        for step in reference.steps:
            self._count()
            value = self._step(value, step)
        return "" if value is None else value

    def _step(self, value: Any, step: Step) -> Any:
        match step:
            case Property(name):
                if isinstance(value, TemplateObject):
                    return value.properties.get(name)
                return methods.get(value, name)
            case Index(key):
                return methods.item(value, self._evaluate(key))
            case _:
                name, arguments = step.name, step.arguments
                values = tuple(self._evaluate(each) for each in arguments)
                if isinstance(value, TemplateObject):
                    return _call_object(value, name, values)
                return methods.call(value, name, values)


def _call_object(target: TemplateObject, name: str, arguments: tuple[Any, ...]) -> Any:
    method = target.methods.get(name)
    if method is None:
        return None
    try:
        return method(*arguments)
    except (TypeError, ValueError):
        return None


def _items(value: Any) -> list[Any]:
    """Return what a loop goes through: a list's items, a map's values, and nothing of a text."""
    if isinstance(value, Mapping):
        return list(value.values())
    return value if isinstance(value, list) else []


def _range(first: Any, last: Any) -> list[int] | None:
    if type(first) is not int or type(last) is not int:
        return None
    if abs(last - first) >= _MAXIMUM_STEPS:
        raise TemplateError(f"a range has more than {_MAXIMUM_STEPS} numbers")
    return list(range(first, last + 1) if first <= last else range(first, last - 1, -1))
