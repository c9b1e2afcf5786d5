"""Recurrence rules on wall-clock time, expanded by dateutil inside bounds.

A rule is expanded without a zone, so that a shift at 8:00 stays at 8:00 when the clocks change. Three things dateutil
would do are kept from happening: walking through decades to reach the window (rules without COUNT start near it),
walking to the year 9999 in search of a day that never comes (30 February), and giving more starts than anybody works.
What a rule costs is counted all the same, so that a calendar of thousands of such rules can be given up.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Literal

from dateutil import rrule
from icalendar.prop import vRecur
from msgspec import Struct
from msgspec.structs import replace

from oncall import times

MOST_STARTS = 50_000

Frequency = Literal[0, 1, 2, 3, 4, 5, 6]  # as dateutil numbers them: YEARLY is 0, HOURLY 4

_FREQUENCIES: dict[str, Frequency] = {
    "YEARLY": rrule.YEARLY,
    "MONTHLY": rrule.MONTHLY,
    "WEEKLY": rrule.WEEKLY,
    "DAILY": rrule.DAILY,
    "HOURLY": rrule.HOURLY,
}
_STEPS = {rrule.WEEKLY: timedelta(weeks=1), rrule.DAILY: timedelta(days=1), rrule.HOURLY: timedelta(hours=1)}
_WEEKDAYS = {
    "MO": rrule.MO,
    "TU": rrule.TU,
    "WE": rrule.WE,
    "TH": rrule.TH,
    "FR": rrule.FR,
    "SA": rrule.SA,
    "SU": rrule.SU,
}
_RANGES = {
    "BYMONTH": (1, 12, False),
    "BYMONTHDAY": (1, 31, True),
    "BYYEARDAY": (1, 366, True),
    "BYWEEKNO": (1, 53, True),
    "BYHOUR": (0, 23, False),
    "BYMINUTE": (0, 59, False),
    "BYSECOND": (0, 59, False),
    "BYSETPOS": (1, 366, True),
}  # and whether they may count from the end
_KNOWN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", *_RANGES}
_DAYS_IN_MONTH = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_MOST_PLACES = 50  # of BYSETPOS, each of which is looked for in every period
_READS_A_YEAR = 8
_WORK_A_YEAR = {rrule.YEARLY: 10, rrule.MONTHLY: 16, rrule.WEEKLY: 53, rrule.DAILY: 366, rrule.HOURLY: 366}


class Moment(Struct, frozen=True):
    """A date or time as a calendar writes it: wall-clock `local` in `zone`, None where it floats.

    `exact` is the instant where the calendar gives one (a time in UTC), which a wall clock could say only twice.
    """

    local: datetime
    zone: tzinfo | None = None
    all_day: bool = False
    exact: int | None = None

    def instant(self, default: tzinfo) -> int:
        """Seconds since the epoch; floating times and days are those of `default`."""
        return self.exact if self.exact is not None else times.instant(self.local, self.zone or default)


class Rule(Struct, frozen=True):
    """A recurrence rule that was understood, ready for dateutil."""

    frequency: Frequency
    interval: int
    count: int | None
    until: Moment | None
    parts: tuple[tuple[str, Any], ...]


def parse_rule(text: str) -> Rule:
    """The rule an RRULE value means; ValueError says what is wrong with it."""
    names = [part.partition("=")[0].strip().upper() for part in text.split(";") if part.strip()]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"the rule has {name} twice")
        if name not in _KNOWN and not name.startswith("X-"):
            raise ValueError(f"{name} in a rule is not understood")
    found = {str(key).upper(): value for key, value in vRecur.from_ical(text).items()}
    word = found.get("FREQ", [""])[0]
    if word in ("SECONDLY", "MINUTELY") or any(len(found.get(name, ())) > 1 for name in ("BYMINUTE", "BYSECOND")):
        raise ValueError("the rule recurs within the hour, which no shift does")
    if word not in _FREQUENCIES:
        raise ValueError("the rule has no FREQ")
    interval, count = found.get("INTERVAL", [1])[0], found.get("COUNT", [None])[0]
    if interval < 1 or (count is not None and count < 1):
        raise ValueError("INTERVAL and COUNT of a rule are 1 or more")
    parts: dict[str, Any] = {name.lower(): _numbers(name, found[name]) for name in _RANGES if name in found}
    if "BYDAY" in found:
        days = [_weekday(day) for day in dict.fromkeys(str(day) for day in found["BYDAY"])]
        parts["byweekday"] = _numbered(days, 5 if word == "MONTHLY" or "BYMONTH" in found else 53)
    if "WKST" in found:
        parts["wkst"] = _weekday(str(found["WKST"][0]))
    until = found.get("UNTIL", [None])[0]
    rule = Rule(_FREQUENCIES[word], interval, count, _until(until), tuple(parts.items()))
    _Bounded(1, datetime(2000, 1, 1), rule)  # what dateutil cannot make sense of is refused here, not on expansion
    return rule


def for_whole_days(rule: Rule) -> Rule:
    """The same rule for an event of whole days, where RFC 5545 has BYHOUR, BYMINUTE and BYSECOND ignored."""
    if rule.frequency == rrule.HOURLY:
        raise ValueError("the rule recurs within the day, and the event is of whole days")
    return replace(rule, parts=tuple(part for part in rule.parts if part[0] not in ("byhour", "byminute", "bysecond")))


def _numbers(name: str, values: list[Any]) -> list[int]:
    low, high, from_the_end = _RANGES[name]
    numbers = sorted({int(value) for value in values})
    for number in numbers:
        if not low <= (abs(number) if from_the_end else number) <= high:
            raise ValueError(f"{name}={number} in a rule is not possible")
    if name == "BYSETPOS" and len(numbers) > _MOST_PLACES:
        raise ValueError(f"BYSETPOS in a rule names more than {_MOST_PLACES} places")
    return numbers


def _weekday(text: str) -> rrule.weekday:
    found = re.fullmatch(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", text.upper())
    if not found or found[1] in ("0", "+0", "-0"):
        raise ValueError(f"not a weekday in a rule: {text!r}")
    day = _WEEKDAYS[found[2]]
    return day(int(found[1])) if found[1] else day


def _numbered(days: list[rrule.weekday], most: int) -> list[rrule.weekday]:
    """The same days, all with a number if one has: dateutil takes `MO,1TU` for Mondays that are the first Tuesday."""
    if not any(day.n for day in days):
        return days
    return [one for day in days for one in ([day] if day.n else [day(number) for number in range(1, most + 1)])]


def _until(until: date | None) -> Moment | None:
    if until is None:
        return None
    if not isinstance(until, datetime):
        return Moment(datetime(until.year, until.month, until.day), all_day=True)
    if until.tzinfo is None:
        return Moment(until)
    return Moment(until.astimezone(UTC).replace(tzinfo=None), UTC, exact=times.instant(until, UTC))


class _Bounded(rrule.rrule):
    """dateutil's rule, which stops after so many years. It has no bound of its own for a rule that matches no day; but
    it looks up `_byweekno` whenever it enters a year, and that is where this one counts."""

    def __init__(self, years: int, start: datetime, rule: Rule) -> None:
        self._reads = years * _READS_A_YEAR + _READS_A_YEAR
        self._weeks: Any = None
        super().__init__(rule.frequency, dtstart=start, interval=rule.interval, count=rule.count, **dict(rule.parts))

    @property
    def _byweekno(self) -> Any:
        self._reads -= 1
        if self._reads < 0:
            raise _PastTheEndError
        return self._weeks

    @_byweekno.setter
    def _byweekno(self, weeks: Any) -> None:
        self._weeks = weeks


class _PastTheEndError(Exception):
    pass


class TooManyError(ValueError):
    """A rule recurs more often than anybody works."""


class Starts(Struct, frozen=True):
    """The wall-clock starts that were found, and how much work it was, in starts looked at."""

    found: list[datetime]
    work: int


def starts(rule: Rule, first: datetime, since: datetime, until: datetime, most: int = MOST_STARTS) -> Starts:
    """The starts of a rule that begins at `first`, from `since` to `until`, both included.

    COUNT counts `first` even where the rule does not name it, as RFC 5545 has it. The rule's own UNTIL is the caller's
    to apply: only he knows its zone. TooManyError where there are more than `most`.
    """
    if until < first or _never(rule):
        return Starts([], 1)
    rule, start = _nearer(rule, first, since)
    left = min(rule.count or most + 1, most + 1)
    found: list[datetime] = []
    reached, steps = start, 0
    try:
        for moment in _Bounded(until.year - start.year + 1, start, rule):
            if not steps and moment != first and rule.count:
                left -= 1
            steps += 1
            reached = moment
            if moment > until or steps > left:
                break
            if moment >= since:
                found.append(moment)
    except _PastTheEndError:
        reached = until
    if steps > most:
        raise TooManyError(f"the rule recurs more than {most:,} times")
    return Starts(found, max(steps, _work(rule, reached - start)))


def _never(rule: Rule) -> bool:
    """Whether a rule asks for days its months do not have."""
    parts = dict(rule.parts)
    longest = max((_DAYS_IN_MONTH[month] for month in parts.get("bymonth", ())), default=31)
    return all(abs(day) > longest for day in parts.get("bymonthday", (0,)))


def _work(rule: Rule, span: timedelta) -> int:
    """What it costs to look through so long a time, however little is found in it."""
    periods = span.days * _WORK_A_YEAR[rule.frequency] // 365 // rule.interval + 1
    return periods * (1 + len(dict(rule.parts).get("bysetpos", ())) // 8)


def _nearer(rule: Rule, first: datetime, since: datetime) -> tuple[Rule, datetime]:
    """The same rule from a later start that gives the same days from `since` on. A rule that counts has to begin where
    it begins."""
    if rule.count is not None or since <= first:
        return rule, first
    step = _STEPS.get(rule.frequency)
    if step is not None:
        behind = (since - first) // (step * rule.interval) - 2
        return rule, first + max(0, behind) * step * rule.interval
    months = rule.interval * (12 if rule.frequency == rrule.YEARLY else 1)
    behind = ((since.year - first.year) * 12 + since.month - first.month) // months - 2
    if behind <= 0:
        return rule, first
    year, month = divmod(first.year * 12 + first.month - 1 + behind * months, 12)
    return _spelt_out(rule, first), first.replace(year=year, month=month + 1, day=1)


def _spelt_out(rule: Rule, first: datetime) -> Rule:
    """A yearly or monthly rule with the day it takes from its start written into it."""
    parts = dict(rule.parts)
    if not parts.keys() & {"byweekno", "byyearday", "bymonthday", "byweekday"}:
        parts["bymonthday"] = [first.day]
        if rule.frequency == rrule.YEARLY:
            parts.setdefault("bymonth", [first.month])
    return replace(rule, parts=tuple(parts.items()))
