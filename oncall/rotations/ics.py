"""Calendars as products write them, read into events that mean one thing.

Each event is read by itself. One that cannot be read is a problem with the line it begins on, never a guess: an event
without a zone that can be found, without an end, or with a rule nobody could work by is left out and said to be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

from icalendar.parser import unescape_backslash
from icalendar.prop import vDDDTypes
from msgspec import Struct
from msgspec.structs import replace

from oncall import times
from oncall.errors import Problem, internal_error, problem
from oncall.rotations import recurrence
from oncall.rotations.properties import Property, properties
from oncall.rotations.recurrence import Moment, Rule
from oncall.rotations.text import Component, read_calendars
from oncall.rotations.zones import Definitions, find_zone

_SINGLE = {"DTSTART", "DTEND", "DURATION", "RECURRENCE-ID"}
_USED = {*_SINGLE, "UID", "SUMMARY", "STATUS", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "ATTENDEE", "RRULE", "RDATE"}
_USED |= {"EXDATE", "EXRULE", "DESCRIPTION"}
_LENGTH = re.compile(r"\+?P(?:(\d{1,5})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?")
_FIRST_YEAR, _LAST_YEAR = 1900, 9000
_MOST_DESCRIPTION = 200
_MOST_DATES = 10_000
_LONGEST, _LONGEST_RECURRING = timedelta(days=36_525), timedelta(days=3_660)
NO_SUMMARY = "(no summary)"


class Length(Struct, frozen=True):
    """A DURATION: days are wall-clock days, seconds are exact."""

    days: int
    seconds: int


class Event(Struct, frozen=True):
    """One VEVENT, understood. `end` is None for one whole day. `line` is where it begins in the file."""

    line: int
    uid: str | None
    summary: str
    start: Moment
    end: Moment | Length | None
    attendees: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    added: tuple[tuple[Moment, Moment | Length | None], ...] = ()
    excluded: tuple[tuple[Moment, int], ...] = ()
    replaces: Moment | None = None
    and_future: bool = False
    cancelled: bool = False
    sequence: int = 0
    stamp: int = 0
    description: str = ""


class Series(Struct, frozen=True):
    """The events of one UID: the one that recurs, and those that replace single occurrences of it."""

    master: Event | None
    changes: tuple[Event, ...] = ()


class Calendar(Struct, frozen=True):
    """A calendar file that was read: its series, the zone it names for itself, when it was last written (an instant),
    and the problems met."""

    file: str
    series: tuple[Series, ...] = ()
    zone: tzinfo | None = None
    written: int | None = None
    problems: tuple[Problem, ...] = ()


class _BrokenEventError(ValueError):
    """Why an event cannot be read, and on which line where that is known."""

    def __init__(self, message: str, line: int | None = None, code: str = "OC304") -> None:
        super().__init__(message)
        self.line = line
        self.code = code


def read_calendar(data: bytes, file: str) -> Calendar:
    """The calendar in `data`; whatever cannot be read is among its problems."""
    components, problems = read_calendars(data, file)
    events: list[Event] = []
    zone: tzinfo | None = None
    written: list[int] = []
    definitions = Definitions()
    for component in components:
        found = _Reader(file, component, definitions)
        events += found.events
        problems += found.problems
        written += found.written
        zone = zone or found.zone
    series, doubles = _series(events, file)
    return Calendar(file, series, zone, max(written, default=None), tuple(problems + doubles))


class _Reader:
    """Reads the events of one VCALENDAR against the zones it defines."""

    def __init__(self, file: str, calendar: Component, definitions: Definitions) -> None:
        self.file = file
        self.definitions = definitions
        self.problems: list[Problem] = []
        self.events: list[Event] = []
        self.written: list[int] = []
        self.custom: dict[str, tzinfo] = {}
        self.zone: tzinfo | None = None
        for part in calendar.parts:
            if part.name == "VTIMEZONE":
                self._define_zone(part)
        self._read_header(calendar)
        for part in calendar.parts:
            if part.name == "VEVENT":
                self._read_event(part)

    def _define_zone(self, part: Component) -> None:
        try:
            defined = self.definitions.read(part)
        except (ValueError, OverflowError) as error:
            self._report("OC307", f"this VTIMEZONE cannot be read: {error.args[0]}", part.line)
            return
        except Exception as error:  # not ours: a library met something that nobody foresaw
            self._report("OC307", f"this VTIMEZONE cannot be read: {internal_error(error, 'the calendar')}", part.line)
            return
        if defined:
            self.custom.setdefault(*defined)

    def _read_header(self, calendar: Component) -> None:
        try:
            for prop in properties(calendar, ("X-WR-TIMEZONE", "LAST-MODIFIED")):
                if prop.name == "LAST-MODIFIED":
                    self._note_written(prop)
                elif prop.value.strip():
                    self.zone = find_zone(unescape_backslash(prop.value), self.custom)
                    if self.zone is None:
                        message = f"X-WR-TIMEZONE names no time zone: {prop.value!r}; the workspace's is used"
                        self._report("OC307", message, prop.line, len(prop.name) + 2)
        except ValueError as error:
            self._report("OC304", str(error.args[0]), error.args[1] if len(error.args) > 1 else calendar.line)

    def _report(self, code: str, message: str, line: int, column: int = 1) -> None:
        self.problems.append(problem(code, message, self.file, line, column))

    def _note_written(self, prop: Property) -> int:
        try:
            stamp = self._moment(prop, prop.value).instant(UTC)
        except ValueError:
            return 0
        self.written.append(stamp)
        return stamp

    def _read_event(self, part: Component) -> None:
        uid = ""
        try:
            uid = next((prop.value for prop in properties(part, ("UID",))), "")
            found = list(properties(part, _USED, ("DESCRIPTION",)))
            if not part.closed:
                raise _BrokenEventError("has no END:VEVENT: the file was cut off or damaged here")
            event = self._event(part.line, found)
        except _BrokenEventError as error:
            self._refuse(part, uid, str(error), error.line, error.code)
        except (ValueError, OverflowError) as error:
            line = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], int) else None
            self._refuse(part, uid, str(error.args[0] if error.args else error), line)
        except Exception as error:  # not ours: a library met something that nobody foresaw
            self._refuse(part, uid, internal_error(error, "the calendar"), None)
        else:
            self.events.append(event)

    def _refuse(self, part: Component, uid: str, why: str, line: int | None, code: str = "OC304") -> None:
        name = f"event {uid[:200]!r}" if uid else "an event without UID"
        self._report(code, f"{name} is left out: {why}", line or part.line)

    def _event(self, line: int, found: list[Property]) -> Event:
        by_name: dict[str, list[Property]] = {}
        for prop in found:
            by_name.setdefault(prop.name, []).append(prop)
        for name in _SINGLE & by_name.keys():
            if len(by_name[name]) > 1:
                raise _BrokenEventError(f"it has {name} twice", by_name[name][1].line)
        if "DTSTART" not in by_name:
            raise _BrokenEventError("it has no DTSTART")
        if "EXRULE" in by_name:
            raise _BrokenEventError("EXRULE is not understood; write EXDATE", by_name["EXRULE"][0].line)
        _check_recurs_or_replaces(by_name)
        start = self._moment(by_name["DTSTART"][0])
        stamps = [self._note_written(prop) for name in ("DTSTAMP", "LAST-MODIFIED") for prop in by_name.get(name, ())]
        replaces = next((self._like(start, prop, prop.value) for prop in by_name.get("RECURRENCE-ID", ())), None)
        event = Event(
            line=line,
            uid=_first(by_name, "UID") or None,
            summary=unescape_backslash(_first(by_name, "SUMMARY")).strip() or NO_SUMMARY,
            start=start,
            end=self._end(start, by_name),
            attendees=tuple(_attendees(by_name.get("ATTENDEE", ()))),
            rules=tuple(_rule(prop, start) for prop in by_name.get("RRULE", ())),
            added=tuple(self._added(start, _bounded(by_name.get("RDATE", ())))),
            excluded=tuple(self._dates(start, _bounded(by_name.get("EXDATE", ())))),
            replaces=replaces,
            and_future=any(
                prop.parameters.get("RANGE", "").upper() == "THISANDFUTURE" for prop in by_name.get("RECURRENCE-ID", ())
            ),
            cancelled=_first(by_name, "STATUS").upper() == "CANCELLED",
            description=unescape_backslash(_first(by_name, "DESCRIPTION"))[:_MOST_DESCRIPTION].strip(),
            sequence=_sequence(_first(by_name, "SEQUENCE")),
            stamp=stamps[0] if "DTSTAMP" in by_name and stamps else 0,
        )
        _check_length(event)
        return event

    def _end(self, start: Moment, by_name: dict[str, list[Property]]) -> Moment | Length | None:
        if "DTEND" in by_name:
            return self._like(start, by_name["DTEND"][0], by_name["DTEND"][0].value)
        if "DURATION" in by_name:
            return _length(by_name["DURATION"][0].value, by_name["DURATION"][0].line)
        if start.all_day:
            return None
        raise _BrokenEventError("it has neither DTEND nor DURATION: a shift needs an end")

    def _moment(self, prop: Property, value: str | None = None) -> Moment:
        written = (prop.value if value is None else value).strip().upper()
        try:
            read = vDDDTypes.from_ical(written)
        except (ValueError, TypeError):
            read = None
        if isinstance(read, datetime):
            return self._in_range(prop, self._timed(prop, read, written))
        if not isinstance(read, date):
            raise _BrokenEventError(f"{prop.name} is not a date or time: {written[:60]!r}", prop.line)
        return self._in_range(prop, Moment(datetime(read.year, read.month, read.day), all_day=True))

    def _in_range(self, prop: Property, moment: Moment) -> Moment:
        if not _FIRST_YEAR <= moment.local.year <= _LAST_YEAR and prop.name in ("DTSTART", "DTEND", "RDATE"):
            raise _BrokenEventError(f"{prop.name} is in the year {moment.local.year}", prop.line)
        return moment

    def _timed(self, prop: Property, read: datetime, written: str) -> Moment:
        if written.endswith("Z"):
            exact = times.instant(read.replace(tzinfo=UTC), UTC)
            own: tzinfo = self.zone or UTC  # X-WR-TIMEZONE: recurrences keep the wall-clock time of that zone
            return Moment(times.at(exact, own).replace(tzinfo=None, fold=0), own, exact=exact)
        local = read.replace(tzinfo=None, fold=0)
        name = prop.parameters.get("TZID")
        if name is None:
            return Moment(local)
        zone = find_zone(name, self.custom)
        if zone is None:
            raise _BrokenEventError(f"its time zone {name[:80]!r} is not known", prop.line, "OC307")
        return Moment(local, zone)

    def _like(self, start: Moment, prop: Property, value: str) -> Moment:
        """A date or time beside DTSTART: one that floats beside a DTSTART with a zone is in that zone."""
        moment = self._moment(prop, value)
        if moment.zone is None and not moment.all_day and start.zone is not None and not start.all_day:
            return replace(moment, zone=start.zone)
        return moment

    def _dates(self, start: Moment, found: Iterable[Property]) -> Iterable[tuple[Moment, int]]:
        for prop in found:
            for value in prop.value.split(","):
                if value.strip():
                    yield self._like(start, prop, value), prop.line

    def _added(self, start: Moment, found: Iterable[Property]) -> Iterable[tuple[Moment, Moment | Length | None]]:
        for prop in found:
            for value in prop.value.split(","):
                begin, slash, end = value.partition("/")
                if not slash:
                    moment = self._like(start, prop, value)
                    if moment.all_day and not start.all_day:  # a day for an event that has a time: at that time
                        moment = replace(start, local=datetime.combine(moment.local, start.local.time()), exact=None)
                    yield moment, None
                elif end.strip().startswith(("P", "+P")):
                    yield self._like(start, prop, begin), _length(end, prop.line)
                else:
                    yield self._like(start, prop, begin), self._like(start, prop, end)


def _check_recurs_or_replaces(by_name: dict[str, list[Property]]) -> None:
    """An event replaces one occurrence of its series or recurs by itself, and which of the two is meant where it says
    both (a series that was copied in Outlook does), nobody can tell."""
    recurs = next((prop for name in ("RRULE", "RDATE") for prop in by_name.get(name, ()) if prop.value.strip()), None)
    if recurs is None or "RECURRENCE-ID" not in by_name:
        return
    raise _BrokenEventError(
        f"it has both RECURRENCE-ID and {recurs.name}: it can't both replace an occurrence and recur; delete "
        f"RECURRENCE-ID and give it a UID of its own if it is a series (a copy made in Outlook looks like this), else "
        f"delete {recurs.name}",
        recurs.line,
    )


def _check_length(event: Event) -> None:
    """Nobody is on call for a hundred years, or every day anew for ten."""
    limit = _LONGEST_RECURRING if event.rules or event.added else _LONGEST
    for start, end in ((event.start, event.end), *event.added):
        if isinstance(end, Length):
            length = timedelta(days=end.days, seconds=end.seconds)
        else:
            length = end.local - start.local if end else timedelta(days=1)
        if length > limit:
            also = " that recurs" if limit == _LONGEST_RECURRING else ""
            message = f"it lasts {length.days:,} days: a shift{also} may last {limit.days:,} at most"
            raise _BrokenEventError(message)


def _bounded(found: Sequence[Property]) -> Sequence[Property]:
    """The RDATEs or EXDATEs of an event, refused where nobody can have written so many by hand."""
    if sum(prop.value.count(",") + 1 for prop in found) > _MOST_DATES:
        raise _BrokenEventError(f"it has more than {_MOST_DATES:,} dates in {found[0].name}", found[0].line)
    return found


def _first(by_name: dict[str, list[Property]], name: str) -> str:
    return by_name[name][0].value.strip() if name in by_name else ""


def _sequence(text: str) -> int:
    return int(text) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else 0


def _rule(prop: Property, start: Moment) -> Rule:
    try:
        rule = recurrence.parse_rule(prop.value)
        return recurrence.for_whole_days(rule) if start.all_day else rule
    except (ValueError, OverflowError, TypeError) as error:
        raise _BrokenEventError(str(error) or "its rule cannot be read", prop.line) from None


def _length(text: str, line: int) -> Length:
    found = _LENGTH.fullmatch(text.strip())
    weeks, days, hours, minutes, seconds = (int(group or 0) for group in found.groups()) if found else (0, 0, 0, 0, 0)
    length = Length(weeks * 7 + days, hours * 3600 + minutes * 60 + seconds)
    if length == Length(0, 0):
        raise _BrokenEventError(f"DURATION is not a length of time: {text[:60]!r}", line)
    return length


def _attendees(found: Iterable[Property]) -> Iterable[str]:
    """The addresses of those who may be meant: nobody who declined, only listens, or is a room."""
    for prop in found:
        parameters = {name: value.upper() for name, value in prop.parameters.items()}
        if (
            parameters.get("PARTSTAT") == "DECLINED"
            or parameters.get("ROLE") == "NON-PARTICIPANT"
            or parameters.get("CUTYPE") in ("ROOM", "RESOURCE")
        ):
            continue
        address = re.sub(r"(?i)^\s*mailto:", "", prop.value).strip()
        if address:
            yield address


def _series(events: list[Event], file: str) -> tuple[tuple[Series, ...], list[Problem]]:
    """Group events by UID. Of two that claim the same place the highest SEQUENCE stands, then the latest DTSTAMP."""
    groups: dict[str, list[Event]] = {}
    series: list[Series] = []
    problems: list[Problem] = []
    for event in events:
        if event.uid is not None:
            groups.setdefault(event.uid, []).append(event)
        elif not event.cancelled:
            series.append(Series(event))
    for uid, group in groups.items():
        masters = sorted((event for event in group if event.replaces is None), key=_rank)
        changes: dict[object, list[Event]] = {}
        for event in group:
            if event.replaces is not None:
                changes.setdefault(_place(event.replaces), []).append(event)
        rivals = [masters, *(sorted(same, key=_rank) for same in changes.values())]
        for same in rivals:
            problems += _doubles(same, uid, file)
        master = masters[-1] if masters else None
        latest = tuple(same[-1] for same in rivals[1:])
        if master and master.cancelled:
            master = None
        series.append(Series(master, latest))
    return tuple(series), problems


def _rank(event: Event) -> tuple[object, ...]:
    """Later in this order stands; beyond SEQUENCE and DTSTAMP what is said decides, never the place in the file."""
    return (event.sequence, event.stamp, event.start.local, event.summary, str(event.end), str(event.rules))


def _place(moment: Moment) -> object:
    """What two RECURRENCE-IDs of the same occurrence share, in whatever zone they are written."""
    if moment.zone is not None:
        return moment.instant(moment.zone)
    return moment.local, moment.all_day


def _doubles(same: list[Event], uid: str, file: str) -> Iterable[Problem]:
    if len(same) < 2:
        return
    stands = same[-1]
    for event in same[:-1]:
        message = f"event {uid[:200]!r} is left out: the one on line {stands.line} has the same UID and is newer"
        yield problem("OC304", message, file, event.line, 1)
    message = (
        f"event {uid[:200]!r} stands {len(same)} times in this calendar; this one has the highest SEQUENCE or DTSTAMP"
    )
    yield problem("OC304", message, file, stands.line, 1)
