"""A schedule: who is on call at every instant of a window, and since when, and until when, and who is next.

A schedule is a sorted list of segments, so that a look-up is a binary search. It is exact for every instant of its
window, the ends of the stretches that cross the window's edges and whoever comes next included: whatever window a
schedule was compiled for, it gives the same answer.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, timedelta

from msgspec import Struct
from msgspec.structs import force_setattr

from oncall import times
from oncall.model import DAY, Shift

_MARGIN = 2 * DAY
AHEAD = 731 * DAY  # how far ahead of an instant the end of its stretch, and the next one, are looked for


class Segment(Struct, frozen=True):
    """A stretch in which the same shifts are in force, half-open, in seconds since the epoch; gaps are left out."""

    start: int
    end: int
    shifts: tuple[Shift, ...]

    @property
    def people(self) -> frozenset[str]:
        """Who is on call."""
        return frozenset(shift.who for shift in self.shifts)


class Window(Struct, frozen=True):
    """The instants questions may be asked about, half-open."""

    start: int
    end: int

    def holds(self, instant: float) -> bool:
        """Whether the instant is one of them."""
        return self.start <= instant < self.end


class OnCall(Struct, frozen=True):
    """One person on call at an instant: the shift that says so, and the whole stretch, however many shifts it is made
    of. `until` is None where no end is in sight within two years, `since` where there is no beginning."""

    shift: Shift
    since: int | None
    until: int | None


class Runs(Struct, frozen=True):
    """When one person is on call without a break: since when and until when, in order."""

    since: list[int]
    until: list[int]


class Schedule(Struct, frozen=True):
    """Who is on call at every instant of a window. Segments are sorted and never overlap; gaps have none.

    `starts` and `runs` follow from the segments: where they begin, and the stretches of each person, which are worked
    out when that is first asked.
    """

    window: Window
    segments: tuple[Segment, ...]
    starts: tuple[int, ...] = ()
    runs: dict[str, Runs] = {}

    def __post_init__(self) -> None:
        force_setattr(self, "starts", tuple([segment.start for segment in self.segments]))

    def at(self, instant: float) -> tuple[OnCall, ...]:
        """Who is on call at an instant of the window, sorted by person."""
        place = self._place(instant)
        return self._on_call(place, int(instant)) if place is not None else ()

    def shifts_at(self, instant: float) -> tuple[Shift, ...]:
        """The shifts in force at an instant of the window, sorted by person."""
        place = self._place(instant)
        return self.segments[place].shifts if place is not None else ()

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

    def next_turn(self, person: str, instant: float) -> tuple[int, OnCall] | None:
        """When somebody is on call again after an instant, once what they are on call in now is over; None where that
        is not within two years, or as far as the schedule is known."""
        if not self.runs:
            self._find_runs()
        runs = self.runs.get(person)
        number = bisect_right(runs.since, instant) if runs else 0
        if runs is None or number == len(runs.since) or runs.since[number] > instant + AHEAD:
            return None
        begins = runs.since[number]
        on_call = self._on_call(bisect_right(self.starts, begins) - 1, int(instant))
        return begins, next(one for one in on_call if one.shift.person == person)

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
        """Everybody on call in a segment; an end farther ahead of the asked instant than we look is none in sight."""
        if not self.runs:
            self._find_runs()
        here, people = self.segments[index], []
        for shift in here.shifts:
            runs = self.runs[shift.who]
            number = bisect_right(runs.since, here.start) - 1
            until = runs.until[number]
            people.append(OnCall(shift, runs.since[number], until if until <= asked + AHEAD else None))
        return tuple(people)

    def _find_runs(self) -> None:
        for segment in self.segments:
            for shift in segment.shifts:
                runs = self.runs.get(shift.who)
                if runs is None:
                    self.runs[shift.who] = Runs([segment.start], [segment.end])
                elif runs.until[-1] == segment.start:
                    runs.until[-1] = segment.end
                else:
                    runs.since.append(segment.start)
                    runs.until.append(segment.end)


def window_around(instant: int) -> Window:
    """The window plans are compiled and cached for: the month of an instant in UTC, and a few days around it."""
    day = times.at(instant, UTC)
    first = day.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = (first + timedelta(days=32)).replace(day=1) if (day.year, day.month) < (9999, 12) else first
    return Window(times.instant(first, UTC) - _MARGIN, times.instant(following, UTC) + _MARGIN)
