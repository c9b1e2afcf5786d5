"""A trace in words: what is said of each attempt, skip, callback and end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from msgspec import Struct

from oncall import times
from oncall.escalation.trace import Attempt, Trace, Why
from oncall.output.columns import padded, size
from oncall.output.who_text import Line, Span
from oncall.output.words import REASONS, day_and_time, iso, moment, safe
from oncall.plan import Plan
from oncall.times import show_duration

_WHY = {
    "begins": "the dispatch begins",
    "window_over": "the {length} window of {subject} is over",
    "ran_out": "{subject} has nobody and nothing left to try",
    "nobody_there": "{subject} had nobody to try",
    "next_round": "round {subject} begins",
    "wait_over": "{subject} for {length}",
    "rolled_over": "{subject} rolls over",
    "waited_out": "{subject} does not roll over and waited its {length} out",
    "free_again": "{subject} is free again: the wait of an earlier message is over",
    "declined": "{subject} declined",
    "left_out": "{subject} was passed over",
    "chain_over": "the chain is over",
    "hung_up": "the caller hung up",
    "overdue": "nobody completed it in time",
    "unowned": "nobody who could own it is reachable",
    "completed": "{subject} called back",
    "acknowledged": "{subject} acknowledged",
}
OUTCOMES = {
    "acknowledged": "acknowledged",
    "answered": "answered",
    "no_answer": "no answer",
    "busy": "busy",
    "declined": "declined",
    "unreachable": "unreachable",
    "failed": "failed",
    "voicemail": "voicemail",
    "no_response": "no response",
    "cancelled": "cancelled",
}
SKIPPED = {
    **REASONS,
    "declined": "declined before",
    "already_tried": "already tried in this round",
    "already_sent": "already sent a message, still unanswered",
    "shared_address": "the same address is being tried",
    "no_one_on_call": "nobody on call",
    "nobody_left_to_try": "nobody left to try",
}
DISPOSITIONS = {
    "reached": "reached",
    "called_back": "called back",
    "overdue": "the callback was not made in time",
    "unowned": "nobody owns a callback",
    "abandoned": "the caller hung up and nobody owes a callback",
    "no_one_on_call": "no attempt was possible",
    "exhausted": "nobody was reached, and nobody owes a callback",
}


def why_text(why: Why, plan: Plan) -> str:
    """Why something was done then, which rule says so, and which line of which file."""
    place = plan.place(why.where)
    written = f", {safe(place[0])}:{place[1]}" if place else ""
    return f"{reason(why)} (rule {why.rule}{written})"


def reason(why: Why) -> str:
    """Why something was done then, in a few words."""
    subject = OUTCOMES.get(why.subject, safe(why.subject))
    return _WHY[why.because].format(subject=subject, length=show_duration(why.seconds))


def trace_lines(trace: Trace, plan: Plan, zone: tzinfo, width: int | None = None) -> Iterator[Line]:
    """A dispatch as it goes: a line for each attempt, for whoever is passed over, for the callback and for the end. In
    a narrow `width` the reasons stand on lines of their own."""
    yield from _heading(trace, plan, zone)
    yield ()
    steps = sorted([*_attempts(trace, plan), *_skips(trace, plan)], key=lambda one: one.order)
    widths = _widths(steps)
    for one in steps:
        yield from _step_lines(one, trace, zone, widths, width)
    yield from _callback_lines(trace, plan, zone)
    yield from _end_lines(trace, plan, zone)


def _heading(trace: Trace, plan: Plan, zone: tzinfo) -> Iterator[Line]:
    account = plan.accounts[trace.account]
    what = "call" if account.kind == "call" else "message"
    yield (
        (safe(trace.account), "name"),
        (f"  {safe(account.name)}", "title"),
        (f"  a {what} at {moment(trace.at, zone)}", "time"),
        (f"  policy {safe(trace.policy)}", "quiet"),
    )


class Step(Struct, frozen=True):
    """One line of the table: where it comes, its cells, how it ended, and why it came."""

    order: tuple[float, int, int, int]
    at: float
    cells: tuple[Span, ...]
    ended: Span
    why: str


def _order(trace: Trace, round_: int, tier: str) -> tuple[int, int]:
    index = next((one.index for one in trace.tiers if one.tier == tier and one.round == round_), 0)
    return round_, index


def _attempts(trace: Trace, plan: Plan) -> Iterator[Step]:
    for number, one in enumerate(trace.attempts):
        round_, index = _order(trace, one.round, one.tier)
        cells: tuple[Span, ...] = (
            (_tier(one.tier, one.round), "role"),
            (f"{safe(one.shift.label)} ({safe(one.person)})", "name"),
            (f"{one.channel} {safe(one.address)}", "reach"),
        )
        order = (one.started, round_, index, 1 + number)
        yield Step(order, one.started, cells, (ended(one), _kind(one)), why_text(one.why, plan))


def _skips(trace: Trace, plan: Plan) -> Iterator[Step]:
    for one in trace.skipped:
        round_, index = _order(trace, one.round, one.tier)
        who = "nobody"
        if one.person is not None:
            who = f"{safe(plan.people[one.person].name)} ({safe(one.person)})"
        elif one.label is not None:
            who = safe(one.label)
        cells: tuple[Span, ...] = ((_tier(one.tier, one.round), "role"), (who, "bad"), ("", "quiet"))
        passed = "left at once: " if one.person is None and one.label is None else "passed over: "
        after = len(trace.attempts) + 1 if one.reason == "shared_address" else 0  # what it shares comes before it
        yield Step((one.at, round_, index, after), one.at, cells, (passed + SKIPPED[one.reason], "bad"), "")


def _tier(tier: str, round_: int) -> str:
    return safe(tier) if round_ == 1 else f"{safe(tier)} ({round_})"


def ended(one: Attempt) -> str:
    """How an attempt ended, and when."""
    picked_up = f"picked up at {show_duration(one.picked_up)}, " if one.picked_up is not None else ""
    if one.ended is None:
        return f"{picked_up}{OUTCOMES[one.outcome]}"
    unconfirmed = " (picked up)" if one.outcome == "acknowledged" and not one.confirmed else ""
    return f"{picked_up}{OUTCOMES[one.outcome]} at {show_duration(one.ended)}{unconfirmed}"


def _kind(one: Attempt) -> str:
    return "next" if one.outcome == "acknowledged" else "note" if one.outcome in ("declined", "cancelled") else "title"


def _widths(steps: list[Step]) -> list[int]:
    columns = [max((size(one.cells[index][0]) for one in steps), default=0) for index in range(3)]
    return [*columns, max((size(one.ended[0]) for one in steps if one.why), default=0)]


def _step_lines(one: Step, trace: Trace, zone: tzinfo, widths: list[int], width: int | None) -> Iterator[Line]:
    text, kind = one.ended
    cells = tuple((f"  {padded(cell, room)}", look) for (cell, look), room in zip(one.cells, widths, strict=False))
    row = (*_margin(one.at, trace, zone), *cells)
    length = len(_INDENT) + sum(widths[:3]) + 6
    why: Line = ((f"{_INDENT}  {one.why}", "quiet"),)
    if width is None or length + widths[3] + max(len(one.why), 60) + 4 <= width:
        yield (*row, (f"  {padded(text, widths[3])}" if one.why else f"  {text}", kind), (f"  {one.why}", "quiet"))
    elif length + widths[3] + 2 <= width:
        yield (*row, (f"  {text}", kind))
        if one.why:
            yield why
    elif one.why:
        yield row[:-1]
        yield ((f"{_INDENT}  {one.cells[2][0]}", "reach"), (f"  {text}", kind))
        yield why
    else:
        yield (*row[:-1], (f"  {text}", kind))


_INDENT = " " * 17


def _margin(at: float, trace: Trace, zone: tzinfo) -> Line:
    """The offset and the time of day a line begins with, as wide as `_INDENT`."""
    return (f"{show_duration(at):>7}", "time"), (f"  {clock(trace.at + at, zone)}", "quiet")


def _when(instant: float, trace: Trace, zone: tzinfo) -> str:
    """`02:00:45`, and where that is on another day than the start, `Wed 25 Nov 00:14`."""
    same_day = times.at(instant, zone).date() == times.at(trace.at, zone).date()
    return clock(instant, zone) if same_day else day_and_time(instant, zone, trace.at)


def clock(instant: float, zone: tzinfo) -> str:
    """`02:00:45`, as the zone's clocks show it."""
    return times.at(instant, zone).strftime("%H:%M:%S")


