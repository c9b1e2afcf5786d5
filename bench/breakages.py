"""Known ways in which a recorded dispatch leaves its policy, or its record loses evidence, and what is then to be said.

Each is a function of a dispatch that went as the policy says: it gives the events of one that did not, or None where it
does not apply. It applies only where it decides the verdict, so that what is to be found is known without looking.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from oncall.escalation.trace import Attempt, Trace
from oncall.logs.event import LogEvent
from oncall.model import ContactMethod, Person
from oncall.plan import Plan

Events = list[LogEvent]
ANY: tuple[str, ...] = ("undetermined",)
AROUND = 15  # seconds: more than the tolerance, and than the log's clock is late


class Known(Struct, frozen=True):
    """What is to be found: the results and the causes that are right (usually one), and the kinds of all divergences in
    their order, None where evidence is missing and they are not said."""

    name: str
    results: tuple[str, ...]
    causes: tuple[str | None, ...]
    kinds: tuple[str, ...] | None


class Broken(Struct, frozen=True):
    """What a breakage makes of a dispatch."""

    events: Events
    known: Known


class Case(Struct, frozen=True):
    """A dispatch that went as the policy says: the plan, the engine's trace, and the log of it."""

    plan: Plan
    trace: Trace
    events: Events
    dice: Random

    @property
    def reached(self) -> Attempt | None:
        """The attempt by which somebody is proved to have taken it."""
        if self.trace.reached is None:
            return None
        return next((one for one in self.trace.attempts if one.outcome == "acknowledged" and one.confirmed), None)

    @property
    def claimed(self) -> bool:
        """Whether somebody acknowledged when recovery had begun."""
        return self.trace.reached is None and any(one.outcome == "acknowledged" for one in self.trace.attempts)

    def time(self, kind: str, attempt: str | None = None) -> datetime:
        """When the first event of a type was, of an attempt where one is named."""
        return next(one.time for one in self.events if one.type == kind and attempt in (None, one.attempt))


Breakage = Callable[[Case], "Broken | None"]


# What is to be said of a dispatch that went as it should.


def unbroken(case: Case) -> Known:
    """The verdict on a dispatch as the engine had it: nobody left the policy, though a callback may have come late."""
    kinds = ("callback_late",) if _late(case.events) else ()
    result = _result(case)
    return Known("as the policy says", (result,), (_cause(case, result),), kinds)


def _result(case: Case) -> str:
    trace = case.trace
    if trace.reached is not None:
        return "reached" if case.reached else "answered"
    if trace.callback and trace.callback.completed is not None and not _late(case.events):
        return "recovered"
    return "abandoned" if trace.hung_up is not None else "missed"


def _late(events: Iterable[LogEvent]) -> bool:
    """Whether a callback that was opened was not made by the time it was due."""
    due, done = None, None
    for one in events:
        if one.type == "callback_opened":
            due = one.due
        elif one.type == "callback_completed":
            done = one.time
    return due is not None and (done is None or done > due)


def _cause(case: Case, result: str) -> str | None:
    trace = case.trace
    if result in ("reached", "answered"):
        return None
    if any(skip.reason == "no_one_on_call" and skip.tier == trace.tiers[0].tier for skip in trace.skipped):
        return "schedule_gap"
    if trace.hung_up is not None:
        return "caller_patience"
    if not trace.attempts:
        return "not_tried"
    first = next(run.tier for run in trace.tiers if any(one.tier == run.tier for one in trace.attempts))
    assert trace.callback
    over = trace.callback.opened
    ends = [
        (float("inf"), "no_response") if one.ended is None or one.ended > over else (one.ended, one.outcome)
        for one in trace.attempts
        if one.tier == first and one.outcome != "cancelled"
    ]
    return max(ends)[1] if ends else "not_tried"


def _known(case: Case, name: str, cause: str | None, kinds: Sequence[str], result: str | None = None) -> Known:
    """What is to be found where nothing is missing: a cause where the result is bad, and late callbacks besides."""
    result = result or _result(case)
    good = result in ("reached", "answered")
    late = ("callback_late",) if _late(case.events) and not good else ()
    return Known(name, (result,), (None if good else cause,), (*kinds, *late))


# Events.


def _of(attempts: Iterable[Attempt]) -> Callable[[LogEvent], bool]:
    names = {one.id for one in attempts}
    return lambda event: event.attempt in names


def _without(events: Iterable[LogEvent], gone: Callable[[LogEvent], bool]) -> Events:
    return [one for one in events if not gone(one)]


def _later(event: LogEvent, seconds: float) -> LogEvent:
    moved = event.time + timedelta(seconds=seconds)
    return replace(event, time=moved)


