"""The final schedule between two instants: of a rotation, of each role of an account, or of one person.

A timetable is a list of stretches, each with everybody on call in it, split wherever the set of people changes; what
lies between them is a gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from msgspec import Struct

from oncall.answers import Entry, as_written, entries_bound, entries_of
from oncall.errors import Problem
from oncall.fields import Name
from oncall.model import Binding
from oncall.plan import Plan
from oncall.schedule import Schedule


class Stretch(Struct, frozen=True):
    """A half-open stretch of time in which the same people are on call."""

    start: int
    end: int
    on_call: tuple[Entry, ...]


class Timetable(Struct, frozen=True):
    """The stretches of one rotation, one role of an account, or one rotation as far as one person is in it.

    `kind` is `rotation`, `role`, `person` or `calendar`; `name` is the rotation, role or file.
    """

    kind: str
    name: str
    start: int
    end: int
    stretches: tuple[Stretch, ...]

    @property
    def gaps(self) -> list[tuple[int, int]]:
        """The stretches with nobody on call; a person who is not on call is no gap."""
        if self.kind == "person":
            return []
        found, reached = [], self.start
        for one in self.stretches:
            if reached < one.start:
                found.append((reached, one.start))
            reached = one.end
        return [*found, (reached, self.end)] if reached < self.end else found


def timetables(plan: Plan, asked: Sequence[tuple[str, str]], start: int, end: int) -> list[Timetable]:
    """The timetables of what was asked for, each `(kind, name)` as `find_any` gives it, inside the plan's window."""
    found: list[Timetable] = []
    for kind, name in asked:
        if kind == "rotation":
            found.append(_of_rotation(plan, name, start, end))
        elif kind == "account":
            found += _of_account(plan, name, start, end)
        else:
            found += _of_person(plan, name, start, end)
    return found


def calendar_timetable(file: str, schedule: Schedule, start: int, end: int) -> Timetable:
    """The timetable of a calendar with no workspace around it."""
    stretches = (
        Stretch(a, b, tuple(as_written(one) for one in people)) for a, b, people in schedule.between(start, end)
    )
    return Timetable("calendar", file, start, end, tuple(stretches))


def _of_rotation(plan: Plan, name: str, start: int, end: int) -> Timetable:
    stretches = tuple(
        Stretch(begins, ends, tuple(entries_of(plan, Binding(rotation=Name(name)), people, begins)))
        for begins, ends, people in plan.schedules[name].between(start, end)
    )
    return Timetable("rotation", name, start, end, stretches)


def _of_account(plan: Plan, name: str, start: int, end: int) -> Iterator[Timetable]:
    account = plan.accounts[name]
    for role in account.contacts:
        bindings = account.bindings(role)
        edges = {start, end}
        for binding in bindings:
            if binding.rotation and binding.rotation in plan.schedules:
                for begins, ends, _ in plan.schedules[binding.rotation].between(start, end):
                    edges |= {begins, ends}
        ordered = sorted(edges)
        pieces = (Stretch(begins, ends, entries_bound(plan, bindings, begins)) for begins, ends in pairwise(ordered))
        yield Timetable("role", role, start, end, tuple(_joined(pieces)))


def _joined(pieces: Iterable[Stretch]) -> Iterator[Stretch]:
    """Pieces with the same people made one; pieces with nobody left out."""
    last: Stretch | None = None
    for piece in pieces:
        same = last and last.end == piece.start and _people(last) == _people(piece)
        if last and same:
            last = Stretch(last.start, piece.end, last.on_call)
            continue
        if last and last.on_call:
            yield last
        last = piece
    if last and last.on_call:
        yield last


def _people(stretch: Stretch) -> frozenset[str]:
    return frozenset(entry.shift.who for entry in stretch.on_call)


def _of_person(plan: Plan, person: str, start: int, end: int) -> Iterator[Timetable]:
    for name in plan.schedules:
        whole = _of_rotation(plan, name, start, end)
        own = (
            Stretch(one.start, one.end, tuple(entry for entry in one.on_call if entry.shift.person == person))
            for one in whole.stretches
        )
        stretches = tuple(_joined(own))
        if stretches:
            yield Timetable("person", name, start, end, stretches)


def problems_of(plan: Plan, asked: Sequence[tuple[str, str]]) -> list[Problem]:
    """The problems that could have changed the timetables of what was asked for."""
    abouts: list[str] = []
    for kind, name in asked:
        if kind == "account":
            abouts += plan.account_facts[name].depends
        elif kind == "rotation":
            abouts += plan.rotations[name].depends
        else:
            abouts += (about for facts in plan.rotations.values() for about in facts.depends)
    found = {one for about in abouts for one in plan.reported.get(about, ())}
    return sorted(found, key=lambda one: one.place)
