"""Many verdicts as numbers a manager can act on. docs/metrics.md defines each of them, and says what it leaves out.

Facts are added one by one, in whatever order, and dispatches are not kept: what is in memory are counts, by whole
seconds where they are of times. Calls and messages are counted apart, because what is soon for the one is not for the
other.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from heapq import merge
from math import ceil

from msgspec import Struct, field

from oncall import times
from oncall.replay.facts import Facts, Supervised, Tried
from oncall.replay.shares import Share
from oncall.replay.survival import Curve, survival

CALL, MESSAGE = "call", "message"
WITHIN, WITHIN_MESSAGE = 30, 600
"""Seconds in which a call, and a message, should be taken, where nobody says otherwise."""

PERCENTILES = (0.5, 0.75, 0.9)
ONE_WAKING = 60
"""Seconds between two attempts that wake a person once."""

_MOST = 100  # dispatches of an operator that are listed


HANG_UPS, CALLBACKS, PICK_UPS, ACKNOWLEDGEMENTS = "who hung up", "callbacks", "when it was picked up", "who took it"
"""What the source of a log may not show."""

NEEDS = {
    "abandonment": HANG_UPS,
    "recovered": CALLBACKS,
    "service_level": PICK_UPS,
    "service_level_without_early": PICK_UPS,
    "time_to_acknowledge": PICK_UPS,
}
"""What the log has to show so that a measure has a value."""


def lacking_text(what: str, systems: Iterable[str]) -> str:
    """`not shown by this log: who hung up (asterisk-cdr)`."""
    named = ", ".join(system for system in systems if system)
    return f"not shown by this log: {what}{f' ({named})' if named else ''}"


class Measure(Struct, frozen=True):
    """What the numbers are made by: the zone whose hours they are of, and how soon a call and a message should be
    taken."""

    timezone: str
    within: float = WITHIN
    within_message: float = WITHIN_MESSAGE

    def limit(self, kind: str) -> float:
        """How soon one of a kind should be taken."""
        return self.within_message if kind == MESSAGE else self.within


class Counts(Struct):
    """What a group of dispatches of one kind comes to. Those of which the log does not prove whether anybody took them
    are counted, and in nothing else but what became of the reason, how far down they went, and whether they followed
    the policy. What the source of a dispatch cannot show is in no share of that kind: hang-ups, callbacks, times."""

    dispatches: int = 0
    result: Counter[str] = field(default_factory=Counter)
    is_taken: int = 0
    not_taken: int = 0
    hang_ups_shown: int = 0
    callbacks_shown: int = 0
    recovered_shown: int = 0
    time_unknown: int = 0
    hung_up: int = 0
    hung_up_early: int = 0
    within: int = 0
    taken: Counter[int] = field(default_factory=Counter)
    censored: Counter[int] = field(default_factory=Counter)
    tier: Counter[int] = field(default_factory=Counter)
    resolved: int = 0
    unresolved: int = 0
    followed: int = 0
    judged: int = 0
    hidden: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, facts: Facts, limit: float) -> None:
        """One more."""
        self.dispatches += 1
        self.result[facts.result] += 1
        if facts.resolved is not None:
            self.resolved += facts.resolved
            self.unresolved += not facts.resolved
        if facts.followed is not None:
            self.judged += 1
            self.followed += facts.followed
        if facts.is_taken:
            self._add_taken(facts, limit)
        elif facts.is_taken is False:
            self._add_not_taken(facts, limit)
        if facts.is_taken is not None:
            self.hang_ups_shown += facts.hang_ups
            self._hide(facts, HANG_UPS, is_hidden=not facts.hang_ups)

    def _hide(self, facts: Facts, what: str, *, is_hidden: bool) -> None:
        """Count what the sources of a dispatch cannot show."""
        if is_hidden:
            self.hidden.update((what, system) for system in facts.systems or ("",))

    def _add_taken(self, facts: Facts, limit: float) -> None:
        self.is_taken += 1
        self.tier[facts.tier or 0] += 1
        if facts.taken is None:
            self.time_unknown += 1
            self._hide(facts, PICK_UPS, is_hidden=True)
            return
        self.taken[ceil(facts.taken)] += 1
        self.within += facts.taken <= limit

    def _add_not_taken(self, facts: Facts, limit: float) -> None:
        self.not_taken += 1
        self.callbacks_shown += facts.callbacks
        self._hide(facts, CALLBACKS, is_hidden=not facts.callbacks)
        self.recovered_shown += facts.callbacks and facts.result == "recovered"
        self.censored[ceil(facts.seen)] += 1
        if facts.hung_up is not None and facts.hang_ups:
            self.hung_up += 1
            self.hung_up_early += facts.hung_up <= limit

    @property
    def determined(self) -> int:
        """Those of which the log proves whether anybody took them."""
        return self.is_taken + self.not_taken

    @property
    def answer_rate(self) -> Share:
        """Taken live, of those offered."""
        return Share(self.is_taken, self.determined)

    @property
    def recovered(self) -> Share:
        """Not taken live and called back in time, of those that were not taken live and whose log shows callbacks."""
        return Share(self.recovered_shown, self.callbacks_shown)

    @property
    def abandonment(self) -> Share:
        """Whose caller left before a person took it, of those offered whose log shows who hung up."""
        return Share(self.hung_up, self.hang_ups_shown)

    @property
    def service_level(self) -> Share:
        """Taken in time, of all offered whose time is known: who left counts against it however soon that was."""
        return Share(self.within, self.determined - self.time_unknown)

    @property
    def service_level_without_early(self) -> Share:
        """The same without those who left while there still was time to take the call."""
        return Share(self.within, self.determined - self.time_unknown - self.hung_up_early)

    @property
    def resolution(self) -> Share:
        """Whose reason was dealt with, of those of which the log says so or not."""
        return Share(self.resolved, self.resolved + self.unresolved)

    @property
    def adherence(self) -> Share:
        """Those that went as the policy says, of those that can be judged."""
        return Share(self.followed, self.judged)

    @property
    def curve(self) -> Curve:
        """Time to being taken; who was never is censored at the end of the dispatch."""
        return survival(self.taken, self.censored)

    @property
    def is_time_shown(self) -> bool:
        """Whether there is a time at which any of those that were taken was."""
        return bool(self.taken) or not self.time_unknown

    def lacking(self, measure: str) -> str:
        """What the log does not show, and where it comes from, where that is why a measure has no value."""
        what = NEEDS.get(measure)
        if what is None or self._has_value(measure):
            return ""
        systems = sorted(system for hidden, system in self.hidden if hidden == what)
        return lacking_text(what, systems) if systems else ""

    def _has_value(self, measure: str) -> bool:
        shares = {"abandonment": self.abandonment, "recovered": self.recovered}
        if measure in shares:
            return bool(shares[measure].of)
        return self.is_time_shown if measure == "time_to_acknowledge" else bool(self.service_level.of)

    def depth(self, tier: int) -> Share:
        """Taken by a tier, from 1 (0: nobody can tell which), of those taken."""
        return Share(self.tier[tier], sum(self.tier.values()))


class Diverged(Struct, frozen=True):
    """A dispatch that did not go as the policy says."""

    dispatch: str
    account: str | None
    at: float
    kind: str
    log_line: int


class Operator(Struct):
    """The calls and messages an operator handled: the counts, and those that diverged, the first of them."""

    counts: Counts = field(default_factory=Counts)
    diverged: list[Diverged] = field(default_factory=list)

    def add(self, facts: Facts, limit: float) -> None:
        """One more."""
        self.counts.add(facts, limit)
        if facts.followed is False and len(self.diverged) < _MOST:
            kind = facts.divergence or ""
            self.diverged.append(Diverged(facts.dispatch, facts.account, facts.at, kind, facts.log_line))


class Kind(Struct):
    """The calls, or the messages: all of them, by account, by the hour of the day they came in, and by operator. The
    key None is what the log does not say."""

    limit: float
    total: Counts = field(default_factory=Counts)
    accounts: dict[str | None, Counts] = field(default_factory=dict)
    hours: dict[int, Counts] = field(default_factory=dict)
    operators: dict[str | None, Operator] = field(default_factory=dict)

    def add(self, facts: Facts, hour: int) -> None:
        """One more."""
        limit = self.limit
        self.total.add(facts, limit)
        if facts.account not in self.accounts:
            self.accounts[facts.account] = Counts()
        self.accounts[facts.account].add(facts, limit)
        if hour not in self.hours:
            self.hours[hour] = Counts()
        self.hours[hour].add(facts, limit)
        if facts.operator not in self.operators:
            self.operators[facts.operator] = Operator()
        self.operators[facts.operator].add(facts, limit)

    @property
    def peak(self) -> int | None:
        """The hour of the day in which most came in that the log proves the end of; of several the earliest."""
        return max(self.hours, key=lambda hour: (self.hours[hour].determined, -hour), default=None)


class Wakings:
    """Instants at which somebody's phone rang at night, as the stretches they make when no more than a minute lies
    between one and the next. However many attempts there are, a stretch is two numbers; those that came last wait to be
    put among the others, until there are as many as there are of these."""

    def __init__(self) -> None:
        self._stretches = array("d")  # start and end in turn, sorted
        self._waiting = array("d")

    def add(self, at: float) -> None:
        """One more instant."""
        self._waiting.append(at)
        if len(self._waiting) > 1000 + len(self._stretches):
            self._merge()

    def _merge(self) -> None:
        before = iter(self._stretches)
        found = array("d")
        for start, end in merge(zip(before, before, strict=True), ((at, at) for at in sorted(self._waiting))):
            if found and start <= found[-1] + ONE_WAKING:
                found[-1] = max(found[-1], end)
            else:
                found.extend((start, end))
        self._stretches, self._waiting = found, array("d")

    def __len__(self) -> int:
        self._merge()
        return len(self._stretches) // 2


class Person(Struct):
    """Somebody who was tried: in how many dispatches, of those in how many they had the time to take it and did, how
    many attempts, how many of them at night, and how often they were woken by those."""

    name: str
    timezone: str
    dispatches: int = 0
    asked: int = 0
    took: int = 0
    hidden: set[str] = field(default_factory=set)
    attempts: int = 0
    at_night: int = 0
    wakings: Wakings = field(default_factory=Wakings)

    def add(self, tried: Tried) -> None:
        """One more dispatch."""
        self.name, self.timezone = tried.name, tried.timezone
        self.dispatches += 1
        self.asked += tried.was_asked
        self.took += tried.took
        self.attempts += tried.attempts
        self.at_night += len(tried.woken)
        for at in tried.woken:
            self.wakings.add(at)

    @property
    def answer_rate(self) -> Share:
        """Dispatches they took, of those they had the time to take."""
        return Share(self.took, self.asked)

    @property
    def lacking(self) -> str:
        """What the log does not show, where that is why there is no answer rate."""
        return lacking_text(ACKNOWLEDGEMENTS, sorted(self.hidden)) if self.hidden and not self.asked else ""


class Backup(Struct):
    """How often a tier after the first was tried, and when last."""

    dispatches: int = 0
    tried: int = 0
    last: float | None = None

    def add(self, facts: Facts) -> None:
        """One more."""
        self.dispatches += 1
        if facts.deepest is not None and facts.deepest > 1:
            self.tried += 1
            self.last = facts.at if self.last is None else max(self.last, facts.at)

    @property
    def share(self) -> Share:
        """Dispatches in which it was, of those in which that can be told."""
        return Share(self.tried, self.dispatches)


class Span(Struct):
    """How many accounts a supervisor had when dispatches of theirs came in: of how many dispatches, all together, and
    at most."""

    dispatches: int = 0
    accounts: int = 0
    most: int = 0

    def add(self, accounts: int) -> None:
        """One more dispatch."""
        self.dispatches += 1
        self.accounts += accounts
        self.most = max(self.most, accounts)

    def merge(self, other: Span) -> None:
        """Those of another."""
        self.dispatches += other.dispatches
        self.accounts += other.accounts
        self.most = max(self.most, other.most)

    @property
    def mean(self) -> float:
        """On average over the dispatches."""
        return self.accounts / self.dispatches


class Supervisor(Struct):
    """A supervisor, by hour of the day."""

    name: str
    total: Span = field(default_factory=Span)
    hours: dict[int, Span] = field(default_factory=dict)

    def add(self, one: Supervised, hour: int) -> None:
        """One more dispatch."""
        self.name = one.name
        self.total.add(one.accounts)
        self.hours.setdefault(hour, Span()).add(one.accounts)


class Metrics:
    """Everything `oncall stats` says of a log."""

    def __init__(self, measure: Measure) -> None:
        self.measure = measure
        self._zone = times.zone(measure.timezone)
        self.dispatches = 0
        self.undetermined = 0
        self.first: float | None = None
        self.last: float | None = None
        self.kinds: dict[str, Kind] = {}
        self.names: dict[str, str] = {}
        self.people: dict[str, Person] = {}
        self.backups: dict[str | None, Backup] = {}
        self.supervisors: dict[str, Supervisor] = {}
        self.unsupervised = 0
        self.supervision_unknown = 0

    def add(self, facts: Facts) -> None:
        """One more dispatch."""
        self.dispatches += 1
        self.undetermined += facts.is_taken is None
        self.first = facts.at if self.first is None else min(self.first, facts.at)
        self.last = facts.at if self.last is None else max(self.last, facts.at)
        if facts.account is not None and facts.account_name is not None:
            self.names[facts.account] = facts.account_name
        hour = times.at(facts.at, self._zone).hour if self._zone else times.at(facts.at).hour
        kind = MESSAGE if facts.is_message else CALL
        if kind not in self.kinds:
            self.kinds[kind] = Kind(self.measure.limit(kind))
        self.kinds[kind].add(facts, hour)
        for tried in facts.people:
            if tried.person not in self.people:
                self.people[tried.person] = Person(tried.name, tried.timezone)
            self.people[tried.person].add(tried)
            if not tried.was_asked and not facts.acknowledgements:
                self.people[tried.person].hidden.update(facts.systems or ("",))
        if facts.deepest_known or (facts.deepest or 0) > 1:
            self.backups.setdefault(facts.account, Backup()).add(facts)
        self._supervise(facts, hour)

    def _supervise(self, facts: Facts, hour: int) -> None:
        if facts.supervised is None:
            self.supervision_unknown += 1
        elif not facts.supervised:
            self.unsupervised += 1
        for one in facts.supervised or ():
            if one.who not in self.supervisors:
                self.supervisors[one.who] = Supervisor(one.name)
            self.supervisors[one.who].add(one, hour)

    @property
    def backup(self) -> Backup:
        """How often the backup was exercised, all accounts together."""
        found: Mapping[str | None, Backup] = self.backups
        last = max((one.last for one in found.values() if one.last is not None), default=None)
        return Backup(sum(one.dispatches for one in found.values()), sum(one.tried for one in found.values()), last)
