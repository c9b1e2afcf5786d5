"""`oncall replay --dispatch` for people: what should have happened, what did, where the two part, and what says so.

Lines are spans, as in `who_text`: the same on a terminal, where they have colours, and in a pipe, where they have none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from oncall.output.columns import beside, folded, joined, padded, size
from oncall.output.replay_evidence import evidence_of
from oncall.output.replay_rows import ATTEMPT, Cell, Row, candidate_rows, disposition_of, left_out, rows_of
from oncall.output.replay_words import (
    ASSUMPTION,
    CHANGES,
    KINDS,
    RESULTS,
    called,
    cause_text,
    divergence_text,
    entered_text,
    later_text,
    offset,
    place_of,
    plan_used,
    short,
)
from oncall.output.told import told
from oncall.output.who_text import Line, Span
from oncall.output.words import moment, safe
from oncall.plan import PlanUsed
from oncall.replay.run import Judged
from oncall.replay.verdict import GOOD, RULES_VERSION, TOLERANCE, Change, Counterfactual, Divergence, Result, Verdict

_INDENT = "  "
_MARK, _NO_MARK = "> ", "  "
_BETWEEN = " │ "
_IN_A_PIPE = 120
_MOST = 12  # divergences and pieces of evidence that are shown, besides the first


def dispatch_lines(judged: Judged, zone: tzinfo, width: int | None = None) -> Iterator[Line]:
    """One dispatch. In a narrow `width` an attempt takes two lines of its column."""
    verdict, room = judged.verdict, width or _IN_A_PIPE
    yield from _head(judged, zone)
    yield ()
    for line in folded(told(verdict, zone, judged.plan), room - len(_INDENT)):
        yield ((_INDENT + line, "name"),)
    yield ()
    yield from _table(rows_of(judged), ("expected", "actual"), room)
    later = left_out(judged)
    if later:
        tries = "1 try" if later == 1 else f"{later:,} tries"
        yield ((f"{_INDENT}and {tries} that would have come later, had nobody taken it", "quiet"),)
    yield ()
    yield from _divergences(judged, room)
    yield from _listed("evidence", evidence_of(judged), room)
    yield from _listed("missing", [(_log_line(one.log_line), safe(one.what, 600)) for one in verdict.missing], room)
    if verdict.counterfactual is not None:
        yield ()
        yield from _candidate(judged, verdict.counterfactual, room)


def _head(judged: Judged, zone: tzinfo) -> Iterator[Line]:
    verdict, plan = judged.verdict, judged.plan
    account = plan.accounts.get(verdict.account) if plan and verdict.account is not None else None
    known = safe(verdict.account) if verdict.account is not None else "no account known"
    yield (
        (safe(verdict.dispatch), "name"),
        (f"  {known}", "role"),
        (f"  {safe(account.name)}" if account else "", "title"),
        (f"  {moment(verdict.at, zone)}", "time"),
        (f"  log line {verdict.log_line}", "quiet"),
    )
    yield from _call(verdict)
    closed = f", closed as {disposition_of(verdict)}" if verdict.disposition else ""
    resolved = "" if verdict.resolved is None else f", resolved: {'yes' if verdict.resolved else 'no'}"
    yield _verdict(verdict.result, f"{RESULTS[verdict.result]}{closed}{resolved}")
    if verdict.cause is not None:
        yield (f"{_INDENT}cause   ", "quiet"), (short(verdict.cause), "bad"), (f": {cause_text(verdict)}", "title")
    yield (*_plan(verdict.plan), (f", rules {RULES_VERSION}", "quiet"))
    for call in verdict.related or ():
        when = "later" if call.at >= verdict.at else "earlier"
        said = f"the same, {when}: {safe(call.dispatch)}, {moment(call.at, zone)}, {short(call.result)}"
        yield (f"{_INDENT}caller  ", "quiet"), (said, "title")
    if verdict.plan:
        notes = [(event, entered_text(event, zone)) for event in verdict.plan.entered]
        notes += [(event, later_text(event, zone)) for event in verdict.plan.later]
        for event, text in notes:
            yield (
                (f"{_INDENT}file    ", "quiet"),
                (f"{safe(event.file)}: {safe(event.summary)}", "path"),
                (f", {text}", "quiet"),
            )


def _call(verdict: Verdict) -> Iterator[Line]:
    """What else the log says of the call."""
    said = [
        f"{what} {safe(value)}"
        for what, value in (
            ("on", verdict.line),
            ("from", verdict.caller),
            ("operator", verdict.operator),
            *(("recording", one) for one in verdict.recordings[:3]),
        )
        if value is not None
    ]
    if len(verdict.recordings) > 3:
        said.append(f"and {len(verdict.recordings) - 3} more")
    if said:
        yield (f"{_INDENT}call    ", "quiet"), (", ".join(said), "title")


def _verdict(result: Result, text: str) -> Line:
    return ((f"{_INDENT}result  ", "quiet"), (short(result).upper(), _look(result)), (f": {text}", "title"))


def _plan(used: PlanUsed | None) -> Line:
    why = f" ({safe(used.why_today)})" if used is not None and used.why_today else ""
    return (f"{_INDENT}plan    ", "quiet"), (plan_used(used), "path"), (why, "quiet")


def _look(result: Result) -> str:
    return "good" if result in GOOD else "note" if result == "undetermined" else "bad"


# The table.


def _table(rows: Sequence[Row], headings: tuple[str, str], room: int) -> Iterator[Line]:
    if not rows:
        yield ((f"{_INDENT}nothing to show beside each other", "quiet"),)
        return
    left = [row.left for row in rows if row.left]
    right = [row.right for row in rows if row.right]
    column = max(size(_at(cell)) for cell in (*left, *right))
    wide = _wide(left, right, column, room)
    room = max(room, len(_NO_MARK) + len(_BETWEEN) + 2)  # a terminal may be narrower than that: each side has a column
    half = (room - len(_NO_MARK) - len(_BETWEEN)) // 2
    width = half
    if wide is not None:
        most = room - len(_NO_MARK) - len(_BETWEEN) - _length(wide[1], column)
        width = min(max(_length(wide[0], column), _longest(left, column, half), len(headings[0])), most)
    rest = room - len(_NO_MARK) - len(_BETWEEN) - width
    yield ((f"{_NO_MARK}{padded(headings[0], width)}{_BETWEEN}{headings[1]}", "quiet"),)
    for row in rows:
        yield from _row(row, column, wide, width, rest)
    yield from _legend((*left, *right))


_Widths = tuple[list[int], list[int], bool]


def _wide(left: Sequence[Cell], right: Sequence[Cell], column: int, room: int) -> _Widths | None:
    """The widths in which an attempt fits on one line beside another, with as much as there is room for; None where
    there is none."""
    for full, tiers in ((True, True), (True, False), (False, True), (False, False)):
        widths = [_widths(side, full=full, tiers=tiers) for side in (left, right)]
        needed = sum(_length(one, column) for one in widths)
        if len(_NO_MARK) + len(_BETWEEN) + needed <= room:
            return widths[0], widths[1], full
    return None


def _widths(cells: Sequence[Cell], *, full: bool, tiers: bool) -> list[int]:
    attempts = [_cells(cell, full=full) for cell in cells if cell.what == ATTEMPT]
    widths = [max((size(cell[index][0]) for cell in attempts), default=0) for index in range(5)]
    return widths if tiers else [widths[0], 0, *widths[2:]]


def _length(widths: Sequence[int], column: int) -> int:
    return column + sum(width + 2 for width in widths if width)


def _longest(cells: Sequence[Cell], column: int, most: int) -> int:
    """The width of the longest sentence, as far as there is room for it."""
    return min(max((column + 2 + size(cell.who) for cell in cells if cell.what != ATTEMPT), default=0), most)


def _cells(cell: Cell, *, full: bool, marked: bool = False) -> list[Span]:
    line = f"line {cell.log_line}" if cell.log_line is not None else ""
    return [
        (cell.full if full else cell.who, "bad" if marked else "title"),
        (cell.tier, "role"),
        (cell.channel, "title"),
        (cell.outcome, cell.look),
        (line, "quiet"),
    ]


def _at(cell: Cell) -> str:
    return ("?" if cell.depends else "") + offset(cell.at)


def _row(row: Row, column: int, wide: _Widths | None, width: int, rest: int) -> Iterator[Line]:
    marked = row.marked
    left = list(_side(row.left, column, (wide[0], wide[2]) if wide else None, width, marked=marked))
    right = list(_side(row.right, column, (wide[1], wide[2]) if wide else None, rest, marked=marked))
    for number, line in enumerate(beside(left, right, width, _BETWEEN)):
        mark = _MARK if row.marked and number == 0 else _NO_MARK
        yield _trimmed(((mark, "bad"), *line))


def _trimmed(line: Line) -> Line:
    """A line without the spaces at its end."""
    spans = list(line)
    while spans and not spans[-1][0].rstrip():
        spans.pop()
    return (*spans[:-1], (spans[-1][0].rstrip(), spans[-1][1])) if spans else ()


def _side(
    cell: Cell | None, column: int, wide: tuple[list[int], bool] | None, width: int, *, marked: bool
) -> Iterator[Line]:
    """One side of a row, in as many lines as it takes."""
    if cell is None:
        return
    at: Span = (f"{' ' * (column - size(_at(cell)))}{_at(cell)}  ", "time")
    if cell.what == ATTEMPT and wide is not None:
        widths, full = wide
        yield (at, *joined(_cells(cell, full=full, marked=marked), widths))
        return
    room = max(10, width - column - 2)
    line = f"  line {cell.log_line}" if cell.log_line is not None else ""
    texts = [(cell.who + line, cell.look)]
    if cell.what == ATTEMPT:
        how = " ".join(part for part in (cell.tier, f"{cell.channel}:", cell.outcome) if part)
        texts = [(cell.full + line, "bad" if marked else "title"), (how, cell.look)]
    margin = at
    for text, look in texts:
        for piece in folded(text, room):
            yield margin, (piece, look)
            margin = (" " * (column + 2), "quiet")


def _legend(cells: Sequence[Cell]) -> Iterator[Line]:
    if any(cell.outcome == "unknown" for cell in cells):
        text = "unknown: not tried to its end; nobody knows what would have come of it"
        yield ((f"{_INDENT}{text}", "quiet"),)
    if any(cell.depends for cell in cells):
        yield ((f"{_INDENT}?: that it comes, or when, hangs on something unknown", "quiet"),)


# What it shows.


def _divergences(judged: Judged, room: int) -> Iterator[Line]:
    verdict, plan = judged.verdict, judged.plan
    first = verdict.first_divergence
    if first is None:
        what = "cannot be told" if verdict.trace is None or verdict.missing else f"none: {_all_done(verdict)}"
        margin = f"{_INDENT}first divergence  "
        for line in folded(what, room - len(margin)):
            yield (margin, "quiet"), (line, "title")
            margin = " " * len(margin)
        return
    yield (
        (f"{_INDENT}first divergence  ", "quiet"),
        (KINDS[first.kind], "bad"),
        (f" at {offset(first.at)}", "title"),
    )
    for line in folded(divergence_text(first, verdict, plan), room - 2 * len(_INDENT)):
        yield ((_INDENT * 2 + line, "title"),)
    yield ((f"{_INDENT * 2}{place_of(first)}", "path"),)
    rest = verdict.divergences[1:]
    yield from _listed(
        "also",
        [(offset(one.at), f"{_kind(one)}{divergence_text(one, verdict, plan)} ({place_of(one)})") for one in rest],
        room,
    )


def _all_done(verdict: Verdict) -> str:
    """How much was as it should be, where nothing diverged: an attempt that is due may be begun a little later."""
    open_ = [one.attempt.started for one in verdict.expected if one.beside is None]
    if any(one <= verdict.ended for one in open_):
        return f"all that was due was done in time, its last {TOLERANCE}s aside"
    if open_ and verdict.result not in ("reached", "answered"):
        return "all that was due until it was over was done in time"
    return "all that was due was done in time"


def _kind(one: Divergence) -> str:
    """What it is, where its own words do not say so."""
    return f"{KINDS[one.kind]}: " if one.actual is not None else ""


def _listed(heading: str, found: Sequence[tuple[str, str]], room: int) -> Iterator[Line]:
    """Pairs under a heading, as many as can be read."""
    if not found:
        return
    yield ((f"{_INDENT}{heading}", "quiet"),)
    shown = found[:_MOST]
    column = min(room // 2, max(size(what) for what, _ in shown))
    for what, text in shown:
        margin = f"{_INDENT * 2}{padded(what, column)}  "
        for line in folded(text, max(20, room - size(margin))):
            yield (margin, "path"), (line, "title")
            margin = " " * (2 * len(_INDENT) + column + 2)
    if len(found) > len(shown):
        yield ((f"{_INDENT * 2}and {len(found) - len(shown)} more: --format json has them all", "quiet"),)


def _log_line(number: int | None) -> str:
    return f"log line {number}" if number is not None else "log"


# The candidate.


def _candidate(judged: Judged, found: Counterfactual, room: int) -> Iterator[Line]:
    yield (
        ("candidate  ", "quiet"),
        (short(found.verdict).upper(), _change_look(found.verdict)),
        (f": {CHANGES[found.verdict]}", "title"),
    )
    cause = f", cause {short(found.cause)}" if found.cause is not None else ""
    if found.verdict == "unknown":
        cause += ", if nothing came of what is unknown"
    yield (f"{_INDENT}result  ", "quiet"), (short(found.result), _look(found.result)), (cause, "title")
    yield _plan(found.plan)
    if found.why is not None:
        yield ((f"{_INDENT}{safe(found.why, 600)}", "bad"),)
        return
    if found.best != found.worst:
        best, worst = short(found.best), short(found.worst)
        text = f"if all that is unknown went well: {best}; if none of it did: {worst}"
        yield ((f"{_INDENT}{text}", "title"),)
    yield ()
    yield from _table(candidate_rows(judged), ("plan in force", "candidate"), room)
    yield from _listed("moved", [_moved(judged, place) for place in range(len(found.moved))], room)
    yield ()
    for line in folded(ASSUMPTION, room - len(_INDENT)):
        yield ((_INDENT + line, "quiet"),)


def _change_look(change: Change) -> str:
    return {"saved": "good", "worse": "bad", "still_missed": "bad", "unknown": "note"}.get(change, "title")


def _moved(judged: Judged, place: int) -> tuple[str, str]:
    found = judged.verdict.counterfactual
    assert found is not None
    one = found.moved[place]
    who = called(one.person, judged.other)
    return f"{offset(one.start)} to {offset(one.to)}", f"what came of {who} by {safe(one.channel)}"


# As a table of one row a line.

COLUMNS = ("", "due", "who", "tier", "channel", "outcome", "came", "who", "channel", "outcome", "log line")


def dispatch_rows(judged: Judged) -> Iterator[tuple[str, ...]]:
    """The same table as rows under COLUMNS, for other programs."""
    for row in rows_of(judged):
        mark = "first divergence" if row.marked else ""
        left, right = row.left, row.right
        due = (_at(left), left.full or left.who, left.tier, left.channel, left.outcome) if left else ("",) * 5
        came = (_at(right), right.full or right.who, right.channel, right.outcome) if right else ("",) * 4
        line = str(right.log_line) if right and right.log_line is not None else ""
        yield (mark, *due, *came, line)
