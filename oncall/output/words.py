"""How names, times and places are written for people, whatever the format.

Text from files is data. Whatever in it could steer a terminal, hide or reorder what stands around it is shown as an
escape; nothing is interpreted as markup anywhere.
"""

from __future__ import annotations

import re
from datetime import tzinfo

from oncall import times
from oncall.errors import Problem

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HARMFUL = (  # a pattern; most text is printable ASCII and never needs it compiled
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)
_MOST = 300


def safe(text: object, most: int = _MOST) -> str:
    """Text from a file as one line that does nothing: control characters, marks that turn the direction of writing and
    invisible ones are shown as escapes, and what is endless is cut."""
    written = str(text)
    if len(written) <= most and written.isascii() and written.isprintable():
        return written
    shown = re.sub(
        _HARMFUL,
        lambda found: found[0].encode("unicode_escape", "surrogatepass").decode("ascii"),
        written[: most + 1],
    )
    return shown if len(written) <= most else shown[:most] + "…"


def safe_json(text: str) -> str:
    """JSON that shows in a terminal what it holds: the same document, with escapes for what could steer one."""
    return re.sub(_HARMFUL, lambda found: found[0] if found[0] == "\n" else _json_escape(found[0]), text)


def _json_escape(letter: str) -> str:
    units = letter.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place] << 8 | units[place + 1]:04x}" for place in range(0, len(units), 2))


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
    "unidentified": "nobody known",
    "no_usable_channel": "no usable contact method",
}
