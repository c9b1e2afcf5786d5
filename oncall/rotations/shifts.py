"""From calendars to a schedule: who is on call at every instant of a window.

At any instant the people of the highest `[L]` priority present are on call. Overrides beat planned shifts whatever
their priority, and rank among themselves in the same way; what is left of a planned shift around an override stands.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import tzinfo

from msgspec import Struct
from msgspec.structs import replace

from oncall import times
from oncall.errors import WARNING, Problem, problem
from oncall.model import Person, Shift
from oncall.rotations.ics import Calendar
from oncall.rotations.names import Reader
from oncall.rotations.occurrences import earliest, expand
from oncall.schedule import AHEAD, Schedule, Segment, Window

_STEP = 32 * times.DAY


class Layer(Struct, frozen=True):
    """A calendar and the part it plays, `planned` or `override`."""

    calendar: Calendar
    name: str


class Stretch(Struct, frozen=True):
    """One person's part in one occurrence of an event."""

    start: int
    end: int
    shift: Shift


def compile_schedule(
    layers: Sequence[Layer],
    window: Window,
    zone: tzinfo,
    names: Reader,
    people: Mapping[str, Person] | None = None,
) -> tuple[Schedule, list[Problem]]:
    """The schedule of a rotation for a window, and what was wrong with the events near it.

    `zone` is that of floating times and whole days. The calendars are expanded farther and farther around the window
    until every stretch that touches it, and the next one after it, is known from end to end.
    """
    begin = min((first for layer in layers if (first := earliest(layer.calendar)) is not None), default=window.start)
    known: Schedule | None = None
    before = after = _STEP
    while True:
        since, until = max(window.start - before, begin), min(window.end + after, window.end + AHEAD + times.DAY)
        since = min(since, window.start)
        stretches, problems, complete = _stretches(layers, since, until, zone, names, people)
        schedule = Schedule(window, tuple(segments(stretches)))
        known_before = since <= begin or _settled_before(schedule, since)
        known_after = until >= window.end + AHEAD + times.DAY or _settled_after(schedule, until)
        if not complete and known:  # too much to look farther: what was known without is whole in the window
            return known, problems
        if not complete or (known_before and known_after):
            return _needed(schedule), problems
        known = schedule
        before *= 1 if known_before else 8
        after *= 1 if known_after else 8


def _needed(schedule: Schedule) -> Schedule:
    """A schedule without the segments that no answer about its window can touch."""
    window, last = schedule.window, schedule.window.end - 1
    following = schedule.next(last)
    begins = [one.since for one in schedule.at(window.start) if one.since is not None]
    ends = [one.until for one in (*schedule.at(last), *(following[1] if following else ()))]
    first = min(begins, default=window.start)
    final = max((end for end in ends if end is not None), default=window.end)
    if following is None or None in ends:
        final = schedule.segments[-1].end if schedule.segments else window.end
    return Schedule(window, tuple(one for one in schedule.segments if one.end > first and one.start < final))


def _settled_before(schedule: Schedule, since: int) -> bool:
    """Whether everybody on call when the window opens is known to have begun."""
    return all(one.since is None or one.since > since for one in schedule.at(schedule.window.start))


def _settled_after(schedule: Schedule, until: int) -> bool:
    """Whether everybody on call when the window closes, and who comes next, is known to end."""
    last = schedule.window.end - 1
    following = schedule.next(last)
    if following is None:
        return False
    near = [*schedule.at(last), *following[1]]
    return following[0] < until and all(one.until is not None and one.until < until for one in near)


def _stretches(
    layers: Sequence[Layer],
    since: int,
    until: int,
    zone: tzinfo,
    names: Reader,
    people: Mapping[str, Person] | None,
) -> tuple[list[Stretch], list[Problem], bool]:
    found: list[Stretch] = []
    problems: set[Problem] = set()
    complete = True
    for layer in layers:
        file = layer.calendar.file
        expanded = expand(layer.calendar, since, until, zone)
        problems.update(expanded.problems)
        complete = complete and expanded.complete
        for one in expanded.found:
            shifts, odd = shifts_of(one.event.summary, one.event.attendees, names, people, file, one.event.line)
            problems.update(odd)
            found += (
                Stretch(one.start, one.end, replace(shift, layer=layer.name, uid=one.event.uid)) for shift in shifts
            )
    return found, sorted(problems, key=lambda one: one.place), complete


def shifts_of(
    summary: str,
    attendees: tuple[str, ...],
    names: Reader,
    people: Mapping[str, Person] | None,
    file: str,
    line: int,
) -> tuple[list[Shift], list[Problem]]:
    """The shifts an event gives to the people it names, and what is wrong with how it names them."""
    named = names.read(summary, attendees)
    problems = []
    if named.warning:
        problems.append(problem("OC303", named.warning, file, line, 1, WARNING))
    if people is not None and not named.people:
        message = f"{named.label[:200]!r} is nobody known: add the name to `people:` or as an alias of somebody there"
        problems.append(problem("OC303", message, file, line, 1))
    if not named.people:
        return [Shift(None, named.label, "planned", named.priority, None, file, line)], problems
    shifts = [
        Shift(person, people[person].name if people else named.label, "planned", named.priority, None, file, line)
        for person in named.people
    ]
    return shifts, problems


def segments(stretches: Iterable[Stretch]) -> Iterator[Segment]:
    """The final schedule: at every instant the shifts of the highest rank present, one a person."""
    edges: dict[int, tuple[list[Stretch], list[Stretch]]] = {}
    for one in stretches:
        if one.start < one.end:
            edges.setdefault(one.start, ([], []))[0].append(one)
            edges.setdefault(one.end, ([], []))[1].append(one)
    present: dict[tuple[bool, int], dict[str, list[Stretch]]] = {}
    times_in_order = sorted(edges)
    for index, moment in enumerate(times_in_order):
        begin, end = edges[moment]
        for one in end:
            _leave(present, one)
        for one in begin:
            insort(present.setdefault(_rank(one.shift), {}).setdefault(one.shift.who, []), one, key=_seniority)
        if present:
            people = present[max(present)]
            yield Segment(moment, times_in_order[index + 1], tuple([people[who][0].shift for who in sorted(people)]))


def _leave(present: dict[tuple[bool, int], dict[str, list[Stretch]]], one: Stretch) -> None:
    people = present[_rank(one.shift)]
    theirs = people[one.shift.who]
    theirs.remove(one)
    if not theirs:
        del people[one.shift.who]
    if not people:
        del present[_rank(one.shift)]


def _rank(shift: Shift) -> tuple[bool, int]:
    return shift.layer == "override", shift.priority


def _seniority(one: Stretch) -> tuple[int, str, int, str]:
    """Of two shifts of one person the first in this order is shown; it does not depend on their place in the file."""
    return one.start, one.shift.uid or "", one.end, one.shift.label
