"""OC202 callback-outlives-shift."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from operator import itemgetter

from msgspec import Struct

from oncall.errors import INFO, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.lint.schedules import Spans, by_person
from oncall.lint.walk import Span, walk
from oncall.model import Account, Binding, Recovery
from oncall.rotations.hours import merged
from oncall.schedule import AHEAD

Bindings = tuple[Binding, ...]


class _First(Struct, frozen=True):
    """The first stretch in which a callback would outlive the shift of its owner, and the owner it begins with, of
    which role."""

    span: Span
    owner: str
    role: str


def check(context: Context) -> Iterator[Problem]:
    known: dict[object, _First | None] = {}
    for name, account in context.workspace.accounts.items():
        policy = context.policy(account)
        recovery = policy.recovery if policy else None
        if recovery is None:
            continue
        roles = _roles(account, recovery)
        key = (tuple(roles.items()), recovery.due_within)
        if key not in known:
            known[key] = _first(context, roles, recovery.due_within)
        if first := known[key]:
            message = (
                f"a callback of {name} opened {context.horizon.stretch(first.span)} is due when the shift of its "
                f"owner, {first.owner}, is over: bind somebody by name to {first.role}, or make `due_within` shorter"
            )
            place = context.place("accounts", name).at("contacts", first.role)
            yield RULE.at(place, message, key=f"a callback of {name} is due when the shift of its owner is over")


def _roles(account: Account, recovery: Recovery) -> dict[str, Bindings]:
    """Whom a callback may go to, in this order. After them it is the account manager, who has no shift."""
    roles = (recovery.owner, *((recovery.escalate_to,) if recovery.escalate_to else ()))
    return {role: account.bindings(role) for role in roles}


def _first(context: Context, roles: dict[str, Bindings], due_within: int) -> _First | None:
    """The first stretch of the horizon in which a callback would be due after its owner's shift ends. A shift that ends
    at the very instant is over."""
    shifts = {role: _Shifts(context, bindings, due_within) for role, bindings in roles.items()}

    def owner(instant: int) -> tuple[str, str, int] | None:
        for role, bindings in roles.items():
            for one in context.plan.bound(bindings, instant):
                if one.person is not None and context.plan.why_not(one.person, instant) is None:
                    end = shifts[role].end(one.person, instant)
                    return None if end is None else (one.person, role, end)
        return None

    first: _First | None = None
    edges = {instant for bindings in roles.values() for instant in context.changes(bindings)}
    for one in walk(context.at, context.until, edges, owner):
        if one.state is None:
            if first:
                break
            continue
        person, role, end = one.state
        begin = max(one.start, end - due_within)
        if first and begin == first.span[1] < one.end:
            first = _First((first.span[0], one.end), first.owner, first.role)
        elif first:
            break
        elif begin < one.end:
            first = _First((begin, one.end), person, role)
    return first


class _Shifts:
    """The shifts of a role. Those of one person that touch are one."""

    def __init__(self, context: Context, bindings: Bindings, due_within: int) -> None:
        self._context = context
        self._by_name = {one.person for one in bindings}
        self._rotations = [one.rotation for one in bindings if one.rotation in context.plan.schedules]
        self._within = _all(context.schedules.on_call(str(one)) for one in self._rotations)
        self._far = context.until + min(due_within, AHEAD)
        self._after: Spans | None = None

    def end(self, person: str, instant: int) -> int | None:
        """When the shift ends that somebody is in; None where they are bound by name, or it goes on for so long that
        nothing is due after it."""
        if person in self._by_name:
            return None
        spans = self._within[person]
        end = spans[bisect_right(spans, instant, key=itemgetter(0)) - 1][1]
        if end == self._context.until:
            end = next((last for start, last in self._later().get(person, ()) if start == end), end)
        return end if end < self._far else None

    def _later(self) -> Spans:
        """The shifts after the horizon, as far as callbacks are due in them."""
        if self._after is None:
            schedules, start = self._context.schedules, self._context.until
            self._after = _all(by_person(schedules.elsewhere(str(one), start, self._far)) for one in self._rotations)
        return self._after


def _all(parts: Iterable[Spans]) -> Spans:
    """The shifts of several rotations as if they were one."""
    found: Spans = {}
    for part in parts:
        for who, spans in part.items():
            found.setdefault(who, []).extend(spans)
    return {who: merged(spans) for who, spans in found.items()}


RULE = Rule(
    code="OC202",
    name="callback-outlives-shift",
    severity=INFO,
    finds="A callback that would be due after the shift of its owner ends: for each account the first stretch in which "
    "one could be opened.",
    why="Whoever goes off shift with a callback still owed takes it home, and the one who comes on does not know of "
    "it.",
    mend="Let callbacks be owned by somebody who is bound by name, such as a manager, or make `due_within` shorter.",
    check=check,
)
