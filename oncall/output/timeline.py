"""A schedule as a picture: a row for each person, coloured bars over the days.

The window is cut into strips as wide as the terminal allows. Every character is two equal pieces of time; a piece is
filled where its person is on call in the greater part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta, tzinfo

from rich.console import Console
from rich.text import Text

from oncall import times
from oncall.output.words import safe
from oncall.timetables import Timetable

COLOURS = ("green", "blue", "magenta", "cyan", "yellow", "bright_red", "bright_green", "bright_blue", "bright_magenta")
_BLOCKS = {(False, False): "·", (True, False): "▌", (False, True): "▐", (True, True): "█"}
_CELLS_A_DAY = (24, 12, 8, 6, 4)
_MOST_STRIPS = 60
_DAY_NAMES = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


def draw(where: Console, tables: Sequence[Timetable], zone: tzinfo) -> None:
    """The picture of each timetable, one below the other, people in the same colour in all of them."""
    people = list(dict.fromkeys(label for table in tables for label in _labels(table)))
    colours = {label: COLOURS[index % len(COLOURS)] for index, label in enumerate(people)}
    margin = min(max((len(safe(label)) for label in people), default=6), max(10, where.width // 4)) + 1
    for table in tables:
        where.print(Text(safe(table.name), "bold"))
        for line in _picture(table, zone, where.width, margin, colours):
            where.print(line, soft_wrap=True)


def _labels(table: Timetable) -> Iterator[str]:
    for stretch in table.stretches:
        for entry in stretch.on_call:
            yield entry.shift.label


def _picture(table: Timetable, zone: tzinfo, width: int, margin: int, colours: dict[str, str]) -> Iterator[Text]:
    days = _days(table.start, table.end, zone)
    cells = next((cells for cells in _CELLS_A_DAY if cells * len(days) + margin <= width), 0)
    if not cells:
        cells = next((few for few in (4, 3, 2) if few * 7 + margin <= width), 1)
    a_strip = max(1, (width - margin) // cells)
    if cells * len(days) + margin > width and a_strip >= 7:
        a_strip -= a_strip % 7
    for number, first in enumerate(range(0, len(days), a_strip)):
        if number == _MOST_STRIPS:
            yield Text("… and on; ask for less to see more", "dim")
            return
        if number:
            yield Text()
        yield from _strip(table, days[first : first + a_strip], cells, margin, colours, zone)


def _days(start: int, end: int, zone: tzinfo) -> list[tuple[int, int]]:
    """The days of a window in a zone, each from midnight to midnight, 23 or 25 hours when the clocks change."""
    day = times.at(start, zone).date()
    found = []
    while times.midnight(day, zone) < end:
        found.append((times.midnight(day, zone), times.midnight(day + timedelta(days=1), zone)))
        day += timedelta(days=1)
    return found


def _strip(
    table: Timetable, days: list[tuple[int, int]], cells: int, margin: int, colours: dict[str, str], zone: tzinfo
) -> Iterator[Text]:
    yield Text(" " * margin + "".join(_heading(begin, cells, zone) for begin, _ in days), "dim")
    begin, end = days[0][0], days[-1][1]
    near = [one for one in table.stretches if one.start < end and one.end > begin]
    for label in dict.fromkeys(entry.shift.label for one in near for entry in one.on_call):
        spans = [(one.start, one.end) for one in near if any(entry.shift.label == label for entry in one.on_call)]
        name = safe(label)
        row = Text((name if len(name) < margin else name[: margin - 2] + "…").ljust(margin))
        row.append(_bar(spans, days, cells), colours[label])
        yield row
    gaps = [(start, finish) for start, finish in table.gaps if start < end and finish > begin]
    if gaps:
        row = Text("nobody".ljust(margin), "bold red")
        row.append(_bar(gaps, days, cells), "bold red")
        yield row


def _heading(begin: int, cells: int, zone: tzinfo) -> str:
    local = times.at(begin + 3600, zone)
    name = _DAY_NAMES[local.weekday()]
    for shown in (f"{name} {local.day}", f"{name[0]}{local.day}", str(local.day)):
        if len(shown) < cells or cells == 1:
            return shown[:cells].ljust(cells)
    return str(local.day)[:cells].ljust(cells)


def _bar(spans: Iterable[tuple[int, int]], days: list[tuple[int, int]], cells: int) -> str:
    spans = list(spans)
    halves = []
    for begin, end in days:
        for piece in range(cells * 2):
            start = begin + (end - begin) * piece / (cells * 2)
            finish = begin + (end - begin) * (piece + 1) / (cells * 2)
            covered = sum(max(0.0, min(b, finish) - max(a, start)) for a, b in spans)
            halves.append(covered * 2 > finish - start)
    return "".join(_BLOCKS[pair] for pair in zip(halves[::2], halves[1::2], strict=True))
