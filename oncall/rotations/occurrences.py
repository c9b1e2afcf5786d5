"""The occurrences of a calendar's events in a window of time.

Recurring shifts keep their wall-clock times. The end of an occurrence stands as far from its start on the wall clock as
DTEND from DTSTART; a DURATION counts days on the wall clock and hours exactly.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from operator import itemgetter

from msgspec import Struct

from oncall import times
from oncall.errors import Problem, problem
from oncall.rotations import recurrence
from oncall.rotations.ics import Calendar, Event, Length, Series
from oncall.rotations.recurrence import Moment

MOST_WORK = 100_000

_DAY = timedelta(days=1)
_MARGIN = 2 * times.DAY  # a local time is never farther than this from the same time in UTC, skipped days included


class Occurrence(Struct, frozen=True):
    """One stretch of one event, half-open, in seconds since the epoch."""

    start: int
    end: int
    event: Event


class Expanded(Struct, frozen=True):
    """The occurrences that meet a window, in no order, and what is wrong with those near it; `complete` is False where
    the calendar's rules recur so often that some events were left out."""

    found: list[Occurrence]
    problems: list[Problem]
    complete: bool


def occurrences(calendar: Calendar, since: int, until: int, zone: tzinfo) -> tuple[list[Occurrence], list[Problem]]:
    """Every stretch of a calendar that meets the window, in no order, and what is wrong with those near it.

    `zone` is that of floating times and whole days.
    """
    expanded = expand(calendar, since, until, zone)
    return expanded.found, expanded.problems


def expand(calendar: Calendar, since: int, until: int, zone: tzinfo) -> Expanded:
    """The same, and whether it is all of them."""
    found: list[Occurrence] = []
    problems: list[Problem] = []
    work = 0
    complete = True
    for series in calendar.series:
        expansion = _Expansion(calendar.file, series, since, until, zone)
        if work > MOST_WORK and series.master and series.master.rules:
            message = "is left out: the rules before it recur too often for one calendar"
            expansion.report("OC304", message, series.master)
            complete = False
        else:
            found += expansion.run()
            complete = complete and expansion.complete
        work += expansion.work
        problems += expansion.problems
    return Expanded(found, problems, complete)


