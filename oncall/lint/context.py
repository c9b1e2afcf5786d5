"""What rules are checked against: what was read, what it means over the horizon, and what follows from that.

Nothing here reads a file or a clock. What is worked out for one rule is kept for the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, tzinfo
from functools import cached_property

from oncall import times
from oncall.errors import Problem
from oncall.lint.walk import Stretch, walk, within
from oncall.model import ALWAYS, Account, Binding, Person, Policy
from oncall.plan import Plan
from oncall.workspace.compile import person_zone, workspace_zone
from oncall.workspace.load import Place, Workspace
from oncall.workspace.runbooks import Runbook

Reach = tuple[frozenset[str], ...]


class Context:
    """A workspace, its plan for the horizon (from `at` to before `until`), and its runbooks by path."""

    def __init__(self, workspace: Workspace, plan: Plan, runbooks: Mapping[str, Runbook], at: int, until: int) -> None:
        self.workspace = workspace
        self.plan = plan
        self.runbooks = runbooks
        self.at = at
        self.until = until
        self._reach: dict[tuple[object, ...], list[Stretch[Reach]]] = {}

    @property
    def zone(self) -> tzinfo:
        """The workspace's zone."""
        return workspace_zone(self.workspace)

    @cached_property
    def today(self) -> date:
        """The date at `at`."""
        return times.at(self.at, self.zone).date()

    @cached_property
    def reported(self) -> Mapping[str, list[Problem]]:
        """What reading the files and compiling the plan met, by code."""
        found: dict[str, set[Problem]] = {}
        for problems in self.plan.reported.values():
            for one in problems:
                found.setdefault(one.code, set()).add(one)
        for runbook in self.runbooks.values():
            for one in runbook.problems:
                found.setdefault(one.code, set()).add(one)
        return {code: sorted(problems, key=lambda one: one.place) for code, problems in found.items()}

    def place(self, section: str, name: str) -> Place:
        """Where something is defined; `.at("contacts", "backup")` is the place of a part of it."""
        return self.workspace.places[section, name]

    def policy(self, account: Account) -> Policy | None:
        """The policy of an account, None where it has none that can be used."""
        return self.workspace.policies.get(account.policy) if account.policy else None

    def zone_of(self, person: Person) -> tzinfo:
        """The zone of a person's last day and absences."""
        return person_zone(self.workspace, person)

    def people_bound(self, bindings: tuple[Binding, ...]) -> list[str]:
        """Everybody known whom a role leads to at any time of the horizon, by id: bound by name, or scheduled."""
        found: set[str] = set()
        for binding in bindings:
            if binding.person is not None and binding.person in self.plan.people:
                found.add(binding.person)
            elif binding.rotation is not None:
                found |= self.scheduled(binding.rotation)
        return sorted(found)

    def scheduled(self, rotation: str) -> set[str]:
        """Everybody known who is on call in a rotation at any time of the horizon."""
        schedule = self.plan.schedules.get(rotation)
        return {
            shift.person
            for segment in (schedule.segments if schedule else ())
            if segment.start < self.until and segment.end > self.at
            for shift in segment.shifts
            if shift.person is not None
        }

    def open(self, account: Account) -> list[tuple[int, int]]:
        """The stretches of the horizon in which an account promises a human; without hours all of it."""
        if account.hours is None or account.hours == ALWAYS or account.hours not in self.plan.open:
            return [(self.at, self.until)]
        return within(self.plan.open[account.hours], self.at, self.until)

    def changes(self, bindings: tuple[Binding, ...], people: set[str] | None = None) -> set[int]:
        """Every instant of the horizon at which whom a role leads to, or whether they can be reached, may change."""
        found: set[int] = set()
        everybody = people if people is not None else set(self.people_bound(bindings))
        for binding in bindings:
            schedule = self.plan.schedules.get(binding.rotation or "")
            for segment in schedule.segments if schedule else ():
                found |= {segment.start, segment.end}
        for person in everybody:
            presence = self.plan.presences[person]
            for absence in presence.away:
                found |= {absence.start, absence.end}
            if presence.gone is not None:
                found.add(presence.gone)
        return {instant for instant in found if self.at < instant < self.until}

    def reach(self, account: Account) -> list[Stretch[Reach]]:
        """Who can be reached in each tier of an account's policy, over the whole horizon: stretches that touch, and
        differ from one to the next. Nothing where it has no policy."""
        policy = self.policy(account)
        if policy is None:
            return []
        tiers = tuple((account.bindings(tier.notify), tier.channels) for tier in policy.tiers)
        if tiers not in self._reach:
            self._reach[tiers] = self._reached(tiers)
        return self._reach[tiers]

    def _reached(self, tiers: tuple[tuple[tuple[Binding, ...], tuple[str, ...]], ...]) -> list[Stretch[Reach]]:
        edges = {instant for bindings, _ in tiers for instant in self.changes(bindings)}

        def state(instant: int) -> Reach:
            return tuple(
                frozenset(
                    shift.person
                    for shift in self.plan.bound(bindings, instant)
                    if shift.person is not None and self.plan.why_not(shift.person, instant, channels) is None
                )
                for bindings, channels in tiers
            )

        return list(walk(self.at, self.until, edges, state))
