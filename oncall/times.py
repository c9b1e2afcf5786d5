"""Instants, local times, durations and zones.

Instants are whole seconds since 1970-01-01T00:00Z. Zones come from the `tzdata` package alone, so that an answer does
not depend on the machine it is given on; `pip install --upgrade tzdata` brings new rules.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from os.path import dirname, join
from zoneinfo import ZoneInfo

import tzdata

ZONE_DATA_VERSION: str = tzdata.IANA_VERSION
DAY = 86_400

_ZONES = join(dirname(tzdata.__file__), "zoneinfo")
# Patterns are compiled when they are first used: a run that needs none of them does not wait for them.
_ZONE_NAME = r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*"
_DURATION = r"(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?"
CALENDARS_BEGIN = -2_208_988_800  # 1900-01-01T00:00Z: what is before is not read, and not written
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST = -62_135_596_800  # 0001-01-01T00:00Z
_LATEST = 253_402_300_799  # 9999-12-31T23:59:59Z


@cache
def zone(name: str) -> ZoneInfo | None:
    """The zone of an IANA name, spelt exactly; None where there is none."""
    if not re.fullmatch(_ZONE_NAME, name):
        return None
    try:
        with open(join(_ZONES, *name.split("/")), "rb") as file:
            return ZoneInfo.from_file(file, key=name)
    except (OSError, ValueError):
        return None


@cache
def zone_names() -> tuple[str, ...]:
    """Every IANA name there is, sorted: for suggestions and completion."""
    with open(join(dirname(tzdata.__file__), "zones"), encoding="ascii") as file:
        return tuple(sorted(file.read().split()))


def instant(local: datetime, where: tzinfo) -> int:
    """The instant of a local time, whole seconds, rounded down.

    A local time that the zone skips moves forward by the gap; one that comes twice is its first occurrence (that is
    what PEP 495 gives for fold=0). An aware `local` keeps its own offset.
    """
    aware = local if local.tzinfo else local.replace(tzinfo=where, fold=0)
    try:
        seconds = (aware - _EPOCH) // timedelta(seconds=1)
    except OverflowError:  # an offset that leads before year 1 or after 9999
        seconds = _EARLIEST if aware.year < 5000 else _LATEST
    return min(max(seconds, _EARLIEST), _LATEST)


def at(seconds: float, where: tzinfo = UTC) -> datetime:
    """The aware local time of an instant; at the ends of the calendar it is given in UTC."""
    moment = _EPOCH + timedelta(seconds=min(max(seconds, _EARLIEST), _LATEST))
    try:
        return moment.astimezone(where)
    except OverflowError:
        return moment


def is_usual(seconds: float) -> bool:
    """Whether an instant is far enough from the ends of the calendar to be reckoned with."""
    return -62_000_000_000 < seconds < 253_000_000_000


def midnight(day: date, where: tzinfo) -> int:
    """The instant a day begins in a zone."""
    return instant(datetime.combine(day, time()), where)


def parse_duration(text: str) -> int:
    """`45s`, `2m`, `1h30m`, `90d` as seconds. A bare number is refused: its unit would be a guess."""
    found = re.fullmatch(_DURATION, text.strip())
    if not text.strip() or not found:
        if text.strip().isdigit():
            number = text.strip()
            raise ValueError(f"{number} of what? write {number}s, {number}m, {number}h or {number}d")
        raise ValueError(f"not a duration: {text!r}; write 45s, 2m, 1h30m or 90d")
    days, hours, minutes, seconds = (int(group or 0) for group in found.groups())
    total = days * DAY + hours * 3600 + minutes * 60 + seconds
    if total > 36_500 * DAY:
        raise ValueError(f"longer than a hundred years: {text!r}")
    return total


def show_duration(seconds: float) -> str:
    """Seconds as people write them: `45s`, `2m`, `1h30m`, `3d`, `1d4h`; nothing is cut off."""
    left = int(seconds)
    parts = []
    for size, unit in ((DAY, "d"), (3600, "h"), (60, "m"), (1, "s")):
        if left >= size:
            parts.append(f"{left // size}{unit}")
            left %= size
    return "".join(parts) or "0s"


def show_about(seconds: float) -> str:
    """Seconds as two units at most, to the nearest of the smaller: `41d1h`, `1h30m`, `1m30s`."""
    total = int(seconds)
    step = 3600 if total >= DAY else 60 if total >= 3600 else 1
    return show_duration((total + step // 2) // step * step)


def parse_instant(text: str) -> datetime:
    """An ISO 8601 date and time; without an offset it comes back naive, for the nearest zone to give it one."""
    written = text.strip()
    try:
        if len(written) <= 10:
            raise ValueError
        return datetime.fromisoformat(written)
    except ValueError:
        raise ValueError(f"not a date and time: {text!r}; write 2026-11-20T18:00 or 2026-11-20T18:00-05:00") from None


def parse_clock(text: str) -> int:
    """A time of day, `H:MM` or `HH:MM`, as minutes since midnight; `24:00`, the midnight that ends a day, is 0:00."""
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", text.strip(), re.ASCII)
    if found and found[0] == "24:00":
        return 0
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError(f"not a time of day: {text!r}; write 8:00 or 17:30")
    return int(found[1]) * 60 + int(found[2])
