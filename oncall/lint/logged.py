"""What an event log says of the accounts of a workspace: whether a backup has taken a dispatch, and who was tried
without being on call.

Each dispatch is held against the plan of its time, as replay does. Only what the log proves counts: where evidence is
missing it is neither held against anybody nor taken to mean that nothing happened. What is kept does not grow with the
log.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import chain

from msgspec import Struct, field

from oncall.errors import ERROR, OncallError, contained
from oncall.escalation.engine import policy_of
from oncall.logs.contacts import Contacts, ContactsOfPlans
from oncall.logs.faults import Fault, Faults
from oncall.logs.reading import Log, open_log
from oncall.model import CALL_WINDOW, MESSAGE_WINDOW, Account, Binding, Policy
from oncall.plan import OutsideWindowError, Plan
from oncall.replay.expected import counts_as_taken, is_answered, needs_proof
from oncall.replay.people import people_behind
from oncall.replay.record import Record
from oncall.replay.run import record_from
from oncall.replay.verdict import TOLERANCE, UNKNOWN, ActualAttempt
from oncall.workspace.history import PlansOfTheTime
from oncall.workspace.load import Workspace
from oncall.workspace.numbers import endpoint

LINES_KEPT = 3
_MOST_STRAYS = 200  # of an account; what else is tried there is counted together
_MOST_REASONS = 100
_BATCH = 200  # dispatches between two reports of progress

_Key = tuple[str, ...]


class Stray(Struct):
    """Somebody who was tried for an account and was not on call there: how often, the instants of the first time and
    the last, and the first lines of the log that say so. `people` are those whose phone it is, none where it is
    nobody's; `numbered` says that the log has a number, or another address, and not only a name. `role` is that of the
    tier, as far as the log says. `others` stands for many, who are counted together."""

    people: tuple[str, ...]
    numbered: bool
    role: str | None
    others: bool = False
    count: int = 0
    first: float = 0
    last: float = 0
    lines: list[int] = field(default_factory=list)

    def add(self, instant: float, line: int) -> None:
        """Once more."""
        self.first = min(self.first, instant) if self.count else instant
        self.last = max(self.last, instant) if self.count else instant
        self.count += 1
        self.lines = sorted([*self.lines, line])[:LINES_KEPT]


class AccountLog(Struct):
    """What the log says of an account. Of the period: how many dispatches there were, in how many of them the backup
    was tried, in how many it took one, and how many may hide that it did. Of all of the log: who was tried without
    being on call."""

    dispatches: int = 0
    tried: int = 0
    taken: int = 0
    unclear: int = 0
    strays: dict[_Key, Stray] = field(default_factory=dict)


class Logged(Struct):
    """What an event log says of the accounts of a workspace, by name.

    The period goes from `since` to before `until`, and is `every` long. `first` is the instant of the first dispatch,
    `last` that of the last event, None where there is none; `cut` says that the log itself is damaged, so that nobody
    knows how far it went. `unsure` are the dispatches held against nobody because evidence is missing; `unplanned`
    those whose plan could not be had, by why; `today` those held against today's files, by why.
    """

    since: int
    until: int
    every: int
    first: float | None = None
    last: float | None = None
    cut: bool = False
    unsure: int = 0
    accounts: dict[str, AccountLog] = field(default_factory=dict)
    unplanned: Counter[str] = field(default_factory=Counter)
    today: Counter[str] = field(default_factory=Counter)
    faults: Faults = field(default_factory=Faults)

    @property
    def covers(self) -> bool:
        """Whether the log reaches back to the beginning of the period, and is whole."""
        return self.first is not None and self.first <= self.since and not self.cut

    def of(self, account: str) -> AccountLog:
        """What it says of an account: nothing, where it has none of its dispatches."""
        return self.accounts.get(account, AccountLog())


def read_log(
    log: str | None,
    workspace: Workspace,
    at: int,
    cache: str | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Logged:
    """What a log says (None: the one on standard input), asked at an instant. `progress` is told how many bytes of it
    have been read. OncallError where it cannot be opened, or the plans of the time cannot be had at all."""
    every = int(workspace.lint.exercise_every)
    with ExitStack() as stack:
        reading = Log(stack.enter_context(open_log(log)))
        plans = stack.enter_context(PlansOfTheTime(workspace.root, cache))
        found = Logged(at - every, at, every, faults=reading.faults)
        holding = _Holding(plans, workspace.accounts.keys(), found)
        for number, group in enumerate(reading.groups()):
            record = record_from(group, reading.faults)
            if record is not None:
                contained(partial(holding.take, record), partial(_lost, reading.faults, record), "the log")
            if number % _BATCH == 0:
                progress(reading.read)
    faults = found.faults
    # A fault of the log as such comes last: where not all of them are kept, there may be one.
    found.cut = faults.number > len(faults.first) or any(one.line == 0 for one in faults.first)
    return found


def _lost(faults: Faults, record: Record, why: str) -> None:
    faults.add(Fault(record.log_line, why, record.dispatch, weighs=True, internal=True))


class _Tried(Struct, frozen=True):
    """An attempt on somebody who was not on call."""

    key: _Key
    people: tuple[str, ...]
    one: ActualAttempt


class _Held(Struct, frozen=True):
    """A dispatch held against the plan of its time. `unsure` says that evidence is missing, so that nothing in it is
    held against anybody."""

    account: str | None
    tried: bool = False
    taken: bool = False
    unclear: bool = True
    unsure: bool = True
    strays: tuple[_Tried, ...] = ()


class _Holding:
    """The dispatches of a log, one after the other, counted."""

    def __init__(self, plans: PlansOfTheTime, names: Collection[str], found: Logged) -> None:
        self._plans = plans
        self._names = names
        self._found = found
        self._contacts = ContactsOfPlans()

    def take(self, record: Record) -> None:
        """One more dispatch."""
        found, last = self._found, record.start + record.last
        found.first = record.start if found.first is None else min(found.first, record.start)
        found.last = last if found.last is None else max(found.last, last)
        held = self._held(record)
        found.unsure += held.unsure
        if held.account is None or held.account not in self._names:
            return
        account = found.accounts.setdefault(held.account, AccountLog())
        if found.since <= record.start < found.until:
            account.dispatches += 1
            account.tried += held.tried
            account.taken += held.taken
            account.unclear += held.unclear and not held.taken
        for one in held.strays:
            _count(account, one, record.start)

    def _held(self, record: Record) -> _Held:
        try:
            held, used = self._plans.ask(record.start, lambda plan: self._by(record, plan))
        except OncallError as error:
            why = str(error)
            known = why in self._found.unplanned or len(self._found.unplanned) < _MOST_REASONS
            self._found.unplanned[why if known else "another reason"] += 1
            return _Held(record.account, unsure=False)  # and counted already
        if used.why_today is not None:
            self._found.today[used.why_today] += 1
        return held

    def _by(self, record: Record, plan: Plan) -> _Held:
        contacts = self._contacts.of(plan)
        name = record.account
        if name is None and record.line is not None:
            name = contacts.account_of(record.line)
        if name is None or name not in plan.accounts:
            return _Held(name)
        try:
            policy = policy_of(plan, name)
        except OncallError:
            return _Held(name)
        if not policy.tiers or record.misfit is not None:
            return _Held(name)
        return _Account(plan, contacts, name, policy).held(record)


def _count(account: AccountLog, tried: _Tried, start: float) -> None:
    if tried.key not in account.strays and len(account.strays) >= _MOST_STRAYS:
        stray = account.strays.setdefault((), Stray((), False, None, others=True))
    else:
        new = Stray(tried.people, tried.one.address is not None, tried.one.tier)
        stray = account.strays.setdefault(tried.key, new)
    stray.add(start + tried.one.started, tried.one.log_line or 0)


def _has_errors(plan: Plan, abouts: Sequence[str], *, about: str = "", but: str = "") -> bool:
    """Whether something could not be read of what is named, as far as that begins so."""
    problems = chain.from_iterable(plan.reported.get(one, ()) for one in abouts if one.startswith(about))
    return any(one.severity == ERROR and one.code != but for one in problems)


class _Account:
    """An account, by the plan of a dispatch."""

    def __init__(self, plan: Plan, contacts: Contacts, name: str, policy: Policy) -> None:
        self.name = name
        self.plan = plan
        self.contacts = contacts
        self._account: Account = plan.accounts[name]
        self._policy = policy
        first = policy.tiers[0].notify
        self.first = self._bindings([first])
        self.further = self._bindings([tier.notify for tier in policy.tiers if tier.notify != first])
        self.further_tiers = [
            name for name, tier in zip(policy.tier_names, policy.tiers, strict=True) if tier.notify != first
        ]
        # Somebody unknown is looked for where they are on call.
        self._is_whole = not _has_errors(plan, plan.account_facts[name].depends, but="OC303")

    def _bindings(self, roles: Sequence[str]) -> list[Binding]:
        return [binding for role in dict.fromkeys(roles) for binding in self._account.bindings(role)]

    def held(self, record: Record) -> _Held:
        """A dispatch of it."""
        talks = [
            (one.picked_up, one.ended) for one in record.attempts if one.picked_up is not None and one.ended is not None
        ]
        tries = [_Try(self, record.start, one, self._longest(one.started, talks)) for one in record.attempts]
        tried = any(one.is_backup for one in tries)
        taken = any(one.is_backup and self._took(one.attempt, record) for one in tries) or self._took_besides(record)
        hidden = bool(record.doubts) or not self._is_whole or any(one.may_be_backup for one in tries)
        unsure = bool(record.doubts or record.unsure) or not self._is_whole
        strays = () if unsure else tuple([one.stray() for one in tries if one.is_astray])
        return _Held(self.name, tried, taken, hidden, unsure, strays)

    def _longest(self, started: float, talks: Sequence[tuple[float, float]]) -> float:
        """How long before an attempt its tier may have begun: whoever is on call then is tried in it, whatever comes
        after. The window of a tier stands still while somebody talks."""
        talked = sum(ended - picked_up for picked_up, ended in talks if ended <= started)
        if self._account.ack_window is not None:
            return self._account.ack_window + talked
        default = CALL_WINDOW if self._account.kind == "call" else MESSAGE_WINDOW
        return talked + max(default if tier.ack_window is None else tier.ack_window for tier in self._policy.tiers)

    def _took(self, one: ActualAttempt, record: Record) -> bool:
        """Whether somebody took a dispatch by an attempt: acknowledged it, or picked up where that is enough and nobody
        was tried after it."""
        if one.outcome == "acknowledged":
            return True
        proof_needed = needs_proof(self._account, record.shows)
        return is_answered(one, proof_needed) and counts_as_taken(record.attempts, one, proof_needed)

    def _took_besides(self, record: Record) -> bool:
        """Whether the backup acknowledged without an attempt that the log has."""
        known = {one.id for one in record.attempts}
        for taken in record.taken:
            if taken.attempt in known or taken.person is None:
                continue
            person = self.contacts.person_named(taken.person)
            instant = record.start + max(taken.at, 0)
            if person in self.on_call(self.further, instant, instant):
                return person not in self.on_call(self.first, instant, instant)
        return False

    def owes(self, people: Sequence[str], since: float, until: float) -> bool:
        """Whether any of these people answers for callbacks, and may be tried for that."""
        recovery = self._policy.recovery
        roles = [one for one in (recovery.owner, recovery.escalate_to) if one is not None] if recovery else []
        if self._account.account_manager in people:
            return True
        return not self.on_call(self._bindings(roles), since, until).isdisjoint(people)

    def on_call(self, bindings: Sequence[Binding], since: float, until: float) -> set[str]:
        """Everybody whom bindings lead to at any time from one instant to another."""
        for instant in (since, until):
            if not self.plan.window.holds(instant):
                raise OutsideWindowError(instant)
        found: set[str] = set()
        for binding in bindings:
            if binding.rotation is None:
                found.add(self.plan.direct(str(binding.person)).who)
                continue
            schedule = self.plan.schedules.get(binding.rotation)
            if schedule is None:
                continue
            place = max(0, bisect_right(schedule.starts, since) - 1)
            for segment in schedule.segments[place : bisect_right(schedule.starts, until)]:
                if segment.end > since:
                    found.update([shift.who for shift in segment.shifts])
        return found


class _Try:
    """One attempt for an account, and what it proves. Whoever was on call in its tier was so at some time in a stretch
    that ends with it, and is `longest` at most."""

    def __init__(self, account: _Account, start: float, one: ActualAttempt, longest: float) -> None:
        self.attempt = one
        self._account = account
        self._people = people_behind(one, account.contacts)
        instant = start + one.started
        self._until = max(start, instant + TOLERANCE)
        self._since = max(start, instant - longest)
        self._first = account.on_call(account.first, self._since, self._until)
        self._further = account.on_call(account.further, self._since, self._until)

    @property
    def is_backup(self) -> bool:
        """Whether a tier beyond the first led to whom it tried; to somebody who is in the first as well only where the
        log says which tier it was."""
        if self._further.isdisjoint(self._people):
            return False
        return self.attempt.tier in self._account.further_tiers or self._first.isdisjoint(self._people)

    @property
    def may_be_backup(self) -> bool:
        """Whether the backup may have taken it, for all that the log and the plan say."""
        if self.is_backup:
            return self.attempt.outcome == UNKNOWN
        took = self.attempt.outcome in ("acknowledged", "answered", UNKNOWN)
        return took and not self._people and any(map(_is_unknown, self._further))

    @property
    def is_astray(self) -> bool:
        """Whether it proves that somebody was tried who was not on call."""
        if not self._first.isdisjoint(self._people) or not self._further.isdisjoint(self._people):
            return False
        if any(map(_is_unknown, self._first)) or any(map(_is_unknown, self._further)):
            return False  # somebody whom nobody knows may be anybody
        if not self._people and self.attempt.address is not None:
            # The number may be in a profile that could not be read whole.
            return not _has_errors(self._account.plan, list(self._account.plan.reported), about="people/")
        return not self._account.owes(self._people, self._since, self._until)

    def stray(self) -> _Tried:
        """Whom it tried: the people, else what tells the number or name that is nobody's from others."""
        one, people = self.attempt, self._people
        if people:
            return _Tried(people, people, one)
        address = None if one.address is None else endpoint(one.address, self._account.plan.country)
        return _Tried(("", one.person or "") if address is None else ("", "", address), (), one)


def _is_unknown(who: str) -> bool:
    return who.startswith(" ")
