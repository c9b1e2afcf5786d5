"""Who is on call: the answers, as plain data, from a plan and an instant.

An answer says for each tier of an account (or the one tier of a rotation) who is on call, since when and until when,
how to reach them in order or why that is not possible, who is next, and which problems in the files could have made it
another answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from oncall.errors import Problem
from oncall.model import Account, Binding, ContactMethod, Shift
from oncall.plan import UNIDENTIFIED, Absence, Plan
from oncall.schedule import OnCall, Schedule

EVENT_CODES = ("OC303", "OC305")
"""Of problems that are about how one event names somebody, or about its length on one day."""


class Entry(Struct, frozen=True):
    """Somebody on call at an instant. `since` and `until` are instants, None where there is none in sight; `why_not`
    says why they cannot be reached, `absence` until when they are away."""

    shift: Shift
    since: int | None
    until: int | None
    contact_methods: tuple[ContactMethod, ...]
    why_not: str | None = None
    absence: Absence | None = None

    @property
    def reachable(self) -> bool:
        """Whether a dispatch could try this person now."""
        return self.why_not is None


class Following(Struct, frozen=True):
    """Who is on call next, and from when."""

    at: int
    on_call: tuple[Entry, ...]


class Service(Struct, frozen=True):
    """A role of an account that somebody on call in a rotation has, or somebody bound by name."""

    account: str
    role: str
    in_policy: bool


class TierAnswer(Struct, frozen=True):
    """One tier. `role` is `on_call` where a rotation or calendar was asked for. Where a person was, it is a rotation,
    or `direct` where they are bound by name, and `serves` says for whom they are on call then."""

    role: str
    in_policy: bool
    on_call: tuple[Entry, ...]
    next: Following | None
    serves: tuple[Service, ...] = ()


class Answer(Struct, frozen=True):
    """Who is on call for one name at one instant. `kind` is `account`, `rotation`, `calendar` or `person`.

    `promised` tells whether the account's hours promise a human at that instant (None where nothing can promise one);
    `calendars` is when each calendar behind the answer was last written, where it says. Of a person `tiers` are where
    they are on call, `contact_methods` how to reach them, `why_not` and `absence` whether they can be.
    """

    kind: str
    name: str
    title: str
    at: int
    tiers: tuple[TierAnswer, ...]
    promised: bool | None = None
    lines: tuple[str, ...] = ()
    runbook: str | None = None
    runbook_found: bool = False
    calendars: tuple[tuple[str, int], ...] = ()
    problems: tuple[Problem, ...] = ()
    contact_methods: tuple[ContactMethod, ...] = ()
    why_not: str | None = None
    absence: Absence | None = None

    @property
    def is_bad_news(self) -> bool:
        """Whether somebody calling now finds nobody: a human was promised and no tier has anybody reachable; for a
        rotation or a calendar, nobody is on call. About a person there is none: nobody has to be on call."""
        if self.kind == "person":
            return False
        if self.kind != "account":
            return not any(tier.on_call for tier in self.tiers)
        tiers = [tier for tier in self.tiers if tier.in_policy] or self.tiers
        return bool(self.promised) and not any(entry.reachable for tier in tiers for entry in tier.on_call)


def account_answer(plan: Plan, name: str, instant: int) -> Answer:
    """Who is on call for an account: its policy's tiers in order, then contacts that no tier uses."""
    account = plan.accounts[name]
    tiers = tuple(_account_tiers(plan, account, instant))
    facts = plan.account_facts[name]
    rotations = [one.rotation for role in account.contacts for one in account.bindings(role) if one.rotation]
    files = dict.fromkeys(file for one in rotations if one in plan.rotations for file in plan.rotations[one].files)
    return Answer(
        kind="account",
        name=name,
        title=account.name,
        at=instant,
        tiers=tiers,
        promised=plan.promises(account, instant),
        lines=tuple(line.shown for line in facts.lines),
        runbook=account.runbook,
        runbook_found=facts.runbook_found,
        calendars=tuple((file, plan.written[file]) for file in files if file in plan.written),
        problems=_relevant(plan, facts.depends, tiers, instant),
    )


def rotation_answer(plan: Plan, name: str, instant: int) -> Answer:
    """Who is on call in a rotation."""
    tiers = (_tier(plan, "on_call", True, (), (Binding(rotation=name),), instant),)  # type: ignore[arg-type]
    facts = plan.rotations[name]
    return Answer(
        kind="rotation",
        name=name,
        title=name,
        at=instant,
        tiers=tiers,
        calendars=tuple((file, plan.written[file]) for file in facts.files if file in plan.written),
        problems=_relevant(plan, facts.depends, tiers, instant),
    )


