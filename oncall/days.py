"""Days and times of day as people write them: every reading that a text may have.

Pure grammar: which of several days is meant, and which instant that is, is decided in `when`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

from oncall.fields import DAY_NAMES

# Which of many days is meant: the one nearest to now when something is looked up, the next when something is to
# change, the last when a record is read, which has no future.
Sense = Literal["nearest", "next", "last"]

FIRST_YEAR, LAST_YEAR = 1970, 2199
END_OF_DAY, EVENING, MORNING = 24 * 3600, 17 * 3600, 7 * 3600  # a night lasts from EVENING to MORNING
# fmt: off
MONTHS = ("January", "February", "March", "April", "May", "June",
          "July", "August", "September", "October", "November", "December")
# fmt: on
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAY = (
    r"(mon(?:day)?|tue(?:s(?:day)?)?|wed(?:s|nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
)
_MONTH = rf"({'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in map(str.lower, MONTHS))}|sept)"
_PART = r"(morning|afternoon|evening|night)"
_RELATIVE_DAYS = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1, "tmrw": 1}
_RELATIVE_DAYS |= {"day before yesterday": -2, "day after tomorrow": 2}
_HOURS = {"morning": (0, 12 * 3600), "afternoon": (12 * 3600, 18 * 3600), "evening": (16 * 3600, END_OF_DAY)}
_TONIGHT = 22 * 3600


class Days(Struct, frozen=True):
    """The days a text may mean, in order: one, or those that `pick` picks from.

    `hours` are the times of day that are possible, `default` is the one of a text without any (None: it needs one).
    `night` is a night, which runs into the next morning. `said` tells what has to be said: `pick`, that one of many was
    picked; `reading`, which one it is; or nothing.
    """

    dates: tuple[date, ...]
    pick: Sense | None = None
    hours: tuple[int, int] = (0, END_OF_DAY + 1)
    default: int | None = 0
    night: bool = False
    said: Literal["", "pick", "reading"] = ""


class UnreadableError(Exception):
    """A text that cannot be read, and what to write instead."""


def days_of(words: str, today: date, from_day: date, sense: Sense) -> Iterator[Days]:
    """Every reading of a text as a day; of none, as any day. `today` is now's, a bare weekday or date is seen from
    `from_day`."""
    any_day = Days(tuple(from_day + timedelta(days=days) for days in range(-2, 3)), sense, said="pick")
    if not words:
        yield Days(any_day.dates, sense, default=None, said="pick")
    if part := re.fullmatch(rf"(?:in )?{_PART}", words):
        yield _in_part(any_day, part[1])
    if match := re.fullmatch(rf"({'|'.join(_RELATIVE_DAYS)})(?: (?:in )?{_PART})?", words):
        part_of_day = "night" if match[1] == "tonight" else match[2]
        yield _in_part(Days((today + timedelta(days=_RELATIVE_DAYS[match[1]]),)), part_of_day)
    if match := re.fullmatch(rf"(this|last) {_PART}", words):
        yield _in_part(Days((today - timedelta(days=1 if match[1] == "last" else 0),)), match[2])
    if match := re.fullmatch(rf"(?:(next|last|this|coming|previous|past) )?{WEEKDAY}(?: (?:in )?{_PART})?", words):
        for days in _weekdays(match[1] or "", DAY_NAMES.index(match[2][:3]), from_day, sense):
            yield _in_part(days, match[3])
    yield from _written_dates(words, from_day, sense)


def _in_part(days: Days, part: str | None) -> Days:
    """Days with a part of the day: `tonight` alone is 22:00; other parts need a time."""
    if part is None:
        return days
    if part == "night":
        return Days(days.dates, days.pick, default=_TONIGHT, night=True, said=days.said)
    return Days(days.dates, days.pick, _HOURS[part], default=None, said=days.said)


def _weekdays(which: str, weekday: int, today: date, sense: Sense) -> Iterator[Days]:
    """A weekday is the next to come, today included while its time is ahead; in a record it is the last. `next` and
    `this` may count from today or by calendar weeks: both are given where they differ."""
    coming = today + timedelta(days=(weekday - today.weekday()) % 7)
    this_week = today + timedelta(days=weekday - today.weekday())
    if which in ("", "coming"):
        pick: Sense = "last" if sense == "last" and not which else "next"
        yield Days(tuple(coming + timedelta(days=days) for days in (-14, -7, 0, 7, 14)), pick)
    elif which == "next":
        yield Days((coming if coming != today else coming + timedelta(days=7),))
        yield Days((this_week + timedelta(days=7),))
    elif which == "this":
        yield Days((coming,))
        yield Days((this_week,))
    else:  # to some, `last wed` said on a Thursday is that of the week before
        yield Days((coming - timedelta(days=7),), said="reading" if this_week < today else "")


def _written_dates(words: str, from_day: date, sense: Sense) -> Iterator[Days]:
    """Dates, with a weekday before them or not: one, or those of several years or months."""
    weekday, rest = None, words
    if match := re.fullmatch(rf"{WEEKDAY} (.+)", words):
        weekday, rest = DAY_NAMES.index(match[1][:3]), match[2]
    choices = [
        [(number, month, day) for number in ([year] if year else range(from_day.year - 8, from_day.year + 9))]
        for year, month, day in _dates(rest)
    ]
    if match := re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)", rest):
        months = (divmod(from_day.year * 12 + from_day.month - 1 + ahead, 12) for ahead in range(-4, 5))
        choices.append([(year, month + 1, int(match[1])) for year, month in months])
    for choice in choices:
        dates = (day for parts in choice if (day := _date(*parts)))
        fitting = tuple(day for day in dates if weekday is None or day.weekday() == weekday)
        if fitting and len(choice) == 1:
            yield Days(fitting)
        elif fitting:
            yield Days(fitting, sense, said="pick" if weekday is None else "")


def _dates(words: str) -> Iterator[tuple[int | None, int, int]]:
    """Every year (or none), month and day that a text may be."""
    if match := re.fullmatch(rf"(\d{{1,2}})[ -]?{_MONTH}(?:[ -](\d{{4}}))?", words):
        yield int(match[3]) if match[3] else None, _month(match[2]), int(match[1])
    if match := re.fullmatch(rf"{_MONTH}[ -]?(\d{{1,2}})(?:st|nd|rd|th)?(?:[ -](\d{{4}}))?", words):
        yield int(match[3]) if match[3] else None, _month(match[1]), int(match[2])
    if match := re.fullmatch(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", words):
        yield int(match[1]), int(match[3]), int(match[4])
    if match := re.fullmatch(r"(\d{4})(\d\d)(\d\d)", words):
        yield int(match[1]), int(match[2]), int(match[3])
    if match := re.fullmatch(r"(\d{1,2})(?:([/.])(\d{1,2})(?:\2(\d{4})?)?|-(\d{1,2})-(\d{4}))", words):
        first, second = int(match[1]), int(match[3] or match[5])
        year = int(match[4] or match[6]) if match[4] or match[6] else None
        yield year, second, first
        yield year, first, second


def _month(name: str) -> int:
    return next(index for index, month in enumerate(MONTHS, 1) if month.lower().startswith(name[:3]))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def clocks_of(words: str, *, dated: bool) -> Iterator[int]:
    """Every reading of a text as a time of day, in seconds since midnight. On a day, `midnight` may be the one that
    begins it or the one that ends it, and a bare hour may be of the morning or the evening."""
    if words in ("noon", "midday", "12 noon"):
        yield 12 * 3600
    if words in ("midnight", "12 midnight"):
        yield from (0, END_OF_DAY) if dated else (0,)
    if match := re.fullmatch(r"(\d{1,2})(?:[:.h](\d\d))?(?::(\d\d))? ?([ap])m?", words):
        yield from _twelve_hours(int(match[1]), _minutes(match[2], match[3]), match[4])
    if match := re.fullmatch(r"(\d{1,2})[:.h](\d\d)(?::(\d\d)(?:\.\d+)?)? ?(?:h|hrs|hours)?", words):
        yield from _day_hours(int(match[1]), _minutes(match[2], match[3]))
    if match := re.fullmatch(r"(\d\d)(\d\d) ?(h|hrs|hours)?", words):
        is_year = not match[3] and FIRST_YEAR <= int(words) <= LAST_YEAR
        if is_year and not dated:
            raise UnreadableError(f"write {match[1]}:{match[2]} for the time of day, {words}-01-01 for the year")
        yield from () if is_year else _day_hours(int(match[1]), _minutes(match[2], None))
    if (match := re.fullmatch(r"(at )?(\d{1,2})", words)) and (dated or match[1]):
        hour = int(match[2])
        yield from _day_hours(hour, 0)
        if 1 <= hour <= 12:
            yield from _day_hours((hour + 12) % 24, 0)


def _minutes(minutes: str | None, seconds: str | None) -> int:
    """Minutes and seconds as seconds; more than an hour where they are not what a clock shows."""
    shown = int(minutes or 0), int(seconds or 0)
    return shown[0] * 60 + shown[1] if max(shown) < 60 else END_OF_DAY


def _day_hours(hour: int, rest: int) -> Iterator[int]:
    if rest < 3600 and (hour < 24 or (hour, rest) == (24, 0)):
        yield hour * 3600 + rest


def _twelve_hours(hour: int, rest: int, half: str) -> Iterator[int]:
    """`12am` and `12pm` mean noon to some and midnight to others, on the hour; `0pm` is neither."""
    if 12 < hour < 24 and rest < 3600:
        minutes = f":{rest // 60:02}"
        twelve = f"{hour - 12}{minutes if rest else ''}{half}m"
        raise UnreadableError(f"am and pm go with hours up to 12; write {hour}{minutes} or {twelve}")
    if (hour, rest) == (12, 0) or (hour == 0 and half == "p"):
        yield from (*_day_hours(0, rest), *_day_hours(12, rest))
    elif hour <= 12:
        yield from _day_hours(hour % 12 + (12 if half == "p" else 0), rest)
