"""What calendars call time zones: IANA names, global ids that end in one, and the names Windows has for them.

`known_zone` takes names that mean one zone by themselves. `likely_zone` takes what is only a description, such as the
places of an old Windows label; a VTIMEZONE of the file comes before it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from importlib.resources import files

from oncall import times

_UTC_NAMES = {"utc", "etc/utc", "tzone://microsoft/utc", "coordinated universal time"}
_MOST_LETTERS = 200  # no name is longer, and a longer one costs no look-ups
_GLOBAL_ID_PARTS = 8
_LABEL = re.compile(r"\(\s*(?:UTC|GMT)\s*(?:([+-])(\d{1,2})(?:[:.]?(\d{2}))?)?\s*\)\s*(.*)", re.IGNORECASE)
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
# When clocks are compared: what they show these years, and what they showed when Windows had its older labels.
_SAMPLES = [datetime(year, month, 1, tzinfo=UTC) for year in (2025, 2026, 2027) for month in range(1, 13)]
_PAST_SAMPLES = [datetime(year, month, 1, tzinfo=UTC) for year in range(2006, 2025) for month in (1, 7)]


def plain(name: str) -> str:
    """A zone's name as it is looked up: without quotes, backslashes before commas and spaces round it."""
    return re.sub(r"\\([\\,;:/])", r"\1", name).strip().strip("\"'").strip()


@lru_cache(4096)
def known_zone(name: str) -> tzinfo | None:
    """The zone of a name that means one zone wherever it is written; None for any other."""
    name = plain(name)
    if len(name) > _MOST_LETTERS:
        return None
    if name.casefold() in _UTC_NAMES:
        return UTC
    return _iana(name) or _global_id(name) or _windows(name)


@lru_cache(4096)
def likely_zone(name: str) -> tzinfo | None:
    """The zone of an offset or of a label's places, where they leave only one; None otherwise: never a guess."""
    name = plain(name)
    if len(name) > _MOST_LETTERS:
        return None
    if name.casefold() == "z":
        return UTC
    offset = _OFFSET.fullmatch(name)
    if offset:
        return _fixed(*offset.groups())
    label = _LABEL.fullmatch(name)
    if label:
        return _by_places(label[4], _label_offset(label))
    place, standard, rest = name.partition(" Standard Time")  # a zone that Windows had once: `Kamchatka Standard Time`
    return _by_places(place, None) if standard and not rest else None


def _iana(name: str) -> tzinfo | None:
    """IANA names in any case, with spaces or with `-` for `/`: `america/new york`, `US-Eastern`."""
    exact = times.zone(name)
    if exact:
        return exact
    key = name.replace("\\", "/").replace(" ", "_").casefold()
    found = _iana_names().get(key) or _iana_names().get(key.replace("-", "/", 1))
    return times.zone(found) if found else None


@cache
def _iana_names() -> dict[str, str]:
    return {name.casefold(): name for name in times.zone_names()}


def _global_id(name: str) -> tzinfo | None:
    """`/example.org/20250101_1/America/Argentina/Buenos_Aires`: RFC 5545 3.2.19 leaves the form open after the `/`;
    all that are in use end in an IANA name."""
    parts = [part for part in name.split("/") if part]
    if len(parts) > _GLOBAL_ID_PARTS or "/" not in name:
        return None
    shortest = 1 if name.startswith("/") else 2
    for length in range(min(3, len(parts)), shortest - 1, -1):
        zone = _iana("/".join(parts[-length:]))
        if zone:
            return zone
    return _windows(parts[-1]) if name.startswith("/") and parts else None


def _windows(name: str) -> tzinfo | None:
    """`W. Europe Standard Time`, or what Windows shows in its place."""
    key = _key(name)
    found = _windows_ids().get(key) or _windows_ids().get(re.sub(r"\bdaylight time\b", "standard time", key))
    if found:
        return times.zone(found)
    label = _LABEL.fullmatch(name)
    listed, found = _labels().get(_key(label[4] if label else name), (None, ""))
    zone = times.zone(found)
    if zone and label and _label_offset(label) != listed and not _shows(zone, _label_offset(label), _SAMPLES):
        return None  # another place of that name, or a label from long ago
    return zone


