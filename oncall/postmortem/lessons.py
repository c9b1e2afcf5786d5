"""What lint would have said by the files of the time, where it is about the step that failed."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from oncall.errors import Problem
from oncall.lint.opening import context_of
from oncall.lint.run import NAMES, findings
from oncall.replay.verdict import Verdict
from oncall.times import DAY
from oncall.workspace import yaml
from oncall.workspace.load import Place, Workspace

_HORIZON = 7 * DAY
_MOST = 3
_LONE = ("OC101", "OC102", "OC116", "OC301", "OC306")
_SLOW = ("OC105", "OC205", "OC206", "OC204")
_UNREACHED = ("OC205", "OC401", "OC101", "OC102", "OC105")
_CONTACTS = ("OC402", "OC403", "OC405", "OC401", "OC404")
_EXPLAINS = {
    "no_backup": _LONE,
    "schedule_gap": ("OC301", "OC302", "OC303", "OC304", "OC116", "OC306", *_LONE),
    "slow_escalation": _SLOW,
    "caller_patience": _SLOW,
    "unreachable": _CONTACTS,
    "failed": _CONTACTS,
    "busy": _UNREACHED,
    "declined": _UNREACHED,
    "voicemail": _UNREACHED,
    "no_answer": _UNREACHED,
    "no_response": _UNREACHED,
}
"""The rules whose findings may explain a cause."""


class Lesson(Struct, frozen=True):
    """A finding of lint by the files of the time, the name of its rule, and whether today's files still have it."""

    problem: Problem
    name: str
    is_open: bool = True


def lessons_of(verdict: Verdict, workspace: Workspace) -> tuple[Lesson, ...]:
    """What lint finds in a workspace at the instant of a dispatch that explains why it ended as it did; of what is so
    at some times only what was so then."""
    codes = _EXPLAINS.get(str(verdict.cause), ())
    if not codes or verdict.account not in workspace.accounts:
        return ()
    subjects = list(_subjects(verdict, workspace))
    people = {due.attempt.person for due in verdict.expected} | {each.person for each in verdict.actual if each.person}
    found = [
        problem
        for problem in findings(context_of(workspace, int(verdict.at), _HORIZON))
        if problem.code in codes and _is_then(problem, verdict) and any(_is_in(problem, place) for place in subjects)
    ]
    told = [problem for problem in found if problem.code != "OC205" or _names(problem, people, workspace)]
    told.sort(key=lambda problem: codes.index(problem.code))
    return tuple(Lesson(problem, NAMES.get(problem.code, "")) for problem in told[:_MOST])


def _subjects(verdict: Verdict, workspace: Workspace) -> Iterator[Place]:
    """The definitions behind the dispatch: its account, the policy, the rotations, and the people who were due."""
    account = workspace.accounts[str(verdict.account)]
    names = [("accounts", str(verdict.account)), ("policies", str(account.policy))]
    bindings = [binding for role in account.contacts for binding in account.bindings(role)]
    names += [("rotations", binding.rotation) for binding in bindings if binding.rotation is not None]
    names += [("people", due.attempt.person) for due in verdict.expected]
    yield from (workspace.places[name] for name in dict.fromkeys(names) if name in workspace.places)


def _is_in(problem: Problem, place: Place) -> bool:
    last = max((line for _, line in yaml.lines_of(place.node)), default=place.line)
    return problem.file == place.file and place.line <= (problem.line or 0) <= max(place.line, last)


def _is_then(problem: Problem, verdict: Verdict) -> bool:
    over = verdict.at + verdict.ended
    return not problem.spans or any(start <= over and verdict.at < end for start, end in problem.spans)


def _names(problem: Problem, people: set[str], workspace: Workspace) -> bool:
    """Whether a finding names somebody who was due or tried."""
    known = (workspace.people[person].name for person in people if person in workspace.people)
    return any(name in problem.message for name in (*people, *known))
