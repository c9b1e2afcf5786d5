"""Another way to the same verdict, written from the rules alone: for logs in which nothing is missing.

What should have happened is told by the oracle of escalation, which counts seconds. The two are then laid side by side,
one attempt after another, with lists that are looked through from the front again and again.

Attempts that differ are not laid side by side any further here: after the first divergence the rules leave open which
stands beside which. Where that matters to the cause, all causes that it can be are given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from oncall.logs.event import LogEvent
from oncall.model import ContactMethod
from oncall.plan import Plan
from tests.escalation.oracle import Happenings, Oracle
from tests.escalation.plans import ACCOUNT, AT, POLICY, Dry

TOLERANCE = 10
OF_ATTEMPTS = ("attempt_started", "attempt_answered", "attempt_ended", "acknowledged")


@dataclass
class Actual:
    """An attempt of the log."""

    person: str | None
    channel: str
    address: str
    started: int
    picked_up: int | None = None
    ended: int | None = None
    outcome: str | None = None
    acknowledged: int | None = None


@dataclass
class Due:
    """An attempt of the policy's. `round` and `tier` are of the pass that it belongs to."""

    name: str
    round: int
    tier: str
    person: str
    channel: str
    started: int
    taken: bool = False


@dataclass
class Log:
    """What a log says, in seconds from when the dispatch came in."""

    actual: list[Actual] = field(default_factory=list)
    acknowledged: list[int] = field(default_factory=list)
    hung_up: int | None = None
    closed: int | None = None
    opened: int | None = None
    due: int | None = None
    completed: int | None = None
    last: int = 0

    @property
    def ended(self) -> int:
        ends = [one for one in (self.hung_up, self.closed, self.opened, *self.acknowledged) if one is not None]
        return min(ends) if ends else self.last


def read(plan: Plan, events: Sequence[LogEvent]) -> Log:
    """The log of one dispatch, its lines in any order."""
    log, by_name = Log(), {}
    once = [one for number, one in enumerate(events) if one not in events[:number]]
    order = {"received": 0, "attempt_started": 1}
    for one in sorted(once, key=lambda one: (one.time, order.get(one.type, 2))):
        now = round(one.time.timestamp()) - AT
        log.last = max(log.last, now)
        if one.type == "attempt_started":
            by_name[one.attempt] = started(plan, one, now)
            log.actual.append(by_name[one.attempt])
        elif one.type in OF_ATTEMPTS:
            of_attempt(log, by_name.get(one.attempt), one, now)
        elif one.type == "caller_hung_up":
            log.hung_up = now if log.hung_up is None else log.hung_up
        elif one.type == "closed":
            log.closed = now if log.closed is None else log.closed
        elif one.type == "callback_opened" and log.opened is None:
            log.opened, log.due = now, None if one.due is None else round(one.due.timestamp()) - AT
        elif one.type == "callback_completed" and log.completed is None:
            log.completed = now
    return log


def started(plan: Plan, event: LogEvent, now: int) -> Actual:
    """An attempt, of whom, by which address."""
    person, address = event.person, event.address
    if person is None:
        whose = [name for name, theirs in plan.endpoints.items() if address in theirs]
        assert len(whose) <= 1, "whose phone it is is not for the oracle to say"
        person = whose[0] if whose else None
    if address is None:
        methods = plan.people[person].contact_methods if person is not None and person in plan.people else ()
        address = next((one.address for one in methods if one.channel == event.channel), f"of {person}")
    return Actual(person, str(event.channel), address, now)


def of_attempt(log: Log, one: Actual | None, event: LogEvent, now: int) -> None:
    if event.type == "acknowledged" or event.outcome == "acknowledged":
        log.acknowledged.append(now)
        if one is not None and one.acknowledged is None:
            one.acknowledged = now
    if one is None:
        return
    if event.type == "attempt_answered":
        one.picked_up = now
    elif event.type == "attempt_ended":
        one.ended, one.outcome = now, event.outcome
        if event.outcome == "answered" and one.picked_up is None:
            one.picked_up = now