def _from(case: Case, last: Attempt) -> Callable[[LogEvent], bool] | None:
    """Which events begin with an attempt that nothing else goes on beside; None where something does."""
    start = case.time("attempt_started", last.id)
    others = [one for one in case.events if one.time > start and one.attempt not in (None, last.id)]
    if others:
        return None
    return lambda event: (
        event.time > start
        or (event.time == start and (event.attempt == last.id or event.type in ("tier_started", "skipped")))
    )


def _methods(person: Person, channel: str) -> Iterator[ContactMethod]:
    return (one for one in person.contact_methods if one.channel == channel)


def _as(event: LogEvent, attempt: Attempt, name: str, person: str | None, method: tuple[str, str]) -> LogEvent:
    """An event of an attempt as that of another person or method, under another name."""
    if event.attempt != attempt.id:
        return event
    event = replace(event, attempt=name, person=None if event.person is None else person)
    return event if event.address is None else replace(event, channel=method[0], address=method[1])


def _is_silent(one: Attempt) -> bool:
    """Whether nothing came of an attempt for as long as it was given."""
    if one.outcome == "no_answer":
        return one.ended == one.started + one.wait
    return one.outcome in ("no_response", "cancelled") and one.picked_up is None


def _bound(case: Case, at: float) -> set[str | None]:
    account = case.plan.accounts[case.trace.account]
    return {shift.person for role in account.contacts for shift in case.plan.bound(account.bindings(role), at)}


# What people do wrong.


def skipped_the_backup(case: Case) -> Broken | None:
    """Nobody tried the second tier; the third came when it should have."""
    trace = case.trace
    if len(trace.tiers) < 3:
        return None
    tiers = [[one for one in trace.attempts if one.tier == run.tier] for run in trace.tiers]
    if not all(tiers[:3]) or not all(_is_silent(one) for one in tiers[1]):
        return None
    if {one.person for one in tiers[1]} & {one.person for one in trace.attempts if one.tier != tiers[1][0].tier}:
        return None
    if trace.tiers[1].ended != trace.tiers[1].window_until:
        return None
    passed = _of(tiers[1])
    events = _without(case.events, lambda one: passed(one) or one.tier == trace.tiers[1].tier)
    return Broken(events, _known(case, "skipped the backup", "skipped_tier", ["skipped_tier"]))


def called_the_wrong_person(case: Case) -> Broken | None:
    """Somebody was called who was not on call: the next in the calendar where there is one."""
    if len(case.trace.attempts) != 1 or case.trace.skipped:
        return None
    (one,) = case.trace.attempts
    plan, at = case.plan, case.trace.at
    busy = _bound(case, at) | _bound(case, at + 3600)
    account = plan.accounts[case.trace.account]
    rotas = [binding.rotation for role in account.contacts for binding in account.bindings(role) if binding.rotation]
    listed = [name for rota in rotas if rota in plan.rotations for name in plan.rotations[rota].people]
    for name in (*listed, *sorted(plan.people)):
        method = next(_methods(plan.people[name], one.channel), None)
        if method and name not in busy and plan.why_not(name, at) is None:
            wrong = f"{one.id.rpartition('/')[0].rpartition('/')[0]}/{name}/1"
            events = [_as(event, one, wrong, name, (method.channel, method.address)) for event in case.events]
            return Broken(events, _known(case, "called somebody who was not on call", "wrong_person", ["wrong_person"]))
    return None


def called_nobodys_number(case: Case) -> Broken | None:
    """A digit too many changed: the first number called was nobody's, and nobody answered it."""
    trace = case.trace
    if not trace.attempts or trace.tiers[0].tier != trace.attempts[0].tier:
        return None
    first = trace.attempts[0]
    if first.channel != "voice" or not _is_silent(first) or case.claimed:
        return None
    known = {address for addresses in case.plan.endpoints.values() for address in addresses}
    number = next(number for digit in range(190, 200) if (number := f"+12025550{digit}") not in known)
    events = [_as(event, first, f"{trace.dispatch}/dialled", None, ("voice", number)) for event in case.events]
    return Broken(events, _known(case, "called a number that is nobody's", "wrong_person", ["unknown_contact"]))


def rang_two_phones_at_once(case: Case) -> Broken | None:
    """The text went out while the phone had just begun to ring."""
    if len(case.trace.attempts) != 2 or case.reached is None:
        return None
    first, second = case.trace.attempts
    if first.person != second.person or second is not case.reached or not _is_silent(first) or first.wait < AROUND + 2:
        return None
    at = case.time("attempt_started", first.id) + timedelta(seconds=2)
    begun = {("attempt_started", second.id)}
    events = [replace(one, time=at) if (one.type, one.attempt) in begun else one for one in case.events]
    return Broken(events, _known(case, "rang two phones at once", None, ["blast"]))


