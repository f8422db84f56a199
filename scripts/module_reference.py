"""Write the inputs and outputs of a Terraform module into its README, from its .tf files.

What stands between the two markers in README.md is replaced. Each field of each input must have a
line in the input's description, and each such line a field, so that neither is forgotten.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hcl2
from hcl2.utils import SerializationOptions
from lark.exceptions import LarkError

MODULES = (Path("infra"), Path("infra/modules/account_logging"))
BEGIN = (
    "<!-- Made from the .tf files by scripts/module_reference.py: edit those, then `make fmt`. -->"
)
END = "<!-- End of what is made. -->"
REQUIRED = "required"
LONGEST_DEFAULT = 40  # characters that fit into a table; a longer default stands below it

_OPTIONS = SerializationOptions(with_comments=False, explicit_blocks=False, preserve_heredocs=False)
_COLLECTIONS = ("list", "map", "set")
_BULLET = re.compile(r"(?P<indent> *)- (?P<name>\w+): (?P<text>.+)")


class ModuleError(Exception):
    """A module of which no reference can be made; the message says where, and what to do."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an object: `path` is dotted from the input, `default` as HCL has it."""

    path: str
    type: str
    default: str
    text: str


@dataclass(frozen=True, slots=True)
class Input:
    """One variable."""

    name: str
    type: str
    default: str
    summary: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Output:
    """One output."""

    name: str
    text: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the README of each module; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m scripts.module_reference", description=__doc__)
    parser.add_argument("modules", nargs="*", type=Path, default=MODULES, help="folders of modules")
    parser.add_argument(
        "--check", action="store_true", help="write nothing, and fail where a README is stale"
    )
    options = parser.parse_args(arguments)
    failures = 0
    for module in options.modules:
        try:
            if options.check:
                check(module)
            else:
                write(module)
        except ModuleError as error:
            failures += 1
            print(error, file=sys.stderr)
    return 1 if failures else 0


def write(module: Path) -> None:
    """Bring the README of `module` up to date; raise ModuleError if that cannot be."""
    path = module / "README.md"
    text = _read(path)
    current = updated(text, reference(module), path)
    if current != text:
        path.write_text(current, encoding="utf-8")


def check(module: Path) -> None:
    """Raise ModuleError unless the README of `module` is up to date."""
    path = module / "README.md"
    text = _read(path)
    if updated(text, reference(module), path) != text:
        raise ModuleError(f"{path} is older than the .tf files beside it. Run `make fmt`.")


def updated(readme: str, made: str, path: Path) -> str:
    """Return `readme` with `made` between its two markers; `path` names it in an error."""
    if readme.count(BEGIN) != 1 or readme.count(END) != 1:
        raise ModuleError(
            f"{path} must hold these two lines once, where inputs and outputs go:\n{BEGIN}\n{END}"
        )
    before, _, rest = readme.partition(BEGIN)
    _, marker, after = rest.partition(END)
    if not marker:
        raise ModuleError(f"{path}: the line {END} must come after the line {BEGIN}")
    return f"{before}{BEGIN}\n\n{made}\n{END}{after}"


def reference(module: Path) -> str:
    """Return the inputs and outputs of `module` in Markdown, in the order of its files."""
    inputs: list[Input] = []
    outputs: list[Output] = []
    paths = sorted(module.glob("*.tf"), key=lambda path: path.stem)
    if not paths:
        raise ModuleError(f"{module} holds no .tf file, so it is no Terraform module.")
    for path in paths:
        document = _document(path)
        inputs += [_input(name, body, path) for name, body in _blocks(document, "variable")]
        outputs += [_output(name, body, path) for name, body in _blocks(document, "output")]
    return "\n".join([*_inputs_in_markdown(inputs), *_outputs_in_markdown(outputs)])


# Reading


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ModuleError(f"There is no {path}. Write it, with the lines\n{BEGIN}\n{END}") from None


def _document(path: Path) -> Mapping[str, Any]:
    try:
        return hcl2.loads(_read(path), serialization_options=_OPTIONS)
    except LarkError as error:
        raise ModuleError(f"{path} is not HCL: {error}") from error