@cache
def _windows_ids() -> dict[str, str]:
    """The IANA name of each Windows zone: icalendar's table, and those that older releases of CLDR had."""
    # Here: most calendars name no such zone.
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    older = {_key(windows): iana for windows, iana, _ in _cldr()}
    return older | {_key(windows): iana for windows, iana in WINDOWS_TO_OLSON.items()}


@cache
def _labels() -> dict[str, tuple[timedelta, str]]:
    """What Windows shows for a zone, without the `(UTC+01:00)` before it: that offset, and the IANA name."""
    ids = _windows_ids()
    labels = ((_LABEL.fullmatch(label), ids[_key(windows)]) for windows, _, label in _cldr())
    rows = [(_key(label[4]), (_label_offset(label), iana)) for label, iana in labels if label]
    return dict(reversed(rows))  # the newest release, which comes first, counts


@cache
def _cldr() -> tuple[tuple[str, str, str], ...]:
    """The rows of windows_zones.tsv: Windows' id, the IANA name, the label."""
    text = files("oncall.rotations").joinpath("windows_zones.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return tuple((windows, iana, label) for windows, iana, label in rows)


def _key(text: str) -> str:
    """What spellings of one label share: `/` for `,`, `and` for `&`, ` - Old` at its end."""
    text = html.unescape(text).casefold()
    text = re.sub(r"^greenwich mean time\s*[:-]\s*", "", text)
    text = re.sub(r"\s+-\s+(old|new)$", "", text)
    text = re.sub(r"\s*[,;/]\s*", ", ", text)
    return " ".join(text.replace("&", " and ").split())


def _label_offset(label: re.Match[str]) -> timedelta:
    return _offset(label[1] or "+", label[2] or "0", label[3])


def _offset(sign: str, hours: str, minutes: str | None) -> timedelta:
    length = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return -length if sign == "-" else length


def _fixed(sign: str, hours: str, minutes: str | None) -> tzinfo | None:
    """`UTC+01:00`, `GMT+0200`: a clock that never changes."""
    offset = _offset(sign, hours, minutes)
    return timezone(offset) if abs(offset) <= timedelta(hours=14) and int(minutes or 0) < 60 else None


def _by_places(text: str, offset: timedelta | None) -> tzinfo | None:
    """`Athens, Bucharest, Istanbul` with +02:00: the zone of those places that have this offset, or had it when Windows
    showed the label, as long as their clocks agree."""
    zones = [zone for place in _key(text).split(", ") for zone in _zones_of_place(place)]
    for samples in (_SAMPLES, _PAST_SAMPLES):
        fitting = [zone for zone in zones if offset is None or _shows(zone, offset, samples)]
        clocks = {tuple(zone.utcoffset(moment.astimezone(zone)) for moment in _SAMPLES) for zone in fitting}
        if fitting:
            return fitting[0] if len(clocks) == 1 else None
    return None


def _shows(zone: tzinfo, offset: timedelta, samples: list[datetime]) -> bool:
    return any(zone.utcoffset(moment.astimezone(zone)) == offset for moment in samples)


def _zones_of_place(place: str) -> Iterator[tzinfo]:
    for name in _iana_of_places().get(place, ()) or _iana_of_places().get(place.removesuffix(" island"), ()):
        zone = times.zone(name)
        if zone:
            yield zone


@cache
def _iana_of_places() -> dict[str, tuple[str, ...]]:
    """IANA names by place: the city at their end, and the places that Windows shows for them."""
    found: dict[str, tuple[str, ...]] = {}
    places = [(place, name) for label, (_, name) in _labels().items() for place in label.split(", ")]
    cities = [(_key(name.rpartition("/")[2].replace("_", " ")), name) for name in times.zone_names() if "/" in name]
    for place, name in (*places, *cities):
        found[place] = (*found.get(place, ()), name)
    return found
