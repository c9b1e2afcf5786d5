"""Times as logs write them. What a spreadsheet has rewritten is refused: it has lost seconds, or which is the month.

What was typed into a spreadsheet by hand is another matter: it is as its author wrote it, and is read where the order
of day and month is known.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

REWRITTEN = "a date that a spreadsheet has rewritten: export the file again, and do not open it in a spreadsheet"
NOT_A_TIME = "not a date and time: 2026-11-22T23:58:00 is one, with -05:00 behind it where it has an offset"
TWICE = "the clock showed this time twice that night, and nothing says which is meant: taken as the first"
SKIPPED = "the clock skipped this time that night: moved forward, as the clock was; is --timezone right?"
NO_ORDER = (
    "a date that does not say which is the day and which the month: --date-order dmy or mdy says it (ymd where the "
    "year comes first), or write 2026-11-22 23:58:00"
)
OTHER_ORDER = "a date that is not in the order of --date-order: write it so, or as 2026-11-22 23:58:00"
NUMBERED = "a spreadsheet's number for a date and time: have it shown there as 2026-11-22 23:58:00, and save it again"
NO_CLOCK = "a time in {mark}, which is not one clock: say which with --timezone, as in --timezone America/New_York"
OTHER_CLOCK = "a time in {mark}, which the clock of --timezone did not show then: is --timezone right?"
NO_ZONE = "a time without a zone; say which clock it was with --timezone, as in --timezone America/New_York"

_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?) ?(Z|z|UTC|GMT|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)
_RFC_2822 = re.compile(
    r"(?:[A-Za-z]{3}, *)?(\d{1,2}) ([A-Za-z]{3}) (\d{4}) (\d\d):(\d\d):(\d\d) (GMT|UT|UTC|Z|[+-]\d{4})", re.ASCII
)
_SPREADSHEET = re.compile(
    r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b.*|\d{4}/\d{1,2}/\d{1,2}\b.*|\d{4}-\d{1,2}-\d{1,2} \d:\d\d.*"
    r"|\d{4,6}([.,]\d+)?|\d+([.,]\d+)?E[+-]?\d+|#+",
    re.ASCII | re.IGNORECASE,
)
_TYPED = re.compile(
    r"(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})(?:,? +|T)(\d{1,2}):(\d\d)(:\d\d)? ?([ap])?(?(8)\.?m\.?)"
    r" ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?",
    re.ASCII | re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{4,6}([.,]\d+)?|\d+([.,]\d+)?E[+-]?\d+|#+", re.ASCII | re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_EPOCH = re.compile(r"(\d{9,10})(\.\d{1,9})?|\d{12,13}|\d{15,16}", re.ASCII)
_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,? +(?=\d{1,2}[/.-]|[a-z]{3})", re.IGNORECASE)
_NAMED_MONTH = re.compile(
    r"(?:([A-Za-z]{3,9})\.? (\d{1,2})|(\d{1,2})[ -]([A-Za-z]{3,9})\.?),?[ -](\d{4}),?(?: at)?[ T](\d{1,2}:\d\d.*)",
    re.ASCII,
)
_MARK = re.compile(r"(.*\d(?: ?[AaPp][Mm])?) ?([A-Z]{2,5})", re.ASCII)
FIRST_YEAR, LAST_YEAR = 1970, 2199  # of what can be meant


class StampError(ValueError):
    """A text is no time; the message says why, the same for the same cause."""


class NoZoneError(ValueError):
    """A time has no offset, and nobody has said which zone it is of."""


def parse_stamp(text: str, zone: tzinfo | None, not_before: int | None = None) -> tuple[datetime, str | None]:
    """An instant with its offset from ISO 8601 or RFC 2822, and what is doubtful about it.

    A time without an offset is one of the zone; NoZoneError where there is none. One that the zone's clock showed
    twice is the first that is not before `not_before`, seconds since 1970, where that is known.
    """
    written, mark = split_mark(text.strip())
    moment = _iso(written) or _rfc_2822(written)
    if moment is not None and mark and moment.tzinfo is None:
        return _marked(moment, mark, zone), None
    if moment is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise StampError(REWRITTEN if _SPREADSHEET.fullmatch(written[:100]) else NOT_A_TIME)
    if moment.tzinfo is not None:
        return with_offset(moment), None
    if zone is None:
        raise NoZoneError(NO_ZONE)
    return _local(moment.replace(tzinfo=zone), not_before)


def split_mark(text: str) -> tuple[str, str]:
    """A time, and the mark of its zone behind it (`EST`, `CEST`) where that is no offset."""
    found = _MARK.fullmatch(text[:100])
    return (found[1], found[2]) if found and found[2] not in ("UTC", "GMT", "UT", "AM", "PM") else (text, "")


def _marked(moment: datetime, mark: str, zone: tzinfo | None) -> datetime:
    """A time with the mark that the clock of a zone showed beside it; StampError where that clock never did."""
    if zone is None:
        raise StampError(NO_CLOCK.format(mark=mark))
    for fold in (0, 1):
        local = moment.replace(tzinfo=zone, fold=fold)
        if local.tzname() == mark:
            return with_offset(local)
    raise StampError(OTHER_CLOCK.format(mark=mark))


def as_iso(text: str, order: str | None) -> str:
    """What was typed by hand, as ISO 8601: hours of one digit, AM and PM, and dates in an order, `ymd`, `dmy` or `mdy`;
    None where only the ISO form says which is the month. What is no such date is given back as it is."""
    text = _WEEKDAY.sub("", text.strip()[:100])
    named = _NAMED_MONTH.fullmatch(text)
    if named is not None:
        return as_iso(_named_day(named), order)
    if _EPOCH.fullmatch(text.strip()):
        return _epoch_iso(text.strip())
    text, mark = split_mark(text)
    if mark:
        return f"{as_iso(text, order)} {mark}"
    found = _TYPED.fullmatch(" ".join(text[:100].split()))
    if found is not None:
        first, separator, second, third, hour, minute, seconds, half, offset = found.groups()
        day = _day(separator, (first, second, third), order)
        written = f"{day}T{_hour(int(hour), half)}:{minute}{seconds or ''}{(offset or '').upper()}"
        if _iso(written) is None:
            raise StampError(NOT_A_TIME)
        return written
    if _NUMBER.fullmatch(text.strip()[:100]):
        raise StampError(NUMBERED)
    if _SPREADSHEET.fullmatch(text.strip()[:100]):
        raise StampError(NOT_A_TIME)
    return text


def _named_day(match: re.Match[str]) -> str:
    """A day whose month is a word (`Nov 5, 2026 9:20 PM`) with the month as a number."""
    month, day = (match[1], match[2]) if match[1] else (match[4], match[3])
    if month[:3].casefold() not in _MONTHS:
        raise StampError(NOT_A_TIME)
    return f"{match[5]}-{_MONTHS.index(month[:3].casefold()) + 1:02}-{int(day):02} {match[6]}"


def _epoch_iso(text: str) -> str:
    """Seconds since 1970, or as many thousandths or millionths of one as only those can be, as ISO 8601."""
    whole, _, fraction = text.partition(".")
    digits = len(whole)
    scale = 1 if digits <= 10 else 1000 if digits <= 13 else 1_000_000
    moment = epoch(int(whole) // scale)
    if moment is None:
        raise StampError(NOT_A_TIME)
    parts = fraction[:6].ljust(6, "0") if fraction else f"{int(whole) % scale * (1_000_000 // scale):06}"
    return (moment + timedelta(microseconds=int(parts))).isoformat()


def _day(separator: str, parts: tuple[str, str, str], order: str | None) -> str:
    """A day of which the parts stand in an order; one in the ISO form is in that one whatever the order."""
    is_iso = separator == "-" and tuple(map(len, parts)) == (4, 2, 2)
    if not is_iso and order is None:
        raise StampError(NO_ORDER)
    named = dict(zip("ymd" if is_iso or order is None else order, parts, strict=True))
    year, month, day = (named[name] for name in "ymd")
    if len(year) not in (2, 4) or len(month) > 2 or len(day) > 2 or int(month) > 12:
        raise StampError(NOT_A_TIME if is_iso else OTHER_ORDER)
    return f"{year if len(year) == 4 else '20' + year}-{month:0>2}-{day:0>2}"


def _hour(hour: int, half: str | None) -> str:
    """An hour of the day; `half` is the a or p of AM or PM, where hours are counted to 12."""
    if half is None:
        return f"{hour:02}"
    if not 1 <= hour <= 12:
        raise StampError(NOT_A_TIME)
    return f"{hour % 12 + (12 if half in 'pP' else 0):02}"


def epoch(seconds: float) -> datetime | None:
    """The instant of seconds since 1970; None for what cannot be meant so."""
    if not 0 <= seconds < 7_258_118_400:  # 2200
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


def with_offset(moment: datetime) -> datetime:
    """The same instant with its offset alone, so that reckoning with it is reckoning with instants."""
    offset = moment.utcoffset() or timedelta()
    if offset % timedelta(minutes=1):
        return moment.astimezone(UTC)
    return moment.replace(tzinfo=timezone(offset) if offset else UTC, fold=0)


def _local(moment: datetime, not_before: int | None) -> tuple[datetime, str | None]:
    first, second = with_offset(moment), with_offset(moment.replace(fold=1))
    if first == second:
        return first, None
    if first.utcoffset() < second.utcoffset():  # type: ignore[operator]  # both are aware
        return with_offset(first.astimezone(moment.tzinfo)), SKIPPED
    if not_before is None:
        return first, TWICE
    return (first if first.timestamp() >= not_before - 2 else second), None


def _iso(text: str) -> datetime | None:
    found = _ISO.fullmatch(text)
    if not found:
        return None
    day, clock, offset = found.groups()
    if offset in ("UTC", "GMT", "z"):
        offset = "Z"
    clock, dot, fraction = clock.replace(",", ".").partition(".")
    try:
        return datetime.fromisoformat(f"{day}T{clock}{dot}{fraction[:6].ljust(6, '0') if dot else ''}{offset or ''}")
    except ValueError:
        return None


def _rfc_2822(text: str) -> datetime | None:
    found = _RFC_2822.fullmatch(text)
    if not found or found[2].lower() not in _MONTHS:
        return None
    offset = found[7] if found[7][0] in "+-" else "+0000"
    sign = -1 if offset[0] == "-" else 1
    try:
        zone = timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[3:])))
        day, year, hour, minute, second = (int(found[place]) for place in (1, 3, 4, 5, 6))
        return datetime(year, _MONTHS.index(found[2].lower()) + 1, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None
