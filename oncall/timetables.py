"""The final schedule between two instants: of a rotation, of each role of an account, or of one person.

A timetable is a list of stretches, each with everybody on call in it, split wherever the set of people changes; what
lies between them is a gap. Stretches are clipped to the window that was asked for. What was clipped can always be seen:
`cut_start` and `cut_end` say so, and each person's `since` and `until` are those of the whole stretch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from oncall.answers import EVENT_CODES, Entry, as_written, entries_bound, entries_of
from oncall.errors import Problem
from oncall.fields import Name
from oncall.model import Binding
from oncall.plan import EVERYTHING, Plan
from oncall.schedule import Schedule, Window


class Stretch(Struct, frozen=True):
    """A half-open stretch of time in which the same people are on call. `cut_start` and `cut_end` say whether somebody
    in it was on call before the window already, or stays on call after it."""

    start: int
    end: int
    on_call: tuple[Entry, ...]
    cut_start: bool = False
    cut_end: bool = False


class Gap(Struct, frozen=True):
    """A half-open stretch of time with nobody on call; cut where there was nobody before the window, or is nobody after
    it."""

    start: int
    end: int
    cut_start: bool = False
    cut_end: bool = False


class Timetable(Struct, frozen=True):
    """The stretches of one rotation, one role of an account, or one rotation as far as one person is in it.

    `kind` is `rotation`, `role`, `person`, `direct` (a role that is bound to a person by name) or `calendar`; `name` is
    the rotation, role or file, and `account` is the account of a role. `written` is where a role is bound, file and
    line. `empty_before` and `empty_after` say whether nobody is on call just before and just after the window.
    """

    kind: str
    name: str
    start: int
    end: int
    stretches: tuple[Stretch, ...]
    account: str = ""
    written: tuple[str, int] | None = None
    empty_before: bool = False
    empty_after: bool = False

    @property
    def title(self) -> str:
        """What the timetable is called where several accounts may be shown."""
        return f"{self.account} {self.name}" if self.kind == "direct" else self.name

    @property
    def gaps(self) -> list[Gap]:
        """The stretches with nobody on call; a person who is not on call is no gap."""
        if self.kind in ("person", "direct"):
            return []
        edges = [self.start, *(edge for stretch in self.stretches for edge in (stretch.start, stretch.end)), self.end]
        return [
            Gap(start, end, start == self.start and self.empty_before, end == self.end and self.empty_after)
            for start, end in zip(edges[::2], edges[1::2], strict=True)
            if start < end
        ]

    @property
    def in_order(self) -> list[Stretch | Gap]:
        """Stretches and gaps, in order of time."""
        return sorted([*self.stretches, *self.gaps], key=lambda stretch: stretch.start)


def window_of(start: int, end: int) -> Window:
    """The window a plan needs for a timetable: a second more at either end, so that what is cut there is known."""
    return Window(start - 1, end + 1)


def timetables(plan: Plan, asked: Sequence[tuple[str, str]], start: int, end: int) -> list[Timetable]:
    """The timetables of what was asked for, each `(kind, name)` as `lookup.find` gives it, inside the plan's window."""
    tables: list[Timetable] = []
    for kind, name in asked:
        if kind == "rotation":
            tables.append(_of_rotation(plan, name, start, end))
        elif kind == "account":
            tables += _of_account(plan, name, start, end)
        else:
            tables += _of_person(plan, name, start, end)
    return tables


def calendar_timetable(file: str, schedule: Schedule, start: int, end: int) -> Timetable:
    """The timetable of a calendar with no workspace around it."""
    stretches = (
        _stretch(begins, ends, tuple(as_written(one) for one in people), start, end)
        for begins, ends, people in schedule.between(start, end)
    )
    return Timetable("calendar", file, start, end, tuple(stretches), "", None, *_empty_around(schedule, start, end))


def began_earlier(table: Timetable, entry: Entry) -> bool:
    """Whether somebody who is on call as the window opens was so before."""
    return entry.since is None or entry.since < table.start


def goes_on(table: Timetable, entry: Entry) -> bool:
    """Whether somebody who is on call as the window closes still is after that."""
    return entry.until is None or entry.until > table.end


def _stretch(begins: int, ends: int, on_call: tuple[Entry, ...], start: int, end: int) -> Stretch:
    """A stretch, clipped to the window from `start` to `end`."""
    return Stretch(
        begins,
        ends,
        on_call,
        begins == start and any(entry.since is None or entry.since < start for entry in on_call),
        ends == end and any(entry.until is None or entry.until > end for entry in on_call),
    )


def _empty_around(schedule: Schedule, start: int, end: int) -> tuple[bool, bool]:
    before, after = (schedule.window.holds(instant) and not schedule.shifts_at(instant) for instant in (start - 1, end))
    return before, after


def _of_rotation(plan: Plan, name: str, start: int, end: int) -> Timetable:
    schedule, binding = plan.schedules[name], Binding(rotation=Name(name))
    stretches = (
        _stretch(begins, ends, tuple(entries_of(plan, binding, people, begins)), start, end)
        for begins, ends, people in schedule.between(start, end)
    )
    return Timetable("rotation", name, start, end, tuple(stretches), "", None, *_empty_around(schedule, start, end))


