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
    """The local starts of a rule by its definition, each day looked at by itself, up to a last one."""
    left = int(rule.get("COUNT", 1_000_000))
    until = datetime.strptime(rule["UNTIL"], "%Y%m%dT%H%M%S") if "UNTIL" in rule else last
    for number in range((last - first).days + 1):
        moment = first + timedelta(days=number)
        if moment > min(until, last) or left == 0:
            return
        if number == 0 or _matches(rule, first.date(), moment.date()):
            left -= 1
            yield moment


def _matches(rule: dict[str, str], first: date, day: date) -> bool:
    interval = int(rule.get("INTERVAL", 1))
    by_day = rule["BYDAY"].split(",") if "BYDAY" in rule else []
    name = WEEKDAYS[day.weekday()]
    if rule["FREQ"] == "DAILY":
        return (day - first).days % interval == 0 and (not by_day or name in by_day)
    if rule["FREQ"] == "WEEKLY":
        begins = WEEKDAYS.index(rule.get("WKST", "MO"))
        weeks = (_week(day, begins) - _week(first, begins)).days // 7
        return weeks % interval == 0 and name in (by_day or [WEEKDAYS[first.weekday()]])
    by_month = [int(one) for one in rule.get("BYMONTH", "").split(",") if one]
    periods = day.year - first.year
    if rule["FREQ"] == "MONTHLY":
        periods = periods * 12 + day.month - first.month
    elif not by_month:
        by_month = [first.month]
    if periods % interval or (by_month and day.month not in by_month):
        return False
    length = months.monthrange(day.year, day.month)[1]
    if "BYMONTHDAY" in rule:
        return bool({day.day, day.day - length - 1} & {int(one) for one in rule["BYMONTHDAY"].split(",")})
    if by_day:
        places = {"", str((day.day - 1) // 7 + 1), str(-((length - day.day) // 7 + 1))}
        return any(f"{place}{name}" in by_day for place in places)
    return day.day == first.day


def _week(day: date, begins: int) -> date:
    return day - timedelta(days=(day.weekday() - begins) % 7)


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
