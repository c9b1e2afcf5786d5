"""How names, times and places are written for people, whatever the format."""

from __future__ import annotations

from datetime import tzinfo

from oncall import times
from oncall.errors import Problem
from oncall.output.escape import safe as safe
from oncall.output.escape import safe_json as safe_json

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_and_time(instant: float, zone: tzinfo, seen_from: float) -> str:
    """`Sun 22 Nov 23:58`; the year where it is another than that of the instant it is seen from."""
    return f"{day(instant, zone, seen_from)} {time_of_day(instant, zone)}"


def day(instant: float, zone: tzinfo, seen_from: float) -> str:
    """`Sun 22 Nov`; the year where it is another than that of the instant it is seen from."""
    local, year = times.at(instant, zone), times.at(seen_from, zone).year
    shown = f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}"
    return shown if local.year == year else f"{shown} {local.year}"


def time_of_day(instant: float, zone: tzinfo) -> str:
    """`23:58`; seconds where there are some, and `EDT` or `EST` after a time that comes twice as the clocks go back."""
    local = times.at(instant, zone)
    clock = f"{local.hour:02}:{local.minute:02}" + (f":{local.second:02}" if local.second else "")
    comes_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{clock} {zone_mark(instant, zone)}" if comes_twice else clock


def moment(instant: float, zone: tzinfo) -> str:
    """`Sun 22 Nov 2026 23:58 EST`."""
    local = times.at(instant, zone)
    seconds = f":{local.second:02}" if local.second else ""
    date = f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"
    return f"{date} {local.hour:02}:{local.minute:02}{seconds} {zone_mark(instant, zone)}"


def zone_mark(instant: float, zone: tzinfo) -> str:
    """`EST`, or `UTC-03:00` where the zone has no letters."""
    local = times.at(instant, zone)
    name = local.tzname() or ""
    return name if name.isalpha() else "UTC" + local.isoformat()[-6:]


def distance(seconds: float) -> str:
    """A stretch of time as somebody half awake wants it: two units at most, `2m`, `3h05m`, `6d4h`."""
    total = max(0, int(seconds))
    days, hours, minutes = total // 86_400, total % 86_400 // 3600, total % 3600 // 60
    if days:
        return f"{days}d{hours}h" if hours else f"{days}d"
    if hours:
        return f"{hours}h{minutes:02}m" if minutes else f"{hours}h"
    return f"{minutes}m" if minutes else f"{total}s"


def iso(instant: float | None, zone: tzinfo) -> str | None:
    """RFC 3339 with offset, as JSON has it."""
    return times.at(instant, zone).isoformat() if instant is not None else None


def place(one: Problem) -> str:
    """`file:line:col`, as much of it as is known."""
    parts = [safe(one.file), *(str(number) for number in (one.line, one.column) if number is not None)]
    return ":".join(parts)


def problem_line(one: Problem) -> str:
    """A problem on one line, as compilers write them."""
    return f"{place(one)}: {one.severity}: {safe(one.message, 600)} [{one.code}]"


NOBODY = "nobody"

REASONS = {
    "left": "has left",
    "away": "away",
    "unidentified": "unidentified",
    "no_usable_channel": "no usable contact method",
}
