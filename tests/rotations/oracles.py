"""Other ways to the same answer, written from RFC 5545 and sharing no code with ours.

Days are matched one by one, and local times become instants by looking for the instants that show them: no rule is
expanded and no skipped or repeated hour is asked for by its name.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import chain, groupby
from zoneinfo import ZoneInfo

from .generate import WEEKDAYS

_FAR = timedelta(hours=30)  # no zone is farther from UTC, and none changes its clock twice in so short a time


@cache
def clock(name: str) -> ZoneInfo:
    with files("tzdata.zoneinfo").joinpath(*name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def localised(local: datetime, name: str) -> int:
    """The first instant at which a clock in the zone shows this time; where none does, that much after the gap."""
    zone = clock(name)
    naive = local.replace(tzinfo=UTC)
    offsets = [(naive + away).astimezone(zone).utcoffset() or timedelta() for away in (-_FAR, _FAR)]
    shown = [naive - offset for offset in offsets if (naive - offset).astimezone(zone).replace(tzinfo=None) == local]
    return int(min(shown, default=naive - offsets[0]).timestamp())


def starts(rule: dict[str, str], first: datetime, last: datetime) -> Iterator[datetime]:
    """The local starts of a rule by RFC 5545 3.3.10, up to a last one: every day is looked at by itself, a period (a
    year, month, week or day) at a time. BYSETPOS picks from all that the rule has in a period, what is before the start
    included. COUNT counts the start, whether or not the rule has it."""
    left = int(rule.get("COUNT", 1_000_000))
    until = datetime.strptime(rule["UNTIL"], "%Y%m%dT%H%M%S") if "UNTIL" in rule else last
    for number, moment in enumerate(chain([first], _after(rule, first, last))):
        if moment > min(until, last) or number == left:
            return
        yield moment


def _after(rule: dict[str, str], first: datetime, last: datetime) -> Iterator[datetime]:
    """What the rule gives after the start, without its bounds."""
    since = first.date() - timedelta(days=380)  # a year and a week that began in the one before
    days = (since + timedelta(days=number) for number in range((last.date() - since).days + 380))
    home = _period(rule, first.date())
    for period, in_period in groupby(days, lambda day: _period(rule, day)):
        if (period - home) % int(rule.get("INTERVAL", 1)):
            continue
        hours = _numbers(rule, "BYHOUR") or [first.hour]
        found = [
            datetime.combine(day, first.time().replace(hour=hour))
            for day in in_period
            if _matches(rule, first.date(), day)
            for hour in sorted(hours)
        ]
        positions = _numbers(rule, "BYSETPOS")
        for place, moment in enumerate(found):
            if moment > first and (not positions or {place + 1, place - len(found)} & set(positions)):
                yield moment


def _numbers(rule: dict[str, str], part: str) -> list[int]:
    return [int(number) for number in rule.get(part, "").split(",") if number]


def _period(rule: dict[str, str], day: date) -> int:
    """Which year, month, week or day a day is in, as a number. In a rule with BYWEEKNO a year is one of whole weeks."""
    if rule["FREQ"] == "YEARLY":
        return _numbered_week(rule, day)[0] if "BYWEEKNO" in rule else day.year
    if rule["FREQ"] == "MONTHLY":
        return day.year * 12 + day.month
    return _week(rule, day).toordinal() // 7 if rule["FREQ"] == "WEEKLY" else day.toordinal()


def _matches(rule: dict[str, str], first: date, day: date) -> bool:
    """Whether a day is one the rule names, whatever its INTERVAL."""
    length = months.monthrange(day.year, day.month)[1]
    year = 366 if months.isleap(day.year) else 365
    of_year = day.timetuple().tm_yday
    if "BYMONTH" in rule and day.month not in _numbers(rule, "BYMONTH"):
        return False
    if "BYYEARDAY" in rule and not {of_year, of_year - year - 1} & set(_numbers(rule, "BYYEARDAY")):
        return False
    if "BYMONTHDAY" in rule and not {day.day, day.day - length - 1} & set(_numbers(rule, "BYMONTHDAY")):
        return False
    if "BYWEEKNO" in rule:
        own, number = _numbered_week(rule, day)
        weeks = _numbered_week(rule, date(own, 12, 28))[1]
        if not {number, number - weeks - 1} & set(_numbers(rule, "BYWEEKNO")):
            return False
    name = WEEKDAYS[day.weekday()]
    if "BYDAY" in rule:
        in_year = rule["FREQ"] == "YEARLY" and "BYMONTH" not in rule
        number, size = (of_year, year) if in_year else (day.day, length)
        ordinals = {"", str((number - 1) // 7 + 1), str(-((size - number) // 7 + 1))}
        return any(f"{ordinal}{name}" in rule["BYDAY"].split(",") for ordinal in ordinals)
    if "BYYEARDAY" in rule or "BYMONTHDAY" in rule or rule["FREQ"] == "DAILY":
        return True
    if "BYWEEKNO" in rule or rule["FREQ"] == "WEEKLY":
        return day.weekday() == first.weekday()
    return day.day == first.day and (rule["FREQ"] == "MONTHLY" or "BYMONTH" in rule or day.month == first.month)


def _week(rule: dict[str, str], day: date) -> date:
    """The first day of the week a day is in, by WKST."""
    return day - timedelta(days=(day.weekday() - WEEKDAYS.index(rule.get("WKST", "MO"))) % 7)


def _numbered_week(rule: dict[str, str], day: date) -> tuple[int, int]:
    return _year_and_number(_week(rule, day))


@cache
def _year_and_number(begins: date) -> tuple[int, int]:
    """The year and number of a week. Week 1 is the first that has at least four days in its year."""
    days = [begins + timedelta(days=number) for number in range(7)]
    year = max((sum(other.year == day.year for other in days), day.year) for day in days)[1]
    before = begins - timedelta(days=7)
    return year, _year_and_number(before)[1] + 1 if before + timedelta(days=3) >= date(year, 1, 1) else 1


def joined(stretches: Iterable[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """The time that stretches cover between two instants."""
    result: list[tuple[int, int]] = []
    for begins, ends in sorted((max(one, start), min(two, end)) for one, two in stretches):
        if begins >= ends:
            continue
        if result and begins <= result[-1][1]:
            result[-1] = (result[-1][0], max(ends, result[-1][1]))
        else:
            result.append((begins, ends))
    return result