def calendar_answer(
    file: str, schedule: Schedule, instant: int, written: int | None, problems: Sequence[Problem]
) -> Answer:
    """Who is on call in a calendar with no workspace around it: people are the summaries as written."""
    on_call = tuple(as_written(one) for one in schedule.at(instant))
    following = schedule.next(instant)
    after = Following(following[0], tuple(as_written(one) for one in following[1])) if following else None
    return Answer(
        kind="calendar",
        name=file,
        title=file,
        at=instant,
        tiers=(TierAnswer("on_call", True, on_call, after),),
        calendars=((file, written),) if written else (),
        problems=tuple(one for one in problems if one.code not in EVENT_CODES or one.line is None),
    )


def person_answer(plan: Plan, name: str, instant: int) -> Answer:
    """Where somebody is on call now and next, for whom, and how to reach them: what they are on call in now first, then
    what comes first."""
    tiers = [tier for rotation in plan.schedules if (tier := _in_rotation(plan, name, rotation, instant))]
    direct = _services(plan, Binding(person=name))  # type: ignore[arg-type]
    if direct:
        entry = _entry(plan, OnCall(plan.direct(name), None, None), instant, ())
        tiers.append(TierAnswer("direct", any(one.in_policy for one in direct), (entry,), None, direct))
    tiers.sort(key=lambda tier: (not tier.on_call, tier.next.at if tier.next and not tier.on_call else 0))
    files = dict.fromkeys(entry.shift.file for tier in tiers for entry in tier.on_call if entry.shift.file)
    depends = dict.fromkeys(about for facts in plan.rotations.values() for about in facts.depends)
    return Answer(
        kind="person",
        name=name,
        title=plan.people[name].name,
        at=instant,
        tiers=tuple(tiers),
        calendars=tuple((file, plan.written[file]) for file in files if file in plan.written),
        problems=_relevant(plan, (*depends, f"people/{name}"), tiers, instant),
        contact_methods=plan.people[name].usable_methods(),
        why_not=plan.why_not(name, instant),
        absence=plan.presences[name].absence(instant),
    )


def _in_rotation(plan: Plan, person: str, rotation: str, instant: int) -> TierAnswer | None:
    """Where somebody is on call in a rotation, now and next; None where they are not, as far as the plan leads."""
    schedule = plan.schedules[rotation]
    now = tuple(_entry(plan, one, instant, ()) for one in schedule.at(instant) if one.shift.person == person)
    turn = schedule.next_turn(person, instant)
    if not now and turn is None:
        return None
    services = _services(plan, Binding(rotation=rotation))  # type: ignore[arg-type]
    following = Following(turn[0], (_entry(plan, turn[1], turn[0], ()),)) if turn else None
    return TierAnswer(rotation, any(one.in_policy for one in services), now, following, services)


def _services(plan: Plan, binding: Binding) -> tuple[Service, ...]:
    """The roles of accounts that lead to a rotation or a person."""
    services = []
    for name, account in plan.accounts.items():
        policy = plan.policies[account.policy] if account.policy and account.policy in plan.policies else None
        tiers = {tier.notify for tier in policy.tiers} if policy else set()
        roles = (role for role in account.contacts if binding in account.bindings(role))
        services += [Service(name, role, role in tiers) for role in roles]
    return tuple(services)


def as_written(one: OnCall) -> Entry:
    """Somebody on call in a calendar with no workspace around it."""
    return Entry(one.shift, one.since, one.until, (), UNIDENTIFIED)


def _account_tiers(plan: Plan, account: Account, instant: int) -> Iterator[TierAnswer]:
    policy = plan.policies[account.policy] if account.policy and account.policy in plan.policies else None
    for role, tier in zip(policy.tier_names, policy.tiers, strict=True) if policy else ():
        yield _tier(plan, role, True, tier.channels, account.bindings(tier.notify), instant)
    named = {tier.notify for tier in policy.tiers} if policy else ()
    for role in account.contacts:
        if role not in named:
            yield _tier(plan, role, False, (), account.bindings(role), instant)