def _callback_lines(trace: Trace, plan: Plan, zone: tzinfo) -> Iterator[Line]:
    callback = trace.callback
    if trace.hung_up is not None:
        yield (*_margin(trace.hung_up, trace, zone), ("  the caller hung up", "bad"))
    if callback is None:
        return
    for number, (at, person) in enumerate(callback.told):
        margin = _margin(at, trace, zone)
        who = (f"  {_called(person, plan)}", "name")
        if number == 0 and callback.due is not None:
            within = show_duration(callback.due - callback.opened)
            due = f" owes a callback by {_when(trace.at + callback.due, trace, zone)}, within {within}"
            yield (*margin, who, (due, "note"), (f"  {why_text(callback.why, plan)}", "quiet"))
        elif at == callback.escalated and person == callback.escalated_to:
            yield (*margin, who, (" is told: the callback was not made in time", "note"))
        else:
            yield (*margin, who, (" acknowledged and owns the callback now", "note"))


def _called(person: str | None, plan: Plan) -> str:
    if person is None:
        return "nobody"
    known = plan.people[person].name if person in plan.people else person
    return f"{safe(known)} ({safe(person)})"


def _end_lines(trace: Trace, plan: Plan, zone: tzinfo) -> Iterator[Line]:
    if trace.disposition is None or trace.ended is None:
        return
    margin = _margin(trace.ended, trace, zone)
    told = DISPOSITIONS[trace.disposition]
    if trace.disposition == "reached":
        yield (*margin, ("  REACHED", "good"), (f" {_called(trace.reached, plan)}", "name"), _after(trace))
    elif trace.disposition == "called_back" and trace.callback:
        who = _called(trace.callback.completed_by, plan)
        yield (*margin, ("  CALLED BACK", "good"), (f" by {who}", "name"), _after(trace))
    else:
        yield (*margin, (f"  {trace.disposition.upper()}", "bad"), (f" {told}", "title"))


