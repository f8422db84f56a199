"""Line charts as SVG, small and the same each time; no library is needed to look at a few lines."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

COLOURS = ("#0b6bcb", "#d9480f", "#2b8a3e", "#862e9c", "#5c5f66")
_WIDTH, _HEIGHT = 760, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 76, 24, 44, 52

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line."""

    name: str
    points: Sequence[Point]
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """What an axis shows, from the least value to the greatest."""

    label: str
    least: float
    greatest: float
    ticks: Sequence[float]
    logarithmic: bool = False
    write: Callable[[float], str] = "{:,g}".format

    def place(self, value: float) -> float:
        """Return where on the axis a value lies: 0 is its beginning, 1 its end."""
        if self.logarithmic:
            low, high, value = (math.log10(number) for number in (self.least, self.greatest, value))
        else:
            low, high = self.least, self.greatest
        return min(1.0, max(0.0, (value - low) / (high - low)))


def draw(
    title: str,
    horizontal: Axis,
    vertical: Axis,
    series: Sequence[Series],
    *,
    legend: Literal["top left", "bottom right"] = "top left",
) -> str:
    """Return the chart as an SVG document, with the legend where the lines leave room for it."""

    def x(value: float) -> float:
        return _LEFT + horizontal.place(value) * (_WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return _HEIGHT - _BOTTOM - vertical.place(value) * (_HEIGHT - _TOP - _BOTTOM)

    look = 'font-family="system-ui, sans-serif" font-size="12" fill="#343a40"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" {look}>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        _text(_LEFT, 22, title, size=15),
    ]
    for tick in horizontal.ticks:
        parts += [
            _line(x(tick), _TOP, x(tick), _HEIGHT - _BOTTOM, "#e9ecef"),
            _text(x(tick), _HEIGHT - _BOTTOM + 18, horizontal.write(tick), anchor="middle"),
        ]
    for tick in vertical.ticks:
        parts += [
            _line(_LEFT, y(tick), _WIDTH - _RIGHT, y(tick), "#e9ecef"),
            _text(_LEFT - 8, y(tick) + 4, vertical.write(tick), anchor="end"),
        ]
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts += [
        _text(middle, _HEIGHT - 12, horizontal.label, anchor="middle"),
        _text(_LEFT, 38, vertical.label),
    ]
    for number, one in enumerate(series):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(
            f"{x(across):.1f},{y(up):.1f}"
            for across, up in one.points
            if vertical.least <= up <= vertical.greatest
        )
        dashes = ' stroke-dasharray="5 4"' if one.dashed else ""
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>'
        )
    parts += _legend(series, legend)
    return "\n".join([*parts, "</svg>", ""])


def thinned(points: Sequence[Point], most: int = 120) -> list[Point]:
    """Return at most so many of the points and the last one: more cannot be seen."""
    every = max(1, len(points) // most)
    return [*points[::every], points[-1]]


def short(value: float) -> str:
    """Return a number as an axis has it: 20,000 as 20k."""
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= limit:
            return f"{value / limit:g}{unit}"
    return f"{value:g}"


def _legend(series: Sequence[Series], corner: str) -> list[str]:
    width = max(len(one.name) for one in series) * 6.6 + 44
    height = 18 * len(series) + 8
    left, top = _LEFT + 12.0, _TOP + 12
    if corner == "bottom right":
        left, top = _WIDTH - _RIGHT - 12 - width, _HEIGHT - _BOTTOM - 12 - height
    size = f'width="{width:.0f}" height="{height}"'
    look = 'fill="#ffffff" fill-opacity="0.9" stroke="#dee2e6"'
    parts = [f'<rect x="{left:.0f}" y="{top}" {size} {look}/>']
    for number, one in enumerate(series):
        line = top + 17 + 18 * number
        colour = COLOURS[number % len(COLOURS)]
        parts += [
            _line(left + 8, line - 4, left + 28, line - 4, colour, width=2),
            _text(left + 34, line, one.name),
        ]
    return parts


def _line(  # noqa: PLR0913, PLR0917 - two points, and how it looks
    x1: float, y1: float, x2: float, y2: float, colour: str, width: int = 1
) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        f'stroke="{colour}" stroke-width="{width}"/>'
    )


def _text(x: float, y: float, text: str, *, anchor: str = "start", size: int = 12) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">'
        f"{escape(text)}</text>"
    )
