"""What comes of an edit that is made in a copy of the workspace: lint, the scenarios, and other dispatches of the log.

The copy is in memory: the files of the workspace are read, those that are edited are others, and nothing is written.
What a page says of an edit is what came of it here. How much is run is bounded, and the proof says how much it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

from msgspec import Struct

from oncall.errors import ERROR, WARNING, OncallError, Problem
from oncall.escalation.scenarios import Broken
from oncall.lint.baseline import Known, identity
from oncall.lint.opening import context_of
from oncall.lint.run import findings, known_from, report
from oncall.plan import OutsideWindowError, Plan
from oncall.replay.counterfactual import counterfactual
from oncall.replay.record import Record
from oncall.replay.verdict import Change, Verdict
from oncall.testing import Judged, run
from oncall.workspace.amend import Edit, Wish
from oncall.workspace.edit import Wanted, override_change
from oncall.workspace.files import Files
from oncall.workspace.load import Workspace, load
from oncall.workspace.opening import Plans
from oncall.workspace.scenarios import read_scenarios

MOST_SCENARIOS = 300
MOST_DISPATCHES = 100

Dispatch = tuple[Verdict, Record]


class Shift(Struct, frozen=True):
    """Somebody who is to be put on call in a rotation, from one instant to another."""

    rotation: str
    person: str
    start: int
    until: int


class Changed(Struct, frozen=True):
    """Another dispatch of the log that an edit makes another of."""

    dispatch: str
    account: str
    at: float
    change: Change


class Proof(Struct, frozen=True):
    """What came of an edit. `new` are the findings of lint that were not there before, `left` all that are there;
    `failing` the scenarios that passed before and do not pass now, of `scenarios` that were run. `changes` are the
    other dispatches that it makes others of, of `dispatches` that were replayed, of `accounts`. `obstacle` says why
    the edit could not be made in a copy at all."""

    new: tuple[Problem, ...] = ()
    left: tuple[Problem, ...] = ()
    failing: tuple[str, ...] = ()
    scenarios: int = 0
    passing: int = 0
    changes: tuple[Changed, ...] = ()
    dispatches: int = 0
    accounts: tuple[str, ...] = ()
    obstacle: str = ""

    @property
    def harm(self) -> bool:
        """Whether it makes anything worse: a finding, a scenario, another dispatch."""
        found = any(problem.severity in (ERROR, WARNING) for problem in self.new)
        return found or bool(self.failing) or any(changed.change == "worse" for changed in self.changes)


class Prover:
    """Makes edits in copies of a workspace, which is read when the first is made. `today` is the instant that lint
    looks from; `dispatches` gives the other dispatches of the log of some accounts, each with its verdict."""

    def __init__(
        self, read: Callable[[], Workspace], today: int, dispatches: Callable[[frozenset[str]], Iterable[Dispatch]]
    ) -> None:
        self._read = read
        self._today = today
        self._dispatches = dispatches
        self._replayed: dict[frozenset[str], list[Dispatch]] = {}

    def finds(self, problem: Problem) -> bool:
        """Whether lint finds the same today."""
        return any(identity(found) == identity(problem) for found in self._found)

    def proof(self, edits: Sequence[Edit], wishes: Sequence[Wish], shifts: Sequence[Shift], plan: Plan) -> Proof:
        """What comes of edits, which are what `wishes` come to, and of overrides. `plan` is today's."""
        accounts = concerned(plan, [wish.definition for wish in wishes], [shift.rotation for shift in shifts])
        try:
            copy = self._copy(edits, shifts, plan)
        except OutsideWindowError:
            raise
        except OncallError as error:
            return Proof(obstacle=str(error), accounts=tuple(sorted(accounts)))
        plans = PlansOfCopy(copy)
        context = context_of(copy, self._today)
        found = report(context, earlier=self._known)
        copies = [_names(wish) for wish in wishes if wish.copy_of]
        passed, failing = self._scenarios(plans)
        dispatches = self._others(accounts)
        changes = [] if failing else [self._changed(plans, *dispatch) for dispatch in dispatches]
        return Proof(
            new=tuple(self._new([finding.problem for finding in found.findings], found.all, copies)),
            left=tuple(found.all),
            failing=failing,
            scenarios=passed + len(failing),
            passing=passed,
            changes=tuple(changed for changed in changes if changed is not None),
            dispatches=len(changes),
            accounts=tuple(sorted(accounts)),
        )

    def _copy(self, edits: Sequence[Edit], shifts: Sequence[Shift], plan: Plan) -> Workspace:
        """The workspace with the edits in it."""
        replaced = {edit.file: edit.after.encode("utf-8") for edit in edits}
        copy = self._loaded(replaced)
        for shift in shifts:
            wanted = Wanted(shift.person, shift.start, shift.until, "", self._today)
            change = override_change(copy, plan, shift.rotation, wanted)
            replaced[change.path] = change.after
            copy = self._loaded(replaced)
        return copy

    def _loaded(self, replaced: dict[str, bytes]) -> Workspace:
        root = self._workspace.root
        return load(root, files=Files(root, dict(replaced), contents=dict(replaced)))

    @cached_property
    def _workspace(self) -> Workspace:
        return self._read()

    def _new(
        self, problems: Iterable[Problem], every: Iterable[Problem], copies: Sequence[tuple[str, str]]
    ) -> Iterator[Problem]:
        """Those findings of a copy that are not in the workspace as it is. One that has other numbers alone is none of
        them, and neither is one about a copied definition that its original has as well."""
        after = Counter(identity(problem) for problem in every)
        before = Counter(identity(problem) for problem in self._found)
        originals = {(problem.code, problem.message) for problem in self._found}
        for problem in problems:
            same = identity(problem)
            is_copied = any((problem.code, problem.message.replace(name, of)) in originals for name, of in copies)
            if not is_copied and (problem.spans or after[same] > before[same]):
                yield problem

    @cached_property
    def _found(self) -> list[Problem]:
        """What lint finds in the workspace as it is."""
        return findings(context_of(self._workspace, self._today))

    @cached_property
    def _known(self) -> Known:
        until = self._today + max(1, self._workspace.lint.horizon)
        return known_from(self._found, "", until)

    @cached_property
    def _passing(self) -> frozenset[str]:
        """The scenarios that pass as it is."""
        plans = PlansOfCopy(self._workspace)
        scenarios = list(read_scenarios(self._workspace).values())[:MOST_SCENARIOS]
        return frozenset(scenario.name for scenario in scenarios if _passes(run(plans, scenario)))

    def _scenarios(self, plans: Plans) -> tuple[int, tuple[str, ...]]:
        """How many of the scenarios that pass as it is pass in a copy, and those that do not."""
        scenarios = read_scenarios(plans.workspace)
        failing = [name for name in scenarios if name in self._passing and not _passes(run(plans, scenarios[name]))]
        return len(self._passing) - len(failing), tuple(failing)

    def _others(self, accounts: frozenset[str]) -> list[Dispatch]:
        if accounts not in self._replayed:
            self._replayed[accounts] = list(self._dispatches(accounts))
        return self._replayed[accounts]

    def _changed(self, plans: Plans, verdict: Verdict, record: Record) -> Changed | None:
        """What an edit makes of another dispatch; None where that is what it was, or cannot be told."""
        try:
            found = plans.ask(verdict.at, lambda plan: counterfactual(verdict, record, plan, None))
        except OncallError:
            return None
        if found.verdict == "unchanged":
            return None
        return Changed(verdict.dispatch, verdict.account or "", verdict.at, found.verdict)


class PlansOfCopy(Plans):
    """The plans of a workspace that is in memory alone."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace.root, None)
        self._workspace = workspace


def _names(wish: Wish) -> tuple[str, str]:
    """What a copy is called, and what its original."""
    return wish.definition.partition("/")[2], wish.copy_of.partition("/")[2]


def _passes(judged: Judged | Broken) -> bool:
    return isinstance(judged, Judged) and judged.passed


def concerned(plan: Plan, definitions: Iterable[str], rotations: Iterable[str] = ()) -> frozenset[str]:
    """The accounts that changes of some definitions (`policies/urgent-line`) and rotations concern."""
    found: set[str] = set()
    names = set(definitions)
    shifted = set(rotations)
    for name, account in plan.accounts.items():
        bindings = [binding for role in account.contacts for binding in account.bindings(role)]
        used = {binding.rotation for binding in bindings if binding.rotation is not None}
        people: set[str] = {binding.person for binding in bindings if binding.person is not None}
        for rotation in used & plan.rotations.keys():
            people.update(plan.rotations[rotation].people)
        mentions = {f"accounts/{name}", f"policies/{account.policy}", *(f"people/{person}" for person in people)}
        if mentions & names or used & shifted:
            found.add(name)
    return frozenset(found)
