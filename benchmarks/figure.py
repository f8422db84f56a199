"""A measured figure beside what it should reach, and how both are shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_THREE_DIGITS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure."""

    name: str
    value: float
    unit: str
    reach: float
    better: Literal["higher", "lower"]
    compared_with: str = ""
    """What stands beside it, measured in the same run."""
    details: Mapping[str, float] = field(default_factory=dict)
    """What it was computed from."""

    @property
    def is_met(self) -> bool:
        """Whether it reaches what it should."""
        return self.value >= self.reach if self.better == "higher" else self.value <= self.reach

    def to_json(self) -> dict[str, object]:
        """Return it as JSON has it."""
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "reach": self.reach,
            "better": self.better,
            "met": self.is_met,
            "compared_with": self.compared_with,
            "details": dict(self.details),
        }


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a table for a terminal, one line each."""
    rows = [("figure", "measured", "reach", "", "compared with")]
    for figure in figures:
        sign = "≥" if figure.better == "higher" else "≤"
        rows.append(
            (
                figure.name,
                f"{_number(figure.value)} {figure.unit}",
                f"{sign} {_number(figure.reach)}",
                "met" if figure.is_met else "MISSED",
                figure.compared_with,
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _number(value: float) -> str:
    is_whole = abs(value) >= _THREE_DIGITS or value == int(value)
    return f"{value:,.0f}" if is_whole else f"{value:.3g}"