def used_the_wrong_channel(case: Case) -> Broken | None:
    """The right person, by another method than the first."""
    one = case.reached
    if len(case.trace.attempts) != 1 or one is None:
        return None
    others = [method for method in case.plan.people[one.person].contact_methods if method.channel != one.channel]
    if not others:
        return None
    method, name = others[0].channel, f"{one.id.rpartition('/')[0]}/other"
    events = [_as(event, one, name, one.person, (method, others[0].address)) for event in case.events]
    events = _without(events, lambda event: event.type == "attempt_answered")
    return Broken(events, _known(case, "used the wrong channel", None, ["wrong_channel"]))


def tried_too_late(case: Case) -> Broken | None:
    """The attempt that reached somebody began forty seconds late."""
    one = case.reached
    moves = _from(case, one) if one and one is case.trace.attempts[-1] else None
    if moves is None or len(case.trace.attempts) < 2 or one is None or one.started == case.trace.attempts[-2].started:
        return None
    events = [_later(event, 40) if moves(event) else event for event in case.events]
    return Broken(events, _known(case, "tried too late", None, ["late"]))


def tried_too_early(case: Case) -> Broken | None:
    """The attempt that reached somebody began before the one before it had had its time."""
    one = case.reached
    moves = _from(case, one) if one and one is case.trace.attempts[-1] else None
    if moves is None or len(case.trace.attempts) < 2 or one is None:
        return None
    before = case.trace.attempts[-2]
    tried = {other.person for other in case.trace.attempts[:-1]}
    if one.person in tried or one.started - before.started < AROUND + 5:
        return None
    events = [_later(event, -AROUND - 3) if moves(event) else event for event in case.events]
    return Broken(events, _known(case, "tried too early", None, ["early"]))


def stopped_after_the_first_tier(case: Case) -> Broken | None:
    """Nobody beyond the first tier was tried."""
    trace = case.trace
    if trace.reached is not None or case.claimed or trace.callback is None or not trace.attempts:
        return None
    first, rest = trace.tiers[0].tier, [one for one in trace.attempts if one.tier != trace.tiers[0].tier]
    if trace.attempts[0].tier != first or not rest or trace.callback.opened - rest[0].started < AROUND:
        return None
    passed = _of(rest)
    events = _without(case.events, lambda one: passed(one) or one.tier not in (None, first))
    cause = "stopped_early" if trace.hung_up is None else "slow_escalation"
    return Broken(events, _known(case, "stopped after the first tier", cause, ["stopped_early"]))


def tried_nobody(case: Case) -> Broken | None:
    """The caller was left on hold."""
    trace = case.trace
    if trace.hung_up is None or trace.hung_up < AROUND or case.claimed or not trace.attempts:
        return None
    if trace.attempts[0].started > 0:
        return None
    events = _without(case.events, lambda one: one.attempt is not None or one.tier is not None)
    return Broken(events, _known(case, "tried nobody", "slow_escalation", ["stopped_early"]))


def went_on_when_it_was_over(case: Case) -> Broken | None:
    """Somebody else was rung although a person had taken it, with nothing more about to be due."""
    one, run = case.reached, case.trace.tiers[-1]
    if one is None or one.ended is None:
        return None
    soon = [run.window_until or 0, *(other.waited_until for other in case.trace.attempts)]
    if any(one.ended <= due < one.ended + AROUND for due in soon):
        return None
    trace, start = case.trace, case.time("acknowledged") + timedelta(seconds=AROUND + 5)
    tried = {one.person for one in trace.attempts}
    found = (
        (name, method)
        for name in sorted(_bound(case, trace.at), key=str)
        if name is not None and name in case.plan.people and name not in tried
        for method in _methods(case.plan.people[name], "voice")
    )
    name, method = next(found, (None, None))
    if name is None or method is None:
        return None
    more = {"dispatch": trace.dispatch, "attempt": f"{trace.dispatch}/again", "channel": "voice", "person": name}
    rang = LogEvent(time=start, type="attempt_started", address=method.address, **more)  # type: ignore[arg-type]
    ended = _later(replace(rang, type="attempt_ended", address=None, outcome="no_answer"), method.seconds)
    events = sorted([*case.events, rang, ended], key=lambda one: one.time)
    return Broken(events, _known(case, "went on when it was over", None, ["extra_attempt"]))


# What becomes of the callback.