@dataclass
class Said:
    """What there is to be said. `causes` are those that it can be."""

    result: str
    causes: set[str | None]
    first: tuple[str, int] | None
    also: set[str]


def judge(plan: Plan, events: Sequence[LogEvent]) -> Said:
    log = read(plan, events)
    side = Side(plan, log, expected(plan, log))
    side.lay()
    result = result_of(plan, log)
    after = callback_of(plan, log, result)
    first = side.first or (after[0] if after else None)
    causes: set[str | None] = {None} if result in ("reached", "answered") else set(side.causes())
    return Said(result, causes, first, {kind for kind, _ in after})


# What should have happened.


def expected(plan: Plan, log: Log) -> list[Due]:
    counts: dict[tuple[str, str], int] = {}
    found: list[Due] = []

    def happens(name: str) -> Happenings:
        one = due_of(plan, name, oracle.t)
        number = counts[one.person, one.channel] = counts.get((one.person, one.channel), 0) + 1
        found.append(one)
        same = [it for it in log.actual if (it.person, it.channel) == (one.person, one.channel)]
        return responds(plan, log, same[number - 1], wait_of(plan, same[number - 1])) if number <= len(same) else []

    oracle = Oracle(Dry(plan, {}, log.hung_up), happens)
    oracle.run()
    return found


def due_of(plan: Plan, name: str, now: int) -> Due:
    round_, tier, person, step = name.split("/")
    method: ContactMethod = plan.people[person].contact_methods[int(step) - 1]
    return Due(name, int(round_), tier, person, method.channel, now)


def responds(plan: Plan, log: Log, one: Actual, wait: int) -> Happenings:
    """What comes of an attempt that is made again, so long after its start."""
    confirm = bool(plan.accounts[ACCOUNT].confirm)
    found: Happenings = []
    picked_up = None if one.picked_up is None else one.picked_up - one.started
    if one.acknowledged is not None:
        if picked_up is not None:
            found.append((picked_up, "answered"))
        found.append((one.acknowledged - one.started, "acknowledged"))
    elif one.outcome == "answered":
        assert picked_up is not None
        followed = tried_after(log, one)
        found.append((min(picked_up, wait), "voicemail" if followed else "acknowledged"))
    elif one.outcome not in (None, "cancelled", "no_response"):
        assert one.ended is not None
        if picked_up is not None and confirm:
            found.append((picked_up, "answered"))
        found.append((one.ended - one.started, str(one.outcome)))
    return found


def tried_after(log: Log, one: Actual) -> bool:
    """Whether the log goes on to try anybody once a call was picked up: what starts in that second starts after it,
    but for what began together with it."""
    assert one.picked_up is not None
    return any(it is not one and it.started >= one.picked_up and it.started > one.started for it in log.actual)


def wait_of(plan: Plan, one: Actual) -> int:
    person = str(one.person)
    methods = plan.people[person].contact_methods if person in plan.people else ()
    for method in methods:
        if method.channel == one.channel and method.address == one.address and method.wait is not None:
            return method.wait
    for method in methods:
        if method.channel == one.channel and method.wait is not None:
            return method.wait
    return 25 if one.channel == "voice" else 120


# The two side by side.


