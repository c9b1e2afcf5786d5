"""Instants as people type them: ISO 8601, `now`, `tomorrow 02:00`, `fri 17:00`, `23:58`, `+3d`."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, tzinfo

from oncall import times
from oncall.errors import OncallError
from oncall.fields import DAY_NAMES

FORMS = "write 2026-11-27T02:00, now, tomorrow 02:00, fri 17:00, 23:58 or +3d"

_LONG_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}


def parse_when(text: str, now: int, zone: tzinfo) -> int:
    """The instant a text means, seen from `now` in a zone. A weekday is the next one to come, today included where its
    time is still ahead; OncallError says which forms there are."""
    words = text.strip().lower()
    try:
        found = _relative(words, now) if words[:1] in ("+", "-") else _calendar(words, text.strip(), now, zone)
    except (ValueError, OverflowError):
        raise OncallError(f"{text!r} is no time: {FORMS}") from None
    if not times.is_usual(found):
        raise OncallError(f"{text!r} is outside the calendar")
    return found


def parse_end(text: str, start: int, now: int, zone: tzinfo) -> int:
    """The end of a stretch that begins at `start`. Days that are told from now (`tomorrow 08:00`) are; everything else
    counts from the start: `+12h`, the next `08:00` after it, the next `mon 08:00` after it."""
    words = text.strip().lower()
    if words == "now" or words.partition(" ")[0] in _DAYS:
        return parse_when(text, now, zone)
    found = parse_when(text, start, zone)
    if found <= start and re.fullmatch(r"\d{1,2}:\d{2}", words):
        return parse_when(f"tomorrow {words}", start, zone)
    if found == start and words.partition(" ")[0][:3] in DAY_NAMES and words[:1].isalpha():
        return parse_when(text, start + 1, zone)
    return found


def _relative(words: str, now: int) -> int:
    seconds = times.parse_duration(words[1:])
    return now + seconds if words[0] == "+" else now - seconds


def _calendar(words: str, written: str, now: int, zone: tzinfo) -> int:
    if words == "now":
        return now
    today = times.at(now, zone).date()
    day, _, rest = words.partition(" ")
    if day in _DAYS:
        return _at_clock(today + timedelta(days=_DAYS[day]), rest or "0:00", zone)
    if day in DAY_NAMES or day in _LONG_NAMES:
        ahead = (DAY_NAMES.index(day[:3]) - today.weekday()) % 7
        found = _at_clock(today + timedelta(days=ahead), rest or "0:00", zone)
        return found if found >= now or ahead else _at_clock(today + timedelta(days=7), rest or "0:00", zone)
    if re.fullmatch(r"\d{1,2}:\d{2}", words):
        return _at_clock(today, words, zone)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", words):
        return times.midnight(date.fromisoformat(words), zone)
    return times.instant(times.parse_instant(written.replace(" ", "T", 1)), zone)


def _at_clock(day: date, clock: str, zone: tzinfo) -> int:
    minutes = 24 * 60 if clock.strip() == "24:00" else times.parse_clock(clock)
    return times.instant(datetime(day.year, day.month, day.day) + timedelta(minutes=minutes), zone)
