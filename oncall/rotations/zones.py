"""The zones of a calendar: names that mean one wherever they are written, and those that its VTIMEZONEs define.

A VTIMEZONE becomes the same kind of zone as the others: its transitions are written out in the format of the time-zone
database (TZif, RFC 8536) and read back, so that skipped and repeated hours mean the same in all of them.

Where a name is known the time-zone database counts, and not the file: products copy rules that a country has given up
since. Where the two differ is a problem all the same, because other programs go by the file.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from icalendar.parser import unescape_backslash
from msgspec import Struct
from msgspec.structs import replace

from oncall import times
from oncall.errors import ERROR, WARNING, Problem, internal_error, problem
from oncall.rotations import recurrence
from oncall.rotations.properties import BrokenLineError, Property, properties
from oncall.rotations.text import Component
from oncall.rotations.values import read_stamp
from oncall.rotations.zone_names import known_zone, likely_zone, plain

MOST_RULES = 200
_MOST_ONSETS = 1000  # of one rule
_MOST_OFFSETS = 40  # of one zone; none that exists has had twenty
_MOST_RIVALS = 5  # of one name
_FIRST_YEAR, _LAST_YEAR = 1970, 2100
_FAR = 3 * 366 * times.DAY
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})(?::?(\d{2}))?", re.ASCII)
_MOST_SHOWN = 3
_WEEK = 7 * times.DAY


class Definition(Struct, frozen=True):
    """A VTIMEZONE that was read: the line it begins on, when its clock changes, and until when it says anything."""

    name: str
    line: int
    zone: ZoneInfo
    changes: tuple[int, ...]
    until: int

    @property
    def since(self) -> int:
        """The first instant at which it says what the clock shows."""
        return self.changes[0]


class Dispute(Struct, frozen=True):
    """A VTIMEZONE whose name means a zone of the time-zone database, and that zone, which is the one that counts."""

    definition: Definition
    counts: tzinfo


class BrokenZoneError(ValueError):
    """Why a VTIMEZONE cannot be read."""


class Definitions:
    """Reads VTIMEZONEs. The same text is read once, however often it stands in a file, and rules are counted."""

    def __init__(self) -> None:
        self.rules = 0
        self.known: dict[tuple[str, ...], Definition | None] = {}

    def read(self, component: Component) -> Definition | None:
        """The zone a VTIMEZONE defines, None for one that says nothing; BrokenZoneError where it cannot be read."""
        text = tuple(line.text for part in (component, *component.parts) for line in part.lines)
        if text not in self.known:
            try:
                self.known[text] = self._read(component)
            except BrokenLineError as error:
                raise BrokenZoneError(str(error)) from None
            except OverflowError:
                raise BrokenZoneError("a time in it is beyond the calendar") from None
            except BrokenZoneError:
                raise
            except Exception as error:  # not ours: a library met something that nobody foresaw
                raise BrokenZoneError(internal_error(error, "the calendar")) from None
        definition = self.known[text]
        return replace(definition, line=component.line) if definition else None

    def _read(self, component: Component) -> Definition | None:
        changes: list[tuple[int, int]] = []
        before: list[tuple[int, int]] = []
        for part in component.parts:
            if part.name in ("STANDARD", "DAYLIGHT"):
                found, start_offset = self._observance(part)
                changes += found
                before.append((found[0][0], start_offset))
        if not before:
            return None
        name, until = tzid(component), next(properties(component, ("TZUNTIL",)), None)
        changes = sorted(set(changes))
        if len({offset for _, offset in changes}) > _MOST_OFFSETS:
            raise BrokenZoneError(f"it has more than {_MOST_OFFSETS} offsets")
        last = times.instant(_local(until) if until else datetime(_LAST_YEAR, 1, 1), UTC)
        zone = _as_zone(name, min(before)[1], changes)
        return Definition(name, component.line, zone, tuple(moment for moment, _ in changes), last)

    def _observance(self, part: Component) -> tuple[list[tuple[int, int]], int]:
        """The transitions of one STANDARD or DAYLIGHT part, as (instant, offset from then), and the offset before."""
        found: dict[str, Property] = {}
        rules, dates = [], []
        for prop in properties(part, ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE")):
            found.setdefault(prop.name, prop)
            if prop.name == "RRULE":
                rules.append(prop.value)
            elif prop.name == "RDATE":  # of a period the start: the clock changes at one instant
                dates += [_local(prop, value.partition("/")[0]) for value in prop.value.split(",") if value.strip()]
        if not {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"} <= found.keys():
            raise BrokenZoneError("a part without DTSTART, TZOFFSETFROM or TZOFFSETTO")
        start = _local(found["DTSTART"])
        offset_from, offset_to = _offset(found["TZOFFSETFROM"]), _offset(found["TZOFFSETTO"])
        onsets = [start, *dates]
        for text in rules:
            self.rules += 1
            if self.rules > MOST_RULES:
                raise BrokenZoneError(f"the VTIMEZONEs of this file have more than {MOST_RULES} rules")
            onsets += _onsets(text, start, offset_from)
        return sorted((times.instant(onset, UTC) - offset_from, offset_to) for onset in onsets), offset_from


class Zones:
    """The zones of one VCALENDAR: what its names mean, and what is wrong with its VTIMEZONEs."""

    def __init__(self, calendar: Component, file: str, definitions: Definitions) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._definitions = definitions
        self._parts: dict[str, list[Component]] = {}
        self._used: dict[str, tzinfo] = {}
        self._defined: dict[str, list[Definition]] = {}
        self._found: dict[str, tzinfo | None] = {}
        for part in calendar.parts:
            name = tzid(part) if part.name == "VTIMEZONE" else ""
            if name:
                self._parts.setdefault(_key(name), []).append(part)
        for key, parts in self._parts.items():
            if known_zone(tzid(parts[0])) is None:
                self._define(key, parts)

    def find(self, name: str) -> tzinfo | None:
        """The zone a TZID or X-WR-TIMEZONE means, or None: never a guess."""
        if name not in self._found:
            self._found[name] = self._find(name)
        return self._found[name]

    def _find(self, name: str) -> tzinfo | None:
        key = _key(name)
        known = known_zone(name)
        if known:
            if key in self._parts:
                self._used[key] = known
            return known
        if key in self._defined:
            return self._defined[key][0].zone if len(self._defined[key]) == 1 else None
        return likely_zone(name)

    def missing(self, name: str) -> str:
        """Why a name means no zone."""
        if len(self._defined.get(_key(name), ())) > 1:
            return f"its time zone {name[:80]!r} has several definitions in this calendar, which differ"
        return f"its time zone {name[:80]!r} is not known"

    def disputes(self) -> Iterator[Dispute]:
        """Definitions of known names that events go by, once each event has been read."""
        for key, zone in self._used.items():
            readable = []
            for part in self._parts[key]:
                try:
                    definition = self._definitions.read(part)
                except BrokenZoneError:  # nothing depends on it
                    continue
                if definition:
                    readable.append(definition)
            rivals = _rivals(readable)
            self._report_rivals(rivals, WARNING, "the time-zone database counts")
            yield from (Dispute(definition, zone) for definition in rivals)

    def _define(self, key: str, parts: list[Component]) -> None:
        readable = []
        for part in parts:
            try:
                definition = self._definitions.read(part)
            except BrokenZoneError as error:
                self.problems.append(
                    problem("OC307", f"this VTIMEZONE cannot be read: {error}", self.file, part.line, 1)
                )
                continue
            if definition:
                readable.append(definition)
        if readable:
            self._defined[key] = _rivals(readable)
            self._report_rivals(self._defined[key], ERROR, "events in it are left out")

    def _report_rivals(self, rivals: list[Definition], severity: str, upshot: str) -> None:
        if len(rivals) < 2:
            return
        for definition in rivals:
            others = " and ".join(str(other.line) for other in rivals if other is not definition)
            message = (
                f"TZID {definition.name[:80]!r} has another definition on line {others}, and they differ: {upshot}; "
                "give each definition a TZID of its own"
            )
            self.problems.append(problem("OC307", message, self.file, definition.line, 1, severity))


def tzid(part: Component) -> str:
    """The name a VTIMEZONE gives, empty where it gives none that can be read."""
    try:
        return next((plain(unescape_backslash(prop.value)) for prop in properties(part, ("TZID",))), "")
    except BrokenLineError:
        return ""


def differences(disputes: Iterable[Dispute], file: str, start: int, end: int) -> list[Problem]:
    """Where in a window a VTIMEZONE has another clock than the time-zone database, one problem for each (OC307)."""
    found = []
    for dispute in disputes:
        stretches = list(_stretches(dispute, start, end))
        if stretches:
            shown = [_shown(dispute, *stretch) for stretch in stretches[:_MOST_SHOWN]]
            more = f" and {len(stretches) - _MOST_SHOWN} more times" if len(stretches) > _MOST_SHOWN else ""
            name = dispute.definition.name
            also = "" if str(dispute.counts) == name else f" ({dispute.counts})"
            message = (
                f"this VTIMEZONE of {name[:80]!r} disagrees with the time-zone database{also}: it is {', '.join(shown)}"
                f"{more}; the database counts, but other programs may go by the file: export the calendar again"
            )
            found.append(problem("OC307", message, file, dispute.definition.line, 1, WARNING))
    return found


def _shown(dispute: Dispute, by: int, since: int | None, until: int | None) -> str:
    way = f"{times.show_duration(abs(by))} {'ahead' if by > 0 else 'behind'}"
    begin = f" from {times.at(since, dispute.counts):%Y-%m-%d}" if since is not None else ""
    end = f" to {times.at(until, dispute.counts):%Y-%m-%d}" if until is not None else ""
    return f"{way}{begin}{end}" if begin or end else f"always {way}"


def _stretches(dispute: Dispute, start: int, end: int) -> Iterator[tuple[int, int | None, int | None]]:
    """The stretches of a day or more that meet a window and in which the clocks differ by so many seconds, from end to
    end; None for an end that is years away or as far as the file says anything."""
    first, last = dispute.definition.since, dispute.definition.until
    moment = max(start, first)
    while moment < min(end, last):
        by = _ahead(dispute, moment)
        if not by:
            until = _change(dispute, moment, min(end, last), times.DAY)
        else:
            until = _change(dispute, moment, min(moment + _FAR, last), _WEEK)
            since = _change(dispute, moment, first, -_WEEK)
            if since is None or until is None or until - since >= times.DAY:
                yield by, since, until
        if until is None:
            return
        moment = until


def _ahead(dispute: Dispute, moment: int) -> int:
    here, there = (times.at(moment, zone).utcoffset() for zone in (dispute.definition.zone, dispute.counts))
    return int(((here or timedelta()) - (there or timedelta())).total_seconds())


def _change(dispute: Dispute, moment: int, bound: int, step: int) -> int | None:
    """Where the difference that holds at a moment begins or ends, looked for in steps towards a bound."""
    by = _ahead(dispute, moment)
    near = moment
    while (far := near + step) < bound if step > 0 else (far := near + step) > bound:
        if _ahead(dispute, far) != by:
            break
        near = far
    else:
        far = bound - 1 if step > 0 else bound
        if _ahead(dispute, far) == by:
            return None
    while abs(far - near) > 1:
        middle = (near + far) // 2
        near, far = (middle, far) if _ahead(dispute, middle) == by else (near, middle)
    return max(near, far)


def _rivals(definitions: list[Definition]) -> list[Definition]:
    """Those of one name that differ from each other, the longest of each kind."""
    kinds: list[Definition] = []
    for definition in sorted(definitions, key=lambda definition: (definition.since, definition.line)):
        if len(kinds) < _MOST_RIVALS and not any(_agree(definition, kind) for kind in kinds):
            kinds.append(definition)
    return kinds


def _agree(one: Definition, other: Definition) -> bool:
    """Whether two definitions have the same clock wherever both say something."""
    first, last = max(one.since, other.since), min(one.until, other.until)
    moments = (moment for moment in (first, *one.changes, *other.changes) if first <= moment < last)
    return all(times.at(moment, one.zone).utcoffset() == times.at(moment, other.zone).utcoffset() for moment in moments)


def _onsets(text: str, start: datetime, offset_from: int) -> list[datetime]:
    """When a rule of a VTIMEZONE changes the clock, on the clock that was in force before."""
    try:
        rule = recurrence.parse_rule(text)
        first = start
        if start.year < _FIRST_YEAR and rule.count is None and rule.interval == 1 and start.day <= 28:
            first = start.replace(year=_FIRST_YEAR)
        until = datetime(_LAST_YEAR, 1, 1)
        if rule.until is not None:
            until = min(until, rule.until.local + timedelta(seconds=offset_from if rule.until.zone else 0))
        return recurrence.starts(rule, first, first, until, _MOST_ONSETS).moments
    except ValueError as error:
        raise BrokenZoneError(str(error)) from None


def _local(prop: Property, value: str | None = None) -> datetime:
    text = prop.value if value is None else value
    stamp = read_stamp(text)
    if stamp is None:
        raise BrokenZoneError(f"{prop.name} is not a date or time: {text.strip()[:60]!r}")
    return stamp.local


def _offset(prop: Property) -> int:
    found = _OFFSET.fullmatch(prop.value.strip())
    hours, minutes, seconds = (int(group or 0) for group in found.groups()[1:]) if found else (99, 0, 0)
    if found is None or hours > 23 or minutes > 59 or seconds > 59:
        raise BrokenZoneError(f"{prop.name} is not an offset from UTC: {prop.value[:60]!r}; write -0500 or +0530")
    total = hours * 3600 + minutes * 60 + seconds
    return -total if found[1] == "-" else total


def _key(name: str) -> str:
    return plain(name).casefold()


def _as_zone(name: str, first_offset: int, changes: list[tuple[int, int]]) -> ZoneInfo:
    offsets = sorted({first_offset, *(offset for _, offset in changes)})
    kinds = [first_offset, *(offset for offset in offsets if offset != first_offset)]
    names = [_abbreviation(offset) for offset in kinds]
    at = [sum(len(name) + 1 for name in names[:index]) for index in range(len(names))]
    counts = struct.pack(">6l", 0, 0, 0, len(changes), len(kinds), sum(len(name) + 1 for name in names))
    empty = struct.pack(">4sc15x6l", b"TZif", b"2", 0, 0, 0, 0, 1, 1) + struct.pack(">lbb", 0, 0, 0) + b"\0"
    body = struct.pack(">4sc15x", b"TZif", b"2") + counts
    body += struct.pack(f">{len(changes)}q", *(moment for moment, _ in changes))
    body += bytes(kinds.index(offset) for _, offset in changes)
    body += b"".join(struct.pack(">lbB", offset, 0, start) for offset, start in zip(kinds, at, strict=True))
    body += b"".join(abbreviation.encode() + b"\0" for abbreviation in names)
    return ZoneInfo.from_file(io.BytesIO(empty + body + b"\n\n"), key=name)


def _abbreviation(offset: int) -> str:
    """`+01`, `+0545`, as the time-zone database has them for zones that nobody abbreviates."""
    hours, minutes = divmod(abs(offset) // 60, 60)
    return f"{'-' if offset < 0 else '+'}{hours:02}{f'{minutes:02}' if minutes else ''}"
