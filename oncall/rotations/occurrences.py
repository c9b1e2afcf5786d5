"""The occurrences of a calendar's events in a window of time.

Recurring shifts keep their wall-clock times. The end of an occurrence stands as far from its start on the wall clock as
DTEND from DTSTART; a DURATION counts days on the wall clock and hours exactly.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from operator import itemgetter

from msgspec import Struct
from msgspec.structs import replace

from oncall import times
from oncall.errors import Problem, internal_error, problem
from oncall.rotations import recurrence
from oncall.rotations.ics import Calendar, Event, Length, Series
from oncall.rotations.recurrence import Moment, Rule
from oncall.rotations.text import Spot
from oncall.rotations.zones import differences

MOST_WORK = 100_000

_DAY = timedelta(days=1)
_MARGIN = 2 * times.DAY  # a local time is never farther than this from the same time in UTC, skipped days included
_MOST_STRAYS = 50  # exceptions of one series that are reported one by one
_WORK_OF_A_CHECK = 4  # what it costs to see whether a rule gives its own start, in starts looked at

End = Moment | Length | None  # of an event; None is one whole day
_Named = tuple[Moment, Spot | None]  # what EXDATE or RECURRENCE-ID names, and where it stands
_Begin = tuple[Moment, End, Moment]  # where an occurrence begins, an end, and the start that end belongs to


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


def occurrences(
    calendar: Calendar, since: int, until: int, zone: tzinfo, *, by_file: bool = False
) -> tuple[list[Occurrence], list[Problem]]:
    """Every stretch of a calendar that meets the window, in no order, and what is wrong with those near it and with the
    calendar's zones then.

    `zone` is that of floating times and whole days; with `by_file` an X-WR-TIMEZONE comes before it.
    """
    expanded = expand(calendar, since, until, zone, by_file=by_file)
    return expanded.found, [*expanded.problems, *differences(calendar.disputes, calendar.file, since, until)]


def expand(calendar: Calendar, since: int, until: int, zone: tzinfo, *, by_file: bool = False) -> Expanded:
    """The same without what is wrong with zones, and whether it is all of them."""
    found: list[Occurrence] = []
    problems: list[Problem] = []
    work = 0
    complete = True
    near = _Near(since, until)
    for series in calendar.series:
        master = series.master
        if master and not near.may_hold(master) and _is_single(series, master):
            continue
        expansion = _Expansion(calendar.file, series, near, (series.zone if by_file else None) or zone)
        if work > MOST_WORK and master and master.rules:
            message = "is left out: the rules before it recur too often for one calendar"
            expansion.report("OC304", message, master)
            complete = False
        else:
            found += expansion.run()
            complete = complete and expansion.complete
        work += expansion.work
        problems += expansion.problems
    return Expanded(found, problems, complete)


def _is_single(series: Series, master: Event) -> bool:
    """Whether an event happens once: nothing is added to it, and its rules, where it has some, never give a day."""
    if series.changes or master.added or (master.rules and master.excluded):
        return False
    return all(recurrence.is_void(rule) for rule in master.rules)


class _Near:
    """A window, and a quick look at whether something written on a wall clock can be in it, whatever the zone."""

    def __init__(self, since: int, until: int) -> None:
        self.since = since
        self.until = until
        self.opens = _wall(since, UTC, -_MARGIN)
        self.closes = _wall(until, UTC, _MARGIN)

    def may_hold(self, event: Event) -> bool:
        """Whether an event by itself, its rules aside, may be in the window or has to be refused."""
        return self.may_reach(event.start, event.end)

    def may_reach(self, start: Moment, end: End) -> bool:
        """The same of a stretch."""
        if isinstance(end, Moment) and end.local <= start.local:
            return True
        return start.local <= self.closes and _wall_end(start, end) >= self.opens


class _Expansion:
    """One series in one window. The occurrences of its master, less what EXDATE takes out and what other events of the
    UID replace, then those events themselves."""

    def __init__(self, file: str, series: Series, near: _Near, zone: tzinfo) -> None:
        self.file = file
        self.series = _of_whole_days(series, zone)
        self.near = near
        self.since = near.since
        self.until = near.until
        self.zone = zone
        self.problems: list[Problem] = []
        self.unreadable: set[int] = set()
        self.work = 0
        self.complete = True

    def report(self, code: str, message: str, event: Event, spot: Spot | None = None) -> None:
        name = f"event {event.uid[:200]!r}" if event.uid else "an event without UID"
        place = spot.place if spot else (event.line, 1)
        self.problems.append(problem(code, f"{name} {message}", self.file, *place))

    def run(self) -> list[Occurrence]:
        """The occurrences that meet the window. Whatever goes wrong with an event takes that event down alone."""
        found: list[Occurrence] = []
        if self.series.master:
            found += self._guarded(self.series.master, self._of_master(self.series.master))
        changes = [
            change
            for change in self.series.changes
            if change.replaces and not change.cancelled and self.near.may_hold(change)
        ]
        for change in self._not_excluded(changes):
            found += self._guarded(change, self._stretch(change, change.start, change.end, change.start))
        return [occurrence for occurrence in found if occurrence.start < self.until and occurrence.end > self.since]

    def _guarded(self, event: Event, occurrences: Iterable[Occurrence]) -> list[Occurrence]:
        """The occurrences of an event, none where they cannot be worked out."""
        try:
            return list(occurrences)
        except recurrence.TooManyError as error:
            self.complete = False
            self.work += recurrence.MOST_STARTS
            self.report("OC304", f"is left out: {error}", event)
        except (ValueError, OverflowError):
            self.report("OC304", "is left out: a time in it is beyond the calendar", event)
        except Exception as error:  # not ours: a library met something that nobody foresaw
            self.report("OC304", f"is left out: {internal_error(error, 'the calendar')}", event)
        return []

    def _not_excluded(self, changes: list[Event]) -> list[Event]:
        """The changes of occurrences that no EXDATE of the series takes out."""
        master = self.series.master
        if not changes or not master or not master.excluded:
            return changes
        days = {
            change.replaces.local.date() + timedelta(days=days)
            for change in changes
            for days in range(-2, 3)
            if change.replaces
        }
        near = (named for named in master.excluded if named[0].local.date() in days)
        places = _Places(near, self.zone)
        return [change for change in changes if change.replaces and not places.hold(change.replaces, self.zone)]

    def _of_master(self, master: Event) -> Iterator[Occurrence]:
        if not master.rules and not master.added and not self.series.changes and not master.excluded:
            yield from self._stretch(master, master.start, master.end, master.start)
            return
        first, last = self._bounds(master)
        named = [(change.replaces, change.replaces_at) for change in self.series.changes if change.replaces]
        excluded = _Places(_between(master.excluded, first, last), self.zone)
        replaced = _Places(_between(named, first, last), self.zone)
        future = sorted(
            ((_place_of(change, self.zone), change) for change in self.series.changes if _holds_on(change)),
            key=itemgetter(0),
        )
        for start, end, model in self._starts(master, first, last):
            if excluded.take(start, self.zone) | replaced.take(start, self.zone):
                continue
            template = _in_force(future, start.instant(self.zone)) if future else None
            if template is None:
                yield from self._stretch(master, start, end, model)
            elif not template.cancelled:
                yield from self._shifted(template, start)
        self._report_strays(master, excluded, replaced)
        if master.rules:
            kept = not excluded.hold(master.start, self.zone) and not replaced.hold(master.start, self.zone)
            self._report_off_rule(master, kept=kept)

    def _bounds(self, master: Event) -> tuple[datetime, datetime]:
        """Between which starts, on the master's wall clock, its occurrences can meet the window."""
        zone = master.start.zone or self.zone
        templates = [change for change in self.series.changes if _holds_on(change)]
        moved = max((abs(_moved(change, self.zone)) for change in templates), default=0)
        longest = max(_nominal(event.start, event.end) for event in (master, *templates))
        first = _wall(self.since, zone, -longest - moved - _MARGIN)
        return first, _wall(self.until, zone, moved + _MARGIN)

    def _starts(self, master: Event, first: datetime, last: datetime) -> list[_Begin]:
        """Where occurrences of the master begin between two wall-clock times."""
        bounds = [_last_start(rule.until, master.start, self.zone) for rule in master.rules]
        begins: dict[object, _Begin] = {}
        if not bounds or any(bound is None or master.start.local <= bound for bound in bounds):
            begins[master.start.local, master.start.zone] = (master.start, master.end, master.start)
        for rule, bound in zip(master.rules, bounds, strict=True):
            end = last if bound is None else min(last, bound)
            expanded = recurrence.starts(rule, master.start.local, first, end)
            self._count(expanded.work)
            for local in expanded.moments:
                moment = Moment(local, master.start.zone, master.start.all_day)
                if not self._is_past_until(rule, moment):
                    begins.setdefault((local, moment.zone), (moment, master.end, master.start))
        for moment, own_end in master.added:
            if own_end and self.near.may_reach(moment, own_end):
                begins.setdefault((moment.local, moment.zone), (moment, own_end, moment))
            elif not own_end and first - _DAY <= moment.local <= last + _DAY:
                begins.setdefault((moment.local, moment.zone), (moment, master.end, master.start))
        self._count(len(begins) if master.added else 0)
        return list(begins.values())

    def _count(self, work: int) -> None:
        self.work += work
        if self.work > MOST_WORK:
            raise recurrence.TooManyError("its rules recur too often")

    def _is_past_until(self, rule: Rule, moment: Moment) -> bool:
        exact = None if rule.until is None or moment.all_day else rule.until.exact
        return exact is not None and moment.instant(self.zone) > exact

    def _report_off_rule(self, master: Event, *, kept: bool) -> None:
        """Say so where the start of a series is not one its rule gives, as RFC 5545 3.8.5.3 wants it. Programs then
        differ about two days: the start itself (`kept` where no exception takes it out), and with COUNT the last one,
        as the start counts for some of them and not for others."""
        start = master.start
        counted = [rule for rule in master.rules if rule.count is not None]
        disputed = kept and self._meets(start, master) and all(moment != start for moment, _ in master.added)
        if not counted and not disputed:
            return
        self.work += _WORK_OF_A_CHECK * len(master.rules)
        if any(recurrence.gives(rule, start.local) for rule in master.rules):
            return
        effects = [f"{_shown(start)} counts here, and is left out by other programs"] if disputed else []
        for rule in counted:
            extra = self._one_more(master, rule)
            if extra and self._meets(extra, master):
                effects.append(f"other programs don't count the start in COUNT={rule.count} and add {_shown(extra)}")
        if effects:
            kind = "day" if start.all_day else "time"
            opening = f"begins on {start.local:%A} {_shown(start)}, a {kind} its own RRULE doesn't give"
            self.report("OC311", f"{opening}: {'; '.join(effects)}; {self._on_the_rule(master)}", master)

    def _one_more(self, master: Event, rule: Rule) -> Moment | None:
        """The start that COUNT would still give if it did not count the event's own, as far as the window."""
        assert rule.count is not None
        uncounted = replace(rule, count=rule.count + 1)
        expanded = recurrence.starts(uncounted, master.start.local, master.start.local, self.near.closes)
        self.work += expanded.work
        if len(expanded.moments) < rule.count:
            return None
        return Moment(expanded.moments[-1], master.start.zone, master.start.all_day)

    def _meets(self, start: Moment, master: Event) -> bool:
        """Whether an occurrence of the master at a start meets the window."""
        return start.instant(self.zone) < self.until and self._end(start, master.end, master.start)[0] > self.since

    def _on_the_rule(self, master: Event) -> str:
        """What to do about a start that the rules of a series don't give."""
        for rule in master.rules:
            following = recurrence.following(rule, master.start.local)
            bound = _last_start(rule.until, master.start, self.zone)
            if following and (bound is None or following <= bound):
                first = _shown(Moment(following, all_day=master.start.all_day))
                return f"begin the series on {first}, the first its RRULE gives"
        return "its RRULE gives nothing else: delete it, or the event"

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
            self._refuse(event, _ends_too_soon(event))
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
        """EXDATEs and RECURRENCE-IDs in the window that no occurrence answers to; of very many the first."""
        effects = {
            "excludes {}, when it has no occurrence": excluded,
            "replaces its occurrence of {}, and there is none: both stand": replaced,
        }
        for effect, places in effects.items():
            strays = places.left(self.since, self.until, self.zone)
            for index, (moment, spot) in enumerate(strays[:_MOST_STRAYS], 1):
                more = len(strays) - index if index == _MOST_STRAYS else 0
                also = f" ({more:,} more of the same)" if more else ""
                self.report("OC310", effect.format(_shown(moment)) + also, master, spot)


