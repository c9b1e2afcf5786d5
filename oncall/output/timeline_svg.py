"""A dispatch drawn to scale as SVG: what was due above what happened, along one line of time.

Colours and letters are those of the page around it. It is drawn once for a wide page and once for a telephone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from oncall import times
from oncall.output.axis import Axis, Piece, axis_of
from oncall.output.blocks import Bar, Drawing, Lane, Mark
from oncall.output.columns import size
from oncall.output.escape import html as text
from oncall.output.replay_words import offset
from oncall.output.words import safe

WIDE, NARROW = 960, 340

STYLE = """
svg.timeline text { font-size: 12px; paint-order: stroke; stroke: var(--ground); stroke-width: 3px;
  stroke-linejoin: round; }
svg.timeline .head { font-weight: 600; font-size: 13px; }
svg.timeline .small { font-size: 11px; fill: var(--quiet); }
svg.timeline .lane { stroke: var(--line); stroke-width: 1; }
svg.timeline .axis { stroke: var(--quiet); stroke-width: 1; fill: none; }
svg.timeline .gap { fill: var(--soft); }
svg.timeline rect.good { fill: var(--good); }
svg.timeline rect.bad { fill: var(--bad); }
svg.timeline rect.note { fill: var(--note); }
svg.timeline rect.open { fill: var(--band); stroke: var(--quiet); stroke-width: 1; stroke-dasharray: 3 2; }
svg.timeline .number { font-size: 11px; stroke: none; fill: var(--ground); text-anchor: middle; }
svg.timeline .number.open { fill: var(--ink); }
svg.timeline line.mark { stroke: var(--quiet); stroke-width: 1.5; stroke-dasharray: 4 3; }
svg.timeline line.mark.good { stroke: var(--good); }
svg.timeline line.mark.bad { stroke: var(--bad); }
svg.timeline line.mark.note { stroke: var(--note); }
svg.timeline line.mark.first { stroke: var(--bad); stroke-width: 2.5; stroke-dasharray: none; }
svg.timeline text.good { fill: var(--good); }
svg.timeline text.bad, svg.timeline text.first { fill: var(--bad); }
svg.timeline text.note { fill: var(--note); }
svg.timeline text.first { font-weight: 600; }
svg.timeline.narrow { display: none; max-width: 30rem; }
@media screen and (max-width: 48rem) {
  svg.timeline.wide { display: none; }
  svg.timeline.narrow { display: block; }
}
"""

_EDGE = 10.0
_GAP = 28.0
_LANE = 38.0
_BAR = 16.0
_ROW = 17.0
_EM = 12.0
_THIN, _BROAD = frozenset(" iljtfrI.,:;'|()!-/"), frozenset("mwMW@%QOGDH&")  # letters, in the widest of usual fonts
_TICK = 62.0


class _Label(Struct, frozen=True):
    """A label of a mark, in a row where nothing else stands."""

    mark: Mark
    x: float
    anchor: str
    shown: str
    row: int


def timeline_svg(drawing: Drawing, width: int, name: str) -> str:
    """The drawing, so many units wide. `name` tells its ids from those of others on the page."""
    picture = _Picture(drawing, width)
    look = "narrow" if width == NARROW else "wide"
    body = "\n".join(picture.parts())
    return (
        f'<svg class="timeline {look}" viewBox="0 0 {width} {_number(picture.height)}" role="img"'
        f' aria-labelledby="{name}-title {name}-desc">\n<title id="{name}-title">{text(drawing.title)}</title>\n'
        f'<desc id="{name}-desc">{text(_summary(drawing), 4000)}</desc>\n{body}\n</svg>'
    )


def _summary(drawing: Drawing) -> str:
    due, came = (sum(len(lane.bars) for lane in lanes) for lanes in (drawing.expected, drawing.actual))
    marks = "; ".join(f"at {offset(mark.at)} {mark.label}" for mark in drawing.marks)
    return f"Attempts that were due: {due}. Attempts that were made: {came}. {marks}. The tables below have every one."


class _Picture:
    """Where everything stands, from the top down."""

    def __init__(self, drawing: Drawing, width: int) -> None:
        self._drawing = drawing
        self._width = width
        self._axis: Axis = axis_of(drawing.instants(), width - 2 * _EDGE, _GAP)
        first = [mark for mark in drawing.marks if mark.look == "first"]
        self._above = self._labels(first)
        self._below = self._labels([mark for mark in drawing.marks if mark.look != "first"])
        self._top = _ROW * _rows(self._above) + 4
        self._due = self._top + 20
        self._ruler = self._due + _LANE * max(1, len(drawing.expected)) + 8
        self._came = self._ruler + 62
        self._bottom = self._came + _LANE * max(1, len(drawing.actual)) + 4
        self.height = self._bottom + _ROW * _rows(self._below) + 10

    def parts(self) -> Iterator[str]:
        """The elements, those behind first."""
        for piece in self._axis.breaks:
            yield self._break(piece)
        yield from self._lines()
        yield self._head(self._due - 8, "what was due")
        yield from self._lanes(self._drawing.expected, self._due)
        yield from self._axis_parts()
        yield self._head(self._came - 8, "what happened")
        yield from self._lanes(self._drawing.actual, self._came)
        yield from self._texts(self._above, self._top - 4, -1)
        yield from self._texts(self._below, self._bottom + 14, 1)

    def _x(self, second: float) -> float:
        return _EDGE + self._axis.at(second)

    def _head(self, y: float, says: str) -> str:
        return f'<text class="head" x="{_number(_EDGE)}" y="{_number(y)}">{says}</text>'

    # The attempts.

    def _lanes(self, lanes: Sequence[Lane], top: float) -> Iterator[str]:
        if not lanes:
            yield f'<text class="small" x="{_number(_EDGE)}" y="{_number(top + 14)}">nothing</text>'
        for place, lane in enumerate(lanes):
            y = top + place * _LANE
            yield _line("lane", _EDGE, self._width - _EDGE, y + _LANE - 2, y + _LANE - 2)
            shown = text(_cut(lane.label, self._width - 2 * _EDGE))
            yield f'<text x="{_number(_EDGE)}" y="{_number(y + 14)}">{shown}</text>'
            for bar in lane.bars:
                yield self._bar(bar, y + 18)

    def _bar(self, bar: Bar, y: float) -> str:
        left, right = self._x(bar.start), self._x(bar.end)
        wide = max(3.0, right - left)
        is_open = bar.open or bar.look in ("quiet", "unknown")
        look = "open" if is_open else bar.look
        unsure = "? " if bar.unsure else ""
        told = f"{bar.number}: {unsure}{bar.outcome}, {offset(bar.start)} to {offset(bar.end)}"
        found = (
            f'<g><title>{text(told)}</title><rect class="{look}" x="{_number(left)}" y="{_number(y)}"'
            f' width="{_number(wide)}" height="{_number(_BAR)}" rx="2"/>'
        )
        if wide >= 8 * len(bar.number) + 4:
            middle, base = _number(left + wide / 2), _number(y + 12)
            kind = "number open" if is_open else "number"
            found += f'<text class="{kind}" x="{middle}" y="{base}">{bar.number}</text>'
        return f"{found}</g>"

    # The time.

    def _axis_parts(self) -> Iterator[str]:
        y = self._ruler
        for piece in self._axis.pieces:
            left, right = _EDGE + piece.left, _EDGE + piece.right
            if piece.left_out:
                middle = (left + right) / 2
                points = [
                    (left, y),
                    (middle - 6, y),
                    (middle - 3, y - 7),
                    (middle + 3, y + 7),
                    (middle + 6, y),
                    (right, y),
                ]
                drawn = " ".join(f"{_number(x)},{_number(at)}" for x, at in points)
                yield f'<polyline class="axis" points="{drawn}"/>'
            else:
                yield _line("axis", left, right, y, y)
        free = {1: 0.0, 2: 0.0}
        for tick in self._axis.ticks(_TICK):
            x = self._x(tick)
            yield _line("axis", x, x, y - 4, y + 4)
            for row, says in ((1, offset(tick)), (2, self._clock(tick))):
                yield from self._tick(x, row, says, free)

    def _tick(self, x: float, row: int, says: str, free: dict[int, float]) -> Iterator[str]:
        """A label below a tick, where there is room for it."""
        wide = _wide(says)
        left = min(max(x - wide / 2, 1.0), self._width - wide - 1)
        if left < free[row]:
            return
        free[row] = left + wide
        yield f'<text class="small" x="{_number(left)}" y="{_number(self._ruler + 4 + 14 * row)}">{says}</text>'

    def _clock(self, second: float) -> str:
        zone, at = self._drawing.zone, self._drawing.at
        local, start = times.at(at + second, zone), times.at(at, zone)
        if self._drawing.end > 6 * times.DAY:
            return local.strftime("%d %b %H:%M")
        return local.strftime("%H:%M:%S") if local.date() == start.date() else local.strftime("%a %H:%M:%S")

    def _break(self, piece: Piece) -> str:
        wide = _number(piece.right - piece.left)
        high = _number(self._bottom - self._top)
        x, y = _number(_EDGE + piece.left), _number(self._top)
        return f'<rect class="gap" x="{x}" y="{y}" width="{wide}" height="{high}"/>'

    # What happened besides.

    def _lines(self) -> Iterator[str]:
        for mark in self._drawing.marks:
            x = self._x(mark.at)
            top = self._top - 2 if mark.look == "first" else self._ruler
            yield _line(f"mark {mark.look}", x, x, top, self._bottom)

    def _labels(self, marks: Sequence[Mark]) -> list[_Label]:
        """The labels in rows, none on another."""
        taken: list[list[tuple[float, float]]] = []
        found = []
        for mark in marks:
            shown = _cut(f"{offset(mark.at)}: {mark.label}", self._width - 2 * _EDGE)
            wide = _wide(shown)
            x = self._x(mark.at)
            left, anchor = (x, "start") if x + wide <= self._width else (x - wide, "end")
            if left < 0:
                left, x, anchor = _EDGE, _EDGE, "start"
            row = next((row for row, those in enumerate(taken) if _is_free(those, left, left + wide)), len(taken))
            if row == len(taken):
                taken.append([])
            taken[row].append((left, left + wide))
            found.append(_Label(mark, x, anchor, shown, row))
        return found

    def _texts(self, labels: Sequence[_Label], y: float, direction: int) -> Iterator[str]:
        for one in labels:
            base = _number(y + direction * one.row * _ROW)
            yield (
                f'<text class="{one.mark.look}" x="{_number(one.x)}" y="{base}" text-anchor="{one.anchor}">'
                f"{text(one.shown)}</text>"
            )


def _is_free(taken: Sequence[tuple[float, float]], left: float, right: float) -> bool:
    return all(right + 6 <= other_left or left >= other_right + 6 for other_left, other_right in taken)


def _rows(labels: Sequence[_Label]) -> int:
    return max((one.row + 1 for one in labels), default=0)


def _cut(label: str, room: float) -> str:
    """As much of a label as there is room for."""
    shown = safe(label)
    if _wide(shown) <= room:
        return shown
    taken = _wide("…")
    for place, letter in enumerate(shown):
        taken += _wide(letter)
        if taken > room:
            return f"{shown[:place]}…"
    return shown


def _wide(label: str) -> float:
    """How wide a label is, with some to spare: nobody knows the reader's fonts."""
    return _EM * sum(
        0.42
        if letter in _THIN
        else 1.02
        if letter in _BROAD
        else 0.72
        if letter.isascii()
        else 0.8 * max(1, size(letter))
        for letter in label
    )


def _line(look: str, x1: float, x2: float, y1: float, y2: float) -> str:
    ends = " ".join(f'{key}="{_number(at)}"' for key, at in (("x1", x1), ("x2", x2), ("y1", y1), ("y2", y2)))
    return f'<line class="{look}" {ends}/>'


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