class _Expansion:
    """One series in one window. The occurrences of its master, less what EXDATE takes out and what other events of the
    UID replace, then those events themselves."""

    def __init__(self, file: str, series: Series, since: int, until: int, zone: tzinfo) -> None:
        self.file = file
        self.series = series
        self.since = since
        self.until = until
        self.zone = zone
        self.problems: list[Problem] = []
        self.unreadable: set[int] = set()
        self.work = 0
        self.complete = True

    def report(self, code: str, message: str, event: Event, line: int | None = None) -> None:
        name = f"event {event.uid[:200]!r}" if event.uid else "an event without UID"
        self.problems.append(problem(code, f"{name} {message}", self.file, line or event.line, 1))

    def run(self) -> list[Occurrence]:
        master = self.series.master
        found: list[Occurrence] = []
        if master:
            try:
                found = self._of_master(master)
            except (ValueError, OverflowError) as error:
                self.report("OC304", f"is left out: {error}", master)
                self.complete = not isinstance(error, recurrence.TooManyError)
                self.work += 0 if self.complete else recurrence.MOST_STARTS
        excluded = _Places(master.excluded if master else (), self.zone)
        for change in self.series.changes:
            if change.replaces and not change.cancelled and not excluded.hold(change.replaces, self.zone):
                found += self._stretch(change, change.start, change.end, change.start)
        return [one for one in found if one.start < self.until and one.end > self.since]

    def _of_master(self, master: Event) -> list[Occurrence]:
        places = _Places(((moment, line) for moment, line in master.excluded), self.zone)
        replaced = _Places(
            ((change.replaces, change.line) for change in self.series.changes if change.replaces), self.zone
        )
        future = sorted(
            ((_place_of(change, self.zone), change) for change in self.series.changes if _holds_on(change)),
            key=itemgetter(0),
        )
        found: list[Occurrence] = []
        for start, end, model in self._starts(master):
            if places.take(start, self.zone) | replaced.take(start, self.zone):
                continue
            template = _in_force(future, start.instant(self.zone))
            if template is None:
                found += self._stretch(master, start, end, model)
            elif not template.cancelled:
                found += self._shifted(template, start)
        self._report_strays(master, places, replaced)
        return found

    def _starts(self, master: Event) -> list[tuple[Moment, Moment | Length | None, Moment]]:
        """Where occurrences of the master begin, each with an end and the start that end belongs to."""
        zone = master.start.zone or self.zone
        moved = max((abs(_moved(change, self.zone)) for change in self.series.changes if _holds_on(change)), default=0)
        first = _wall(self.since, zone, -self._longest(master) - moved - _MARGIN)
        last = _wall(self.until, zone, moved + _MARGIN)
        bounds = [_last_start(rule.until, master.start, self.zone) for rule in master.rules]
        begins: dict[object, tuple[Moment, Moment | Length | None, Moment]] = {}
        if not bounds or any(bound is None or master.start.local <= bound for bound in bounds):
            begins[master.start.local, master.start.zone] = (master.start, master.end, master.start)
        for rule, bound in zip(master.rules, bounds, strict=True):
            end = last if bound is None else min(last, bound)
            expanded = recurrence.starts(rule, master.start.local, first, end)
            self.work += expanded.work
            if self.work > MOST_WORK:
                raise recurrence.TooManyError("its rules recur too often")
            for local in expanded.moments:
                moment = Moment(local, master.start.zone, master.start.all_day)
                exact = None if rule.until is None or moment.all_day else rule.until.exact
                if exact is not None and moment.instant(self.zone) > exact:
                    continue
                begins.setdefault((local, moment.zone), (moment, master.end, master.start))
        for moment, own_end in master.added:
            own = (moment, own_end, moment) if own_end else (moment, master.end, master.start)
            begins.setdefault((moment.local, moment.zone), own)
        return list(begins.values())

    def _longest(self, master: Event) -> int:
        """How long before the window an occurrence may begin and still be in it."""
        try:
            return max(self._nominal(event.start, event.end) for event in (master, *self.series.changes))
        except ValueError:
            return 0

    def _nominal(self, start: Moment, end: Moment | Length | None) -> int:
        if isinstance(end, Moment):
            return max(0, end.instant(self.zone) - start.instant(self.zone)) + 2 * times.DAY
        if isinstance(end, Length):
            return end.days * times.DAY + end.seconds + 2 * times.DAY
        return 3 * times.DAY

    def _shifted(self, template: Event, start: Moment) -> list[Occurrence]:
        """An occurrence under an event that holds for all the following ones as well."""
        zone = template.start.zone or self.zone
        local = _wall(start.instant(self.zone), zone) + timedelta(seconds=_moved(template, self.zone))
        return self._stretch(
            template, Moment(local, template.start.zone, template.start.all_day), template.end, template.start
        )

    def _stretch(self, event: Event, start: Moment, end: Moment | Length | None, model: Moment) -> list[Occurrence]:
        """From a start to the end that stands as far from it as `end` from `model`; nothing where that is refused."""
        begins = start.instant(self.zone)
        try:
            ends, wall = self._end(start, end, model)
        except OverflowError:
            self._refuse(event, "it ends after the last day of the calendar")
            return []
        if wall <= 0:
            self._refuse(event, "it ends at or before its start")
            return []
        if begins < self.until and max(ends, begins + 1) > self.since:
            self._report_odd(event, start, ends - begins, wall, exact=isinstance(end, Length) and not end.days)
        return [Occurrence(begins, ends, event)] if ends > begins else []

    def _refuse(self, event: Event, why: str) -> None:
        if event.line not in self.unreadable:
            self.report("OC304", f"is left out: {why}", event)
        self.unreadable.add(event.line)

    def _end(self, start: Moment, end: Moment | Length | None, model: Moment) -> tuple[int, int]:
        """The instant an occurrence ends, and how long it is by the wall clock."""
        zone = start.zone or self.zone
        if end is None:
            return Moment(start.local + _DAY, start.zone, all_day=True).instant(self.zone), times.DAY
        if isinstance(end, Length):
            local = start.local + timedelta(days=end.days)
            begins = start.instant(self.zone) if not end.days else Moment(local, start.zone).instant(self.zone)
            return begins + end.seconds, end.days * times.DAY + end.seconds
        same_clock = (end.zone, end.all_day) == (model.zone, model.all_day)
        model_end = end.local if same_clock else _wall(end.instant(self.zone), model.zone or self.zone)
        wall = model_end - model.local
        if start == model:
            ends = end.instant(self.zone)
            return ends, int(wall.total_seconds()) if wall > timedelta() else ends - start.instant(self.zone)
        if wall <= timedelta():  # an hour that the clock shows twice: only the exact length says anything
            exact = end.instant(self.zone) - model.instant(self.zone)
            return start.instant(self.zone) + exact, exact
        return times.instant(start.local + wall, zone), int(wall.total_seconds())

    def _report_odd(self, event: Event, start: Moment, length: int, wall: int, *, exact: bool) -> None:
        if exact or 0 < length < 2 * wall:
            return
        day = start.local.date()
        if length <= 0:
            self.report("OC305", f"is on call for no time on {day}: the clock skips its {_minutes(wall)}", event)
        else:
            self.report(
                "OC305",
                f"lasts {_minutes(length)} on {day}, not {_minutes(wall)}: the clock shows the hour twice",
                event,
            )

    def _report_strays(self, master: Event, excluded: _Places, replaced: _Places) -> None:
        """EXDATEs and RECURRENCE-IDs in the window that no occurrence answers to."""
        for moment, line in excluded.left(self.since, self.until, self.zone):
            shown = moment.local.date() if moment.all_day else moment.local.isoformat(" ", "minutes")
            self.report("OC310", f"excludes {shown}, when it has no occurrence", master, line)
        for moment, line in replaced.left(self.since, self.until, self.zone):
            shown = moment.local.date() if moment.all_day else moment.local.isoformat(" ", "minutes")
            self.report("OC310", f"replaces its occurrence of {shown}, and there is none: both stand", master, line)


