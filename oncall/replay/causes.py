"""Why a dispatch ended badly: the first cause that holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf
from typing import cast

from oncall.escalation.trace import Trace
from oncall.logs.shows import Shows
from oncall.replay.alignment import Aligned
from oncall.replay.chain import Chain
from oncall.replay.record import Record
from oncall.replay.verdict import TOLERANCE, UNKNOWN, ActualAttempt, Cause, ExpectedAttempt


def cause_of(
    chain: Chain,
    record: Record,
    trace: Trace,
    expected: Sequence[ExpectedAttempt],
    aligned: Aligned,
    attempts: Sequence[ActualAttempt],
) -> Cause:
    """The cause, taking the record to be complete.

    In order: `schedule_gap` (the first tier had nobody), `wrong_person`, `no_backup` (no further tier with anybody
    bound), `skipped_tier`, `stopped_early`, `undetermined` (the log shows no attempt, and cannot show any that was
    due), `slow_escalation` (the caller left, and an attempt due well before had not begun), `caller_patience` (the
    caller left and all went as it should); else how the first tier that was tried ended; `not_tried` where none was.
    """
    return next(_holding(chain, record, trace, expected, aligned, attempts))


def _holding(
    chain: Chain,
    record: Record,
    trace: Trace,
    expected: Sequence[ExpectedAttempt],
    aligned: Aligned,
    attempts: Sequence[ActualAttempt],
) -> Iterator[Cause]:
    """The causes that hold, in order."""
    left = record.hung_up
    before = [one for one in aligned.divergences if one.at <= record.over]  # what came after it was over is no reason
    first = before[0].kind if before else ""
    tried = {one.attempt.tier for one in expected if one.attempt.round == 1}
    if chain.policy.tiers and chain.policy.tier_names[0] not in tried and not chain.bound(0, 0):
        yield "schedule_gap"
    if first in ("wrong_person", "unknown_contact"):
        yield "wrong_person"
    if not _has_backup(chain, trace, tried):
        yield "no_backup"
    if first == "skipped_tier":
        yield "skipped_tier"
    if first == "stopped_early" and left is None:
        yield "stopped_early"
    if not attempts and _was_hidden(expected, record):
        yield "undetermined"
    if left is not None and _is_slow(expected, aligned, attempts, left, record.shows):
        yield "slow_escalation"
    if left is not None and not before:
        yield "caller_patience"
    yield _outcome(chain, record, expected, aligned, attempts)


def _has_backup(chain: Chain, trace: Trace, tried: set[str]) -> bool:
    """Whether any tier after the first leads to anybody: when it started, or would have."""
    if not tried.isdisjoint(chain.policy.tier_names[1:]):
        return True
    started: dict[int, float] = {}
    for run in trace.tiers:
        started.setdefault(run.index, run.started)
    end = trace.tiers[-1].ended if trace.tiers else 0
    return any(chain.bound(index, started.get(index, end)) for index in range(1, len(chain.policy.tiers)))


def _was_hidden(expected: Sequence[ExpectedAttempt], record: Record) -> bool:
    """Whether all that was due before the end is on channels that the log cannot show: it may have come."""
    due = [one.attempt.channel for one in expected if one.attempt.started < record.ended]
    return bool(due) and not any(record.shows.shows_channel(channel) for channel in due)


def _is_slow(
    expected: Sequence[ExpectedAttempt],
    aligned: Aligned,
    attempts: Sequence[ActualAttempt],
    left: float,
    shows: Shows,
) -> bool:
    for index, one in enumerate(expected):
        if left - one.attempt.started <= TOLERANCE or not shows.shows_channel(one.attempt.channel):
            continue
        place = aligned.beside.get(index)
        if place is None or attempts[place].started > left or attempts[place].person != one.attempt.person:
            return True
    return False


def _outcome(
    chain: Chain,
    record: Record,
    expected: Sequence[ExpectedAttempt],
    aligned: Aligned,
    attempts: Sequence[ActualAttempt],
) -> Cause:
    """The outcome of the attempt that ended last in the first tier that had one."""
    tiers = {place: chain.index(expected[index].attempt.tier) for index, place in aligned.beside.items()}
    found: dict[int, list[ActualAttempt]] = {}
    for place, one in enumerate(attempts):
        if one.outcome == "cancelled" or one.started > record.over:
            continue
        tier = tiers[place] if place in tiers else chain.tier_of(one.person, one.started)
        if tier is not None:
            found.setdefault(tier, []).append(one)
    if not found:
        return "not_tried"
    last = max(found[min(found)], key=lambda one: (_end(one, record), one.started, one.id))
    return _word(last, record)


def _end(one: ActualAttempt, record: Record) -> float:
    return inf if one.ended is None or _is_late(one, record) else one.ended


def _is_late(one: ActualAttempt, record: Record) -> bool:
    """Whether an answer came when it was over for the caller, and nothing had come until then."""
    return one.outcome == "acknowledged" and one.ended is not None and one.ended > record.over


def _word(one: ActualAttempt, record: Record) -> Cause:
    if one.outcome == UNKNOWN:
        return "undetermined"
    if one.outcome == "answered":
        return "unconfirmed"
    if one.outcome == "acknowledged":
        return "no_response"
    return cast(Cause, one.outcome)
