import pytest

from local_aws.watch.python_code import program_of

WRITTEN = b'''"""What the module is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping  # for types alone


class Empty(Exception):
    """Said once."""


async def later(values: Mapping[str, int], /, *rest: int, one: int = 1) -> int:
    """Add."""
    # why
    if one:
        rest = ()
        """None of the others."""
    return sum(values.values()) + one
'''
STRIPPED = b"""

class Empty(Exception):
 '.'


async def later(values,/,*rest,one=1):
 if one:
  rest=()
 return sum(values.values()) + one
"""


def test_stripped_source_is_the_same_program() -> None:
    assert program_of(WRITTEN) == program_of(STRIPPED) is not None


@pytest.mark.parametrize(
    ("before", "after"),
    [(b"+ one", b"- one"), (b"one=1", b"one=2"), (b"Exception", b"ValueError")],
)
def test_what_a_function_could_notice_makes_another_program(before: bytes, after: bytes) -> None:
    assert before in STRIPPED
    assert program_of(STRIPPED.replace(before, after)) != program_of(STRIPPED)


def test_field_is_part_of_the_program_but_its_type_is_not() -> None:
    assert program_of(b"class A:\n    b: int\n") == program_of(b"class A:\n    b: str\n")
    assert program_of(b"class A:\n    b: int\n") != program_of(b"class A:\n    c: int\n")


def test_branch_for_programs_beside_that_for_type_checkers_is_part_of_the_program() -> None:
    source = b"if TYPE_CHECKING:\n    a = 1\nelse:\n    a = %d\n"
    assert program_of(source % 2) != program_of(source % 3)


@pytest.mark.parametrize("source", [b"def (:", b"a = 1\0", b"\xff", b"(" * 10_000])
def test_what_is_no_python_is_no_program(source: bytes) -> None:
    assert program_of(source) is None
