"""`oncall stats` for people: the same tables on a terminal, where they have colours and bars, and in a pipe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from oncall.output.columns import folded, padded, size
from oncall.output.stats_tables import NONE, Row, Table, tables_of, topic
from oncall.output.who_text import Line, Span
from oncall.output.words import moment
from oncall.replay.metrics import Metrics

_INDENT = "  "
_BAR = 16
_EIGHTHS = " ▏▎▍▌▋▊▉"
_IN_A_PIPE = 200
_MOST = 40  # rows of a table
_NAMES = ("account", "name", "operator", "person", "supervisor", "dispatch")


def heading_lines(metrics: Metrics, zone: tzinfo) -> Iterator[Line]:
    """How many there were, from when to when, and whose hours are meant."""
    if metrics.first is None or metrics.last is None:
        yield (("no dispatch", "bad"), (" that was asked for is in the log", "title"))
        return
    what = "1 dispatch" if metrics.dispatches == 1 else f"{metrics.dispatches:,} dispatches"
    first, last = moment(int(metrics.first), zone), moment(int(metrics.last), zone)
    stretch = f"  {first}" if first == last else f"  {first} to {last}"
    yield (what, "name"), (stretch, "time")
    yield ((f"{_INDENT}hours are those of {zone}; docs/metrics.md defines every number", "quiet"),)


def stats_lines(
    metrics: Metrics, zone: tzinfo, width: int | None = None, only: frozenset[str] = frozenset()
) -> Iterator[Line]:
    """Everything, or `only` some topics. With a `width`, that of a terminal, bars stand at the end of the lines as far
    as there is room; what is too wide without them loses its last columns."""
    yield from heading_lines(metrics, zone)
    for table in tables_about(metrics, zone, only):
        yield ()
        yield ((table.title, "name"),)
        if table.note:
            for text in folded(table.note, (width or _IN_A_PIPE) - len(_INDENT)):
                yield ((_INDENT + text, "quiet"),)
        yield from _table(table, width)


def tables_about(metrics: Metrics, zone: tzinfo, only: frozenset[str]) -> Iterator[Table]:
    """The tables of some topics; of all, where none is asked for."""
    if metrics.dispatches:
        yield from (table for table in tables_of(metrics, zone) if not only or topic(table) in only)


def _table(table: Table, width: int | None) -> Iterator[Line]:
    if not table.rows:
        yield ((f"{_INDENT}none", "quiet"),)
        return
    rows = [_narrowed(table, row, width) for row in table.rows[:_MOST]]
    cells = [table.headings, *(row.cells for row in rows)]
    widths = [max(size(cell) for cell in column) for column in zip(*cells, strict=True)]
    shown = _fitting(widths, width)
    left_out = [table.headings[place] for place in range(len(widths)) if place not in shown]
    room = (width or 0) - sum(widths[place] + 2 for place in shown) - len(_INDENT)
    barred = room >= _BAR // 2 and any(row.bar is not None for row in table.rows)
    head = ((table.pictured, "quiet"),) if barred and size(table.pictured) <= room else ()
    yield _trimmed(((_INDENT, "quiet"), *_joined(table.headings, widths, shown, "quiet"), *head))
    for row in rows:
        bar = ((_bar(row.bar, min(_BAR, room)), "reach"),) if barred and row.bar is not None else ()
        yield _trimmed(((_INDENT, "quiet"), *_row(row, widths, shown), *bar))
    if len(table.rows) > _MOST:
        yield ((f"{_INDENT}and {len(table.rows) - _MOST:,} more: --format markdown or --html FILE", "quiet"),)
    if left_out:
        said = f"no room for {', '.join(left_out)}: --format markdown or --html FILE"
        for text in folded(said, (width or _IN_A_PIPE) - len(_INDENT)):
            yield ((_INDENT + text, "quiet"),)


def _narrowed(table: Table, row: Row, width: int | None) -> Row:
    """A row whose names leave room for its numbers."""
    if width is None:
        return row
    most = max(18, width // 5)
    cells = (
        _cut(cell, most) if heading in _NAMES else cell for heading, cell in zip(table.headings, row.cells, strict=True)
    )
    return Row(tuple(cells), row.bar)


def _cut(text: str, most: int) -> str:
    if size(text) <= most:
        return text
    while size(text) >= most:
        text = text[:-1]
    return f"{text}…"


def _fitting(widths: Sequence[int], width: int | None) -> list[int]:
    """The columns there is room for: as many of the first as fit."""
    shown = list(range(len(widths)))
    while width is not None and len(shown) > 2 and len(_INDENT) + sum(widths[place] + 2 for place in shown) - 2 > width:
        shown.pop()
    return shown


def _row(row: Row, widths: Sequence[int], shown: Sequence[int]) -> Line:
    first, *rest = _joined(row.cells, widths, shown, "title")
    return ((first[0], "role"), *rest)


def _joined(cells: Sequence[str], widths: Sequence[int], shown: Sequence[int], look: str) -> tuple[Span, ...]:
    return tuple(
        (padded(cells[place], widths[place]) + "  ", "quiet" if cells[place] == NONE else look) for place in shown
    )


def _bar(share: float, width: int) -> str:
    """A bar in eighths of a column; something that is there is seen."""
    eighths = round(min(max(share, 0.0), 1.0) * width * 8)
    if share > 0 and not eighths:
        eighths = 1
    return "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")


def _trimmed(line: Line) -> Line:
    *before, (text, look) = line
    return (*before, (text.rstrip(), look))
