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
    for day in days:
        midnight = datetime(day.year, day.month, day.day)
        for one in hours.open:
            if day.weekday() not in one.weekdays:
                continue
            begins, ends = one.start or 0, one.until or 0
            if ends <= begins:
                ends += 24 * 60
            start = times.instant(midnight + timedelta(minutes=begins), zone)
            yield start, times.instant(midnight + timedelta(minutes=ends), zone)


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
    for begin, end in stretches:
        start = begin
        for first, last in taken:
            if last <= start or first >= end:
                continue
            if start < first:
                yield start, first
            start = max(start, last)
        if start < end:
            yield start, end
