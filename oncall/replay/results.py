"""How a recorded dispatch ended, and whether evidence that is missing could make it another end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

from oncall.model import Recovery
from oncall.replay.expected import counts_as_taken, goes_on, is_answered
from oncall.replay.record import Doubt, Record
from oncall.replay.verdict import TOLERANCE, UNKNOWN, ActualAttempt, Result

# What the disposition of `closed` says of the result.
_CONFIRMED_BY: Mapping[str, tuple[Result, ...]] = {
    "reached": ("reached",),
    "abandoned": ("abandoned",),
    "exhausted": ("missed",),
    "no_one_on_call": ("missed",),
}


def result_of(record: Record, answered: ActualAttempt | None, due: float | None) -> Result:
    """The first that holds, taking the record to be complete.

    `reached`: somebody took it before it was over for the caller. `answered`: picked up (by the attempt `answered`),
    nobody tried after it, and nothing proves that a person took it. `recovered`: called back no later than `due`
    (None: no time was promised). `abandoned`: the caller left. `missed`: nobody took it.
    """
    first = record.first_taken
    if first is not None and first.at <= record.over:
        return "reached"
    if answered is not None:
        return "answered"
    completed = record.callback.completed if record.callback else None
    if completed is not None and (due is None or completed <= due):
        return "recovered"
    return "abandoned" if record.hung_up is not None else "missed"


def answered_by(record: Record, attempts: Sequence[ActualAttempt], proof_needed: bool) -> ActualAttempt | None:
    """The attempt that was picked up while the caller was there, with nobody tried after it. None where proof is needed
    that a person took it."""
    for one in attempts:
        there = one.picked_up is not None and one.picked_up <= record.over
        if there and is_answered(one, proof_needed) and counts_as_taken(attempts, one, proof_needed):
            return one
    return None


def ended_of(record: Record, answered: ActualAttempt | None) -> float:
    """When a dispatch ended: where nobody is known to have taken it, with its being picked up."""
    if answered is None or answered.picked_up is None:
        return record.ended
    return min(record.ended, answered.picked_up)


def due_of(record: Record, recovery: Recovery | None) -> float | None:
    """When the callback was due: as recorded, but never later than the policy promises, counted from the end of what
    the caller experienced. A callback opened within the tolerance of that counts from its opening. None where neither
    the record nor the policy says."""
    callback = record.callback
    recorded = callback.due if callback else None
    if recovery is None:
        return recorded
    start = record.waited_until
    if callback and callback.opened is not None and 0 <= callback.opened - start <= TOLERANCE:
        start = callback.opened
    promised = start + recovery.due_within
    return promised if recorded is None else min(recorded, promised)


def doubts_about(record: Record, result: Result, due: float | None, *, can_recover: bool) -> list[Doubt]:
    """The doubts that could make a result another: those that begin before the last moment at which something the log
    does not have could have changed it. None where the log itself says at the end how it was: its `closed` covers what
    is missing before."""
    if record.disposition is not None and result in _CONFIRMED_BY.get(record.disposition, ()):
        return [doubt for doubt in record.doubts if doubt.start == -inf]  # lines that could not be read
    last = _last_to_matter(record, result, due, can_recover)
    return [one for one in record.doubts if one.start < last and (one.until > 0 or one.start >= 0)]


def _last_to_matter(record: Record, result: Result, due: float | None, can_recover: bool) -> float:
    first = record.first_taken
    if result == "reached" and first is not None:
        return -inf if record.hung_up is not None else first.at
    if result == "answered":
        return record.over
    if result == "recovered":
        return record.over
    closed = inf if record.closed is None else record.closed
    if result == "abandoned" and not can_recover:
        return record.over
    if result == "abandoned" and record.callback and record.callback.opened is not None:
        return inf if due is None else due
    return closed if due is None else max(due, closed)


def lost_ends(record: Record, attempts: Sequence[ActualAttempt], result: Result) -> list[ActualAttempt]:
    """The calls whose lost end could make a result another: nobody was tried after them, and the caller was there."""
    if result == "reached":
        return []
    return [
        one for one in attempts if one.outcome == UNKNOWN and one.started <= record.over and not goes_on(attempts, one)
    ]
