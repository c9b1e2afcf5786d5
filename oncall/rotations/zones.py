"""The zones that calendars name: IANA names, a VTIMEZONE in the file, the names Windows has.

A VTIMEZONE becomes the same kind of zone as the others: its transitions are written out in the format of the time-zone
database (TZif, RFC 8536) and read back, so that skipped and repeated hours mean the same in all of them.
"""

from __future__ import annotations

import io
import re
import struct
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from icalendar.prop import vUTCOffset
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from oncall import times
from oncall.rotations import recurrence
from oncall.rotations.properties import Property, properties
from oncall.rotations.text import Component

MOST_RULES = 200
_MOST_ONSETS = 1000  # of one rule
_FIRST_YEAR, _LAST_YEAR = 1970, 2100

# What Outlook writes in place of a name where it shows one to people.
_DISPLAY_NAMES = {
    "amsterdam, berlin, bern, rome, stockholm, vienna": "Europe/Berlin",
    "belgrade, bratislava, budapest, ljubljana, prague": "Europe/Budapest",
    "brussels, copenhagen, madrid, paris": "Europe/Paris",
    "sarajevo, skopje, warsaw, zagreb": "Europe/Warsaw",
    "dublin, edinburgh, lisbon, london": "Europe/London",
    "athens, bucharest": "Europe/Bucharest",
    "helsinki, kyiv, riga, sofia, tallinn, vilnius": "Europe/Kiev",
    "chennai, kolkata, mumbai, new delhi": "Asia/Kolkata",
    "osaka, sapporo, tokyo": "Asia/Tokyo",
    "canberra, melbourne, sydney": "Australia/Sydney",
    "auckland, wellington": "Pacific/Auckland",
    "istanbul": "Europe/Istanbul",
    "jerusalem": "Asia/Jerusalem",
    "cairo": "Africa/Cairo",
    "nairobi": "Africa/Nairobi",
    "harare, pretoria": "Africa/Johannesburg",
    "moscow, st. petersburg": "Europe/Moscow",
    "abu dhabi, muscat": "Asia/Dubai",
    "islamabad, karachi": "Asia/Karachi",
    "bangkok, hanoi, jakarta": "Asia/Bangkok",
    "beijing, chongqing, hong kong, urumqi": "Asia/Shanghai",
    "kuala lumpur, singapore": "Asia/Singapore",
    "taipei": "Asia/Taipei",
    "seoul": "Asia/Seoul",
    "perth": "Australia/Perth",
    "adelaide": "Australia/Adelaide",
    "darwin": "Australia/Darwin",
    "brisbane": "Australia/Brisbane",
    "hobart": "Australia/Hobart",
    "hawaii": "Pacific/Honolulu",
    "alaska": "America/Anchorage",
    "arizona": "America/Phoenix",
    "newfoundland": "America/St_Johns",
    "brasilia": "America/Sao_Paulo",
    "coordinated universal time": "UTC",
}


def find_zone(name: str, custom: dict[str, tzinfo]) -> tzinfo | None:
    """The zone a TZID or X-WR-TIMEZONE means, or None: never a guess."""
    written = name.strip().strip('"')
    if written.upper() in ("UTC", "Z", "ETC/UTC", "TZONE://MICROSOFT/UTC"):
        return UTC
    known = times.zone(written) or custom.get(written)
    if known or not written:
        return known
    if written.startswith("/"):  # /freeassociation.sourceforge.net/Tzfile/America/New_York
        parts = written.strip("/").split("/")
        for length in (3, 2):
            found = times.zone("/".join(parts[-length:])) if len(parts) > length else None
            if found:
                return found
    return times.zone(WINDOWS_TO_OLSON.get(written, "") or _by_display_name(written))


def _by_display_name(written: str) -> str:
    """`(UTC-05:00) Eastern Time (US & Canada)` is what Windows shows for `Eastern Standard Time`."""
    shown = re.fullmatch(r"\((?:UTC|GMT)[^)]{0,9}\)\s*(.{1,80})", written)
    if not shown:
        return ""
    words = shown[1].strip()
    region = re.fullmatch(r"(\w+) Time \((?:US|Canada).*\)", words)
    if region:
        return WINDOWS_TO_OLSON.get(f"{region[1]} Standard Time", "")
    return _DISPLAY_NAMES.get(words.lower(), "")


