"""Recurrence rules on wall-clock time, expanded by dateutil inside bounds.

A rule is expanded without a zone, so that a shift at 8:00 stays at 8:00 when the clocks change. Three things dateutil
would do are kept from happening: walking through decades to reach the window (rules without COUNT start near it),
walking to the year 9999 in search of a day that never comes (30 February), and giving more starts than anybody works.
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

MOST_STARTS = 200_000

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
_NUMBERS = ("BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYHOUR", "BYMINUTE", "BYSECOND", "BYSETPOS")
_KNOWN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", *_NUMBERS}
_READS_A_YEAR = 8
_WORK_A_YEAR = 300


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
    parts: dict[str, Any] = {name.lower(): [int(value) for value in found[name]] for name in _NUMBERS if name in found}
    if "BYDAY" in found:
        parts["byweekday"] = [_weekday(str(day)) for day in found["BYDAY"]]
    if "WKST" in found:
        parts["wkst"] = _weekday(str(found["WKST"][0]))
    until = found.get("UNTIL", [None])[0]
    rule = Rule(_FREQUENCIES[word], interval, count, _until(until), tuple(parts.items()))
    _Bounded(1, datetime(2000, 1, 1), rule)  # what dateutil cannot make sense of is refused here, not on expansion
    return rule


def _weekday(text: str) -> rrule.weekday:
    found = re.fullmatch(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", text.upper())
    if not found or found[1] in ("0", "+0", "-0"):
        raise ValueError(f"not a weekday in a rule: {text!r}")
    day = _WEEKDAYS[found[2]]
    return day(int(found[1])) if found[1] else day


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


class Starts(Struct, frozen=True):
    """The wall-clock starts that were found, and how much work it was, in starts looked at."""

    found: list[datetime]
    work: int


def starts(rule: Rule, first: datetime, since: datetime, until: datetime) -> Starts:
    """The starts of a rule that begins at `first`, from `since` to `until`, both included.

    The rule's own UNTIL is the caller's to apply: only he knows its zone. ValueError where there are too many.
    """
    if until < first:
        return Starts([], 0)
    rule, start = _nearer(rule, first, since)
    found, steps = [], 0
    years = until.year - start.year + 1
    try:
        for moment in _Bounded(years, start, rule):
            steps += 1
            if moment > until:
                break
            if steps > MOST_STARTS:
                raise ValueError(f"the rule recurs more than {MOST_STARTS:,} times")
            if moment >= since:
                found.append(moment)
    except _PastTheEndError:
        pass
    return Starts(found, steps + (_WORK_A_YEAR * years if rule.count else 0))


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