def _tier(
    plan: Plan, role: str, in_policy: bool, channels: tuple[str, ...], bindings: tuple[Binding, ...], instant: int
) -> TierAnswer:
    now: list[Entry] = []
    changes: list[tuple[int, Binding, tuple[OnCall, ...]]] = []
    for binding in bindings:
        now += entries_of(plan, binding, _bound(plan, binding, instant), instant, channels)
        if binding.rotation and binding.rotation in plan.schedules:
            following = plan.schedules[binding.rotation].next(instant)
            if following:
                changes.append((following[0], binding, following[1]))
    return TierAnswer(role, in_policy, _once(now), _following(plan, bindings, changes, instant, channels))


def _following(
    plan: Plan,
    bindings: tuple[Binding, ...],
    changes: list[tuple[int, Binding, tuple[OnCall, ...]]],
    instant: int,
    channels: tuple[str, ...],
) -> Following | None:
    """The first change of any rotation of a tier, and the whole tier from then on."""
    if not changes:
        return None
    moment = min(when for when, _, _ in changes)
    then: list[Entry] = []
    for binding in bindings:
        changed = next((people for when, one, people in changes if one is binding and when == moment), None)
        if changed is not None:
            then += entries_of(plan, binding, changed, moment, channels)
        else:
            staying = (one for one in _bound(plan, binding, instant) if one.until is None or one.until > moment)
            then += entries_of(plan, binding, staying, moment, channels)
    return Following(moment, _once(then))


def entries_bound(
    plan: Plan, bindings: Iterable[Binding], instant: int, channels: tuple[str, ...] = ()
) -> tuple[Entry, ...]:
    """Everybody a role leads to at an instant, in the order they are tried; somebody bound twice counts once."""
    return _once(
        [
            entry
            for binding in bindings
            for entry in entries_of(plan, binding, _bound(plan, binding, instant), instant, channels)
        ]
    )


def _bound(plan: Plan, binding: Binding, instant: int) -> tuple[OnCall, ...]:
    if binding.rotation:
        schedule = plan.schedules.get(binding.rotation)
        return schedule.at(instant) if schedule else ()
    return (OnCall(plan.direct(str(binding.person)), None, None),)


def entries_of(
    plan: Plan, binding: Binding, on_call: Iterable[OnCall], instant: int, channels: tuple[str, ...] = ()
) -> list[Entry]:
    """The people a role leads to in the order they are tried."""
    ordered = sorted(on_call, key=lambda one: plan.turn(binding.rotation or "", one.shift))
    return [_entry(plan, one, instant, channels) for one in ordered]


def _entry(plan: Plan, one: OnCall, instant: int, channels: tuple[str, ...]) -> Entry:
    person = one.shift.person
    known = plan.people[person] if person is not None and person in plan.people else None
    return Entry(
        one.shift,
        one.since,
        one.until,
        known.usable_methods(channels) if known else (),
        plan.why_not(person, instant, channels),
        plan.presences[person].absence(instant) if known and person is not None else None,
    )


def _once(entries: list[Entry]) -> tuple[Entry, ...]:
    """Somebody bound twice in one tier counts once, where first listed."""
    first: dict[str, Entry] = {}
    for entry in entries:
        first.setdefault(entry.shift.who, entry)
    return tuple(first.values())


def _relevant(plan: Plan, depends: Iterable[str], tiers: Sequence[TierAnswer], instant: int) -> tuple[Problem, ...]:
    """The problems that could have changed an answer. One that is about how a single event names somebody, or about
    its length on one day, touches the answers in which the event stands; an absence of nobody known may be anybody's
    while it lasts."""
    entries = [entry for tier in tiers for entry in (*tier.on_call, *(tier.next.on_call if tier.next else ()))]
    events = {(entry.shift.file, entry.shift.line) for entry in entries}
    people = (f"people/{entry.shift.person}" for entry in entries if entry.shift.person)
    found: dict[Problem, None] = {}
    for about in (*depends, *people):
        for one in plan.reported.get(about, ()):
            if one.code not in EVENT_CODES or one.line is None or (one.file, one.line) in events:
                found[one] = None
        for doubt in plan.doubts.get(about, ()):
            if doubt.start <= instant < doubt.end:
                found[doubt.problem] = None
    return tuple(sorted(found, key=lambda one: one.place))


def left_out(plan: Plan) -> list[Problem]:
    """Why accounts that are defined have no answer: what is wrong with those of which nothing could be used."""
    abouts = (about for about in plan.reported if about.startswith("accounts/"))
    broken = (about for about in abouts if about.removeprefix("accounts/") not in plan.accounts)
    return [one for about in broken for one in plan.reported[about]]
