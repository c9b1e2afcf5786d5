"""`oncall replay` of many dispatches for people: how they ended and why, and which to look at first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from heapq import heappush, heappushpop

from msgspec import Struct, field

from oncall import times
from oncall.output.columns import folded, joined, size
from oncall.output.replay_words import ASSUMPTION, CHANGES, RESULTS, offset, short
from oncall.output.told import told
from oncall.output.who_text import Line, Span
from oncall.output.words import day_and_time, iso, moment, safe
from oncall.replay.run import Judged
from oncall.replay.summary import Summary
from oncall.replay.verdict import GOOD, WORST_FIRST, Result, Verdict

_INDENT = "  "
_IN_A_PIPE = 120
_ORDER = "missed, abandoned, undetermined, recovered; in each whoever waited longest first"
_MOST = 20  # rows of a table
_LEAST = 8  # columns of the narrowest name
_NARROW = {
    "dispatches": "all",
    "answered": "answ.",
    "recovered": "recov.",
    "abandoned": "aband.",
    "undetermined": "undet.",
}
_CHANGES = ("saved", "worse", "still_missed", "unchanged", "unknown")


class Brief(Struct, frozen=True):
    """What a list says of a dispatch. `waited` is until the caller left, else until it was over; `first` the kind of
    the first divergence; `change` what the candidate would have made of it."""

    dispatch: str
    account: str | None
    at: float
    result: Result
    cause: str | None
    waited: float
    log_line: int
    first: str | None = None
    change: str | None = None

    @property
    def badness(self) -> tuple[int, float, float, int]:
        """The worst first: by result, then by how long the caller waited, then by time."""
        return WORST_FIRST.index(self.result), -self.waited, self.at, self.log_line


def brief(judged: Judged) -> Brief | None:
    """A dispatch as lists have it; None for one that no list has."""
    verdict = judged.verdict
    changed = verdict.counterfactual.verdict if verdict.counterfactual else None
    if verdict.result not in WORST_FIRST and changed not in ("saved", "worse"):
        return None
    first = verdict.first_divergence
    return Brief(
        verdict.dispatch,
        verdict.account,
        verdict.at,
        verdict.result,
        verdict.cause,
        _waited(verdict),
        verdict.log_line,
        first.kind if first else None,
        changed,
    )


def _waited(verdict: Verdict) -> float:
    return verdict.hung_up if verdict.hung_up is not None else verdict.ended


class Worst(Struct):
    """The worst dispatches met so far, as many as are to be shown, and how many there were."""

    most: int
    number: int = 0
    heap: list[tuple[tuple[float, ...], Brief]] = field(default_factory=list)

    def add(self, one: Brief) -> None:
        """One more."""
        self.number += 1
        rank = _rank(one)
        entry = tuple(-part for part in rank), one
        if len(self.heap) < self.most:
            heappush(self.heap, entry)
        elif self.most:
            heappushpop(self.heap, entry)

    def listed(self) -> list[Brief]:
        """The worst first."""
        return [one for _, one in sorted(self.heap, key=lambda entry: entry[0], reverse=True)]


def _rank(one: Brief) -> tuple[float, ...]:
    return one.badness if one.result in WORST_FIRST else (len(WORST_FIRST), one.at, 0, one.log_line)


class Lists(Struct):
    """The dispatches worth looking at: what ended badly, what the candidate would have saved and made worse."""

    bad: Worst
    saved: Worst
    worse: Worst

    @classmethod
    def of(cls, found: Iterable[Brief], most: int) -> Lists:
        """The lists of what was found, each with so many at most."""
        lists = cls(Worst(most), Worst(most), Worst(most))
        for one in found:
            if one.result in WORST_FIRST:
                lists.bad.add(one)
            if one.change == "saved":
                lists.saved.add(one)
            elif one.change == "worse":
                lists.worse.add(one)
        return lists


LIST_COLUMNS = ("result", "dispatch", "account", "time", "waited", "cause", "first divergence")
_HEADINGS: list[Span] = [(heading, "quiet") for heading in LIST_COLUMNS]


# The numbers.

Table = tuple[tuple[str, ...], list[tuple[str, ...]]]


def tables_of(summary: Summary) -> Iterator[Table]:
    """The counts as tables, each with its headings: by result, by cause, by account, by what the candidate changes."""
    total = summary.dispatches
    yield ("result", "dispatches", "share"), [_counted(name, count, total) for name, count in _results(summary)]
    causes = sorted(summary.cause.items(), key=lambda one: (-one[1], one[0]))
    if causes:
        yield ("cause", "dispatches", "share"), [_counted(name, count, total) for name, count in causes]
    if summary.accounts:
        present = [name for name, _ in _results(summary)]
        rows = [_account(name, found, present) for name, found in _accounts(summary)]
        yield ("account", "dispatches", "good", *map(short, present)), rows
    if summary.verdict:
        rows = [
            (short(name), *(_number(found[name]) for found in (summary.verdict, summary.best, summary.worst)))
            for name in _CHANGES
        ]
        yield ("candidate", "dispatches", "if all unknown went well", "if none did"), rows


def _counted(name: str, count: int, total: int) -> tuple[str, ...]:
    return short(name), _number(count), share(count, total)


def _results(summary: Summary) -> list[tuple[str, int]]:
    return [(name, summary.result[name]) for name in RESULTS if summary.result[name]]


def _accounts(summary: Summary) -> list[tuple[str, Mapping[str, int]]]:
    """Those with the largest share of bad ends first."""

    def badness(entry: tuple[str, Mapping[str, int]]) -> tuple[float, str]:
        name, found = entry
        good = sum(found.get(result, 0) for result in GOOD)
        return good / max(1, sum(found.values())), name

    return sorted(summary.accounts.items(), key=badness)


def _account(name: str, found: Mapping[str, int], present: Sequence[str]) -> tuple[str, ...]:
    total = sum(found.values())
    good = sum(found.get(result, 0) for result in GOOD)
    counts = (_number(found[result]) if found.get(result) else "" for result in present)
    return (safe(name) or "(not known)", _number(total), share(good, total), *counts)


def _number(count: int) -> str:
    return f"{count:,}"


def share(part: int, whole: int) -> str:
    """A share in tenths of a per cent, a half rounded up: only all is 100%, only none is 0%."""
    if not whole or not part:
        return "0%"
    tenths = (part * 2000 + whole) // (whole * 2)
    if tenths == 1000 and part < whole:
        return ">99.9%"
    return f"{tenths / 10:g}%" if tenths else "<0.1%"


# The page.


def summary_lines(
    summary: Summary, lists: Lists | None, zone: tzinfo, candidate: str | None = None, width: int | None = None
) -> Iterator[Line]:
    """All of it: how many there were and how they ended, what they were held against, and without `lists` no more;
    with them the worst of them, and what the candidate would have changed."""
    room = width or _IN_A_PIPE
    if not summary.dispatches:
        yield (("no dispatch", "bad"), (" that was asked for is in the log", "title"))
        return
    what = "1 dispatch" if summary.dispatches == 1 else f"{summary.dispatches:,} dispatches"
    good = f", {share(summary.good, summary.dispatches)} ended well"
    yield (what, "name"), (good, "good" if summary.good == summary.dispatches else "title")
    for text in _held_against(summary):
        yield from (((_INDENT + line, "quiet"),) for line in folded(text, room - len(_INDENT)))
    for headings, rows in tables_of(summary):
        if headings[0] != "candidate":
            yield ()
            yield from _table(headings, rows[:_MOST], room)
            if len(rows) > _MOST:
                yield ((f"{_INDENT}and {len(rows) - _MOST:,} more accounts: --format markdown has them all", "quiet"),)
    if lists is not None and lists.bad.number:
        yield ()
        yield from _worst(lists.bad, zone, room)
        yield ((f"{_INDENT}oncall replay … --dispatch ID shows one", "quiet"),)
    if summary.verdict:
        yield ()
        yield from _candidate(summary, lists, zone, candidate, room)


def _worst(found: Worst, zone: tzinfo, room: int) -> Iterator[Line]:
    heading = f"worst first ({_ORDER})"
    if size(heading) > room:
        first, heading = heading.split("; ")
        yield ((f"{first};", "quiet"),)
        heading = _INDENT + heading
    yield from _list(heading, found, zone, room)


def _held_against(summary: Summary) -> Iterator[str]:
    """Which plans the dispatches were held against."""
    if summary.revisions:
        number = len(summary.revisions)
        which = f"1 revision, {next(iter(summary.revisions))[:12]}" if number == 1 else f"{number:,} revisions"
        yield f"{sum(summary.revisions.values()):,} held against the files of their time: {which}"
    for why, count in sorted(summary.today.items(), key=lambda one: (-one[1], one[0])):
        yield f"{count:,} held against today's files{f': {safe(why)}' if why else ''}"
    rest = summary.dispatches - sum(summary.revisions.values()) - sum(summary.today.values())
    if rest:
        yield f"{rest:,} held against nothing: no plan could be had"


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> Iterator[Line]:
    """A table, numbers to the right; in a narrow room headings are shorter and names take several lines."""
    widths = _widths((headings, *rows))
    if _wide(widths) > room:
        headings = [_NARROW.get(heading, heading) for heading in headings]
        widths = _widths((headings, *rows))
        widths[0] = max(_LEAST, widths[0] - max(0, _wide(widths) - room))
    for number, (name, *cells) in enumerate((headings, *rows)):
        first, *more = folded(name, widths[0])
        yield _table_row((first, *cells), widths, quiet=number == 0)
        yield from (((_INDENT, "quiet"), (piece, "title")) for piece in more)


def _widths(rows: Iterable[Sequence[str]]) -> list[int]:
    return [max(size(cell) for cell in column) for column in zip(*rows, strict=True)]


def _wide(widths: Sequence[int]) -> int:
    """How much room a row takes, indented, its columns two spaces apart; one without width is left out."""
    return len(_INDENT) + sum(width + 2 for width in widths if width) - 2


def _table_row(row: Sequence[str], widths: Sequence[int], *, quiet: bool) -> Line:
    cells = [
        (cell if number == 0 else " " * (width - size(cell)) + cell, "quiet" if quiet else _look(cell, number))
        for number, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return ((_INDENT, "quiet"), *joined(cells, widths))


def _look(cell: str, number: int) -> str:
    if number:
        return "title"
    word = cell.replace(" ", "_")
    return _result_look(word) if word in RESULTS else {"saved": "good", "worse": "bad"}.get(word, "title")


def _result_look(result: str) -> str:
    return "good" if result in GOOD else "note" if result == "undetermined" else "bad"


def _list(heading: str, found: Worst, zone: tzinfo, room: int) -> Iterator[Line]:
    """Dispatches, one a line; in a narrow room two, why on the second."""
    yield ((heading, "quiet"),)
    shown = found.listed()
    seen_from = shown[-1].at if shown else 0
    rows = [_HEADINGS, *(_cells(one, zone, seen_from) for one in shown)] if shown else []
    for row, lines in zip(rows, _in_lines(rows, room), strict=True):
        yield lines[0]
        yield from (line for line in lines[1:] if row is _HEADINGS or any(text.strip() for text, _ in line))
    left = found.number - len(shown)
    if left:
        yield ((f"{_INDENT}and {left:,} more: --limit {found.number} shows them all", "quiet"),)


# Which columns stand on which line of an entry, where one line is too short for all.
_LAYOUTS = (
    ((0, 1, 2, 3, 4, 5, 6),),
    ((0, 1, 2, 3, 4, 5), (6,)),
    ((0, 1, 2, 3, 4), (5, 6)),
    ((0, 1, 3, 4), (2, 5, 6)),
    ((0, 1, 4), (2, 3, 5, 6)),
    ((0, 4, 3), (1,), (2,), (5, 6)),
)


def _in_lines(rows: Sequence[Sequence[Span]], room: int) -> Iterator[list[Line]]:
    """The lines of each row, by the first layout there is room for; else by the last."""
    if not rows:
        return
    widths = _widths([[text for text, _ in row] for row in rows])
    layout = next((one for one in _LAYOUTS if all(_fits(columns, one, widths, room) for columns in one)), _LAYOUTS[-1])
    for row in rows:
        yield [
            (
                (_margin(columns, layout), "quiet"),
                *joined([row[column] for column in columns], [widths[column] for column in columns]),
            )
            for columns in layout
        ]


_Columns = tuple[int, ...]


def _fits(columns: _Columns, layout: tuple[_Columns, ...], widths: Sequence[int], room: int) -> bool:
    return _wide([widths[one] for one in columns]) - len(_INDENT) + len(_margin(columns, layout)) <= room


def _margin(columns: _Columns, layout: tuple[_Columns, ...]) -> str:
    return _INDENT if columns == layout[0] else _INDENT * 3


def _cells(one: Brief, zone: tzinfo, seen_from: float) -> list[Span]:
    return [
        (short(one.result), _result_look(one.result)),
        (safe(one.dispatch, 60), "name"),
        (safe(one.account or "(not known)", 60), "role"),
        (day_and_time(int(one.at), zone, seen_from), "time"),
        (offset(one.waited), "title"),
        (short(one.cause or ""), "title"),
        (short(one.first) if one.first else "", "quiet"),
    ]


def _candidate(summary: Summary, lists: Lists | None, zone: tzinfo, candidate: str | None, room: int) -> Iterator[Line]:
    yield ("candidate", "name"), (f" {safe(candidate)}" if candidate else "", "path")
    for name in _CHANGES:
        if summary.verdict[name]:
            look = {"saved": "good", "worse": "bad"}.get(name, "title")
            count = f"{summary.verdict[name]:,}"
            yield (f"{_INDENT}{count:>9} ", look), (f"{short(name)}", look), (f": {CHANGES[name]}", "quiet")
    yield from _bounds(summary, room)
    for found, heading in ((lists.saved, "saved"), (lists.worse, "worse")) if lists else ():
        if found.number:
            yield ()
            yield from _list(heading, found, zone, room)
    yield ()
    for line in folded(ASSUMPTION, room - len(_INDENT)):
        yield ((_INDENT + line, "quiet"),)


def _bounds(summary: Summary, room: int) -> Iterator[Line]:
    """What it comes to at best, and at worst."""
    if not summary.verdict["unknown"]:
        return
    for heading, found in (("if all that is unknown went well", summary.best), ("if none of it did", summary.worst)):
        told_ = ", ".join(f"{found[name]:,} {short(name)}" for name in _CHANGES if found[name])
        if size(heading) + size(told_) + 4 <= room:
            yield (f"{_INDENT}{heading}: ", "quiet"), (told_, "title")
        else:
            yield ((f"{_INDENT}{heading}:", "quiet"),)
            yield from (((_INDENT * 2 + line, "title"),) for line in folded(told_, room - 2 * len(_INDENT)))


# One row a dispatch.

COLUMNS = (
    *(
        "dispatch",
        "account",
        "at",
        "result",
        "cause",
        "also",
        "waited",
        "first divergence",
        "divergence at",
        "log line",
    ),
    *("file", "line", "plan", "candidate", "told"),
)


def dispatch_row(judged: Judged, zone_name: str) -> tuple[str, ...]:
    """A dispatch as a row under COLUMNS, times exact, for tables."""
    verdict, first = judged.verdict, judged.verdict.first_divergence
    zone = times.zone(zone_name) or UTC
    changed = verdict.counterfactual
    return (
        safe(verdict.dispatch),
        safe(verdict.account or ""),
        iso(verdict.at, zone) or "",
        verdict.result,
        verdict.cause or "",
        " ".join(verdict.also),
        f"{round(_waited(verdict), 3):g}",
        first.kind if first else "",
        f"{round(first.at, 3):g}" if first else "",
        str(first.log_line) if first and first.log_line is not None else "",
        safe(first.file) if first and first.file else "",
        str(first.line) if first and first.line else "",
        verdict.plan.revision or verdict.plan.as_of if verdict.plan else "",
        changed.verdict if changed else "",
        told(verdict, zone, judged.plan),
    )


def list_rows(found: Worst, zone: tzinfo) -> list[tuple[str, ...]]:
    """The worst dispatches as rows under LIST_COLUMNS."""
    rows = []
    for one in found.listed():
        cells = [text for text, _ in _cells(one, zone, one.at)]
        rows.append((*cells[:3], moment(int(one.at), zone), *cells[4:]))
    return rows
