"""Dates and times as calendars write them.

RFC 5545 has two forms: `20261127`, and `20261127T080000` with or without `Z`. Others that can mean one thing only are
read as well, and say how RFC 5545 would write them.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from msgspec import Struct

_USUAL = re.compile(r"\d{8}(?:T\d{6}Z?)?", re.ASCII)
_STAMP = re.compile(
    r"(?P<year>\d{4})(?P<dash>[-/]?)(?P<month>\d{2})(?P=dash)(?P<day>\d{2})"
    r"(?:[T ]\s*(?P<hour>\d{2})(?P<colon>:?)(?P<minute>\d{2})(?:(?P=colon)(?P<second>\d{2})(?:[.,]\d{1,9})?)?"
    r"\s*(?P<zone>Z|UTC|GMT|(?P<sign>[+-])(?P<hours>\d{2})(?::?(?P<minutes>\d{2}))?)?)?",
    re.ASCII,
)
# What such a value can look like, whole: where it begins, parameters end. Every part is bounded: a line may be long.
_MOMENT = r"\d{4}[-/]?\d{2}[-/]?\d{2}\d{0,9}(?:[T ] ?[\d:.]{0,20} ?[A-Z\d:+-]{0,9})?"
_ITEM = rf" ?{_MOMENT}(?:/(?:{_MOMENT}|[+-]?P[\dWDTHMS]{{0,40}}))? ?"
_VALUE_AFTER_COLON = re.compile(rf":(?={_ITEM}(?:,{_ITEM})*,?\"?\Z)", re.IGNORECASE | re.ASCII)
_DAY = 86_400


class Stamp(Struct, frozen=True):
    """A date or time as it was written: `offset` is that from UTC in seconds, None where none is written; `usual` is
    how RFC 5545 writes it where it was written in another way."""

    local: datetime
    is_date: bool
    offset: int | None = None
    usual: str = ""


def read_stamp(text: str) -> Stamp | None:
    """The date or time that `text` is; None where it is neither, or could be more than one."""
    written = text.strip().upper().removesuffix('"')  # of a TZID="… that was closed too late
    if _USUAL.fullmatch(written):  # nearly all are, and this is quicker
        try:
            day = datetime(int(written[:4]), int(written[4:6]), int(written[6:8]))
            if len(written) == 8:
                return Stamp(day, is_date=True)
            local = day.replace(hour=int(written[9:11]), minute=int(written[11:13]), second=int(written[13:15]))
            return Stamp(local, is_date=False, offset=0 if written[-1] == "Z" else None)
        except ValueError:
            pass
    parts = _STAMP.fullmatch(written)
    if not parts:
        return None
    try:
        day = datetime(int(parts["year"]), int(parts["month"]), int(parts["day"]))
        if parts["hour"] is None:
            return Stamp(day, is_date=True, usual=f"{_digits(day)}" if parts["dash"] else "")
        seconds, offset = _seconds(parts), _offset(parts)
        local = day + timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        return None
    usual = f"{_digits(local)}T{local:%H%M%S}{'' if offset is None else 'Z'}"
    if offset:  # RFC 5545 has no offsets: the same time in UTC
        usual = f"{_digits(local - timedelta(seconds=offset))}T{local - timedelta(seconds=offset):%H%M%S}Z"
    return Stamp(local, is_date=False, offset=offset, usual="" if written == usual else usual)


def value_start(text: str) -> int | None:
    """Where the dates or times begin that a content line ends with, None where it ends with anything else. The
    parameters before them may hold a colon, although RFC 5545 wants it quoted: `TZID=tzone://Microsoft/Utc`."""
    colon = _VALUE_AFTER_COLON.search(text)
    return colon.end() if colon else None


def _digits(day: datetime) -> str:
    return f"{day.year:04}{day.month:02}{day.day:02}"


def _seconds(parts: re.Match[str]) -> int:
    """Since midnight; 24:00 is the midnight that ends the day, and a leap second the first of the next minute."""
    hour, minute, second = int(parts["hour"]), int(parts["minute"]), int(parts["second"] or 0)
    total = hour * 3600 + minute * 60 + second
    if minute > 59 or second > 60 or (hour > 23 and total != _DAY):
        raise ValueError
    return total


def _offset(parts: re.Match[str]) -> int | None:
    if not parts["sign"]:
        return 0 if parts["zone"] else None
    minutes = int(parts["minutes"] or 0)
    total = int(parts["hours"]) * 3600 + minutes * 60
    if minutes > 59 or total >= _DAY:
        raise ValueError
    return -total if parts["sign"] == "-" else total
