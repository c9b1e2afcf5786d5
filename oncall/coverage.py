"""What the scenarios of a workspace reach, and what none of them does: accounts, and of each policy its tiers, the
contact methods it can lead to, the outcomes it rolls over at and the steps of its recovery."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Literal

from msgspec import Struct

from oncall.escalation.trace import Trace
from oncall.model import Account, ContactMethod, Person, Policy, Tier
from oncall.plan import Plan

Kind = Literal["accounts", "tiers", "contact methods", "rollover", "recovery"]

_OF_CALLS = ("busy", "no_answer", "voicemail")  # what a message never ends in


class Item(Struct, frozen=True):
    """Something a scenario can reach. `policy` is None for accounts; `person`, `channel`, `address` and `step` (its
    place from 1) are of a contact method."""

    kind: Kind
    policy: str | None
    name: str
    reached: bool
    person: str | None = None
    channel: str | None = None
    address: str | None = None
    step: int | None = None


class Group(Struct, frozen=True):
    """Everything of one kind: all accounts, or what a policy has of it."""

    kind: Kind
    policy: str | None
    items: tuple[Item, ...]

    @property
    def reached(self) -> int:
        """How many some scenario reaches."""
        return sum(one.reached for one in self.items)


class Coverage(Struct, frozen=True):
    """Everything there is to reach, the accounts first, then policy by policy."""

    groups: tuple[Group, ...]

    @property
    def reached(self) -> int:
        """How much of it some scenario reaches."""
        return sum(group.reached for group in self.groups)

    @property
    def total(self) -> int:
        """How much there is."""
        return sum(len(group.items) for group in self.groups)


def coverage(plans: Sequence[Plan], traces: Iterable[Trace], account: str | None = None) -> Coverage:
    """What some dispatches reach of a workspace, or of one account and its policy. `plans` are those they were run
    with, at least one: whoever is scheduled in the window of one of them can be reached."""
    first = plans[0]
    accounts = {name: first.accounts[name] for name in sorted(first.accounts) if account in (None, name)}
    policies = sorted(first.policies if account is None else {str(one.policy) for one in accounts.values()})
    found, rotations = _Found(traces), _Rotations(plans)
    items = [Item("accounts", None, name, name in found.accounts) for name in accounts]
    for name in policies:
        if name in first.policies:
            members = {key: one for key, one in accounts.items() if one.policy == name}
            items += _policy(first, name, members, rotations, found)
    grouped = groupby(items, key=lambda one: (one.kind, one.policy))
    return Coverage(tuple(Group(kind, policy, tuple(members)) for (kind, policy), members in grouped))


class _Found:
    """What the dispatches reached: pairs that begin with the policy, or the account."""

    def __init__(self, traces: Iterable[Trace]) -> None:
        self.accounts: set[str] = set()
        self.tiers: set[tuple[str, str]] = set()
        self.methods: set[tuple[str, str, int]] = set()
        self.outcomes: set[tuple[str, str]] = set()
        self.stages: set[tuple[str, str]] = set()
        for trace in traces:
            self.accounts.add(trace.account)
            self.stages |= {(trace.policy, stage) for stage in _stages(trace)}
            for one in trace.attempts:
                self.tiers.add((trace.policy, one.tier))
                self.methods.add((trace.policy, one.person, one.step))
                self.outcomes.add((trace.account, one.outcome))


def _stages(trace: Trace) -> Iterator[str]:
    """The steps of a recovery that a dispatch went through."""
    if trace.callback is None:
        return
    yield "opened"
    if trace.callback.completed is not None:
        yield "completed"
    if trace.callback.escalated is not None:
        yield "escalated"
    if trace.disposition == "overdue":
        yield "overdue"


class _Rotations:
    """Who can be on call in each rotation, in the window of any plan."""

    def __init__(self, plans: Sequence[Plan]) -> None:
        self._plans = plans
        self._known: dict[str, tuple[str, ...]] = {}

    def people(self, rotation: str) -> tuple[str, ...]:
        """Those it lists, and those it schedules."""
        if rotation not in self._known:
            names = (name for plan in self._plans for name in self._of(plan, rotation))
            self._known[rotation] = tuple(dict.fromkeys(name for name in names if name is not None))
        return self._known[rotation]

    @staticmethod
    def _of(plan: Plan, rotation: str) -> Iterator[str | None]:
        if rotation in plan.rotations:
            yield from plan.rotations[rotation].people
        for segment in plan.schedules[rotation].segments if rotation in plan.schedules else ():
            if segment.start < plan.window.end and segment.end > plan.window.start:
                yield from (shift.person for shift in segment.shifts)


def _policy(
    plan: Plan, name: str, accounts: dict[str, Account], rotations: _Rotations, found: _Found
) -> Iterator[Item]:
    policy = plan.policies[name]
    for tier in policy.tier_names:
        yield Item("tiers", name, tier, (name, tier) in found.tiers)
    methods = _methods(plan, policy, accounts.values(), rotations)
    for (person, step), one in methods.items():
        reached = (name, person, step) in found.methods
        called = _called(plan.people[person], person, one)
        yield Item("contact methods", name, called, reached, person, one.channel, one.address, step)
    channels = {one.channel for one in methods.values()} if accounts else {"voice"}
    for outcome, users in _rollover(policy, accounts).items():
        if "voice" in channels or (channels and outcome not in _OF_CALLS):
            yield Item("rollover", name, outcome, any((user, outcome) in found.outcomes for user in users))
    for stage in _recovery(policy):
        yield Item("recovery", name, stage, (name, stage) in found.stages)


def _methods(
    plan: Plan, policy: Policy, accounts: Iterable[Account], rotations: _Rotations
) -> dict[tuple[str, int], ContactMethod]:
    """The contact methods a policy can lead to, by person and step, in the order of its tiers."""
    found: dict[tuple[str, int], ContactMethod] = {}
    reachable = [(account, tier) for tier in policy.tiers for account in accounts]
    for account, tier in reachable:
        for person in _people(account, tier, rotations):
            profile = plan.people.get(person)
            usable = profile.usable_methods(tier.channels) if profile else ()
            for step, method in enumerate(profile.contact_methods if profile else (), 1):
                if method in usable:
                    found.setdefault((person, step), method)
    return found


def _people(account: Account, tier: Tier, rotations: _Rotations) -> Iterator[str]:
    """Everybody a tier can lead to."""
    for binding in account.bindings(tier.notify):
        yield from (str(binding.person),) if binding.rotation is None else rotations.people(binding.rotation)


def _called(profile: Person, person: str, method: ContactMethod) -> str:
    """A contact method by its person and channel, with the address where that does not tell it from another."""
    alike = [one for one in profile.contact_methods if one.channel == method.channel]
    return f"{person} {method.channel}" + (f" {method.address}" if len(alike) > 1 else "")


def _rollover(policy: Policy, accounts: dict[str, Account]) -> dict[str, list[str]]:
    """The outcomes at which a policy rolls over, and for which accounts."""
    found: dict[str, list[str]] = {}
    for outcome in policy.rollover if not accounts else ():
        found[outcome] = []
    for name, account in accounts.items():
        for outcome in policy.rollover if account.rollover is None else account.rollover:
            found.setdefault(outcome, []).append(name)
    return found


def _recovery(policy: Policy) -> tuple[str, ...]:
    if policy.recovery is None:
        return ()
    return ("opened", "completed", *(("escalated",) if policy.recovery.escalate_to else ()), "overdue")
