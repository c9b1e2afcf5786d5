"""A dispatch drawn in letters, to scale, for Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from oncall.output.axis import Axis, axis_of
from oncall.output.blocks import Bar, Drawing, Lane
from oncall.output.columns import padded, size
from oncall.output.replay_words import offset
from oncall.output.words import safe

_WIDTH = 64
_LABEL = 26
_BREAK = 4
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def drawing_lines(drawing: Drawing) -> Iterator[str]:
    """The drawing, line by line."""
    axis = axis_of(drawing.instants(), _WIDTH - 1, _BREAK)
    width = min(_LABEL, max((size(lane.label) for lane in (*drawing.expected, *drawing.actual)), default=0))
    margin = " " * (width + 4)
    yield "expected"
    yield from _lanes(drawing.expected, axis, width)
    yield margin + _ruler(axis)
    yield margin + _ticks(axis)
    yield "actual"
    yield from _lanes(drawing.actual, axis, width)
    yield from (margin + row for row in _letters([axis.at(mark.at) for mark in drawing.marks]))
    yield ""
    for letter, mark in zip(_LETTERS, drawing.marks, strict=False):
        yield f"  {letter}  {offset(mark.at):>8}  {safe(mark.label)}"
    yield ""
    yield "  █ an attempt   ▒ open, or nobody knows how it would have ended"
    for piece in axis.breaks:
        yield f"  // not to scale: {offset(piece.end - piece.start)} are left out, from {offset(piece.start)}"


def _lanes(lanes: Sequence[Lane], axis: Axis, width: int) -> Iterator[str]:
    if not lanes:
        yield "  nothing"
    for lane in lanes:
        label = safe(lane.label)
        while size(label) > width:
            label = label[:-2] + "…"
        yield f"  {padded(label, width)}  {_bars(lane.bars, axis)}".rstrip()


def _bars(bars: Sequence[Bar], axis: Axis) -> str:
    cells = [" "] * (_WIDTH + 1)
    for bar in bars:
        left, right = round(axis.at(bar.start)), round(axis.at(bar.end))
        for place in range(left, max(right, left + 1)):
            cells[place] = "▒" if bar.open else "█"
    return "".join(cells)


def _ruler(axis: Axis) -> str:
    cells = ["─"] * _WIDTH
    for tick in axis.ticks(8):
        cells[round(axis.at(tick))] = "┬"
    for piece in axis.breaks:
        for place in range(round(piece.left) + 1, round(piece.right)):
            cells[place] = "/"
    return "".join(cells)


def _ticks(axis: Axis) -> str:
    row = ""
    for tick in axis.ticks(8):
        place = round(axis.at(tick))
        if place >= len(row) + (1 if row else 0):
            row = row.ljust(place) + offset(tick)
    return row


def _letters(places: Sequence[float]) -> list[str]:
    """The letters of the marks where they belong; what would stand on another goes into a further row."""
    rows: list[dict[int, str]] = []
    for letter, at in zip(_LETTERS, places, strict=False):
        row = next((one for one in rows if round(at) not in one), None)
        if row is None:
            row = {}
            rows.append(row)
        row[round(at)] = letter
    return ["".join(row.get(place, " ") for place in range(max(row) + 1)) for row in rows]