@dataclass
class Side:
    """What happened beside what should have, until the two part."""

    plan: Plan
    log: Log
    due: list[Due]
    first: tuple[str, int] | None = None
    beside: dict[int, Due] = field(default_factory=dict)

    def lay(self) -> None:
        for number, one in enumerate(self.log.actual):
            parts = self.parts(number, one)
            if parts:
                self.first = (parts, one.started)
                return
        left = self.next_due()
        if left and left.started + TOLERANCE < self.log.ended:
            self.first = ("stopped_early", left.started)

    def next_due(self) -> Due | None:
        left = [one for one in self.due if not one.taken]
        return left[0] if left else None

    def parts(self, number: int, one: Actual) -> str | None:
        """Why an attempt is none of the policy's."""
        if one.person not in self.plan.people:
            return "unknown_contact"
        if any(self.rings_on(other, one) for other in self.log.actual[:number]):
            return "blast"
        due = self.next_due()
        if due is None:
            return "extra_attempt"
        for other in self.together_with(due):
            if other.person == one.person:
                due = other
                break
        if due.person != one.person:
            return "skipped_tier" if self.is_of_later_tier(str(one.person), due) else "wrong_person"
        if due.channel != one.channel:
            return "wrong_channel"
        if abs(one.started - due.started) > TOLERANCE:
            return "late" if one.started > due.started else "early"
        due.taken = True
        self.beside[number] = due
        return None

    def rings_on(self, first: Actual, second: Actual) -> bool:
        """Whether a second attempt blasts over a first one."""
        over = first.ended is not None and first.ended <= second.started
        if over or first.started + wait_of(self.plan, first) - second.started <= TOLERANCE:
            return False
        return first.person == second.person or first.address == second.address

    def together_with(self, due: Due) -> list[Due]:
        """Those of its tier that are tried side by side with it, from the same moment on."""
        place = self.place(due.tier)
        if self.plan.policies[POLICY].tiers[place].order != "simultaneous":
            return []
        same = [one for one in self.due if not one.taken and (one.round, one.tier) == (due.round, due.tier)]
        return [one for one in same if abs(one.started - due.started) <= TOLERANCE]

    def place(self, tier: str) -> int:
        return tier_names(self.plan).index(tier)

    def is_of_later_tier(self, person: str, due: Due) -> bool:
        later = self.plan.policies[POLICY].tiers[self.place(due.tier) + 1 :]
        return any(person in bound(self.plan, tier.notify, due.started) for tier in later)

    # Why.

    def causes(self) -> list[str]:
        """Every cause that it can be."""
        log, kind = self.log, self.first[0] if self.first else None
        tiers = self.plan.policies[POLICY].tiers
        bindings = self.plan.accounts[ACCOUNT].bindings
        if not tiers or not bound(self.plan, tiers[0].notify, 0):
            return ["schedule_gap"]
        if kind in ("wrong_person", "unknown_contact"):
            return ["wrong_person"]
        if not any(bindings(tier.notify) for tier in tiers[1:]):
            return ["no_backup"]
        if kind == "skipped_tier":
            return ["skipped_tier"]
        if kind == "stopped_early" and log.hung_up is None:
            return ["stopped_early"]
        found = []
        if log.hung_up is not None:
            slow = self.not_begun()
            if slow == {True}:
                return ["slow_escalation"]
            found += ["slow_escalation"] if True in slow else []
            if kind is None:
                return [*found, "caller_patience"]
        return found + self.outcomes()

    def not_begun(self) -> set[bool]:
        """Whether something that was due had not begun when the caller left: by who was tried how often, and by how
        many were."""
        hung_up = self.log.hung_up
        assert hung_up is not None
        overdue = [one for one in self.due if one.started + TOLERANCE < hung_up]
        begun = [(str(one.person), one.channel) for one in self.log.actual if one.started <= hung_up]
        by_person = list(begun)
        left = [one for one in overdue if not removed(by_person, (one.person, one.channel))]
        if self.first is None or self.first[0] == "stopped_early":
            return {bool(left)}
        return {bool(left), len(begun) < len(overdue)}

    def outcomes(self) -> list[str]:
        """The outcome that ended last in the first tier that had one, whatever tier each may be of."""
        ranked = []
        for number, one in enumerate(self.log.actual):
            if one.outcome != "cancelled":
                ranked.append((self.levels(number, one), end_of(self.log, one), outcome_of(self.log, one)))
        if not ranked:
            return ["not_tried"]
        found = set()
        lowest = min(max(levels) for levels, _, _ in ranked)
        for level in sorted({level for levels, _, _ in ranked for level in levels if level <= lowest}):
            surely = [(end, what) for levels, end, what in ranked if levels == {level}]
            maybe = [(end, what) for levels, end, what in ranked if level in levels and levels != {level}]
            last = max((end for end, _ in surely), default=-1)
            found |= {what for end, what in surely if end == last}
            found |= {what for end, what in maybe if end >= last}
        return sorted(found)

    def levels(self, number: int, one: Actual) -> set[int]:
        """The tiers that an attempt may be of: that of what it stands beside, else the first that binds its person, be
        that when the dispatch starts or when the attempt does, else that of anything due of the person."""
        roles = [tier.notify for tier in self.plan.policies[POLICY].tiers]
        if number in self.beside:
            return {self.place(self.beside[number].tier)}
        found = {self.place(other.tier) for other in self.due if other.person == one.person}
        place = self.place_in_time(number)
        found |= {place} if place is not None else set()
        for second in (0, one.started):
            binds = [level for level, role in enumerate(roles) if one.person in bound(self.plan, role, second)]
            found.add(binds[0] if binds else len(roles))
        return found

    def place_in_time(self, number: int) -> int | None:
        return self.place(self.due[number].tier) if number < len(self.due) else None


