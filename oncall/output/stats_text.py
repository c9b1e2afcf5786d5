"""`oncall stats` for people: the most important numbers for a terminal; every table for one and for a pipe.

What is too wide is folded or goes on below, so that nothing is left out: the last column of a table of measures under
itself, other tables in several blocks, each beginning with its first column.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from msgspec.structs import replace

from oncall.output.columns import cut, folded, padded, size
from oncall.output.stats_tables import NONE, OVERVIEW, SHARES, Row, Table, summary_tables, tables_of, topic
from oncall.output.who_text import Line, Span
from oncall.output.words import moment
from oncall.replay.metrics import Metrics

PIPE_WIDTH = 80
_INDENT = "  "
_BAR = 16
_EIGHTHS = " ▏▎▍▌▋▊▉"
_MOST = 40  # rows of a table
_MOST_IN_SUMMARY = 3
_LEAST_MEANING = 24  # columns: less than that is read badly, and the meaning of a measure stands below it
_NAMES = ("account", "name", "dispatch", "night in")  # besides the first column


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


def summary_lines(metrics: Metrics, zone: tzinfo, width: int) -> Iterator[Line]:
    """The most important numbers, on two screens of a terminal."""
    yield from heading_lines(metrics, zone)
    if not metrics.dispatches:
        return
    yield from _quiet(f"shares: {SHARES}", width)
    for table in summary_tables(metrics):
        yield ()
        yield from _summary(table, width)
    yield ()
    yield from _quiet("--all shows every table, --only TABLE one; --html FILE writes a page to send", width)


def _summary(table: Table, width: int) -> Iterator[Line]:
    """A table under its title; the title of a list is in the line of its headings."""
    if table.headings == OVERVIEW:
        yield ((table.title, "name"),)
        yield from _table(table, width, _MOST, "--all")
        yield from _notes(table, width)
        return
    titled = replace(table, headings=(table.title, *table.headings[1:]))
    yield from _table(titled, width, _MOST_IN_SUMMARY, "--all")


def stats_lines(
    metrics: Metrics, zone: tzinfo, width: int | None = None, only: frozenset[str] = frozenset()
) -> Iterator[Line]:
    """Everything, or `only` some topics. With a `width`, that of a terminal, bars stand at the end of the lines as far
    as there is room."""
    yield from heading_lines(metrics, zone)
    for table in tables_about(metrics, zone, only):
        yield ()
        yield ((table.title, "name"),)
        if table.note:
            yield from _quiet(table.note, width or PIPE_WIDTH)
        yield from _table(table, width, _MOST, "--format markdown or --html FILE")
        yield from _notes(table, width or PIPE_WIDTH)


def _notes(table: Table, width: int) -> Iterator[Line]:
    for note in table.footnotes:
        yield from _quiet(note, width)


def tables_about(metrics: Metrics, zone: tzinfo, only: frozenset[str]) -> Iterator[Table]:
    """The tables of some topics; of all, where none is asked for."""
    if metrics.dispatches:
        yield from (table for table in tables_of(metrics, zone) if not only or topic(table) in only)


def _quiet(text: str, width: int) -> Iterator[Line]:
    for line in folded(text, width - len(_INDENT)):
        yield ((_INDENT + line, "quiet"),)


def _table(table: Table, width: int | None, most: int, elsewhere: str) -> Iterator[Line]:
    if not table.rows:
        yield ((f"{_INDENT}none", "quiet"),)
        return
    if table.headings == OVERVIEW:
        yield from _measures(table, width or PIPE_WIDTH, is_barred=width is not None)
        return
    rows = (_narrowed(table, row, width) if width else row for row in table.rows[:most])
    shown = replace(table, rows=tuple(rows))
    for number, columns in enumerate(_blocks(shown, width or PIPE_WIDTH)):
        yield from _block(shown, columns, (width or 0) if number == 0 else 0)
    if len(table.rows) > most:
        yield ((f"{_INDENT}and {len(table.rows) - most:,} more: {elsewhere}", "quiet"),)


def _blocks(table: Table, width: int) -> Iterator[list[int]]:
    """The columns of a table, block by block: as many as fit beside the first."""
    widths = _widths(table)
    columns = [0]
    for column in range(1, len(widths)):
        used = len(_INDENT) + sum(widths[one] + 2 for one in columns)
        if len(columns) > 1 and used + widths[column] > width:
            yield columns
            columns = [0]
        columns.append(column)
    yield columns


def _widths(table: Table) -> list[int]:
    cells = [table.headings, *(row.cells for row in table.rows)]
    return [max(size(cell) for cell in column) for column in zip(*cells, strict=True)]


def _block(table: Table, columns: Sequence[int], width: int) -> Iterator[Line]:
    """Some columns of a table, and bars where a terminal of that width has room for them."""
    widths = _widths(table)
    room = width - sum(widths[column] + 2 for column in columns) - len(_INDENT)
    barred = room >= _BAR // 2 and any(row.bar is not None for row in table.rows)
    head = ((table.pictured, "quiet"),) if barred and size(table.pictured) <= room else ()
    first, *others = _joined(table.headings, widths, columns, "quiet")
    if table.headings[0] == table.title:
        yield _trimmed(((first[0] + _INDENT, "name"), *others, *head))
    else:
        yield _trimmed(((_INDENT, "quiet"), first, *others, *head))
    for row in table.rows:
        bar = ((_bar(row.bar, min(_BAR, room)), "reach"),) if barred and row.bar is not None else ()
        yield _trimmed(((_INDENT, "quiet"), *_row(row, widths, columns), *bar))


def _measures(table: Table, width: int, *, is_barred: bool = True) -> Iterator[Line]:
    """Measures with their values, and what they mean beside them; below them where there is no room for that."""
    widths = _widths(table)
    margin = len(_INDENT) + widths[0] + 2 + widths[1] + 2
    room = width - margin
    bar_width = min(_BAR, room - widths[2] - 2) if is_barred else 0
    for row in table.rows:
        bar = _bar(row.bar, bar_width) if bar_width >= _BAR // 2 and row.bar is not None else ""
        cells = (*_row(row, widths, (0, 1)), (padded(bar, bar_width) + "  " if bar_width >= _BAR // 2 else "", "reach"))
        if room < _LEAST_MEANING:
            yield _trimmed(((_INDENT, "quiet"), *cells))
            for text in folded(row.cells[2], width - 2 * len(_INDENT)):
                yield ((2 * _INDENT + text, "quiet"),)
            continue
        first, *rest = folded(row.cells[2], room)
        yield _trimmed(((_INDENT, "quiet"), *cells, (first, "quiet")))
        for text in rest:
            yield ((" " * margin + text, "quiet"),)


def _narrowed(table: Table, row: Row, width: int) -> Row:
    """A row whose names leave room for its numbers."""
    most = min(max(18, width // 5), max(6, width - 14))
    first, *rest = row.cells
    named = zip(table.headings[1:], rest, strict=True)
    return replace(
        row, cells=(cut(first, most), *(cut(cell, most) if name in _NAMES else cell for name, cell in named))
    )


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