def _of_account(plan: Plan, name: str, start: int, end: int) -> Iterator[Timetable]:
    account = plan.accounts[name]
    for role in account.contacts:
        bindings = account.bindings(role)
        edges = {start, end}
        for binding in bindings:
            if binding.rotation and binding.rotation in plan.schedules:
                for begins, ends, _ in plan.schedules[binding.rotation].between(start, end):
                    edges |= {begins, ends}
        pieces = (
            _stretch(begins, ends, entries_bound(plan, bindings, begins), start, end)
            for begins, ends in pairwise(sorted(edges))
        )
        empty = (plan.window.holds(at) and not entries_bound(plan, bindings, at) for at in (start - 1, end))
        yield Timetable("role", role, start, end, tuple(_joined(pieces)), name, _written(plan, name, role), *empty)


def _written(plan: Plan, account: str, role: str) -> tuple[str, int] | None:
    """Where an account binds a role."""
    return plan.place(f"accounts/{account}#contacts/{role}")


def _joined(pieces: Iterable[Stretch]) -> Iterator[Stretch]:
    """Pieces with the same people made one; pieces with nobody left out."""
    last: Stretch | None = None
    for piece in pieces:
        if last and last.end == piece.start and _people(last) == _people(piece):
            last = _extended(last, piece)
            continue
        if last and last.on_call:
            yield last
        last = piece
    if last and last.on_call:
        yield last


def _extended(first: Stretch, second: Stretch) -> Stretch:
    """Two stretches of the same people as one. Somebody who comes to the second from another rotation stays on call for
    as long as that one says."""
    ends = {entry.shift.who: entry.until for entry in second.on_call}
    on_call = tuple(replace(entry, until=ends[entry.shift.who]) for entry in first.on_call)
    return Stretch(first.start, second.end, on_call, first.cut_start, second.cut_end)


def _people(stretch: Stretch) -> frozenset[str]:
    return frozenset(entry.shift.who for entry in stretch.on_call)


def _of_person(plan: Plan, person: str, start: int, end: int) -> Iterator[Timetable]:
    """Every rotation a person is in, and every role that is bound to them by name."""
    for name in plan.schedules:
        own = (
            _stretch(
                one.start, one.end, tuple(entry for entry in one.on_call if entry.shift.person == person), start, end
            )
            for one in _of_rotation(plan, name, start, end).stretches
        )
        stretches = tuple(_joined(own))
        if stretches:
            yield Timetable("person", name, start, end, stretches)
    for name, account in plan.accounts.items():
        for role in account.contacts:
            bindings = [binding for binding in account.bindings(role) if binding.person == person]
            if bindings:
                stretch = _stretch(start, end, entries_bound(plan, bindings, start), start, end)
                yield Timetable("direct", role, start, end, (stretch,), name, _written(plan, name, role))


def problems_of(plan: Plan, asked: Sequence[tuple[str, str]], start: int, end: int) -> list[Problem]:
    """The problems that could have changed the timetables of what was asked for. One that is about a single event
    counts where the event is in force between `start` and `end`; an absence of somebody unknown, while it lasts."""
    if not plan.reported and not plan.doubts:
        return []
    abouts: dict[str, None] = {}
    rotations: set[str] = set()
    for kind, name in asked:
        abouts.update(dict.fromkeys(_depends(plan, kind, name)))
        rotations.update(_rotations(plan, kind, name))
    shifts = {
        shift
        for name in rotations & plan.schedules.keys()
        for segment in plan.schedules[name].segments
        if segment.start < end and segment.end > start
        for shift in segment.shifts
    }
    events = {(shift.file, shift.line) for shift in shifts}
    abouts.update((f"people/{shift.person}", None) for shift in shifts if shift.person)
    problems = {
        problem
        for about in abouts
        for problem in plan.reported.get(about, ())
        if problem.code not in EVENT_CODES or problem.line is None or (problem.file, problem.line) in events
    }
    problems |= {
        doubt.problem
        for about in abouts
        for doubt in plan.doubts.get(about, ())
        if doubt.start < end and doubt.end > start
    }
    return sorted(problems, key=lambda problem: problem.place)


def _depends(plan: Plan, kind: str, name: str) -> Iterable[str]:
    """What a problem has to be about to touch the answer."""
    if kind == "account":
        return plan.account_facts[name].depends
    if kind == "rotation":
        return plan.rotations[name].depends
    definitions = (about for about in plan.reported if about.startswith(("accounts/", "rotations/")))
    facts = (plan.rotations[rotation] for rotation in _rotations(plan, kind, name))
    return (EVERYTHING, f"people/{name}", *definitions, *(about for one in facts for about in one.depends))


def _rotations(plan: Plan, kind: str, name: str) -> Iterable[str]:
    if kind == "rotation":
        return [name]
    if kind == "person":
        return [rotation for rotation in plan.rotations if _may_have(plan, rotation, name)]
    account = plan.accounts[name]
    return [str(one.rotation) for role in account.contacts for one in account.bindings(role) if one.rotation]


def _may_have(plan: Plan, rotation: str, person: str) -> bool:
    """Whether somebody is in a rotation, or might be if its calendars could be read."""
    facts = plan.rotations[rotation]
    unread = (one.code == "OC001" for file in facts.files for one in plan.reported.get(file, ()))
    if person in facts.people or any(unread):
        return True
    segments = plan.schedules[rotation].segments if rotation in plan.schedules else ()
    return any(shift.person == person for segment in segments for shift in segment.shifts)
