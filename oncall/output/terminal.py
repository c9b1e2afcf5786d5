"""What rich draws on a terminal. Spans become styled text; nothing in them is read as markup."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from oncall.answers import Answer, Entry, TierAnswer
from oncall.output.who_text import Line, way
from oncall.output.words import NOBODY, REASONS, day_and_time, distance, moment, safe

STYLES: Mapping[str, str] = {
    "name": "bold",
    "title": "",
    "role": "cyan",
    "time": "green",
    "next": "",
    "reach": "bold yellow",
    "path": "blue",
    "note": "magenta",
    "bad": "bold red",
    "good": "bold green",
    "quiet": "dim",
}


def console(*, force: bool = False, stderr: bool = False) -> Console:
    """A console that obeys NO_COLOR and the width of the terminal, and interprets nothing."""
    stream: Any = sys.stderr if stderr else sys.stdout
    file: Any = _StyledStream(stream) if hasattr(stream, "write_styled") else None
    terminal = True if force else None
    return Console(markup=False, emoji=False, highlight=False, stderr=stderr, file=file, force_terminal=terminal)


class _StyledStream(io.TextIOBase):
    """A standard stream of the command line as rich writes to it: colours pass."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return int(self._stream.write_styled(text))

    def __getattribute__(self, name: str) -> Any:
        if name in ("flush", "isatty", "fileno", "encoding"):
            return getattr(self._stream, name)
        return super().__getattribute__(name)


def styled(line: Line) -> Text:
    """A line of spans as rich draws it."""
    return Text.assemble(*((text, STYLES[kind]) for text, kind in line))


def draw_lines(where: Console, lines: Iterable[Line]) -> None:
    """Print lines; what is too long for the terminal goes on under its own text."""
    for line in lines:
        text = styled(line)
        indent = len(text.plain) - len(text.plain.lstrip())
        if text.cell_len <= where.width:
            where.print(text, soft_wrap=True)
            continue
        for number, part in enumerate(text[indent:].wrap(where, max(20, where.width - indent - 2))):
            part.rstrip()
            where.print(Text(" " * (indent if number == 0 else indent + 2)) + part, soft_wrap=True)


def overview(where: Console, answers: Sequence[Answer], zone: tzinfo) -> None:
    """Every account on one screen: a row for each person on call, with the first way to reach them. Where the terminal
    is too narrow for all columns the account stands above its tiers, and who is next is left to `oncall who NAME`."""
    where.print(Text(f"{moment(answers[0].at, zone)}  {zone}", STYLES["time"]))
    rows = [list(_rows(answer, zone)) for answer in answers]
    if where.width < _WIDE:
        _draw_narrow(where, rows)
        return
    table = _grid(("account", "tier", "on call", "reach", "until", "next"))
    for cells in (cells for block in rows for cells in block):
        table.add_row(*cells)
    where.print(table)


_WIDE = 110


def _grid(headings: Iterable[str], widths: Sequence[int] = ()) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", show_header=not widths)
    for index, heading in enumerate(headings):
        width = widths[index] if widths else None
        table.add_column(heading, overflow="fold", no_wrap=heading == "tier", width=width)
    return table


def _draw_narrow(where: Console, blocks: Sequence[Sequence[tuple[Text, ...]]]) -> None:
    """The same columns under every account, the way to reach somebody in what the others leave of the line."""
    cells = [row[1:5] for block in blocks for row in block]
    widths = [max(row[column].cell_len for row in cells) for column in range(4)]
    widths[1] = min(widths[1], 24)
    widths[2] = max(16, where.width - 2 - widths[0] - widths[1] - widths[3] - 6)
    for block in blocks:
        where.print(Text(" ").join(block[0][0].split()), soft_wrap=True)
        for row in block:
            _draw_row(where, row[1:5], widths)


