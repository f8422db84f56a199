"""What a mapping template consists of, once it is parsed."""

from dataclasses import dataclass
from typing import Any


class TemplateSyntaxError(ValueError):
    """A template cannot be read; the message says in which line and column, and why."""


@dataclass(frozen=True, slots=True)
class Text:
    """Text that is put out as it stands."""

    text: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A string in single quotes, a number, a boolean or null."""

    value: Any


@dataclass(frozen=True, slots=True)
class Interpolation:
    """A string in double quotes, which is a template of its own."""

    block: "Block"


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list, `[1, "two", $three]`."""

    items: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class RangeOf:
    """The integers from one to another, both included, `[1..$n]`."""

    first: "Expression"
    last: "Expression"


@dataclass(frozen=True, slots=True)
class MapOf:
    """A map, `{"key": $value}`."""

    entries: tuple[tuple["Expression", "Expression"], ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The negation of a condition."""

    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands and what is done to them; `operator` is a symbol, never its word."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Property:
    """The step `.name` of a reference."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """The step `.name(arguments)` of a reference."""

    name: str
    arguments: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Index:
    """The step `[key]` of a reference."""

    key: "Expression"


Step = Property | Call | Index


@dataclass(frozen=True, slots=True)
class Reference:
    """A variable and the way from its value to the one that is meant."""

    name: str
    steps: tuple[Step, ...] = ()


Expression = Literal | Interpolation | ListOf | RangeOf | MapOf | Not | Binary | Reference


@dataclass(frozen=True, slots=True)
class Set:
    """The directive `#set`."""

    target: Reference
    value: Expression


@dataclass(frozen=True, slots=True)
class If:
    """The directives `#if`, `#elseif` and `#else`; the last branch may have the condition true."""

    branches: tuple[tuple[Expression, "Block"], ...]


@dataclass(frozen=True, slots=True)
class ForEach:
    """The directive `#foreach`."""

    variable: str
    items: Expression
    block: "Block"


@dataclass(frozen=True, slots=True)
class Define:
    """The directive `#define`: a block that is rendered wherever its variable is referred to."""

    variable: str
    block: "Block"


@dataclass(frozen=True, slots=True)
class Break:
    """The directive `#break`, which ends a loop."""


@dataclass(frozen=True, slots=True)
class Stop:
    """The directive `#stop`, which ends the template."""


Node = Text | Reference | Set | If | ForEach | Define | Break | Stop
Block = tuple[Node, ...]