def _blocks(document: Mapping[str, Any], kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield name and body of each block of a kind that has one label."""
    for block in document.get(kind, ()):
        for label, body in block.items():
            yield _text(label), body


def _input(name: str, body: Mapping[str, Any], path: Path) -> Input:
    lines = _description(name, body, path).splitlines()
    type_ = _expression(body.get("type", "any"))
    texts = dict(_bullets(lines[1:], f"{path}: {name}"))
    shapes = list(_fields(type_, prefix=""))
    for field, _, _ in shapes:
        if field not in texts:
            raise ModuleError(
                f"{path}: {name}.{field} is in no line of the description of {name}."
                f' Add "- {field.rpartition(".")[2]}: …" there.'
            )
    for field in texts:
        if field not in [shape[0] for shape in shapes]:
            raise ModuleError(
                f"{path}: the description of {name} has a line for {field}, which its type has not."
                f" Remove that line, or add the field."
            )
    return Input(
        name=name,
        type=_type_in_words(type_),
        default=_default(body["default"]) if "default" in body else REQUIRED,
        summary=lines[0],
        fields=tuple(Field(*shape, texts[shape[0]]) for shape in shapes),
    )


def _output(name: str, body: Mapping[str, Any], path: Path) -> Output:
    text = _description(name, body, path)
    return Output(name, f"{text} Sensitive." if body.get("sensitive") else text)


def _description(name: str, body: Mapping[str, Any], path: Path) -> str:
    text = _text(body.get("description", '""')).strip()
    if not text:
        raise ModuleError(f"{path}: {name} has no description. Write one.")
    return text


def _bullets(lines: Sequence[str], where: str) -> Iterator[tuple[str, str]]:
    """Yield path and text of each line; a line is a field of the last one that stands less deep."""
    parents: list[str] = []
    for line in lines:
        match = _BULLET.fullmatch(line)
        depth = len(match["indent"]) // 2 if match else -1
        if not match or len(match["indent"]) % 2 or depth > len(parents):
            raise ModuleError(
                f"{where}: this line of the description is none of a field: {line.strip()!r}."
                f' Write "- field: text" in one line, two spaces deeper than what it is a field of.'
            )
        parents[depth:] = [match["name"]]
        yield ".".join(parents), match["text"]


def _fields(type_: str, *, prefix: str) -> Iterator[tuple[str, str, str]]:
    """Yield path, type in words and default of each field, and of its own fields after it."""
    constructor, arguments = _call(type_)
    if constructor in _COLLECTIONS:
        yield from _fields(arguments[0], prefix=prefix)
    elif constructor == "object":
        for member in _split(arguments[0][1:-1]):
            name, _, field = (part.strip() for part in member.partition("="))
            default = REQUIRED
            if _call(field)[0] == "optional":
                field, *defaults = _call(field)[1]
                default = defaults[0] if defaults else "null"
            yield prefix + name, _type_in_words(field), default
            yield from _fields(field, prefix=f"{prefix}{name}.")


def _type_in_words(type_: str) -> str:
    constructor, arguments = _call(type_)
    if constructor == "object":
        return "object"
    if constructor in _COLLECTIONS and _call(arguments[0])[0] == "object":
        return f"{constructor} of objects"
    return type_


def _call(expression: str) -> tuple[str, Sequence[str]]:
    """Return name and arguments of a call; an empty name for anything else."""
    match = re.fullmatch(r"(\w+)\((.*)\)", expression, re.DOTALL)
    return (match[1], _split(match[2])) if match else ("", ())


def _split(text: str) -> Sequence[str]:
    """Split at the commas that are neither in brackets nor in quotes."""
    parts = [""]
    depth = 0
    for piece in re.findall(r'"(?:[^"\\]|\\.)*"|.', text, re.DOTALL):
        depth += (piece in "([{") - (piece in ")]}")
        if piece == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += piece
    return [part.strip() for part in parts if part.strip()]


def _text(literal: str) -> str:
    """Return what a quoted string of HCL says."""
    return str(json.loads(literal)).replace("$${", "${").replace("%%{", "%{")


def _expression(text: str) -> str:
    return text.removeprefix("${").removesuffix("}") if text.startswith("${") else text


# Writing


def _inputs_in_markdown(inputs: Sequence[Input]) -> Iterator[str]:
    yield "## Inputs"
    yield ""
    yield "| input | type | default | what it is |"
    yield "|---|---|---|---|"
    for item in inputs:
        name = f"[`{item.name}`](#{item.name})" if _has_section(item) else f"`{item.name}`"
        default = "below" if len(item.default) > LONGEST_DEFAULT else _code(item.default)
        yield _row(name, item.type, default, _escaped(item.summary))
    for item in filter(_has_section, inputs):
        yield ""
        yield f"### `{item.name}`"
        yield ""
        yield _escaped(item.summary)
        if item.fields:
            yield ""
            yield "| field | type | default | what it is |"
            yield "|---|---|---|---|"
        for field in item.fields:
            yield _row(f"`{field.path}`", field.type, _code(field.default), _escaped(field.text))
        if len(item.default) > LONGEST_DEFAULT:
            yield from ("", "Default:", "", "```hcl", item.default, "```")
    yield ""


def _outputs_in_markdown(outputs: Sequence[Output]) -> Iterator[str]:
    yield "## Outputs"
    yield ""
    yield "| output | what it is |"
    yield "|---|---|"
    for output in outputs:
        yield _row(f"`{output.name}`", _escaped(output.text))
    yield ""


def _has_section(item: Input) -> bool:
    return bool(item.fields) or len(item.default) > LONGEST_DEFAULT


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _code(default: str) -> str:
    return default if default == REQUIRED else f"`{default}`"


def _escaped(text: str) -> str:
    """Return text that Markdown shows as it is."""
    return re.sub(r"([*<\[\]`])", r"\\\1", text)


def _default(value: object) -> str:
    """Return a default as HCL, in lines if it is an object too long for one."""
    line = _hcl(value)
    if len(line) <= LONGEST_DEFAULT or not isinstance(value, Mapping):
        return line
    width = max(len(key) for key in value)
    members = "\n".join(f"  {key:{width}} = {_hcl(member)}" for key, member in value.items())
    return f"{{\n{members}\n}}"


def _hcl(value: object) -> str:
    """Return a value that hcl2 has read, as HCL in one line."""
    match value:
        case Mapping():
            members = ", ".join(f"{key} = {_hcl(member)}" for key, member in value.items())
            return f"{{ {members} }}" if members else "{}"
        case list():
            return f"[{', '.join(_hcl(member) for member in value)}]"
        case str():
            return _expression(value)
        case _:
            return json.dumps(value)


if __name__ == "__main__":
    sys.exit(main())
