"""Recurrence rules on wall-clock time, expanded by dateutil inside bounds.

A rule is expanded without a zone, so that a shift at 8:00 stays at 8:00 when the clocks change. Every value is checked
against RFC 5545 3.3.10 before dateutil sees it. Where dateutil and the RFC differ, the RFC counts:

- `COUNT` counts the event's own start even where the rule doesn't give it, so starts are counted here.
- `FREQ=WEEKLY;BYDAY=MO,TU,WE;BYSETPOS=2` is the second of the week's three days. dateutil takes the second of those
  that are left in the week of the start: the rule is expanded from the first day of that week.
- `FREQ=YEARLY;BYWEEKNO=20` is one day of that week, the weekday of the start. dateutil takes all seven, and counts the
  days of a week that two years share in the wrong year: see `_in_numbered_weeks`.
- `BYDAY=MO,1TU` is every Monday and the first Tuesday. dateutil takes the Mondays that are a first Tuesday.

Three more things dateutil would do are kept from happening: walking through decades to reach the window (rules without
COUNT start near it), walking to the year 9999 in search of a day that never comes (30 February), and giving more starts
than anybody works. What a rule costs is counted all the same, so that a calendar of thousands can be given up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from itertools import groupby
from typing import Any, Literal

from dateutil import rrule
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
_NOT_WITH = {
    "BYWEEKNO": ("MONTHLY", "WEEKLY", "DAILY", "HOURLY"),
    "BYYEARDAY": ("MONTHLY", "WEEKLY", "DAILY"),
    "BYMONTHDAY": ("WEEKLY",),
}  # the table of RFC 5545 3.3.10
_KNOWN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "RSCALE", "SKIP", *_RANGES}
_NUMBER = re.compile(r"[+-]?[0-9]{1,3}")
_DAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})([0-9]{2})(Z?))?")
_DAYS_IN_MONTH = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_LONGEST_TEXT = 2000  # every day of a year by its number
_MOST_POSITIONS = 50  # of BYSETPOS, each of which is looked for in every period
_LONGEST_INTERVAL = 10_000
_LAST_YEAR = 9990
_MORE_YEARS = 3  # that a rule may be looked for in beyond those that matter
_WORK_A_YEAR = {rrule.YEARLY: 12, rrule.MONTHLY: 30, rrule.WEEKLY: 53, rrule.DAILY: 366, rrule.HOURLY: 366}
_WORK_A_YEAR_OF_WEEKS = 60  # with BYWEEKNO


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
    written = _parts_of(text)
    word = written.get("FREQ", "")
    if word in ("SECONDLY", "MINUTELY") or any("," in written.get(name, "") for name in ("BYMINUTE", "BYSECOND")):
        raise ValueError("the rule recurs within the hour, which no shift does")
    if word not in _FREQUENCIES:
        raise ValueError(f"FREQ={word[:20]} in the rule is unknown" if word else "the rule has no FREQ")
    for name, frequencies in _NOT_WITH.items():
        if name in written and word in frequencies:
            raise ValueError(f"{name} can't be used with FREQ={word}")
    parts: dict[str, Any] = {name.lower(): _numbers(name, written[name]) for name in _RANGES if name in written}
    if "BYDAY" in written:
        parts["byweekday"] = _weekdays(written["BYDAY"], word, written)
    if "WKST" in written:
        parts["wkst"] = _week_start(written["WKST"])
    return Rule(
        frequency=_FREQUENCIES[word],
        interval=_positive("INTERVAL", written, _LONGEST_INTERVAL) or 1,
        count=_positive("COUNT", written, 10**9),
        until=_until(written["UNTIL"]) if "UNTIL" in written else None,
        parts=tuple(parts.items()),
    )


def for_whole_days(rule: Rule) -> Rule:
    """The same rule for an event of whole days, where RFC 5545 has BYHOUR, BYMINUTE and BYSECOND ignored."""
    if rule.frequency == rrule.HOURLY:
        raise ValueError("the rule recurs within the day, and the event is of whole days")
    return replace(rule, parts=tuple(part for part in rule.parts if part[0] not in ("byhour", "byminute", "bysecond")))


def _parts_of(text: str) -> dict[str, str]:
    """The parts of a rule by name, both in capitals."""
    if len(text) > _LONGEST_TEXT:
        raise ValueError(f"the rule is longer than {_LONGEST_TEXT:,} characters")
    parts: dict[str, str] = {}
    for part in text.upper().split(";"):
        name, _, value = (piece.strip() for piece in part.partition("="))
        if not name and not value:
            continue
        if name in parts:
            raise ValueError(f"the rule has {name[:40]} twice")
        if name not in _KNOWN and not name.startswith("X-"):
            raise ValueError(f"{name[:40]} in a rule is not understood")
        parts[name] = value
    if parts.get("RSCALE", "GREGORIAN") != "GREGORIAN" or parts.get("SKIP", "OMIT") != "OMIT":  # RFC 7529
        raise ValueError("the rule counts by another calendar (RSCALE or SKIP), which is not understood")
    return parts


def _positive(name: str, written: dict[str, str], limit: int) -> int | None:
    if name not in written:
        return None
    value = written[name]
    number = int(value) if re.fullmatch(r"\+?[0-9]{1,10}", value) else 0
    if not 1 <= number <= limit:
        raise ValueError(f"{name}={value[:20]} in the rule is not a number from 1 to {limit:,}")
    return number


def _numbers(name: str, value: str) -> list[int]:
    low, high, from_the_end = _RANGES[name]
    numbers: set[int] = set()
    for item in value.split(","):
        number = int(item) if _NUMBER.fullmatch(item.strip()) else None
        if number is None or not low <= (abs(number) if from_the_end else number) <= high:
            also = f" or -{low} to -{high}" if from_the_end else ""
            raise ValueError(f"{name}={item[:20]} in the rule is not possible: write {low} to {high}{also}")
        numbers.add(number)
    if name == "BYSETPOS" and len(numbers) > _MOST_POSITIONS:
        raise ValueError(f"BYSETPOS in the rule names more than {_MOST_POSITIONS} positions")
    return sorted(numbers)


def _weekdays(value: str, frequency: str, written: dict[str, str]) -> list[rrule.weekday]:
    """The days of BYDAY, all with a number if one has: dateutil takes `MO,1TU` for Mondays that are a first Tuesday."""
    limit = 5 if frequency == "MONTHLY" or (frequency == "YEARLY" and "BYMONTH" in written) else 53
    days: dict[rrule.weekday, None] = {}
    for item in value.split(","):
        match = _DAY.fullmatch(item.strip())
        if match is None:
            raise ValueError(f"BYDAY={item[:20]} in the rule is not a weekday: write MO, or 1MO and -1MO in a month")
        number = int(match[1] or 0)
        if match[1] and not 1 <= abs(number) <= limit:
            raise ValueError(f"BYDAY={item[:20]} in the rule is not possible: write 1 to {limit} or -1 to -{limit}")
        if number and frequency == "WEEKLY" and abs(number) == 1:
            number = 0  # a week has every weekday once
        if number and (frequency not in ("MONTHLY", "YEARLY") or "BYWEEKNO" in written):
            beside = "BYWEEKNO" if "BYWEEKNO" in written else f"FREQ={frequency}"
            raise ValueError(f"BYDAY={item[:20]} can't be used with {beside}: the number counts in a month or year")
        day = _WEEKDAYS[match[2]]
        days[day(number) if number else day] = None
    if not any(day.n for day in days):
        return list(days)
    return [
        numbered for day in days for numbered in ([day] if day.n else [day(number) for number in range(1, limit + 1)])
    ]


def _week_start(value: str) -> rrule.weekday:
    if value not in _WEEKDAYS:
        raise ValueError(f"WKST={value[:20]} in the rule is not a weekday: write MO or SU")
    return _WEEKDAYS[value]


def _until(value: str) -> Moment:
    match = _UNTIL.fullmatch(value)
    try:
        if match is None:
            raise ValueError
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
        local = datetime(year, month, day, hour, minute, second)
    except ValueError:
        message = f"UNTIL={value[:40]} in the rule is not a date or time: write 20261231 or 20261231T170000Z"
        raise ValueError(message) from None
    if match[7]:
        return Moment(local, UTC, exact=times.instant(local, UTC))
    return Moment(local, all_day=match[4] is None)


class _Bounded(rrule.rrule):
    """dateutil's rule, which stops after so many years. It has no bound of its own for a rule that matches no day; but
    it looks up `_byweekno` whenever it enters a year, and that is where this one counts."""

    def __init__(self, years: int, frequency: Frequency, start: datetime, interval: int, parts: dict[str, Any]) -> None:
        self._reads = years + _MORE_YEARS
        self._weeks: Any = None
        super().__init__(frequency, dtstart=start, interval=interval, **parts)

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
    """The wall-clock starts of a rule, and how much work it was, in starts looked at."""

    moments: list[datetime]
    work: int


def starts(rule: Rule, first: datetime, since: datetime, until: datetime, most: int = MOST_STARTS) -> Starts:
    """The starts of a rule that begins at `first`, from `since` to `until`, both included.

    COUNT counts `first` even where the rule does not name it, as RFC 5545 has it. The rule's own UNTIL is the caller's
    to apply: only he knows its zone. TooManyError where there are more than `most`.
    """
    if until < first or is_void(rule):
        return Starts([], 1)
    if rule.count is not None and rule.count > (until - first) // timedelta(hours=1) + 2:
        rule = replace(rule, count=None)  # it cannot be reached: no rule recurs within the hour
    start = _nearer(rule, first, since)
    last = rule.count
    moments: list[datetime] = []
    steps = 0
    reached = start
    for moment in _expanded(rule, first, start, until):
        if last is not None and not steps and moment != first:
            last -= 1
        reached = moment
        if moment > until or steps == last:
            break
        steps += 1
        if steps > most:
            raise TooManyError(f"the rule recurs more than {most:,} times")
        if moment >= since:
            moments.append(moment)
    else:
        reached = until
    return Starts(moments, max(steps, _work(rule, reached - start)))


def gives(rule: Rule, moment: datetime) -> bool:
    """Whether a rule that begins at a moment gives that very moment."""
    return bool(starts(replace(rule, count=None), moment, moment, moment).moments)


def following(rule: Rule, moment: datetime) -> datetime | None:
    """The first start after a moment that a rule which begins there gives; None where that is years away."""
    years = 2 + (rule.interval if rule.frequency == rrule.YEARLY else rule.interval // 12)
    if is_void(rule) or moment.year + years > _LAST_YEAR:
        return None
    moments = _expanded(rule, moment, moment, moment.replace(year=moment.year + years, day=1))
    return next((start for start in moments if start > moment), None)


def is_void(rule: Rule) -> bool:
    """Whether a rule asks for days its months do not have, or for a second time in an hour."""
    parts = dict(rule.parts)
    if rule.frequency == rrule.HOURLY and not {1, -1} & set(parts.get("bysetpos", (1,))):
        return True
    longest = max((_DAYS_IN_MONTH[month] for month in parts.get("bymonth", ())), default=31)
    return all(abs(day) > longest for day in parts.get("bymonthday", (0,)))


def _work(rule: Rule, span: timedelta) -> int:
    """What it costs to look through so long a time, however little is found in it."""
    parts = dict(rule.parts)
    a_year = _WORK_A_YEAR_OF_WEEKS if "byweekno" in parts else _WORK_A_YEAR[rule.frequency]
    periods = max(span.days, 0) * a_year // 365 // rule.interval + 1
    return periods * (1 + len(parts.get("bysetpos", ())) // 8)


def _nearer(rule: Rule, first: datetime, since: datetime) -> datetime:
    """A later start from which the rule gives the same days from `since` on. A rule that counts has to begin where it
    begins."""
    if rule.count is not None or since <= first:
        return first
    step = _STEPS.get(rule.frequency)
    if step is not None:
        behind = (since - first) // (step * rule.interval) - 2
        return first + max(0, behind) * step * rule.interval
    months = rule.interval * (12 if rule.frequency == rrule.YEARLY else 1)
    behind = ((since.year - first.year) * 12 + since.month - first.month) // months - 2
    if behind <= 0:
        return first
    year, month = divmod(first.year * 12 + first.month - 1 + behind * months, 12)
    return first.replace(year=year, month=month + 1, day=1)


def _expanded(rule: Rule, first: datetime, start: datetime, until: datetime) -> Iterator[datetime]:
    """What a rule gives from `start` on, in order; a few years after `until` it ends."""
    parts = _with_defaults(rule, first)
    years = until.year - start.year + 1
    if "byweekno" in parts:
        moments = _in_numbered_weeks(rule, parts, first, start, years)
    else:
        begin = start
        if rule.frequency == rrule.WEEKLY and "bysetpos" in parts:  # the whole week is the set, also what was before
            begin = start - timedelta(days=_days_into_week(start, parts))
        moments = _by_dateutil(years, rule.frequency, begin, rule.interval, parts)
    return (moment for moment in moments if moment >= start)


def _by_dateutil(
    years: int, frequency: Frequency, start: datetime, interval: int, parts: dict[str, Any]
) -> Iterator[datetime]:
    try:
        yield from _Bounded(years, frequency, start, interval, parts)
    except (_PastTheEndError, ValueError):  # ValueError where INTERVAL steps over every hour of BYHOUR
        return


def _with_defaults(rule: Rule, first: datetime) -> dict[str, Any]:
    """The parts of a rule with the day it takes from its start written into it."""
    parts = dict(rule.parts)
    if parts.keys() & {"byyearday", "bymonthday", "byweekday"}:
        return parts
    if rule.frequency == rrule.WEEKLY or "byweekno" in parts:
        parts["byweekday"] = [first.weekday()]
    elif rule.frequency in (rrule.YEARLY, rrule.MONTHLY):
        parts["bymonthday"] = [first.day]
        if rule.frequency == rrule.YEARLY:
            parts.setdefault("bymonth", [first.month])
    return parts


def _in_numbered_weeks(
    rule: Rule, parts: dict[str, Any], first: datetime, start: datetime, years: int
) -> Iterator[datetime]:
    """What a yearly rule with BYWEEKNO gives: dateutil walks through all weeks, and those are kept that have one of the
    numbers.

    A week belongs whole to the year that has at least four of its days, so its year is that of its fourth day. With
    weeks from Monday, Mon 29 December 2025 is in week 1 of 2026, and counts for 2026 in INTERVAL and in BYSETPOS.
    """
    numbers, positions = set(parts.pop("byweekno")), parts.pop("bysetpos", None)
    year = _week_year(first, parts)
    begin = datetime.combine(date(_week_year(start, parts), 1, 4), first.time())
    begin -= timedelta(days=_days_into_week(begin, parts))
    every_day = {**parts, "byweekday": parts.get("byweekday", range(7))}
    moments = _by_dateutil(years + 1, rrule.WEEKLY, begin, 1, every_day)
    for own_year, of_year in groupby(moments, lambda moment: _week_year(moment, parts)):
        if (own_year - year) % rule.interval == 0:
            weeks = _week_number(datetime(own_year, 12, 28), parts)
            wanted = {number if number > 0 else weeks + 1 + number for number in numbers if number >= -weeks}
            found = [moment for moment in of_year if _week_number(moment, parts) in wanted]
            yield from found if positions is None else _at_positions(found, positions)


def _at_positions(moments: list[datetime], positions: Iterable[int]) -> list[datetime]:
    """The moments at the positions that BYSETPOS names, from 1, or from -1 for the last."""
    indices = {position - 1 if position > 0 else len(moments) + position for position in positions}
    return [moment for index, moment in enumerate(moments) if index in indices]


def _days_into_week(day: datetime, parts: dict[str, Any]) -> int:
    return (day.weekday() - parts["wkst"].weekday) % 7 if "wkst" in parts else day.weekday()


def _fourth_day(day: datetime, parts: dict[str, Any]) -> datetime:
    return day + timedelta(days=3 - _days_into_week(day, parts))


def _week_year(day: datetime, parts: dict[str, Any]) -> int:
    return _fourth_day(day, parts).year


def _week_number(day: datetime, parts: dict[str, Any]) -> int:
    return (_fourth_day(day, parts).timetuple().tm_yday + 6) // 7
