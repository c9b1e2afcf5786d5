"""From calendars to a schedule: who is on call at every instant of a window.

At any instant the people of the highest `[L]` priority present are on call. Overrides beat planned shifts whatever their
priority, and rank among themselves in the same way; what is left of a planned shift around an override stands.

A schedule is a sorted list of segments, so that a look-up is a binary search. It is exact for every instant of its
window, the ends of the stretches that cross the window's edges and whoever comes next included: whatever window a
schedule was compiled for, it gives the same answer.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo

from oncall import times
from oncall.errors import Problem, problem
from oncall.model import Person, Segment, Shift
from oncall.rotations.ics import Calendar
from oncall.rotations.names import Reader
from oncall.rotations.occurrences import earliest, occurrences

AHEAD = 731 * times.DAY  # how far ahead of an instant its stretch and the next are looked for
_STEP = 32 * times.DAY


@dataclass(frozen=True, slots=True)
class Window:
    """The instants questions may be asked about, half-open."""

    start: int
    end: int

    def holds(self, instant: float) -> bool:
        """Whether the instant is one of them."""
        return self.start <= instant < self.end


@dataclass(frozen=True, slots=True)
class OnCall:
    """One person on call at an instant: the shift that says so, and the whole stretch, however many shifts it is made
    of. `until` is None where no end is in sight within two years, `since` where there is no beginning."""

    shift: Shift
    since: int | None
    until: int | None


@dataclass(frozen=True, slots=True)
class Schedule:
    """Who is on call at every instant of a window. Segments are sorted and never overlap; gaps have none."""

    window: Window
    segments: tuple[Segment, ...]
    starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts", tuple(segment.start for segment in self.segments))

    def at(self, instant: float) -> tuple[OnCall, ...]:
        """Who is on call at an instant of the window, sorted by person."""
        place = self._place(instant)
        return self._on_call(place, int(instant)) if place is not None else ()

    def next(self, instant: float) -> tuple[int, tuple[OnCall, ...]] | None:
        """When somebody else, or somebody again, is on call after an instant of the window, and who; None where that is
        not within two years."""
        place = self._place(instant)
        people = self.segments[place].people if place is not None else frozenset()
        end = self.segments[place].end if place is not None else int(instant)
        index = bisect_right(self.starts, instant)
        while index < len(self.segments) and self.segments[index].start <= instant + AHEAD:
            segment = self.segments[index]
            if segment.people != people or segment.start > end:
                return segment.start, self._on_call(index, int(instant))
            end = segment.end
            index += 1
        return None

    def between(self, start: int, end: int) -> Iterator[tuple[int, int, tuple[OnCall, ...]]]:
        """The schedule from one instant of the window to another, split wherever the set of people changes; gaps left
        out, the first and the last stretch clipped."""
        index = max(0, bisect_right(self.starts, start) - 1)
        while index < len(self.segments) and self.segments[index].start < end:
            first = index
            people = self.segments[first].people
            while (
                index + 1 < len(self.segments)
                and self.segments[index + 1].start == self.segments[index].end
                and self.segments[index + 1].people == people
                and self.segments[index + 1].start < end
            ):
                index += 1
            begins, ends = max(start, self.segments[first].start), min(end, self.segments[index].end)
            if begins < ends:
                place = max(first, bisect_right(self.starts, begins) - 1)
                yield begins, ends, self._on_call(place, begins)
            index += 1

    def _place(self, instant: float) -> int | None:
        index = bisect_right(self.starts, instant) - 1
        return index if index >= 0 and instant < self.segments[index].end else None

    def _on_call(self, index: int, asked: int) -> tuple[OnCall, ...]:
        stretches = (self.stretch(index, shift.who) for shift in self.segments[index].shifts)
        return tuple(
            OnCall(shift, since, until if until <= asked + AHEAD else None)
            for shift, (since, until) in zip(self.segments[index].shifts, stretches, strict=True)
        )

    def stretch(self, index: int, who: str) -> tuple[int, int]:
        """From when until when somebody on call in a segment is on call without a break."""
        first = last = index
        while first > 0 and self.segments[first - 1].end == self.segments[first].start and self._has(first - 1, who):
            first -= 1
        final = len(self.segments) - 1
        while last < final and self.segments[last + 1].start == self.segments[last].end and self._has(last + 1, who):
            last += 1
        return self.segments[first].start, self.segments[last].end

    def _has(self, index: int, who: str) -> bool:
        return any(shift.who == who for shift in self.segments[index].shifts)


@dataclass(frozen=True, slots=True)
class Layer:
    """A calendar and the part it plays, `planned` or `override`."""

    calendar: Calendar
    name: str


@dataclass(frozen=True, slots=True)
class Stretch:
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
    begin = min(filter(None, (earliest(layer.calendar) for layer in layers)), default=window.start)
    before = after = _STEP
    while True:
        since, until = max(window.start - before, begin), min(window.end + after, window.end + AHEAD + times.DAY)
        since = min(since, window.start)
        stretches, problems = _stretches(layers, since, until, zone, names, people)
        schedule = Schedule(window, tuple(segments(stretches)))
        known_before = since <= begin or _settled_before(schedule, since)
        known_after = until >= window.end + AHEAD + times.DAY or _settled_after(schedule, until)
        if known_before and known_after:
            return schedule, problems
        before *= 1 if known_before else 4
        after *= 1 if known_after else 4


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
) -> tuple[list[Stretch], list[Problem]]:
    found: list[Stretch] = []
    problems: set[Problem] = set()
    for layer in layers:
        file = layer.calendar.file
        stretches, odd = occurrences(layer.calendar, since, until, zone)
        problems.update(odd)
        for one in stretches:
            shifts, odd = shifts_of(one.event.summary, one.event.attendees, names, people, file, one.event.line)
            problems.update(odd)
            found += (
                Stretch(one.start, one.end, replace(shift, layer=layer.name, uid=one.event.uid)) for shift in shifts
            )
    return found, sorted(problems, key=lambda one: (one.file, one.line or 0, one.code, one.message))


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
        problems.append(replace(problem("OC303", named.warning, file, line, 1), severity="warning"))
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
    present: dict[tuple[bool, int], list[Stretch]] = {}
    times_in_order = sorted(edges)
    for index, moment in enumerate(times_in_order):
        begin, end = edges[moment]
        for one in end:
            present[_rank(one.shift)].remove(one)
            if not present[_rank(one.shift)]:
                del present[_rank(one.shift)]
        for one in begin:
            present.setdefault(_rank(one.shift), []).append(one)
        if present:
            yield Segment(moment, times_in_order[index + 1], _one_each(present[max(present)]))


def _rank(shift: Shift) -> tuple[bool, int]:
    return shift.layer == "override", shift.priority


def _one_each(present: list[Stretch]) -> tuple[Shift, ...]:
    """One shift a person, in order of person; of two for one person the earlier, then by UID, never by its place."""
    best: dict[str, Stretch] = {}
    for one in sorted(present, key=lambda one: (one.start, one.shift.uid or "", one.end, one.shift.label)):
        best.setdefault(one.shift.who, one)
    return tuple(best[who].shift for who in sorted(best))