def _draw_row(where: Console, cells: Sequence[Text], widths: Sequence[int]) -> None:
    """A row of the narrow overview. A way to reach somebody that does not fit stands on a line of its own below, whole:
    an address broken in two is copied wrongly."""
    tier, person, reach, until = cells
    fits = reach.cell_len <= widths[2]
    table = _grid(("", "tier", "on call", "reach", "until"), (0, *widths))
    table.add_row(Text(), tier, person, reach if fits else Text("see below"), until)
    where.print(table)
    if not fits:
        where.print(Text(" " * (widths[0] + 4)) + reach, soft_wrap=True)


def _rows(answer: Answer, zone: tzinfo) -> Iterator[tuple[Text, ...]]:
    """A row for each person, so that what is folded cannot put one's number beside another's name."""
    account = _account(answer)
    for tier in answer.tiers:
        role = Text(safe(tier.role), STYLES["role" if tier.in_policy else "quiet"])
        following = _next(answer, tier, zone)
        for entry in tier.on_call:
            yield account, role, _person(entry), _reach(entry), _until(answer, entry, zone), following
            account = role = following = Text()
        if not tier.on_call:
            yield account, role, Text("nobody", STYLES["bad"]), Text(), Text(), following
        account = Text()
    if not answer.tiers:
        yield account, Text(), Text("nobody is bound", STYLES["bad"]), Text(), Text(), Text()


def _account(answer: Answer) -> Text:
    text = Text(safe(answer.name), STYLES["name"])
    if answer.is_bad_news:
        text.append("\nNOBODY REACHABLE", STYLES["bad"])
    elif answer.promised is False:
        text.append("\nclosed now", STYLES["quiet"])
    return text


def _person(entry: Entry) -> Text:
    text = Text(safe(entry.shift.label), STYLES["name" if entry.reachable else "bad"])
    if entry.why_not:
        text.append(f" ({REASONS[entry.why_not]})", STYLES["bad"])
    if entry.shift.layer == "override":
        text.append(" override", STYLES["note"])
    return text


def _reach(entry: Entry) -> Text:
    return Text(way(entry.contact_methods[0]).rsplit(" (", 1)[0] if entry.contact_methods else "-")


def _until(answer: Answer, entry: Entry, zone: tzinfo) -> Text:
    if entry.until is None:
        return Text("always" if entry.shift.layer == "direct" else "", STYLES["quiet"])
    soon = entry.until - answer.at < 3600
    left = f" ({distance(entry.until - answer.at)})" if soon else ""
    return Text(day_and_time(entry.until, zone, answer.at) + left, STYLES["note" if soon else "time"])


def _next(answer: Answer, tier: TierAnswer, zone: tzinfo) -> Text:
    if not tier.next:
        return Text()
    people = " & ".join(safe(one.shift.label) for one in tier.next.on_call)
    ends = {entry.until for entry in tier.on_call}
    start = "" if ends == {tier.next.at} else f" {day_and_time(tier.next.at, zone, answer.at)}"
    return Text(people + start)


def shift_table(where: Console, rows: Iterable[tuple[str, ...]], title: str) -> None:
    """The stretches of a timetable as a table, gaps in red; the source where the terminal is wide enough for it."""
    wide = where.width >= 110
    if title:
        where.print(Text(safe(title), STYLES["name"]))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("from", "until", "length", "on call", *(("source",) if wide else ())):
        table.add_column(heading, no_wrap=heading in ("from", "until", "length"), overflow="fold")
    for _, start, end, length, people, note, source in rows:
        who = Text(people, STYLES["bad" if people == NOBODY and not source else "name"])
        if note and note != "gap":
            who.append(f" ({note.removeprefix('gap, ')})", STYLES["note"])
        cells = [Text(start, STYLES["time"]), Text(end, STYLES["time"]), Text(length, STYLES["quiet"]), who]
        table.add_row(*cells, *((Text(source, STYLES["quiet"]),) if wide else ()))
    where.print(table)
