"""What rules are checked against: what was read, what it means over the horizon, and what follows from that.

Nothing here reads a file or a clock. What is worked out for one rule is kept for the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta, timezone, tzinfo
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from oncall import times
from oncall.errors import Problem
from oncall.escalation.scenarios import Broken
from oncall.lint.calendars import Reading, readings
from oncall.lint.chains import Chains
from oncall.lint.schedules import Schedules
from oncall.lint.unread import Unread, unread
from oncall.lint.walk import Stretch, together, walk, within
from oncall.lint.wording import Horizon
from oncall.model import ALWAYS, Account, Binding, Policy, as_tuple
from oncall.plan import Plan
from oncall.spelling import nearest
from oncall.workspace import yaml
from oncall.workspace.committed import Uncommitted
from oncall.workspace.compile import workspace_zone
from oncall.workspace.load import Place, Workspace
from oncall.workspace.runbooks import Runbook
from oncall.workspace.scenarios import read_scenarios

if TYPE_CHECKING:
    from oncall.lint.logged import Logged

Reach = tuple[frozenset[str], ...]

_FIRST_ZONE = timezone(timedelta(hours=14))  # where a day begins first


class Context:
    """A workspace, its plan for the horizon (from `at` to before `until`), and its runbooks by path.

    `calendar_files` are the calendars that lie in it, whether or not anything names them, and `rule_names` the names of
    the rules by their codes, for what is written of rules. `log` is what an event log says, None where none was given.
    `uncommitted` are the calendars of overrides and absences that aren't what the last commit has.
    """

    def __init__(
        self,
        workspace: Workspace,
        plan: Plan,
        runbooks: Mapping[str, Runbook],
        at: int,
        until: int,
        *,
        calendar_files: Sequence[str] = (),
        rule_names: Mapping[str, str] | None = None,
        log: Logged | None = None,
        uncommitted: Sequence[Uncommitted] = (),
    ) -> None:
        self.workspace = workspace
        self.plan = plan
        self.runbooks = runbooks
        self.at = at
        self.until = until
        self.calendar_files = calendar_files
        self.rule_names = rule_names or {}
        self.log = log
        self.uncommitted = uncommitted
        self._reach: dict[tuple[object, ...], list[Stretch[Reach]]] = {}
        self._within_reach: dict[tuple[object, ...], list[Stretch[frozenset[str]]]] = {}
        self._scheduled: dict[str, frozenset[str]] = {}

    @cached_property
    def chains(self) -> Chains:
        """What happens in the horizon when nobody responds."""
        return Chains(self.plan, self.at, self.until)

    @cached_property
    def schedules(self) -> Schedules:
        """Who is on call in the horizon, and who can be reached, person by person."""
        return Schedules(self.workspace, self.plan, self.at, self.until)

    @cached_property
    def horizon(self) -> Horizon:
        """The time that is looked at, as findings speak of it."""
        return Horizon(self.at, self.until, self.zone)

    @property
    def zone(self) -> tzinfo:
        """The workspace's zone."""
        return workspace_zone(self.workspace)

    @cached_property
    def today(self) -> date:
        """The date at `at`."""
        return times.at(self.at, self.zone).date()

    def is_future(self, day: date) -> bool:
        """Whether a day has begun nowhere on Earth yet: what somebody writes down in Kiribati is done."""
        return day > times.at(self.at, _FIRST_ZONE).date()

    @cached_property
    def reported(self) -> Mapping[str, list[Problem]]:
        """What reading the files and the scenarios and compiling the plan met, by code."""
        scenarios = read_scenarios(self.workspace).values()
        met = [
            *self.plan.reported.values(),
            *(runbook.problems for runbook in self.runbooks.values()),
            *(scenario.problems for scenario in scenarios if isinstance(scenario, Broken)),
        ]
        found: dict[str, set[Problem]] = {}
        for one in chain.from_iterable(met):
            found.setdefault(one.code, set()).add(one)
        return {code: sorted(problems, key=lambda one: one.place) for code, problems in found.items()}

    @cached_property
    def readings(self) -> list[Reading]:
        """Every calendar as everything that names it reads it, over the horizon."""
        return readings(self.workspace, self.at, self.until)

    @cached_property
    def unread(self) -> Unread:
        """What stands in the parts of files that could not be read."""
        return unread(self.workspace)

    def place(self, section: str, name: str) -> Place:
        """Where something is defined; `.at("contacts", "backup")` is the place of a part of it."""
        return self.workspace.places[section, name]

    def policy(self, account: Account) -> Policy | None:
        """The policy of an account, None where it has none that can be used."""
        return self.workspace.policies.get(account.policy) if account.policy else None

    def people_bound(self, bindings: tuple[Binding, ...]) -> list[str]:
        """Everybody known whom a role leads to at any time of the horizon, by id: bound by name, or scheduled."""
        found: set[str] = set()
        for binding in bindings:
            if binding.person is not None and binding.person in self.plan.people:
                found.add(binding.person)
            elif binding.rotation is not None:
                found |= self.scheduled(binding.rotation)
        return sorted(found)

    def scheduled(self, rotation: str) -> frozenset[str]:
        """Everybody known who is on call in a rotation at any time of the horizon."""
        if rotation not in self._scheduled:
            schedule = self.plan.schedules.get(rotation)
            self._scheduled[rotation] = frozenset(
                shift.person
                for segment in (schedule.segments if schedule else ())
                if segment.start < self.until and segment.end > self.at
                for shift in segment.shifts
                if shift.person is not None
            )
        return self._scheduled[rotation]

    def here(self, person: str) -> bool:
        """Whether somebody is known and has not left by now."""
        presence = self.plan.presences.get(person)
        return presence is not None and (presence.gone is None or presence.gone > self.at)

    @cached_property
    def on_call(self) -> frozenset[str]:
        """Everybody known, and not gone by now, who is on call at any time of the horizon: bound by name to a role
        that their account's policy uses, or scheduled in a rotation that an account uses."""
        people: set[str] = set()
        rotations: set[str] = set()
        for account in self.workspace.accounts.values():
            policy = self.policy(account)
            for role in account.contacts:
                named = policy is not None and role in _roles(policy)
                people |= {one.person for one in account.bindings(role) if one.person is not None and named}
                rotations |= {one.rotation for one in account.bindings(role) if one.rotation is not None}
            rotations |= {one.rotation for one in as_tuple(account.supervisor) if one.rotation is not None}
        for rotation in rotations:
            people |= self.scheduled(rotation)
        return frozenset(person for person in people if self.here(person))

    def last_day(self, done: date, every: int) -> date:
        """The last day on which what was done on a date, and is to be every so many seconds, is not overdue."""
        try:
            return done + timedelta(seconds=every)
        except OverflowError:
            return date.max

    def refused(self, place: Place, *path: str | int) -> bool:
        """Whether something that a definition lacks is written there all the same, or under a misspelling of its key:
        what is wrong with it is reported there already."""
        node = place.node
        for step in path:
            if isinstance(node, yaml.Sequence) and isinstance(step, int) and step < len(node.items):
                node = node.items[step]
            elif isinstance(node, yaml.Mapping) and isinstance(step, str) and step in node.keys:
                node = node.keys[step].value
            elif isinstance(node, yaml.Mapping) and isinstance(step, str):
                return any(self._meant(place, node, key, step) for key in node.keys)
            else:
                break
        if isinstance(node, yaml.Sequence) and not node.items and path[0] in ("contacts", "tiers"):
            return False  # a list of nobody is a list
        return not (isinstance(node, yaml.Scalar) and node.text is None)

    def refused_in(self, runbook: Runbook, key: str) -> bool:
        """The same of the front matter of a runbook."""
        if key not in runbook.places:
            return bool(runbook.problems) and not runbook.places  # nothing of it could be read
        return any(one.line == runbook.places[key][0] for one in runbook.problems)

    def _meant(self, place: Place, node: yaml.Mapping, written: str, key: str) -> bool:
        where = (place.file, node.keys[written].line, node.keys[written].column)
        unknown = any((one.file, one.line, one.column) == where for one in self.reported.get("OC002", ()))
        return unknown and nearest(written, (key,)) is not None

    def open(self, account: Account) -> list[tuple[int, int]]:
        """The stretches of the horizon in which an account promises a human; without hours all of it."""
        if account.hours is None or account.hours == ALWAYS or account.hours not in self.plan.open:
            return [(self.at, self.until)]
        return within(self.plan.open[account.hours], self.at, self.until)

    def hours_known(self, account: Account) -> bool:
        """Whether it can be said when an account promises a human: it names hours that are there, or none."""
        return account.hours is None or account.hours == ALWAYS or account.hours in self.plan.open

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

    def within_reach(self, account: Account, place: Place) -> list[Stretch[frozenset[str]]]:
        """Who can be reached on any tier of an account's policy, over the whole horizon: stretches that touch, and
        differ from one to the next. Nothing where it has no policy. Somebody unknown counts, and so does a role that is
        written and could not be read: that is reported where it stands."""
        policy = self.policy(account)
        if policy is None:
            return []
        tiers = tuple((account.bindings(tier.notify), tier.channels) for tier in policy.tiers)
        roles = {tier.notify for tier in policy.tiers if not account.bindings(tier.notify)}
        unread = frozenset(f" {role}" for role in roles if self.refused(place, "contacts", role))
        if (tiers, unread) not in self._within_reach:
            spans = self.schedules.within_reach(tiers) | {who: [(self.at, self.until)] for who in unread}
            self._within_reach[tiers, unread] = list(together(spans, self.at, self.until))
        return self._within_reach[tiers, unread]


def _roles(policy: Policy) -> set[str]:
    """The roles that a policy leads to."""
    owed = (policy.recovery.owner, policy.recovery.escalate_to) if policy.recovery else ()
    return {*(tier.notify for tier in policy.tiers), *(role for role in owed if role is not None)}