class _Places:
    """Moments that EXDATE or RECURRENCE-ID name, found again by instant, or by day where either side is a whole day."""

    def __init__(self, moments: Iterable[_Named], zone: tzinfo) -> None:
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

    def left(self, since: int, until: int, zone: tzinfo) -> list[_Named]:
        """Those in the window that nothing was found for."""
        seen = {id(self.moments[index][0]) for index in self.taken}
        same = {_day(self.moments[index][0], zone) for index in self.taken if self.moments[index][0].all_day}
        return [
            (moment, spot)
            for moment, spot in self.moments
            if id(moment) not in seen
            and since <= moment.instant(zone) < until
            and not (moment.all_day and moment.local.date() in same)
        ]


def _of_whole_days(series: Series, zone: tzinfo) -> Series:
    """A series of whole days with the exceptions and additions that are written as times read as their days."""
    master = series.master
    if master is None or not master.start.all_day:
        return series
    moments = [*master.excluded, *((change.replaces, None) for change in series.changes), *master.added]
    if all(moment is None or moment.all_day for moment, _ in moments):
        return series
    excluded = tuple((_whole(moment, zone), spot) for moment, spot in master.excluded)
    added = tuple((moment if end else _whole(moment, zone), end) for moment, end in master.added)
    changes = (
        replace(change, replaces=_whole(change.replaces, zone)) if change.replaces else change
        for change in series.changes
    )
    return replace(series, master=replace(master, excluded=excluded, added=added), changes=tuple(changes))