def removed(those: list[tuple[str, str]], one: tuple[str, str]) -> bool:
    if one not in those:
        return False
    those.remove(one)
    return True


def tier_names(plan: Plan) -> list[str]:
    roles = [tier.notify for tier in plan.policies[POLICY].tiers]
    counts = [roles[: place + 1].count(role) for place, role in enumerate(roles)]
    return [role if count == 1 else f"{role}.{count}" for role, count in zip(roles, counts, strict=True)]


def bound(plan: Plan, role: str, second: int) -> list[str]:
    """Everybody a role leads to; somebody unknown by their label."""
    oracle = Oracle(Dry(plan))
    oracle.t = second
    return [one.who for one in oracle.bound(role)]


def outcome_of(log: Log, one: Actual) -> str:
    if one.outcome == "answered":
        return "unconfirmed"
    if one.outcome == "acknowledged" or one.outcome is None:
        return "no_response"
    return one.outcome


def end_of(log: Log, one: Actual) -> int:
    return one.ended if one.ended is not None and one.outcome != "acknowledged" else 10**9


# How it ended.


def taken(log: Log) -> bool:
    """Whether somebody acknowledged before it was over."""
    over = [one for one in (log.hung_up, log.closed, log.opened) if one is not None]
    return any(one <= min(over) for one in log.acknowledged) if over else bool(log.acknowledged)


def answered(log: Log) -> bool:
    return any(one.outcome == "answered" and not tried_after(log, one) for one in log.actual)


def due_of_callback(plan: Plan, log: Log) -> int | None:
    recovery = plan.policies[POLICY].recovery
    if log.due is not None:
        return log.due
    if recovery is None:
        return None
    return (log.ended if log.opened is None else log.opened) + recovery.due_within


def in_time(plan: Plan, log: Log) -> bool:
    due = due_of_callback(plan, log)
    return log.completed is not None and (due is None or log.completed <= due)


def result_of(plan: Plan, log: Log) -> str:
    if taken(log):
        return "reached"
    if answered(log):
        return "answered"
    if in_time(plan, log):
        return "recovered"
    return "missed" if log.hung_up is None else "abandoned"


def callback_of(plan: Plan, log: Log, result: str) -> list[tuple[str, int]]:
    """What is wrong with what was owed."""
    if result in ("reached", "answered"):
        return []
    if log.opened is None:
        return [("no_recovery", log.ended)] if plan.policies[POLICY].recovery is not None else []
    due = due_of_callback(plan, log)
    return [] if in_time(plan, log) else [("callback_late", log.opened if due is None else due)]
