"""When a line promises a human: weekly windows, open days and closed days as stretches of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta, tzinfo

from oncall import times
from oncall.errors import Problem, problem
from oncall.model import Hours
from oncall.rotations.ics import Calendar
from oncall.rotations.occurrences import occurrences
from oncall.schedule import Window

Stretch = tuple[int, int]


def open_stretches(
    hours: Hours, window: Window, zone: tzinfo, open_days: Calendar | None, closed_days: Calendar | None
) -> tuple[tuple[Stretch, ...], list[Problem]]:
    """The stretches of a window in which a line is open, sorted and merged, and what is wrong with the two calendars.

    A window ends on the day after it began where `until` is at or before `from`. Closed days win.
    """
    problems: list[Problem] = []
    days = _days(window, zone)
    opened = [*_weekly(hours, days, zone), *_whole_days(open_days, window, zone, problems)]
    closed = list(_whole_days(closed_days, window, zone, problems))
    return tuple(_without(merged(opened), merged(closed))), problems


def _days(window: Window, zone: tzinfo) -> list[date]:
    """The days of a window, and one more on either side: a night belongs to the day it began on."""
    first = max(times.at(window.start, zone).date().toordinal() - 2, date.min.toordinal())
    last = min(times.at(window.end, zone).date().toordinal() + 1, date.max.toordinal() - 2)
    return [date.fromordinal(day) for day in range(first, last + 1)]


def _weekly(hours: Hours, days: Iterable[date], zone: tzinfo) -> Iterator[Stretch]:
    by_weekday = [_minutes_of(hours, weekday) for weekday in range(7)]
    joined = [merged(windows) for windows in by_weekday]
    for day in days:
        midnight = datetime(day.year, day.month, day.day)
        first, middle, last = (times.instant(midnight + timedelta(days=number), zone) for number in range(3))
        if middle - first == last - middle == times.DAY:
            yield from ((first + begins * 60, first + ends * 60) for begins, ends in joined[day.weekday()])
            continue
        # The clocks change: a time that they skip is later than one after it, so windows are not joined by the clock.
        marks = {minute for window in by_weekday[day.weekday()] for minute in window}
        instants = {minute: times.instant(midnight + timedelta(minutes=minute), zone) for minute in marks}
        yield from ((instants[begins], instants[ends]) for begins, ends in by_weekday[day.weekday()])


def _minutes_of(hours: Hours, weekday: int) -> set[Stretch]:
    """The windows that begin on a weekday, in minutes from its beginning."""
    windows: set[Stretch] = set()
    for window in hours.open:
        if weekday in window.weekdays:
            begins, ends = window.start or 0, window.until or 0
            windows.add((begins, ends if ends > begins else ends + 24 * 60))
    return windows


def _whole_days(calendar: Calendar | None, window: Window, zone: tzinfo, problems: list[Problem]) -> Iterator[Stretch]:
    if calendar is None:
        return
    found, odd = occurrences(calendar, window.start - 2 * times.DAY, window.end + 2 * times.DAY, zone)
    problems += odd
    timed = {one.event.line: one.event for one in found if not one.event.start.all_day}
    for line, event in sorted(timed.items()):
        message = (
            f"event {event.summary[:200]!r} has times: open and closed days are whole days, and it counts for none"
        )
        problems.append(problem("OC304", message, calendar.file, line, 1))
    yield from ((one.start, one.end) for one in found if one.event.start.all_day)


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same time, sorted, with what overlaps or touches made one."""
    result: list[Stretch] = []
    for start, end in sorted(stretches):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        elif start < end:
            result.append((start, end))
    return result


def _without(stretches: list[Stretch], taken: list[Stretch]) -> Iterator[Stretch]:
    """What is left of sorted, merged stretches without others of the same kind."""
    index = 0
    for begin, end in stretches:
        start = begin
        while index < len(taken) and taken[index][1] <= start:
            index += 1
        following = index
        while following < len(taken) and taken[following][0] < end:
            first, last = taken[following]
            if start < first:
                yield start, first
            start = max(start, last)
            following += 1
        if start < end:
            yield start, end