class _Places:
    """Moments that EXDATE or RECURRENCE-ID name, found again by instant, or by day where either side is a whole day."""

    def __init__(self, moments: Iterable[tuple[Moment, int]], zone: tzinfo) -> None:
        self.moments = list(moments)
        self.by_instant: dict[int, int] = {}
        self.by_day: dict[date, int] = {}
        self.days: dict[date, int] = {}
        for index, (moment, _) in enumerate(self.moments):
            if moment.all_day:
                self.days[moment.local.date()] = index
            else:
                self.by_instant[moment.instant(zone)] = index
            self.by_day[_day(moment, zone)] = index
        self.taken: set[int] = set()

    def hold(self, moment: Moment, zone: tzinfo) -> bool:
        """Whether the moment is one of these."""
        return self._find(moment, zone) is not None

    def take(self, moment: Moment, zone: tzinfo) -> bool:
        """The same, and remember that it was found."""
        index = self._find(moment, zone) if self.moments else None
        if index is not None:
            self.taken.add(index)
        return index is not None

    def _find(self, moment: Moment, zone: tzinfo) -> int | None:
        if moment.all_day:
            return self.by_day.get(moment.local.date())
        if self.days and moment.local.date() in self.days:
            return self.days[moment.local.date()]
        return self.by_instant.get(moment.instant(zone))

    def left(self, since: int, until: int, zone: tzinfo) -> list[tuple[Moment, int]]:
        """Those in the window that nothing was found for."""
        seen = {id(self.moments[index][0]) for index in self.taken}
        same = {_day(self.moments[index][0], zone) for index in self.taken if self.moments[index][0].all_day}
        return [
            (moment, line)
            for moment, line in self.moments
            if id(moment) not in seen
            and since <= moment.instant(zone) < until
            and not (moment.all_day and moment.local.date() in same)
        ]


def _day(moment: Moment, zone: tzinfo) -> date:
    """The day a moment names for a whole-day event: its own, or where it is given in UTC that of the zone."""
    if moment.exact is not None and not moment.all_day:
        return times.at(moment.exact, zone).date()
    return moment.local.date()


def _wall(seconds: int, zone: tzinfo, plus: int = 0) -> datetime:
    return times.at(seconds + plus, zone).replace(tzinfo=None, fold=0)


def _holds_on(change: Event) -> bool:
    """Whether an event replaces an occurrence and all that follow it."""
    return change.and_future and change.replaces is not None


def _place_of(change: Event, zone: tzinfo) -> int:
    """The instant of the occurrence that an event replaces."""
    assert change.replaces is not None
    return change.replaces.instant(zone)


def _moved(change: Event, zone: tzinfo) -> int:
    """How far an event that replaces an occurrence moves its start on the wall clock, in seconds."""
    before = _wall(_place_of(change, zone), change.start.zone or zone)
    return int((change.start.local - before).total_seconds())


def _in_force(future: list[tuple[int, Event]], moment: int) -> Event | None:
    place = bisect_right(future, moment, key=itemgetter(0))
    return future[place - 1][1] if place else None


def _last_start(until: Moment | None, start: Moment, zone: tzinfo) -> datetime | None:
    """The last wall-clock start an UNTIL allows. A day is meant whole; for whole-day events a time in UTC means the
    zone's day it falls on, except midnight UTC, which is how some products write a day."""
    if until is None:
        return None
    if until.all_day:
        return until.local + _DAY - timedelta(seconds=1)
    if until.exact is None:
        return until.local
    if start.all_day:
        midnight = until.local.time() == datetime.min.time()
        day = until.local.date() if midnight else times.at(until.exact, zone).date()
        return datetime(day.year, day.month, day.day)
    return times.at(until.exact, start.zone or zone).replace(tzinfo=None, fold=0) + timedelta(hours=3)


def _minutes(seconds: int) -> str:
    return times.show_duration(abs(seconds))


def earliest(calendar: Calendar) -> int | None:
    """An instant before which the calendar says nothing, whatever its zone; None where it says nothing at all."""
    begins = [
        moment.instant(UTC)
        for series in calendar.series
        for event in (series.master, *series.changes)
        if event
        for moment in (event.start, *(added for added, _ in event.added))
    ]
    return min(begins) - _MARGIN if begins else None
