"""What should have happened beside what did, row by row along the time of a dispatch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from oncall.escalation.trace import Callback, Trace
from oncall.logs.mending import events_of
from oncall.output.replay_words import (
    actual_outcome,
    called,
    expected_outcome,
    name_of,
    offset,
    tried,
)
from oncall.output.trace_text import SKIPPED
from oncall.output.words import safe
from oncall.plan import Plan
from oncall.replay.run import Judged
from oncall.replay.verdict import GOOD, UNKNOWN, ActualCallback, Divergence, ExpectedAttempt, Verdict

ATTEMPT, CALLBACK, OTHER = "attempt", "callback", "other"
_NOWHERE, _OPENED, _ESCALATED, _COMPLETED = -1, -2, -3, -4


class Cell(Struct, frozen=True):
    """One thing on one side: an attempt (its place among them, from 0), or what happened besides, as a sentence;
    `beside` is the place of what stands beside it on the other side.

    `full` is who it is about with the id, `who` without. `depends`: whether it comes, or when, hangs on something
    unknown."""

    what: str
    at: float
    who: str
    full: str = ""
    tier: str = ""
    channel: str = ""
    outcome: str = ""
    log_line: int | None = None
    place: int = _NOWHERE
    beside: int | None = None
    depends: bool = False
    look: str = "title"


class Row(Struct, frozen=True):
    """What was due and what came, either of which may be missing; `marked` where the two first part."""

    left: Cell | None
    right: Cell | None
    marked: bool = False


def rows_of(judged: Judged) -> list[Row]:
    """Expected beside actual, the first divergence marked. What would have come later is left out once somebody has
    it."""
    verdict = judged.verdict
    left = [cell for cell in _all_expected(judged) if not _would_follow(cell, verdict)]
    rows = list(_merged(left, _actual(judged)))
    first = verdict.first_divergence
    marked = next((place for place, row in enumerate(rows) if first and _is_about(row, first, verdict)), None)
    return [Row(row.left, row.right, marked=place == marked) for place, row in enumerate(rows)]


def left_out(judged: Judged) -> int:
    """How many attempts would have come after somebody took it."""
    return sum(cell.what == ATTEMPT and _would_follow(cell, judged.verdict) for cell in _all_expected(judged))


def _all_expected(judged: Judged) -> list[Cell]:
    verdict = judged.verdict
    return _expected(verdict.expected, verdict.trace, judged.plan, verdict.callback)


def _would_follow(cell: Cell, verdict: Verdict) -> bool:
    """Whether something is due only because the policy cannot know that somebody has it: no attempt says so, or it
    came before its time."""
    return verdict.result in ("reached", "answered") and cell.beside is None and cell.at > verdict.ended


def candidate_rows(judged: Judged) -> list[Row]:
    """What the plan in force wanted beside what the candidate wants."""
    verdict, found = judged.verdict, judged.verdict.counterfactual
    if found is None:
        return []
    left = _all_expected(judged)
    right = _expected(found.expected, found.trace, judged.other, None)
    beside = _at_the_same_time(verdict.expected, found.expected)
    left = [replace(cell, beside=beside[cell.place]) if cell.what == ATTEMPT else cell for cell in left]
    return list(_merged(left, right))


def _at_the_same_time(left: Sequence[ExpectedAttempt], right: Sequence[ExpectedAttempt]) -> list[int | None]:
    """The place of the attempt beside each: the same one at the same time, else another that starts with it."""
    same = {(one.attempt.id, one.attempt.started): place for place, one in enumerate(right)}
    found = [same.get((one.attempt.id, one.attempt.started)) for one in left]
    free: dict[float, list[int]] = {}
    for place, one in reversed(list(enumerate(right))):
        if place not in found:
            free.setdefault(one.attempt.started, []).append(place)
    for number, one in enumerate(left):
        if found[number] is None and free.get(one.attempt.started):
            found[number] = free[one.attempt.started].pop()
    return found


# What each side holds, in order.


def _expected(
    attempts: Sequence[ExpectedAttempt], trace: Trace | None, plan: Plan | None, actual: ActualCallback | None
) -> list[Cell]:
    if trace is None:
        return []
    unknown = any(one.unknown for one in attempts)
    owed = _owed(trace.callback, plan, actual, depends=unknown)
    found = [*_due(attempts, trace, plan), *_passed_over(trace, plan), *owed]
    return [cell for _, cell in sorted(found, key=lambda one: one[0])]


_Key = tuple[float, int, int, int, int]


def _order(trace: Trace, round_: int, tier: str) -> tuple[int, int]:
    index = next((one.index for one in trace.tiers if one.tier == tier and one.round == round_), 0)
    return round_, index


def _due(attempts: Sequence[ExpectedAttempt], trace: Trace, plan: Plan | None) -> Iterator[tuple[_Key, Cell]]:
    for place, one in enumerate(attempts):
        attempt = one.attempt
        cell = Cell(
            ATTEMPT,
            attempt.started,
            name_of(attempt.person, plan),
            called(attempt.person, plan),
            _tier(attempt.tier, attempt.round),
            attempt.channel,
            expected_outcome(one),
            place=place,
            beside=one.beside,
            depends=one.depends,
            look="quiet" if one.unknown else "good" if attempt.outcome == "acknowledged" else "title",
        )
        yield (attempt.started, *_order(trace, attempt.round, attempt.tier), 1, place), cell


def _tier(tier: str, round_: int | None) -> str:
    return safe(tier) if round_ in (None, 1) else f"{safe(tier)} ({round_})"


def _passed_over(trace: Trace, plan: Plan | None) -> Iterator[tuple[_Key, Cell]]:
    for number, one in enumerate(trace.skipped):
        tier = _tier(one.tier, one.round)
        if one.person is None and one.label is None:
            text = f"{tier}: {SKIPPED[one.reason]}"
        else:
            who = called(one.person, plan) if one.person is not None else safe(one.label)
            text = f"{tier}: {who} is passed over, {SKIPPED[one.reason]}"
        key = (one.at, *_order(trace, one.round, one.tier), 2 if one.reason == "shared_address" else 0, number)
        yield key, Cell(OTHER, one.at, text, look="bad")


def _owed(
    callback: Callback | None, plan: Plan | None, actual: ActualCallback | None, *, depends: bool
) -> Iterator[tuple[_Key, Cell]]:
    if callback is None:
        return
    unseen = depends or actual is None or actual.opened is None
    if callback.told and callback.due is not None:
        text = f"a callback is owed by {called(callback.told[0][1], plan)}, due at {offset(callback.due)}"
    else:
        text = "a callback is owed, and nobody can be found to own it"
    cell = Cell(CALLBACK, callback.opened, text, place=_OPENED, depends=depends, look="note")
    yield (callback.opened, 1000, 0, 0, 0), cell
    if callback.escalated is not None and callback.escalated_to is not None:
        text = f"the callback goes to {called(callback.escalated_to, plan)}"
        cell = Cell(CALLBACK, callback.escalated, text, place=_ESCALATED, depends=unseen, look="note")
        yield (callback.escalated, 1000, 0, 0, 1), cell
    if callback.completed is not None:
        text = f"{called(callback.completed_by, plan)} calls back"
        cell = Cell(CALLBACK, callback.completed, text, place=_COMPLETED, look="good")
        yield (callback.completed, 1000, 0, 0, 2), cell


def _actual(judged: Judged) -> list[Cell]:
    verdict, plan = judged.verdict, judged.plan
    cells = [
        Cell(
            ATTEMPT,
            one.started,
            tried(one, plan, full=False),
            tried(one, plan),
            _tier(one.tier, one.round) if one.tier else "",
            safe(one.channel or "?"),
            actual_outcome(one),
            one.log_line,
            place=place,
            look="good" if one.outcome == "acknowledged" else "quiet" if one.outcome == UNKNOWN else "title",
        )
        for place, one in enumerate(verdict.actual)
    ]
    return sorted((*cells, *_happened(judged)), key=lambda one: (one.at, one.what != ATTEMPT))


def _happened(judged: Judged) -> Iterator[Cell]:
    """What the log has besides attempts, in the order of things at one instant."""
    verdict, plan = judged.verdict, judged.plan
    callback, said = verdict.callback, _said(judged)
    if verdict.acknowledged is not None:
        taken = judged.record.first_taken if judged.record else None
        line = taken.log_line if taken else None
        yield Cell(OTHER, verdict.acknowledged, f"{called(verdict.by, plan)} took it", log_line=line, look="good")
    if verdict.hung_up is not None:
        yield Cell(OTHER, verdict.hung_up, "the caller hung up", log_line=said.get("caller_hung_up"), look="bad")
    if callback is not None:
        yield from _callback(callback, plan)
    ends = (verdict.acknowledged, verdict.hung_up, callback.opened if callback else None)
    if verdict.ended not in ends:
        closed = f"closed: {disposition_of(verdict)}" if verdict.disposition else "it ended"
        look = "title" if verdict.result in GOOD else "bad"
        yield Cell(OTHER, verdict.ended, closed, log_line=said.get("closed"), look=look)


def _said(judged: Judged) -> dict[str, int]:
    """The lines of the log that say first that the caller left, and that it was closed."""
    events = events_of(judged.group.lines)[0] if judged.group else ()
    found = sorted((one.time, number, one.type) for number, one in events if one.type in ("caller_hung_up", "closed"))
    return {kind: number for _, number, kind in reversed(found)}


def disposition_of(verdict: Verdict) -> str:
    """How the log says that it ended."""
    return safe((verdict.disposition or "").replace("_", " "))


def _callback(callback: ActualCallback, plan: Plan | None) -> Iterator[Cell]:
    line = callback.log_line
    if callback.opened is not None:
        due = f", due at {offset(callback.due)}" if callback.due is not None else ""
        text = f"a callback was opened, owned by {called(callback.owner, plan)}{due}"
        yield Cell(CALLBACK, callback.opened, text, log_line=line, place=_OPENED, look="note")
    if callback.escalated is not None:
        text = f"the callback went to {called(callback.escalated_to, plan)}"
        yield Cell(CALLBACK, callback.escalated, text, place=_ESCALATED, look="note")
    if callback.completed is not None:
        late = callback.due is not None and callback.completed > callback.due
        text = f"{called(callback.completed_by, plan)} called back{', late' if late else ''}"
        yield Cell(CALLBACK, callback.completed, text, place=_COMPLETED, look="bad" if late else "good")


# Side by side.


def _merged(left: Sequence[Cell], right: Sequence[Cell]) -> Iterator[Row]:
    """The two in one table: what belongs together on one row, everything else when its time comes; neither side loses
    its order, but where two rows cross."""
    by_place = {cell.place: cell for cell in right if cell.place != _NOWHERE}
    left = [_with_partner(cell, by_place) for cell in left]
    partner = {cell.beside for cell in left if cell.beside is not None}
    done: set[int] = set()
    ahead, coming = list(reversed(left)), list(reversed(right))
    while ahead or coming:
        if coming and coming[-1].place in done:  # it stands beside one that came sooner
            coming.pop()
            continue
        due, came = ahead[-1] if ahead else None, coming[-1] if coming else None
        if due is not None and due.beside is not None:
            mine = by_place[due.beside]
            if came is None or came is mine or came.place in partner:
                ahead.pop()
                done.add(mine.place)
                yield Row(due, mine)
                continue
        elif due is not None and (came is None or came.place in partner or _is_before(due, came)):
            yield Row(ahead.pop(), None)
            continue
        if came is not None:
            yield Row(None, coming.pop())


def _with_partner(cell: Cell, by_place: Mapping[int, Cell]) -> Cell:
    """What becomes of a callback stands beside what was to become of it."""
    return replace(cell, beside=cell.place) if cell.what == CALLBACK and cell.place in by_place else cell


def _is_before(due: Cell, came: Cell) -> bool:
    """Which of two comes first that have nothing to do with each other; a callback follows what it is owed for."""
    return due.at < came.at or (due.at == came.at and due.what != CALLBACK)


def _is_about(row: Row, one: Divergence, verdict: Verdict) -> bool:
    """Whether a row is the place of a divergence."""
    left, right = row.left, row.right
    if one.actual is not None:
        return right is not None and right.what == ATTEMPT and right.place == one.actual
    if one.expected is not None:
        return left is not None and left.what == ATTEMPT and left.place == one.expected
    came = one.kind == "callback_late" and verdict.callback is not None and verdict.callback.completed is not None
    cell = right if came else left
    return cell is not None and cell.place == (_COMPLETED if came else _OPENED)
