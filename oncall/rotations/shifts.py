"""From calendars to a schedule: who is on call at every instant of a window.

At any instant the people of the highest `[L]` priority present are on call. Overrides beat planned shifts whatever
their priority, and rank among themselves in the same way; what is left of a planned shift around an override stands.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from heapq import heappop, heappush
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from oncall import times
from oncall.errors import Problem, problem
from oncall.model import Person, Shift
from oncall.rotations.assignments import MOST_AT_ONCE, Layer, hidden_titles, shifts_of
from oncall.rotations.names import Reader
from oncall.rotations.occurrences import expand, extent
from oncall.rotations.zones import differences
from oncall.schedule import AHEAD, Schedule, Segment, Window

_FEWEST_AT_ONCE = 8
_MOST_ENTRIES = 2_000_000  # segments times the people in them
_MOST_STRETCHES = 400_000
_STEP = 32 * times.DAY


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
    *,
    by_file: bool = False,
) -> tuple[Schedule, list[Problem]]:
    """The schedule of a rotation for a window, and what was wrong with the events near it and with the zones there.

    `zone` is that of floating times and whole days; with `by_file` an X-WR-TIMEZONE comes before it. The calendars are
    expanded farther and farther around the window until every stretch that touches it, and the next one after it, is
    known from end to end.
    """
    extents = [found for layer in layers if (found := extent(layer.calendar))]
    begin = min((first for first, _ in extents), default=window.start)
    ends = [last for _, last in extents]
    final = window.end + AHEAD + times.DAY
    if None not in ends:
        final = min(final, max((last for last in ends if last is not None), default=window.end))
    odd_zones = [
        found
        for layer in layers
        for found in differences(layer.calendar.disputes, layer.calendar.file, window.start, window.end)
    ]
    known: Schedule | None = None
    before = after = _STEP
    while True:
        since, until = max(window.start - before, begin), min(window.end + after, final)
        since, until = min(since, window.start), max(until, window.end)
        stretches, problems, complete = _stretches(layers, since, until, zone, names, people, by_file)
        problems += odd_zones
        ranked = rank(stretches)
        schedule = Schedule(window, tuple(ranked.segments))
        problems += _left_out(ranked, zone)
        known_before = since <= begin or _settled_before(schedule, since)
        known_after = until >= final or _settled_after(schedule, until)
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
    by_file: bool,
) -> tuple[list[Stretch], list[Problem], bool]:
    stretches: list[Stretch] = []
    problems: set[Problem] = set()
    complete = True
    for layer in layers:
        hidden = hidden_titles(layer.calendar, names)
        if hidden:
            problems.add(hidden)
        expanded = expand(layer.calendar, since, until, zone, by_file=by_file)
        problems.update(expanded.problems)
        complete = complete and expanded.complete
        known: dict[int, list[Shift]] = {}
        for occurrence in expanded.found:
            event = occurrence.event
            shifts = known.get(id(event))
            if shifts is None:
                named, odd = shifts_of(event, layer.calendar, names, people)
                problems.update(() if hidden else odd)
                shifts = known[id(event)] = [replace(shift, layer=layer.name, uid=event.uid) for shift in named]
            if len(stretches) + len(shifts) > _MOST_STRETCHES:
                message = f"event {(event.uid or '')[:200]!r} is left out: there are more than {_MOST_STRETCHES:,}"
                problems.add(problem("OC304", f"{message} shifts to look at", layer.calendar.file, event.line, 1))
                complete = False
                continue
            stretches += [Stretch(occurrence.start, occurrence.end, shift) for shift in shifts]
    return stretches, sorted(problems, key=lambda one: one.place), complete


class Ranked(Struct, frozen=True):
    """The segments of a schedule, and the stretches that are not in it because there were too many people at once."""

    segments: list[Segment]
    left_out: list[Stretch]
    limit: int


def rank(stretches: Iterable[Stretch]) -> Ranked:
    """The final schedule: at every instant the shifts of the highest rank present, one a person.

    A rank holds so many people at once, those that began first; that bounds how large a schedule can become.
    """
    ordered = sorted((stretch for stretch in stretches if stretch.start < stretch.end), key=_seniority)
    edges = sorted({edge for stretch in ordered for edge in (stretch.start, stretch.end)})
    limit = max(_FEWEST_AT_ONCE, min(MOST_AT_ONCE, _MOST_ENTRIES // (len(edges) + 1)))
    segments: list[Segment] = []
    left_out: list[Stretch] = []
    present = _Present()
    index = 0
    for moment, following in pairwise(edges):
        present.end(moment)
        while index < len(ordered) and ordered[index].start == moment:
            if not present.begin(index, ordered[index], limit):
                left_out.append(ordered[index])
            index += 1
        shifts = present.shifts(moment)
        if segments and segments[-1].end == moment and segments[-1].shifts == shifts:
            segments[-1] = Segment(segments[-1].start, following, shifts)
        elif shifts:
            segments.append(Segment(moment, following, shifts))
    return Ranked(segments, left_out, limit)


_Rank = tuple[bool, int]


class _Level:
    """The people present in one rank, sorted, each with the stretches that have them on call, most senior first; those
    that have ended are dropped when they come to the front."""

    def __init__(self) -> None:
        self.people: list[str] = []
        self.stretches: dict[str, list[tuple[int, Stretch]]] = {}
        self.running: dict[str, int] = {}
        self.shifts: tuple[Shift, ...] | None = None


class _Present:
    """Who is on call while the schedule is gone through from beginning to end."""

    def __init__(self) -> None:
        self._ranks: list[_Rank] = []
        self._levels: dict[_Rank, _Level] = {}
        self._ends: list[tuple[int, int, _Rank, str]] = []

    def begin(self, number: int, stretch: Stretch, limit: int) -> bool:
        """Add a stretch, which are numbered by seniority; False where its rank is full."""
        rank, who = _rank(stretch.shift), stretch.shift.who
        level = self._levels.get(rank)
        if level is None:
            level = self._levels[rank] = _Level()
            insort(self._ranks, rank)
        if who not in level.running:
            if len(level.people) >= limit:
                return False
            insort(level.people, who)
            level.stretches[who] = []
            level.running[who] = 0
        level.running[who] += 1
        heappush(level.stretches[who], (number, stretch))
        heappush(self._ends, (stretch.end, number, rank, who))
        level.shifts = None
        return True

    def end(self, moment: int) -> None:
        """Take out what has ended by a moment."""
        while self._ends and self._ends[0][0] <= moment:
            _, _, rank, who = heappop(self._ends)
            level = self._levels[rank]
            level.shifts = None
            level.running[who] -= 1
            if level.running[who]:
                continue
            del level.running[who], level.stretches[who], level.people[bisect_left(level.people, who)]
            if not level.people:
                del self._levels[rank], self._ranks[bisect_left(self._ranks, rank)]

    def shifts(self, moment: int) -> tuple[Shift, ...]:
        """The shifts of the highest rank at a moment, sorted by person."""
        if not self._ranks:
            return ()
        level = self._levels[self._ranks[-1]]
        if level.shifts is None:
            for stretches in level.stretches.values():
                while stretches[0][1].end <= moment:
                    heappop(stretches)
            level.shifts = tuple([level.stretches[who][0][1].shift for who in level.people])
        return level.shifts


def _left_out(ranked: Ranked, zone: tzinfo) -> Iterable[Problem]:
    if ranked.left_out:
        first = ranked.left_out[0]
        message = (
            f"more than {ranked.limit} people are on call at once from {times.at(first.start, zone):%Y-%m-%d %H:%M}: "
            f"{len(ranked.left_out):,} shifts are left out, that of {first.shift.label[:100]!r} first"
        )
        yield problem("OC304", message, str(first.shift.file), first.shift.line, 1)


def _rank(shift: Shift) -> _Rank:
    return shift.layer == "override", shift.priority


def _seniority(one: Stretch) -> tuple[int, str, int, str]:
    """Of two shifts of one person the first in this order is shown; it does not depend on their place in the file."""
    return one.start, one.shift.uid or "", one.end, one.shift.label