def opened_no_callback(case: Case) -> Broken | None:
    """Nobody took it, and nobody was told to call back."""
    trace = case.trace
    if trace.callback is None or case.claimed:
        return None
    over = case.time("callback_opened")
    closed = "exhausted" if trace.hung_up is None else "abandoned"
    kept = _without(case.events, lambda one: one.type.startswith("callback_") or one.type == "resolved")
    events = [replace(one, time=over, disposition=closed) if one.type == "closed" else one for one in kept]
    result = "missed" if trace.hung_up is None else "abandoned"
    known = Known("opened no callback", (result,), (_cause(case, result),), ("no_recovery",))
    return Broken(events, known)


def called_back_too_late(case: Case) -> Broken | None:
    """The callback was made, five minutes after it was due."""
    callback = case.trace.callback
    if callback is None or callback.completed is None or _late(case.events) or case.claimed:
        return None
    due = next(one.due for one in case.events if one.type == "callback_opened")
    assert due
    late = (due - case.time("callback_completed")).total_seconds() + 300
    moves = ("callback_completed", "closed", "resolved")
    events = [_later(one, late) if one.type in moves else one for one in case.events]
    result = "missed" if case.trace.hung_up is None else "abandoned"
    known = Known("called back too late", (result,), (_cause(case, result),), ("callback_late",))
    return Broken(events, known)


def called_back_without_being_told(case: Case) -> Broken | None:
    """Somebody called back in time, though no callback was opened."""
    if case.trace.hung_up is None or _result(case) != "recovered" or case.claimed:
        return None
    events = _without(case.events, lambda one: one.type == "callback_opened")
    return Broken(events, _known(case, "called back without being told", _cause(case, "recovered"), ["no_recovery"]))


# What a record loses.


def _unsure(case: Case, name: str) -> Known:
    """What may be said where evidence is missing: the truth, or that it cannot be told."""
    result = _result(case)
    return Known(name, (result, *ANY), (_cause(case, result), *ANY), None)


def lost_the_end_of_a_call(case: Case) -> Broken | None:
    """Nothing says how a call ended."""
    calls = [one for one in case.trace.attempts if one.channel == "voice" and one.ended is not None]
    calls = [one for one in calls if one.outcome != "acknowledged"]
    if not calls:
        return None
    lost = ("attempt_ended", case.dice.choice(calls).id)
    events = _without(case.events, lambda one: (one.type, one.attempt) == lost)
    return Broken(events, _unsure(case, "lost the end of a call"))


def lost_the_beginning(case: Case) -> Broken | None:
    """Nothing says when the call came in."""
    events = _without(case.events, lambda one: one.type == "received")
    known = _unsure(case, "lost the beginning")
    if _result(case) == "reached":
        known = replace(known, results=("reached",), causes=(None,))
    return Broken(events, known)


def lost_the_middle(case: Case) -> Broken | None:
    """The record stopped for a while, and says so."""
    if len(case.events) < 6:
        return None
    first = case.dice.randrange(1, len(case.events) - 2)
    last = case.dice.randrange(first, len(case.events) - 2)
    begins, ends = case.events[first].time, case.events[last].time + timedelta(seconds=1)
    gap = LogEvent(time=begins, type="gap", dispatch=case.trace.dispatch, until=ends)
    kept = _without(case.events[1:], lambda one: begins <= one.time < ends)
    events = sorted([case.events[0], gap, *kept], key=lambda one: one.time)
    return Broken(events, _unsure(case, "lost the middle"))


def lost_everything_but_the_beginning(case: Case) -> Broken | None:
    """The record stopped when the call had come in."""
    start, end = case.events[0], case.events[-1]
    gap = LogEvent(time=_later(start, 1).time, type="gap", dispatch=case.trace.dispatch, until=_later(end, 1).time)
    known = Known("lost everything but the beginning", ANY, ANY, ())
    return Broken([start, gap], known)


def forgot_the_account(case: Case) -> Broken | None:
    """Nothing says whose line was called."""
    events = [replace(one, account=None, line=None) for one in case.events]
    result = _result(case)
    good = result in ("reached", "answered")
    results = (result,) if result == "reached" else (result, *ANY)
    known = Known("forgot the account", results, (None, *ANY) if good else ANY, ())
    return Broken(events, known)


PEOPLE: tuple[Breakage, ...] = (
    skipped_the_backup,
    called_the_wrong_person,
    called_nobodys_number,
    rang_two_phones_at_once,
    used_the_wrong_channel,
    tried_too_late,
    tried_too_early,
    stopped_after_the_first_tier,
    tried_nobody,
    went_on_when_it_was_over,
    opened_no_callback,
    called_back_too_late,
    called_back_without_being_told,
)
RECORD: tuple[Breakage, ...] = (
    lost_the_end_of_a_call,
    lost_the_beginning,
    lost_the_middle,
    lost_everything_but_the_beginning,
    forgot_the_account,
)
BREAKAGES: tuple[Breakage, ...] = (*PEOPLE, *RECORD)