def _after(trace: Trace) -> Span:
    return f" after {show_duration(trace.ended or 0)}", "time"


COLUMNS = ("offset", "clock", "tier", "round", "person", "label", "channel", "address", "ended", "outcome", "why")


def trace_rows(trace: Trace, plan: Plan, zone: tzinfo, *, exact: bool = False) -> Iterator[tuple[str, ...]]:
    """The attempts, whoever was passed over or told of a callback, and the end, as rows under COLUMNS for tables;
    `exact` has RFC 3339 in place of the times that people read."""
    rows: list[tuple[float, int, tuple[str, ...]]] = []
    for one in trace.attempts:
        end = show_duration(one.ended) if one.ended is not None else ""
        tried = (safe(one.person), safe(one.shift.label), one.channel, safe(one.address), end, OUTCOMES[one.outcome])
        rows.append((one.started, 1, (safe(one.tier), str(one.round), *tried, why_text(one.why, plan))))
    for skip in trace.skipped:
        label = safe(plan.people[skip.person].name) if skip.person is not None else safe(skip.label or "nobody")
        passed = (safe(skip.person or ""), label, "", "", "", "passed over", SKIPPED[skip.reason])
        rows.append((skip.at, 0, (safe(skip.tier), str(skip.round), *passed)))
    for at, person in trace.callback.told if trace.callback else ():
        label = safe(plan.people[person].name) if person in plan.people else ""
        rows.append((at, 2, ("callback", "", safe(person), label, "", "", "", "told", "")))
    if trace.ended is not None:
        why = why_text(trace.why, plan) if trace.why else ""
        rows.append((trace.ended, 3, ("", "", "", "", "", "", "", str(trace.disposition), why)))
    for at, _, row in sorted(rows, key=lambda one: one[:2]):
        time = iso(trace.at + at, zone) or "" if exact else clock(trace.at + at, zone)
        yield (show_duration(at), time, *row)
