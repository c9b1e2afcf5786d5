"""Another way to the same verdict, written from the rules alone: for logs in which nothing is missing.

What should have happened is told by the oracle of escalation, which counts seconds. The two are then laid side by side,
one attempt after another, with lists that are looked through from the front again and again.

Attempts that differ are not laid side by side any further here: after the first divergence the rules leave open which
stands beside which. Where that matters to the cause, all causes that it can be are given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

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
    address: str
    started: int
    taken: bool = False
    spare: bool = False


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
    last_of_chain: int = 0

    @property
    def over(self) -> float:
        """When the caller could no longer be reached at once."""
        return min((one for one in (self.hung_up, self.closed, self.opened) if one is not None), default=float("inf"))

    @property
    def attempts_over(self) -> int | None:
        """When the last attempt ended, where each has."""
        ends = [one.ended for one in self.actual]
        return None if not ends or None in ends else max(end for end in ends if end is not None)

    @property
    def ended(self) -> int:
        ends = [one for one in (self.hung_up, self.closed, self.opened, *self.acknowledged) if one is not None]
        if ends:
            return min(ends)
        return self.last_of_chain if self.attempts_over is None else self.attempts_over

    @property
    def waited_until(self) -> int:
        """The end of what the caller experienced."""
        if self.hung_up is not None:
            return self.hung_up
        return self.ended if self.attempts_over is None else self.attempts_over


def read(plan: Plan, events: Sequence[LogEvent]) -> Log:
    """The log of one dispatch, its lines in any order."""
    log, by_name = Log(), {}
    once = [one for number, one in enumerate(events) if one not in events[:number]]
    order = {"received": 0, "attempt_started": 1}
    for one in sorted(once, key=lambda one: (one.time, order.get(one.type, 2))):
        now = round(one.time.timestamp()) - AT
        log.last = max(log.last, now)
        if one.type not in ("callback_opened", "callback_escalated", "callback_completed", "resolved", "gap", "note"):
            log.last_of_chain = max(log.last_of_chain, now)
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
    """What there is to be said. `causes` are those that it can be, `firsts` the first divergences: several where
    several attempts part in one second."""

    result: str
    causes: set[str | None]
    firsts: set[tuple[str, int] | None]
    also: set[str]


def judge(plan: Plan, events: Sequence[LogEvent]) -> Said:
    log = read(plan, events)
    result = result_of(plan, log)
    after = callback_of(plan, log, result)
    said = Said(result, set(), set(), {kind for kind, _ in after})
    due = expected(plan, log, log.hung_up)
    for more in ([], due_soon(plan, log, due)):
        side = Side(plan, log, [replace(one) for one in [*due, *more]])
        side.lay()
        said.firsts |= side.firsts or {after[0] if after else None}
        said.causes |= {cause for kind in side.kinds_until_over() for cause in side.causes(kind)}
    return replace(said, causes={None}) if result in ("reached", "answered") else said


# What should have happened.


def due_soon(plan: Plan, log: Log, due: list[Due]) -> list[Due]:
    """What would have been due within the tolerance after the dispatch was over, had it gone on: whether an attempt
    that is early for it is on time the rules leave open."""
    over = min([log.hung_up, *log.acknowledged] if log.hung_up is not None else log.acknowledged, default=None)
    if over is None:
        return []
    silent = [replace(one, acknowledged=None, outcome=None) if one.acknowledged == over else one for one in log.actual]
    later = expected(plan, replace(log, actual=silent), None if log.hung_up is None else over + TOLERANCE + 1)
    names = [one.name for one in due]
    return [replace(one, spare=True) for one in later if one.name not in names and one.started <= over + TOLERANCE]


def expected(plan: Plan, log: Log, hung_up: int | None) -> list[Due]:
    counts: dict[tuple[str, str], int] = {}
    found: list[Due] = []

    def happens(name: str) -> Happenings:
        one = due_of(plan, name, oracle.t)
        number = counts[one.person, one.channel] = counts.get((one.person, one.channel), 0) + 1
        found.append(one)
        same = [it for it in log.actual if (it.person, it.channel) == (one.person, one.channel)]
        return responds(plan, log, same[number - 1], wait_of(plan, same[number - 1])) if number <= len(same) else []

    oracle = Oracle(Dry(plan, {}, hung_up), happens)
    oracle.run()
    return found


def due_of(plan: Plan, name: str, now: int) -> Due:
    round_, tier, person, step = name.split("/")
    method: ContactMethod = plan.people[person].contact_methods[int(step) - 1]
    return Due(name, int(round_), tier, person, method.channel, method.address, now)


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
        if not confirm and not tried_after(log, one):
            return [(min(picked_up, wait), "acknowledged")]
        if confirm and one.channel != "voice":
            return []
        if confirm:
            found.append((min(picked_up, wait), "answered"))
        found.append((talked_until(one) - one.started if confirm else min(picked_up, wait), "voicemail"))
    elif one.outcome == "cancelled" and picked_up is not None and confirm:
        found += [(picked_up, "answered"), (talked_until(one) - one.started, "voicemail")]
    elif one.outcome not in (None, "cancelled", "no_response"):
        assert one.ended is not None
        if picked_up is not None and confirm:
            found.append((picked_up, "answered"))
        found.append((one.ended - one.started, str(one.outcome)))
    return found


def talked_until(one: Actual) -> int:
    assert one.picked_up is not None
    assert one.ended is not None
    return max(one.picked_up, one.ended)


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
    firsts: set[tuple[str, int] | None] = field(default_factory=set)
    begun: list[Actual] = field(default_factory=list)
    beside: dict[int, Due] = field(default_factory=dict)

    def lay(self) -> None:
        """Of what began in one second, which the lines of a log put in any order, what was due comes first."""
        left = list(enumerate(self.log.actual))
        while left:
            now = [one for one in left if one[1].started == left[0][1].started]
            parting: set[tuple[str, int] | None] = set()
            for number, one in now:
                kinds = self.parts(number, one)
                if not kinds:
                    left.remove((number, one))
                    self.begun.append(one)
                    break
                parting |= {(kind, one.started) for kind in kinds}
            else:
                self.firsts = parting
                return
        self.firsts = self.stopped()

    def stopped(self) -> set[tuple[str, int] | None]:
        """Whether nobody was tried any more although somebody was due."""
        due = self.next_due()
        # Read as: nothing is due any more once a call was picked up, and nobody tried after that.
        answers = [one.picked_up for one in self.log.actual if one.outcome == "answered"]
        ended = min([self.log.ended, *(at for at in answers[-1:] if at is not None and answered(self.plan, self.log))])
        if due and not due.spare and due.started + TOLERANCE < ended:
            return {("stopped_early", due.started)}
        return set()

    def kinds_until_over(self) -> set[str | None]:
        """How the two first part before it was over for the caller: what came after that is left aside."""
        kinds: set[str | None] = {one[0] for one in self.firsts if one is not None and one[1] <= self.log.over}
        if any(one is not None and one[1] > self.log.over for one in self.firsts):
            kinds |= {None, *(one[0] for one in self.stopped() if one is not None)}  # what was due may have come later
        return kinds or {None}

    def next_due(self) -> Due | None:
        left = [one for one in self.due if not one.taken]
        return left[0] if left else None

    def parts(self, number: int, one: Actual) -> set[str]:
        """Why an attempt is none of the policy's: the kinds that it can be, none where it is. Whether somebody is of a
        later tier may have changed between when the attempt was due and when one was made."""
        if one.person not in self.plan.people or self.is_nobodys(one.address):
            return {"unknown_contact"}
        if any(self.rings_on(other, one) for other in self.begun):
            return {"blast"}
        due = self.next_due()
        if due is None or (due.spare and not self.is_early_for(due, one)):
            return {"extra_attempt"}
        for other in self.together_with(due):
            if other.person == one.person:
                due = other
                break
        if due.person != one.person:
            return {self.somebody_else(one, due, second) for second in (due.started, one.started)}
        if (due.channel, due.address) != (one.channel, one.address):
            return {"wrong_channel"}
        if abs(one.started - due.started) > TOLERANCE:
            return {"late" if one.started > due.started else "early"}
        due.taken = True
        self.beside[number] = due
        return set()

    def is_early_for(self, due: Due, one: Actual) -> bool:
        """Whether an attempt is what would have been due soon after."""
        same = (one.person, one.channel, one.address) == (due.person, due.channel, due.address)
        return same and abs(due.started - one.started) <= TOLERANCE

    def is_nobodys(self, address: str) -> bool:
        """Read as: a number that is nobody's, whoever is said to have it."""
        return address.startswith("+") and not any(address in theirs for theirs in self.plan.endpoints.values())

    def rings_on(self, first: Actual, second: Actual) -> bool:
        """Whether a second attempt blasts over a first one."""
        over = first.ended is not None and first.ended <= second.started
        if over or first.started + self.wait_of(first) - second.started <= TOLERANCE:
            return False
        return first.person == second.person or first.address == second.address

    def wait_of(self, one: Actual) -> int:
        """How long it is given: as the method says that was due, where it stands beside one."""
        for number, other in enumerate(self.log.actual):
            if other is one and number in self.beside:
                due = self.beside[number]
                method = self.plan.people[due.person].contact_methods[int(due.name.split("/")[3]) - 1]
                return method.seconds
        return wait_of(self.plan, one)

    def together_with(self, due: Due) -> list[Due]:
        """Those of its tier that are tried side by side with it."""
        place = self.place(due.tier)
        if self.plan.policies[POLICY].tiers[place].order != "simultaneous":
            return []
        return [one for one in self.due if not one.taken and (one.round, one.tier) == (due.round, due.tier)]

    def place(self, tier: str) -> int:
        return tier_names(self.plan).index(tier)

    def somebody_else(self, one: Actual, due: Due, second: int) -> str:
        """What somebody is who was not due. What comes first: whether anything is due of them at all, then whether who
        was due was tried, then whether it was before their own turn."""
        tiers = self.plan.policies[POLICY].tiers
        was_tried = any(other.person == due.person for other in self.log.actual)
        turns = [other for other in self.due if not other.taken and not other.spare and other.person == one.person]
        if turns:
            if turns[0].tier != due.tier and not was_tried:
                return "skipped_tier"
            return "early" if one.started < turns[0].started - TOLERANCE else "skipped_step"
        place = self.place(due.tier)
        binds = [level for level, tier in enumerate(tiers) if str(one.person) in bound(self.plan, tier.notify, second)]
        if place in binds:
            return "extra_attempt"
        if binds and min(binds) > place:
            return "early" if was_tried else "skipped_tier"
        return "extra_attempt" if binds and one.started < due.started else "wrong_person"

    # Why.

    def causes(self, kind: str | None) -> list[str]:
        """Every cause that it can be, where the two first part in this way. What came after it was over is no cause."""
        tiers = self.plan.policies[POLICY].tiers
        bindings = self.plan.accounts[ACCOUNT].bindings
        if tiers and not bound(self.plan, tiers[0].notify, 0):
            return ["schedule_gap"]
        if kind in ("wrong_person", "unknown_contact"):
            return ["wrong_person"]
        if not any(bindings(tier.notify) for tier in tiers[1:]):
            return ["no_backup"]
        return [*self.causes_with_a_backup(kind), *(["no_backup"] if self.may_lack_a_backup() else [])]

    def may_lack_a_backup(self) -> bool:
        """Whether every further tier leads to nobody at some time: when it is asked the rules leave open."""
        later = self.plan.policies[POLICY].tiers[1:]
        return all(any(not bound(self.plan, tier.notify, second) for second in range(0, 300, 5)) for tier in later)

    def causes_with_a_backup(self, kind: str | None) -> list[str]:
        log = self.log
        if kind == "skipped_tier":
            return ["skipped_tier"]
        if kind == "stopped_early" and log.hung_up is None:
            return ["stopped_early"]
        found = []
        if log.hung_up is not None:
            slow = self.not_begun(kind)
            if slow == {True}:
                return ["slow_escalation"]
            found += ["slow_escalation"] if True in slow else []
            if kind is None:
                return [*found, "caller_patience"]
        return found + self.outcomes()

    def not_begun(self, kind: str | None) -> set[bool]:
        """Whether something that was due had not begun when the caller left: by who was tried how often, and by how
        many were."""
        hung_up = self.log.hung_up
        assert hung_up is not None
        overdue = [one for one in self.due if one.started + TOLERANCE < hung_up]
        begun = [(str(one.person), one.channel) for one in self.log.actual if one.started <= hung_up]
        by_person = list(begun)
        left = [one for one in overdue if not removed(by_person, (one.person, one.channel))]
        if kind in (None, "stopped_early"):
            return {bool(left)}
        return {bool(left), len(begun) < len(overdue), any(not one.taken for one in overdue)}

    def outcomes(self) -> list[str]:
        """The outcome that ended last in the first tier that had one, whatever tier each may be of."""
        ranked = []
        for number, one in enumerate(self.log.actual):
            if one.outcome != "cancelled" and one.started <= self.log.over:
                ranked.append((self.levels(number, one), end_of(self.log, one), outcome_of(self.log, one)))
        # Read as: nobody of any tier, nobody tried; or somebody all the same.
        nowhere = len(self.plan.policies[POLICY].tiers)
        if not ranked:
            return ["not_tried"]
        found = {"not_tried"} if all(nowhere in levels for levels, _, _ in ranked) else set()
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
        found |= {self.place(other.tier) for other in self.due[max(0, number - 2) : number + 3]}
        for second in (0, one.started):
            binds = [level for level, role in enumerate(roles) if one.person in bound(self.plan, role, second)]
            found.add(binds[0] if binds else len(roles))
        return found


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


def answered(plan: Plan, log: Log) -> bool:
    """Read as: whatever is picked up once the dispatch is over is not. Where somebody has to confirm, nothing is."""
    if plan.accounts[ACCOUNT].confirm:
        return False
    over = min((one for one in (log.hung_up, log.closed, log.opened) if one is not None), default=log.last)
    picked_up = [one for one in log.actual if one.outcome == "answered" and not tried_after(log, one)]
    return any(one.picked_up is not None and one.picked_up <= over for one in picked_up)


def due_of_callback(plan: Plan, log: Log) -> int | None:
    recovery = plan.policies[POLICY].recovery
    if recovery is None:
        return log.due
    start = log.waited_until
    if log.opened is not None and 0 <= log.opened - start <= TOLERANCE:
        start = log.opened
    promised = start + recovery.due_within
    return promised if log.due is None else min(log.due, promised)


def in_time(plan: Plan, log: Log) -> bool:
    due = due_of_callback(plan, log)
    return log.completed is not None and (due is None or log.completed <= due)


def result_of(plan: Plan, log: Log) -> str:
    if taken(log):
        return "reached"
    if answered(plan, log):
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