class Definitions:
    """The zones that the VTIMEZONEs of one file define. The same text is read once, however often it stands there."""

    def __init__(self) -> None:
        self.rules = 0
        self.known: dict[tuple[str, ...], tuple[str, tzinfo] | None] = {}

    def read(self, component: Component) -> tuple[str, tzinfo] | None:
        """The name and the zone a VTIMEZONE defines, None where that is no news; ValueError where it cannot be read."""
        name = next((prop.value.strip() for prop in properties(component, ("TZID",))), "")
        if not name or times.zone(name):
            return None
        text = tuple(line.text for part in (component, *component.parts) for line in part.lines)
        if text not in self.known:
            self.known[text] = self._read(name, component)
        return self.known[text]

    def _read(self, name: str, component: Component) -> tuple[str, tzinfo] | None:
        changes: list[tuple[int, int]] = []
        before: list[tuple[int, int]] = []
        for part in component.parts:
            if part.name in ("STANDARD", "DAYLIGHT"):
                found, start_offset = self._observance(part)
                changes += found
                before.append((found[0][0] if found else 0, start_offset))
        return (name, _as_zone(name, min(before)[1], sorted(set(changes)))) if before else None

    def _observance(self, part: Component) -> tuple[list[tuple[int, int]], int]:
        """The transitions of one STANDARD or DAYLIGHT part, as (instant, offset from then), and the offset before."""
        found: dict[str, Property] = {}
        rules, dates = [], []
        for prop in properties(part, ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE")):
            found.setdefault(prop.name, prop)
            if prop.name == "RRULE":
                rules.append(prop.value)
            elif prop.name == "RDATE":
                dates += [_local(value) for value in prop.value.split(",")]
        if not {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"} <= found.keys():
            raise ValueError("a part without DTSTART, TZOFFSETFROM or TZOFFSETTO")
        start = _local(found["DTSTART"].value)
        offset_from = vUTCOffset.from_ical(found["TZOFFSETFROM"].value)
        offset_to = vUTCOffset.from_ical(found["TZOFFSETTO"].value)
        onsets = [start, *dates]
        for text in rules:
            self.rules += 1
            if self.rules > MOST_RULES:
                raise ValueError(f"the VTIMEZONEs of this file have more than {MOST_RULES} rules")
            onsets += _onsets(text, start, offset_from)
        changed = [(times.instant(onset, UTC) - int(offset_from.total_seconds())) for onset in onsets]
        return sorted((moment, int(offset_to.total_seconds())) for moment in changed), int(offset_from.total_seconds())


def _onsets(text: str, start: datetime, offset_from: timedelta) -> list[datetime]:
    """When a rule of a VTIMEZONE changes the clock, on the clock that was in force before."""
    rule = recurrence.parse_rule(text)
    first = start
    if start.year < _FIRST_YEAR and rule.count is None and rule.interval == 1 and start.day <= 28:
        first = start.replace(year=_FIRST_YEAR)
    until = datetime(_LAST_YEAR, 1, 1)
    if rule.until is not None:
        until = min(until, rule.until.local + (offset_from if rule.until.zone else timedelta()))
    return recurrence.starts(rule, first, first, until, _MOST_ONSETS).moments


def _local(text: str) -> datetime:
    return datetime.strptime(text.strip().rstrip("Z"), "%Y%m%dT%H%M%S" if "T" in text else "%Y%m%d")


def _as_zone(name: str, first_offset: int, changes: list[tuple[int, int]]) -> ZoneInfo:
    offsets = sorted({first_offset, *(offset for _, offset in changes)})
    kinds = [first_offset, *(offset for offset in offsets if offset != first_offset)]
    counts = struct.pack(">6l", 0, 0, 0, len(changes), len(kinds), 4)
    empty = struct.pack(">4sc15x6l", b"TZif", b"2", 0, 0, 0, 0, 1, 1) + struct.pack(">lbb", 0, 0, 0) + b"\0"
    body = struct.pack(">4sc15x", b"TZif", b"2") + counts
    body += struct.pack(f">{len(changes)}q", *(moment for moment, _ in changes))
    body += bytes(kinds.index(offset) for _, offset in changes)
    body += b"".join(struct.pack(">lbb", offset, 0, 0) for offset in kinds)
    return ZoneInfo.from_file(io.BytesIO(empty + body + b"LMT\0" + b"\n\n"), key=name)
