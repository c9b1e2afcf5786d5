"""A schedule as a picture: a row for each person, coloured bars over the days.

The window is cut into strips as wide as the terminal allows. Every character is two equal pieces of time; a piece is
filled where its person is on call in the greater part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta, tzinfo
from itertools import pairwise

from rich.console import Console
from rich.text import Text

from oncall import times
from oncall.answers import Entry
from oncall.output.columns import cut, padded, size
from oncall.output.words import NOBODY, safe
from oncall.timetables import Timetable, began_earlier, goes_on

COLOURS = ("green", "blue", "magenta", "cyan", "yellow", "bright_red", "bright_green", "bright_blue", "bright_magenta")
_BLOCKS = {(False, False): "·", (True, False): "▌", (False, True): "▐", (True, True): "█"}
_CELLS_A_DAY = (24, 12, 8, 6, 4)
_MOST_STRIPS = 60
_EARLIER, _LATER = "◂", "▸"
_DAY_NAMES = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")


def draw(console: Console, tables: Sequence[Timetable], zone: tzinfo) -> None:
    """The picture of each timetable, one below the other, people in the same colour in all of them. Arrows beside a bar
    say that it does not begin, or end, where the picture does."""
    people = list(dict.fromkeys(entry.shift.label for table in tables for entry in _entries(table)))
    colours = {label: COLOURS[index % len(COLOURS)] for index, label in enumerate(people)}
    longest = max((size(safe(label)) for label in people), default=6)
    margin = min(max(longest, size(NOBODY)), max(10, console.width // 4), max(1, console.width - 6)) + 2
    for table in tables:
        console.print(Text(safe(table.title), "bold"), soft_wrap=True)
        for line in _picture(table, zone, console.width - 1, margin, colours):
            console.print(line, soft_wrap=True)
    if any(stretch.cut_start or stretch.cut_end for table in tables for stretch in table.in_order):
        legend = f"{_EARLIER} began earlier  {_LATER} goes on"
        console.print(Text(legend, "dim"), soft_wrap=True)


def _entries(table: Timetable) -> Iterator[Entry]:
    return (entry for stretch in table.stretches for entry in stretch.on_call)


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
    near = [stretch for stretch in table.stretches if stretch.start < end and stretch.end > begin]
    for label in dict.fromkeys(entry.shift.label for stretch in near for entry in stretch.on_call):
        own = [stretch for stretch in near if any(entry.shift.label == label for entry in stretch.on_call)]
        entries = [entry for stretch in own for entry in stretch.on_call if entry.shift.label == label]
        earlier = begin <= table.start and any(began_earlier(table, entry) for entry in entries)
        later = end >= table.end and any(goes_on(table, entry) for entry in entries)
        row = Text(padded(cut(safe(label), margin - 2), margin - 1))
        spans = [(stretch.start, stretch.end) for stretch in own]
        yield row.append(_between_arrows(_bar(table, spans, days, cells), earlier, later), colours[label])
    gaps = [gap for gap in table.gaps if gap.start < end and gap.end > begin]
    if gaps:
        row = Text(padded(cut(NOBODY, margin - 2), margin - 1), "bold red")
        bar = _bar(table, [(gap.start, gap.end) for gap in gaps], days, cells)
        arrows = any(gap.cut_start for gap in gaps), any(gap.cut_end for gap in gaps)
        yield row.append(_between_arrows(bar, *arrows), "bold red")


def _between_arrows(bar: str, earlier: bool, later: bool) -> str:
    """A bar after a column of its own for the arrow; the arrows are where the window begins and ends."""
    blanks = len(bar) - len(bar.lstrip())
    head = _EARLIER if earlier else " "
    return " " * blanks + head + bar.strip() + (_LATER if later else "")


def _heading(begin: int, cells: int, zone: tzinfo) -> str:
    local = times.at(begin + 3600, zone)
    name = _DAY_NAMES[local.weekday()]
    for shown in (f"{name} {local.day}", f"{name[0]}{local.day}", str(local.day)):
        if len(shown) < cells or cells == 1:
            return shown[:cells].ljust(cells)
    return str(local.day)[:cells].ljust(cells)


def _bar(table: Timetable, spans: Sequence[tuple[int, int]], days: list[tuple[int, int]], cells: int) -> str:
    """Filled where its person is on call; what is outside the window stays blank, as it was not asked for."""
    drawn = []
    for begin, end in days:
        piece = (end - begin) / (cells * 2)
        edges = [begin + piece * number for number in range(cells * 2 + 1)]
        halves = [_covered(spans, start, finish) * 2 > finish - start for start, finish in pairwise(edges)]
        for number, pair in enumerate(zip(halves[::2], halves[1::2], strict=True)):
            is_outside = edges[2 * number + 2] <= table.start or edges[2 * number] >= table.end
            drawn.append(" " if is_outside else _BLOCKS[pair])
    return "".join(drawn)


def _covered(spans: Iterable[tuple[int, int]], start: float, finish: float) -> float:
    return sum(max(0.0, min(end, finish) - max(begin, start)) for begin, end in spans)