def _whole(moment: Moment, zone: tzinfo) -> Moment:
    return moment if moment.all_day else Moment(datetime.combine(_day(moment, zone), time()), all_day=True)


def _day(moment: Moment, zone: tzinfo) -> date:
    """The day a moment names for a whole-day event: its own, or where it is given in UTC that of the zone; except
    midnight in UTC, which is how some products write a day."""
    if moment.exact is None or moment.all_day:
        return moment.local.date()
    utc = times.at(moment.exact)
    return utc.date() if utc.time() == time() else times.at(moment.exact, zone).date()


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
    """The last wall-clock start an UNTIL allows. A day is meant whole."""
    if until is None:
        return None
    if until.all_day:
        return until.local + _DAY - timedelta(seconds=1)
    if until.exact is None:
        return until.local
    if start.all_day:
        return datetime.combine(_day(until, zone), time())
    return times.at(until.exact, start.zone or zone).replace(tzinfo=None, fold=0) + timedelta(hours=3)


def _ends_too_soon(event: Event) -> str:
    if event.start.all_day and isinstance(event.end, Moment) and event.end.all_day:
        last = event.start.local.date()
        after = f"{last + _DAY:%Y%m%d}"
        return f"it ends at or before its start: DTEND is the day after the last, {after} for a shift on {last}"
    return "it ends at or before its start"


