"""The verdict on a recorded dispatch: what it was, where it left the policy, how it ended and why.

Where evidence is missing, the result and the cause are given only if they hold whatever the missing evidence would
say; else they are `undetermined`, and `missing` says what is not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import inf

from msgspec import Struct
from msgspec.structs import replace

from oncall import times
from oncall.errors import OncallError
from oncall.escalation.engine import policy_of
from oncall.logs.contacts import Contacts
from oncall.plan import Plan
from oncall.replay.alignment import Aligned, align
from oncall.replay.causes import cause_of
from oncall.replay.chain import Chain, unread
from oncall.replay.expected import Expected, Seen, expected_of, needs_proof
from oncall.replay.people import people_behind, people_of
from oncall.replay.record import Record
from oncall.replay.results import answered_by, doubts_about, due_of, ended_of, lost_ends, result_of
from oncall.replay.verdict import (
    TOLERANCE,
    UNKNOWN,
    ActualAttempt,
    ActualCallback,
    Cause,
    Divergence,
    ExpectedAttempt,
    Missing,
    Result,
    Transfer,
    Verdict,
)

_MOST_LOST = 1
_MOST_TRIED = 20  # attempts among which the end of a lost one is looked for
_ENDINGS = ("no_answer", "busy", "declined", "unreachable", "failed", "voicemail", "answered")


class Held(Struct, frozen=True):
    """A record held against its chain, taking it to be complete."""

    expected: Expected
    aligned: Aligned
    cause: Cause


def judge(record: Record, plan: Plan | None, why_not: str | None = None, contacts: Contacts | None = None) -> Verdict:
    """The verdict on a record by the plan in force when it started; None where there is none, and then why not.

    `contacts` are those of the plan, where they are at hand. OutsideWindowError where the plan does not reach far
    enough; the answer is then to be asked of one that does.
    """
    if plan is None:
        why = (Missing(why_not or "the plan of the time", record.log_line),)
        return _verdict(record, None, record.attempts, why, transfer=record.transfer)
    contacts = contacts or Contacts(plan)
    account = record.account
    if account is None and record.line is not None:
        account = contacts.account_of(record.line)
    chain, missing = _chain(plan, account, record)

    def is_due(attempts: tuple[ActualAttempt, ...], place: int) -> bool:
        return chain is not None and _is_due(chain, record, attempts, place)

    known = people_of(record, contacts, is_due if chain else None)
    transfer = _transfer(record, contacts)
    return _verdict(record, chain, known.attempts, (*missing, *known.unsure), account, transfer)


def _transfer(record: Record, contacts: Contacts) -> Transfer | None:
    """A transfer with the people who were tried for it, as far as one person alone is meant."""
    if record.transfer is None:
        return None
    behind = [people_behind(one, contacts) for one in record.transfer.attempts]
    attempts = [
        replace(one, person=people[0] if len(people) == 1 else None)
        for one, people in zip(record.transfer.attempts, behind, strict=True)
    ]
    return replace(record.transfer, attempts=tuple(attempts))


def _chain(plan: Plan, account: str | None, record: Record) -> tuple[Chain | None, tuple[Missing, ...]]:
    """What the dispatch is held against, or why it cannot be."""
    if account is None:
        what = "which account it was for" if record.line is None else "whose line was called: it is nobody's"
        return None, (Missing(what, record.log_line),)
    if account not in plan.accounts:
        told = [f"{one.file}:{one.line}: {one.message}" for one in unread(plan, account)]
        why = told[0] if told else "it is not in the workspace"
        return None, (Missing(f"the account {account!r}: {why}", record.log_line),)
    if record.misfit is not None:
        return None, (Missing(record.misfit, record.log_line),)
    try:
        return Chain(plan, account, policy_of(plan, account), record.start), tuple(_unread(plan, account))
    except OncallError as error:
        return None, (Missing(f"the policy: {error}", record.log_line),)


def _unread(plan: Plan, account: str) -> Iterator[Missing]:
    """What could not be read of the files that say who was on call, and how they are reached."""
    for one in unread(plan, account):
        yield Missing(f"what held then: {one.file}:{one.line}: {one.message}")


def _verdict(
    record: Record,
    chain: Chain | None,
    attempts: tuple[ActualAttempt, ...],
    unsure: tuple[Missing, ...],
    account: str | None = None,
    transfer: Transfer | None = None,
) -> Verdict:
    recovery = chain.policy.recovery if chain else None
    due = due_of(record, recovery)
    proof_needed = chain is not None and needs_proof(chain.account, record.shows)
    answered = answered_by(record, attempts, proof_needed)
    result = result_of(record, answered, due)
    if chain is None and result == "answered" and record.shows.acknowledgements:
        result = "undetermined"  # picking up is enough, unless the account asks for more
    opened = record.callback is not None
    doubts = doubts_about(record, result, due, can_recover=chain is None or recovery is not None or opened)
    lost = lost_ends(record, attempts, result)
    unsure = (*record.unsure, *unsure)
    held = _hold(chain, record, attempts) if chain else None
    missing = [*unsure, *(one.missing for one in record.doubts), *_lost(attempts), *_hidden(held, record)]
    possible: tuple[Result, ...] = (result,)
    if doubts or lost or record.is_scattered or result == "undetermined" or (chain is None and result == "recovered"):
        result, possible = "undetermined", ()
    causes: set[Cause] = {"undetermined"}
    if chain and held and possible and not unsure:
        causes = {_cause(chain, record, attempts, held)}
    if result == "missed" and _may_have_hung_up(record, chain):
        result, possible = "undetermined", ("abandoned", "missed")
        missing.append(Missing("whether the caller hung up: this log cannot show it", record.log_line))
        if chain and held and not unsure:
            causes.add(_cause_if_hung_up(chain, record, attempts))
    cause: Cause | None = None
    if result not in ("reached", "answered"):
        cause = causes.pop() if len(causes) == 1 else "undetermined"
    divergences: list[Divergence] = []
    recovery_failed: list[Divergence] = []
    if chain and held and not unsure:
        divergences = _certain(held.aligned.divergences, record, attempts)
        recovery_failed = _recovery(chain, record, possible, due)
        if divergences or not _is_cut(record, attempts):  # else another may have been the first
            divergences += recovery_failed
    first = record.first_taken
    return Verdict(
        dispatch=record.dispatch,
        account=account if account is not None else record.account,
        at=record.start,
        result=result,
        cause=cause,
        also=_also(divergences, recovery_failed),
        missing=tuple(dict.fromkeys(missing)),
        divergences=tuple(divergences),
        expected=_beside(held) if held else (),
        actual=attempts,
        callback=_callback(record.callback, due),
        ended=record.ended,
        hung_up=record.hung_up,
        left=record.left,
        acknowledged=first.at if first else None,
        by=first.person if first else None,
        disposition=record.disposition,
        resolved=record.resolved,
        line=record.line,
        caller=record.caller,
        operator=record.operator,
        recordings=record.recordings,
        log_line=record.log_line,
        shows=record.shows,
        possible=possible,
        transfer=transfer,
        trace=held.expected.trace if held else None,
    )


def seen_in(record: Record, attempts: tuple[ActualAttempt, ...]) -> Seen:
    """What the engine can be told of a record."""
    return Seen(attempts, record.hung_up, record.callback, record.ended, record.shows)


def _hold(chain: Chain, record: Record, attempts: tuple[ActualAttempt, ...]) -> Held:
    """A record held against its chain. Of what was due on channels that the log cannot show, it may be that it came and
    nobody responded, or that the system never sends such messages, and went on at once: whichever fits better holds, so
    that no divergence is claimed that only hangs on what cannot be seen."""
    held = _hold_by(chain, record, attempts)
    if not held.aligned.divergences or record.shows.channels is None:
        return held
    reduced = chain.by_channels(record.shows.channels)
    if reduced is None:
        return held
    without = _hold_by(reduced, record, attempts)
    if len(without.aligned.divergences) < len(held.aligned.divergences):
        return without
    return held


def _hold_by(chain: Chain, record: Record, attempts: tuple[ActualAttempt, ...]) -> Held:
    seen = seen_in(record, attempts)
    expected = expected_of(chain.plan, chain.name, record.start, seen, record.dispatch)
    ended = ended_of(record, answered_by(record, attempts, needs_proof(chain.account, record.shows)))
    aligned = align(chain, expected.attempts, attempts, ended, record.shows)
    if any(one.kind == "extra_attempt" for one in aligned.divergences):
        aligned = _with_what_was_nearly_due(chain, record, attempts, aligned, ended)
    cause = cause_of(chain, record, expected.trace, expected.attempts, aligned, attempts)
    return Held(expected, aligned, cause)


def _with_what_was_nearly_due(
    chain: Chain, record: Record, attempts: tuple[ActualAttempt, ...], aligned: Aligned, ended: float
) -> Aligned:
    """An attempt is no extra one if it would have been due within the tolerance, had it not ended just then."""
    later = tuple(
        replace(one, ended=one.ended + TOLERANCE) if one.outcome == "acknowledged" and one.ended is not None else one
        for one in attempts
    )
    hung_up = None if record.hung_up is None else record.hung_up + TOLERANCE
    seen = Seen(later, hung_up, record.callback, record.ended, record.shows)
    expected = expected_of(chain.plan, chain.name, record.start, seen, record.dispatch)
    nearly = align(chain, expected.attempts, attempts, ended, record.shows)
    still = {one.actual for one in nearly.divergences}
    left = [
        one
        for one in aligned.divergences
        if one.kind != "extra_attempt" or one.actual in still or one.at > record.ended
    ]
    return replace(aligned, divergences=tuple(left))


def _is_due(chain: Chain, record: Record, attempts: tuple[ActualAttempt, ...], place: int) -> bool:
    """Whether an attempt is what was due where it came."""
    aligned = _hold(chain, record, attempts).aligned
    beside = place in aligned.beside.values()
    return beside and not any(one.actual == place for one in aligned.divergences)


def _cause(chain: Chain, record: Record, attempts: tuple[ActualAttempt, ...], held: Held) -> Cause:
    """The cause that holds however the calls ended whose end is lost, and whatever is hidden after the result."""
    if not _stands(held, record):
        return "undetermined"
    lost = [place for place, one in enumerate(attempts) if one.outcome == UNKNOWN]
    if not lost:
        return held.cause
    talked = any(attempts[place].picked_up is not None for place in lost)
    many = len(lost) > _MOST_LOST or len(attempts) > _MOST_TRIED
    if many or (talked and chain.account.confirm):  # for however long everything stood still
        return "schedule_gap" if held.cause == "schedule_gap" else "undetermined"
    causes = set()
    for endings in product(*(_endings(chain, attempts, place, record.ended) for place in lost)):
        tried = list(attempts)
        for place, ending in zip(lost, endings, strict=True):
            tried[place] = ending
        causes.add(_hold(chain, record, tuple(tried)).cause)
        if len(causes) > 1:
            return "undetermined"
    return causes.pop()


def _may_have_hung_up(record: Record, chain: Chain | None) -> bool:
    """Whether the caller may have left unseen: the log cannot show that, and nothing in it says how it ended."""
    is_message = chain is not None and chain.account.kind == "message"
    return not (record.shows.hang_ups or is_message or record.hung_up is not None or record.disposition is not None)


def _cause_if_hung_up(chain: Chain, record: Record, attempts: tuple[ActualAttempt, ...]) -> Cause:
    """The cause if the caller left when the call was over."""
    left = record.closed if record.closed is not None else max(record.last, record.ended)
    gone = replace(record, hung_up=left, over=min(record.over, left), ended=min(record.ended, left))
    return _cause(chain, gone, attempts, _hold(chain, gone, attempts))


def _stands(held: Held, record: Record) -> bool:
    """Whether a cause holds whatever happened where the record is in doubt, which is after the result was certain: what
    was not there or not done until then stays so, as does a divergence before."""
    start = _doubtful_from(record)
    if start == inf or held.cause == "schedule_gap":
        return True
    divergences = held.aligned.divergences  # what is hidden may be another that comes first
    return (
        held.cause in ("wrong_person", "no_backup", "skipped_tier") and bool(divergences) and divergences[0].at < start
    )


def _hidden(held: Held | None, record: Record) -> Iterator[Missing]:
    """What was due on channels that the log cannot show."""
    due = {
        one.attempt.channel
        for one in (held.expected.attempts if held else ())
        if not record.shows.shows_channel(one.attempt.channel) and one.attempt.started < record.ended
    }
    if due:
        yield Missing(f"attempts by {' and '.join(sorted(due))}: this log cannot show them", record.log_line)


def _doubtful_from(record: Record) -> float:
    """When the record is first in doubt. What may have happened after it was over changes nothing before."""
    doubts = [one for one in record.doubts if one.until > 0 or one.start >= 0]
    return min((one.start for one in doubts if one.start <= record.over), default=inf)


def _endings(chain: Chain, attempts: Sequence[ActualAttempt], place: int, ended: float) -> Iterator[ActualAttempt]:
    """How a call may have ended: in each way, at once, half-way, when its wait was over, when another one began or
    ended, and when all was over."""
    one = attempts[place]
    wait = chain.wait_of(one)
    moments = {one.started, one.started + wait / 2, one.started + wait, ended}
    moments |= {time for other in attempts for time in (other.started, other.ended) if time is not None}
    for at in sorted(time for time in moments if time >= (one.picked_up or one.started)):
        for outcome in _ENDINGS:
            picked_up = at if outcome == "answered" and one.picked_up is None else one.picked_up
            yield replace(one, outcome=outcome, ended=at, picked_up=picked_up)


def _lost(attempts: Sequence[ActualAttempt]) -> list[Missing]:
    return [
        Missing(f"how the call to {one.person or 'a number that is nobody’s'} ended", one.log_line)
        for one in attempts
        if one.outcome == UNKNOWN
    ]


def _certain(divergences: Sequence[Divergence], record: Record, attempts: Sequence[ActualAttempt]) -> list[Divergence]:
    """The divergences before anything that the log does not have."""
    if not divergences:
        return []
    until = _doubtful_from(record)
    lost = min((one.started for one in attempts if one.outcome == UNKNOWN), default=inf)
    return [
        one
        for one in divergences
        if one.at < until and one.at <= lost and (one.kind != "stopped_early" or until >= record.ended)
    ]


def _is_cut(record: Record, attempts: Sequence[ActualAttempt]) -> bool:
    """Whether something that diverged before the end may be missing."""
    return _doubtful_from(record) < record.ended or any(one.outcome == UNKNOWN for one in attempts)


def _recovery(chain: Chain, record: Record, possible: tuple[Result, ...], due: float | None) -> list[Divergence]:
    """What is wrong with the recovery: none was opened, or the callback came late or never. Of callbacks that the log
    cannot show nothing is said."""
    recovery, callback = chain.policy.recovery, record.callback
    if not possible or "reached" in possible or "answered" in possible:
        return []
    if not record.shows.callbacks and (callback is None or callback.completed is None):
        return []
    file, line = chain.place(f"{chain.written}#recovery")
    if record.shows.callbacks and (callback is None or callback.opened is None):
        if recovery is None:
            return []
        done = " though one was made" if callback and callback.completed is not None else ""
        message = f"nobody took it, and no callback was opened{done}"
        return [Divergence("no_recovery", record.ended, message, None, file, line)]
    if callback is None or due is None or (callback.completed is not None and callback.completed <= due):
        return []
    late = 0 if callback.completed is None else round(callback.completed - due)
    when = "never made" if callback.completed is None else f"made {times.show_duration(late)} late"
    return [Divergence("callback_late", due, f"the callback was {when}", callback.log_line, file, line)]


def _also(divergences: Sequence[Divergence], recovery: Sequence[Divergence]) -> tuple[str, ...]:
    """The kinds of what else diverged; what became of the callback is always told."""
    return tuple(dict.fromkeys(one.kind for one in (*divergences[1:], *recovery)))


def _beside(held: Held) -> tuple[ExpectedAttempt, ...]:
    beside = held.aligned.beside
    return tuple(
        [
            ExpectedAttempt(one.attempt, one.unknown, one.depends, beside.get(index))
            for index, one in enumerate(held.expected.attempts)
        ]
    )


def _callback(callback: ActualCallback | None, due: float | None) -> ActualCallback | None:
    return None if callback is None else replace(callback, due=due)