def _minutes(seconds: int) -> str:
    return times.show_duration(abs(seconds))


def _shown(moment: Moment) -> str:
    return str(moment.local.date()) if moment.all_day else moment.local.isoformat(" ", "minutes")


def _between(moments: Iterable[_Named], first: datetime, last: datetime) -> list[_Named]:
    """Those near enough to two wall-clock times to mean an occurrence between them, in whatever zone they are."""
    opens, closes = _plus(first, -2 * _DAY), _plus(last, 2 * _DAY)
    return [pair for pair in moments if opens <= pair[0].local <= closes]


def _plus(local: datetime, length: timedelta) -> datetime:
    """A time and a length; at the ends of the calendar it ends there."""
    try:
        return local + length
    except OverflowError:
        return datetime(1, 1, 1) if length < timedelta() else datetime(9999, 12, 31)


def _nominal(start: Moment, end: End) -> int:
    """How long before a window an occurrence may begin and still be in it, in seconds, whatever the zones."""
    return int((_wall_end(start, end) - start.local).total_seconds()) + 3 * times.DAY


def _wall_end(start: Moment, end: End) -> datetime:
    """The end of a stretch as its wall clock shows it, in the zone of the end."""
    if isinstance(end, Moment):
        return max(start.local, end.local)
    return _plus(start.local, _DAY if end is None else timedelta(days=end.days, seconds=end.seconds))


def extent(calendar: Calendar) -> tuple[int, int | None] | None:
    """An instant before which the calendar says nothing, and one after which it does not, whatever its zone: None where
    a rule may go on. None in place of both where it says nothing at all."""
    begins: list[datetime] = []
    ends: list[datetime] = []
    for series in calendar.series:
        for event in (series.master, *series.changes) if series.master else series.changes:
            begins.append(event.start.local)
            ends.append(_wall_end(event.start, event.end))
            for moment, own_end in event.added:
                begins.append(moment.local)
                ends.append(_wall_end(moment, own_end or event.end))
    if not begins:
        return None
    goes_on = any(series.master and series.master.rules for series in calendar.series)
    first = times.instant(min(begins), UTC) - _MARGIN
    return first, None if goes_on else times.instant(max(ends), UTC) + _MARGIN
