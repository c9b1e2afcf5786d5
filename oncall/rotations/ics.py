"""Calendars as products write them, read into events that mean one thing.

Each event is read by itself. One that cannot be read is a problem with the line it begins on, never a guess: an event
without a zone that can be found, without an end, or with a rule nobody could work by is left out and said to be.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from icalendar.parser import unescape_backslash
from msgspec import Struct
from msgspec.structs import replace

from oncall import times
from oncall.errors import WARNING, Problem, internal_error, problem
from oncall.rotations import recurrence, titles
from oncall.rotations.attendees import Attendee, attendee_of, attendees_of
from oncall.rotations.cancellations import Cancellation, place_of, withdraw
from oncall.rotations.properties import BrokenLineError, Property, properties
from oncall.rotations.recurrence import Moment, Rule
from oncall.rotations.text import Component, Spot, read_calendars
from oncall.rotations.values import Stamp, read_stamp
from oncall.rotations.zones import Definitions, Dispute, Zones

_SINGLE = {"DTSTART", "DTEND", "DURATION", "RECURRENCE-ID"}
_USED = {*_SINGLE, "UID", "SUMMARY", "STATUS", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "ATTENDEE", "RRULE", "RDATE"}
_USED |= {"EXDATE", "EXRULE", "DESCRIPTION", "ORGANIZER"}
_LENGTH = re.compile(r"\+?P(?:(\d{1,5})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?")
_FIRST_YEAR, _LAST_YEAR = 1900, 9000
_MOST_DESCRIPTION = 200
_MOST_DATES = 10_000  # RDATEs or EXDATEs of an event
_MOST_DATES_IN_ALL = 100_000  # of a file
_LONGEST, _LONGEST_RECURRING = timedelta(days=146_097), timedelta(days=3_660)
_MOST_DISPUTES = 100
_MOST_NAMED = 5
_HEADER = ("X-WR-TIMEZONE", "LAST-MODIFIED", "METHOD", "X-WR-CALNAME")
NO_SUMMARY = "(no summary)"
# Lines that say nothing of when an event is: one that is broken is read as far as it goes.
_LENIENT = _USED - {*_SINGLE, "RRULE", "RDATE", "EXDATE", "EXRULE"}
# What travels between calendars and defines no event (RFC 5546 1.4).
_NO_SCHEDULES = {
    "REPLY": "an answer to an invitation",
    "COUNTER": "a proposal for another time",
    "DECLINECOUNTER": "the refusal of a proposal",
    "REFRESH": "a request to send an event again",
}


class Length(Struct, frozen=True):
    """A DURATION: days are wall-clock days, seconds are exact."""

    days: int
    seconds: int


class Event(Struct, frozen=True):
    """One VEVENT, understood. `end` is None for one whole day. `line` is where it begins in the file, `replaces_at`
    where its RECURRENCE-ID stands; `excluded` has where each date stands, too."""

    line: int
    uid: str | None
    summary: str
    start: Moment
    end: Moment | Length | None
    attendees: tuple[Attendee, ...] = ()
    rules: tuple[Rule, ...] = ()
    added: tuple[tuple[Moment, Moment | Length | None], ...] = ()
    excluded: tuple[tuple[Moment, Spot], ...] = ()
    replaces: Moment | None = None
    replaces_at: Spot | None = None
    and_future: bool = False
    cancelled: bool = False
    sequence: int = 0
    stamp: int = 0
    description: str = ""
    organizer: Attendee | None = None


class Series(Struct, frozen=True):
    """The events of one UID: the one that recurs, and those that replace single occurrences of it. `zone` is the
    X-WR-TIMEZONE of the VCALENDAR they are in."""

    master: Event | None
    changes: tuple[Event, ...] = ()
    zone: tzinfo | None = None


class Calendar(Struct, frozen=True):
    """A calendar file that was read: its series, the X-WR-TIMEZONE of its first VCALENDAR that has events, when it was
    last written (an instant), the zones it defines in another way than the time-zone database, and the problems met.
    `title` is what it calls itself, `cancellations` what its METHOD:CANCEL withdraws, in other calendars of a rotation
    as well, and `free_busy` the line of a VFREEBUSY where it has no event."""

    file: str
    series: tuple[Series, ...] = ()
    zone: tzinfo | None = None
    written: int | None = None
    disputes: tuple[Dispute, ...] = ()
    problems: tuple[Problem, ...] = ()
    title: str = ""
    cancellations: tuple[Cancellation, ...] = ()
    free_busy: int | None = None


class _BrokenEventError(ValueError):
    """Why an event cannot be read, and at which place where that is known."""

    def __init__(self, message: str, spot: Spot | None = None, code: str = "OC304") -> None:
        super().__init__(message)
        self.spot = spot
        self.code = code


def read_calendar(data: bytes, file: str) -> Calendar:
    """The calendar in `data`; whatever cannot be read is among its problems."""
    components, problems = read_calendars(data, file)
    definitions, dates = Definitions(), _Tally()
    readers = [_Reader(file, component, definitions, dates) for component in components]
    events = [event for reader in readers for event in reader.events]
    zones = {event.line: reader.zone for reader in readers for event in reader.events}
    zone = next((reader.zone for reader in readers if reader.events), None)
    if not events:
        zone = next((reader.zone for reader in readers if reader.zone), None)
    series, doubles = _series(events, zones, file)
    written = max((stamp for reader in readers for stamp in reader.written), default=None)
    disputes = {
        (id(dispute.definition.zone), dispute.counts): dispute
        for reader in reversed(readers)
        for dispute in reader.zones.disputes()
    }
    problems += [found for reader in readers for found in (*reader.zones.problems, *reader.problems)]
    calendar = Calendar(
        file=file,
        series=series,
        zone=zone,
        written=written,
        disputes=tuple(disputes.values())[-_MOST_DISPUTES:],
        problems=(*problems, *doubles),
        title=next((reader.title for reader in readers if reader.title), ""),
        cancellations=tuple(cancellation for reader in readers for cancellation in reader.cancellations),
        free_busy=None if events else next((line for reader in readers for line in reader.free_busy), None),
    )
    return withdraw([calendar], calendar.cancellations)[0]


class _Tally(Struct):
    """How many dates the events of a file name in RDATE and EXDATE."""

    count: int = 0


class _Reader:
    """Reads the events of one VCALENDAR against the zones it defines."""

    def __init__(self, file: str, calendar: Component, definitions: Definitions, dates: _Tally) -> None:
        self.file = file
        self.dates = dates
        self.problems: list[Problem] = []
        self.events: list[Event] = []
        self.written: list[int] = []
        self.zones = Zones(calendar, file, definitions)
        self.zone: tzinfo | None = None
        self.title = ""
        self.cancellations: list[Cancellation] = []
        self.free_busy = [part.line for part in calendar.parts if part.name == "VFREEBUSY"]
        self._method: Property | None = None
        self._odd: dict[int, tuple[str, Spot]] = {}
        self._read_header(calendar)
        self._read_events([part for part in calendar.parts if part.name == "VEVENT"])

    def _read_events(self, parts: list[Component]) -> None:
        method = self._method.value.strip().upper() if self._method else ""
        if self._method and method == "CANCEL":
            self._read_cancellations(parts, self._method)
        elif self._method and method in _NO_SCHEDULES:
            message = f"METHOD:{method} makes this {_NO_SCHEDULES[method]}, not a schedule: its events are left out"
            self._report("OC304", message, (self._method.line, 1))
        else:
            for part in parts:
                self._read_event(part)

    def _read_header(self, calendar: Component) -> None:
        for prop in properties(calendar, _HEADER, _HEADER):
            if prop.name == "LAST-MODIFIED":
                self._note_written(prop)
            elif prop.name == "METHOD":
                self._method = prop
            elif prop.name == "X-WR-CALNAME":
                self.title = unescape_backslash(prop.value)[:_MOST_DESCRIPTION].strip()
            elif prop.value.strip():
                self.zone = self.zones.find(unescape_backslash(prop.value))
                if self.zone is None:
                    message = f"X-WR-TIMEZONE names no time zone: {prop.value[:80]!r}; the workspace's is used"
                    self._report("OC307", message, prop.spot().place)

    def _report(self, code: str, message: str, place: tuple[int, int], severity: str | None = None) -> None:
        self.problems.append(problem(code, message, self.file, *place, severity))

    def _note_written(self, prop: Property) -> int:
        stamp = read_stamp(prop.value)
        if stamp is None or stamp.is_date:
            return 0
        instant = times.instant(stamp.local, UTC) - (stamp.offset or 0)
        self.written.append(instant)
        return instant

    def _read_event(self, part: Component) -> None:
        uid = ""
        found: list[Property] = []
        self._odd.clear()
        try:
            for prop in properties(part, _USED, _LENIENT):
                found.append(prop)
                uid = uid or (prop.value if prop.name == "UID" else "")
            if not part.closed:
                raise _BrokenEventError("has no END:VEVENT: the file was cut off or damaged here")
            event = self._event(part.line, found)
        except _BrokenEventError as error:
            self._refuse(part, uid, str(error), error.spot.place if error.spot else None, error.code)
        except BrokenLineError as error:
            self._refuse(part, uid, str(error), (error.line, 1))
        except OverflowError:
            self._refuse(part, uid, "a time in it is beyond the calendar", None)
        except Exception as error:  # not ours: a library met something that nobody foresaw
            self._refuse(part, uid, internal_error(error, "the calendar"), None)
        else:
            self.events.append(event)
            for prop in found:
                self._check_line(prop)
            for message, spot in self._odd.values():
                self._report("OC304", f"{_name(uid)}: {message}", spot.place, WARNING)

    def _check_line(self, prop: Property) -> None:
        """Note what is wrong with a line that cannot change when the event is."""
        if prop.is_broken and prop.name != "DESCRIPTION":
            self._odd.setdefault(
                prop.line, (f"its {prop.name} line is broken: what could be read of it counts", Spot(prop.source, 0))
            )
        elif prop.name in ("RDATE", "EXDATE") and not prop.value.strip(" ,"):
            self._odd.setdefault(prop.line, (f"its {prop.name} has no date, and changes nothing", Spot(prop.source, 0)))

    def _read_cancellations(self, parts: list[Component], method: Property) -> None:
        for part in parts:
            try:
                self.cancellations.append(self._cancellation(part))
            except _BrokenEventError as error:
                self._refuse(part, "", str(error), error.spot.place if error.spot else None, error.code)
            except BrokenLineError as error:
                self._refuse(part, "", str(error), (error.line, 1))
            except OverflowError:
                self._refuse(part, "", "a time in it is beyond the calendar", None)
        if self.cancellations:
            names = [repr(cancellation.uid[:200]) for cancellation in self.cancellations]
            more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
            message = "METHOD:CANCEL: this calendar puts nobody on call, and cancels in every calendar beside it "
            message += f"{', '.join(names[:_MOST_NAMED])}{more}"
            self._report("OC304", message, (method.line, 1), WARNING)

    def _cancellation(self, part: Component) -> Cancellation:
        """What METHOD:CANCEL names (RFC 5546 3.2.5): a whole UID, an occurrence of it, or some of its attendees."""
        by_name = _by_name(properties(part, _USED, _LENIENT))
        uid = _first(by_name, "UID")
        if not uid:
            raise _BrokenEventError("METHOD:CANCEL has to name a UID")
        replaces = by_name.get("RECURRENCE-ID", ())
        return Cancellation(
            line=part.line,
            uid=uid,
            sequence=_sequence(_first(by_name, "SEQUENCE")),
            replaces=self._moment(replaces[0]) if replaces else None,
            and_future=_and_future(replaces),
            attendees=() if "STATUS" in by_name else attendees_of(by_name.get("ATTENDEE", ())),
        )

    def _refuse(self, part: Component, uid: str, why: str, place: tuple[int, int] | None, code: str = "OC304") -> None:
        self._report(code, f"{_name(uid)} is left out: {why}", place or (part.line, 1))

    def _event(self, line: int, found: list[Property]) -> Event:
        by_name = _by_name(found)
        for name in _SINGLE & by_name.keys():
            if len(by_name[name]) > 1:
                raise _BrokenEventError(f"it has {name} twice", by_name[name][1].spot())
        if "DTSTART" not in by_name:
            raise _BrokenEventError("it has no DTSTART")
        if "EXRULE" in by_name:
            raise _BrokenEventError("EXRULE is not understood; write EXDATE", by_name["EXRULE"][0].spot())
        _check_recurs_or_replaces(by_name)
        start = self._moment(by_name["DTSTART"][0])
        stamps = [self._note_written(prop) for name in ("DTSTAMP", "LAST-MODIFIED") for prop in by_name.get(name, ())]
        replaces = next((self._like(start, prop, prop.value) for prop in by_name.get("RECURRENCE-ID", ())), None)
        summary = _text(by_name["SUMMARY"][0]).strip() if "SUMMARY" in by_name else ""
        event = Event(
            line=line,
            uid=_first(by_name, "UID") or None,
            summary=summary or NO_SUMMARY,
            start=start,
            end=self._end(start, by_name),
            attendees=attendees_of(by_name.get("ATTENDEE", ())),
            rules=tuple(_rule(prop, start) for prop in by_name.get("RRULE", ())),
            added=tuple(self._added(start, self._bounded(by_name.get("RDATE", ())))),
            excluded=tuple(self._dates(start, self._bounded(by_name.get("EXDATE", ())))),
            replaces=replaces,
            replaces_at=next((prop.spot() for prop in by_name.get("RECURRENCE-ID", ())), None),
            and_future=_and_future(by_name.get("RECURRENCE-ID", ())),
            cancelled=_first(by_name, "STATUS").upper() == "CANCELLED" or titles.is_cancelled(summary),
            description=unescape_backslash(_first(by_name, "DESCRIPTION"))[:_MOST_DESCRIPTION].strip(),
            sequence=_sequence(_first(by_name, "SEQUENCE")),
            stamp=stamps[0] if "DTSTAMP" in by_name and stamps else 0,
            organizer=next(map(attendee_of, by_name.get("ORGANIZER", ())), None),
        )
        _check_length(event)
        return event

    def _end(self, start: Moment, by_name: dict[str, list[Property]]) -> Moment | Length | None:
        if "DTEND" in by_name:
            return self._dtend(start, by_name["DTEND"][0])
        if "DURATION" in by_name:
            return _length(by_name["DURATION"][0].value, by_name["DURATION"][0].spot())
        if start.all_day:
            return None
        raise _BrokenEventError("it has neither DTEND nor DURATION: a shift needs an end")

    def _moment(self, prop: Property, value: str | None = None, index: int = 0) -> Moment:
        """The date or time that a property has; or an item of its list, which begins at an index."""
        written = (prop.value if value is None else value).strip()
        stamp = read_stamp(written)
        if stamp is None:
            message = f"{prop.name} is not a date or time: {written[:60]!r}; write 20261127 or 20261127T080000"
            raise _BrokenEventError(message, prop.spot(index))
        if stamp.usual:
            self._note(prop, index, f"{prop.name} is written {written[:60]!r}, and read as {stamp.usual}")
        declared = prop.parameters.get("VALUE", "").strip().upper()
        if stamp.is_date and declared == "DATE-TIME":
            self._note(prop, index, f"{prop.name} has VALUE=DATE-TIME and no time, and is read as a whole day")
        elif declared == "DATE" and not stamp.is_date:
            day = self._day_meant(stamp)
            if day is None:
                message = f"{prop.name} has VALUE=DATE and a time of day, {written[:60]!r}: write the one or the other"
                raise _BrokenEventError(message, prop.spot(index))
            self._note(prop, index, f"{prop.name} has VALUE=DATE and a time, and is read as {day:%Y-%m-%d}")
            return self._in_range(prop, Moment(day, all_day=True), index)
        moment = Moment(stamp.local, all_day=True) if stamp.is_date else self._timed(prop, stamp, index)
        return self._in_range(prop, moment, index)

    def _note(self, prop: Property, index: int, message: str) -> None:
        """A warning, one for each line, about what could be read and is written in another way than RFC 5545 has it."""
        self._odd.setdefault(prop.line, (message, prop.spot(index)))

    def _day_meant(self, stamp: Stamp) -> datetime | None:
        """The day that a midnight names: the day as it was written, else as it is in the calendar's zone."""
        if stamp.local.time() == datetime.min.time():
            return stamp.local
        if stamp.offset is not None and self.zone:
            local = times.at(times.instant(stamp.local, UTC) - stamp.offset, self.zone).replace(tzinfo=None, fold=0)
            return local if local.time() == datetime.min.time() else None
        return None

    def _in_range(self, prop: Property, moment: Moment, index: int) -> Moment:
        if not _FIRST_YEAR <= moment.local.year <= _LAST_YEAR and prop.name in ("DTSTART", "DTEND", "RDATE"):
            raise _BrokenEventError(f"{prop.name} is in the year {moment.local.year}", prop.spot(index))
        return moment

    def _timed(self, prop: Property, stamp: Stamp, index: int) -> Moment:
        name = prop.parameters.get("TZID")
        if stamp.offset == 0:  # UTC, whatever TZID says
            return self._exact(stamp, self.zone or UTC)
        if name is None:
            if stamp.offset is None:
                return Moment(stamp.local)
            return self._exact(stamp, self.zone or timezone(timedelta(seconds=stamp.offset)))
        zone = self.zones.find(name)
        if zone is None:
            raise _BrokenEventError(self.zones.missing(name), prop.spot(index), "OC307")
        moment = Moment(stamp.local, zone)
        if stamp.offset is None:
            return moment
        exact = self._exact(stamp, zone)
        if exact.local != moment.local:
            message = f"{prop.name} has another offset than {name[:80]!r} has then: write it without one"
            raise _BrokenEventError(message, prop.spot(index))
        return exact

    def _exact(self, stamp: Stamp, zone: tzinfo) -> Moment:
        """A time with its offset; recurrences keep the wall-clock time of the zone (that of X-WR-TIMEZONE, for UTC)."""
        exact = times.instant(stamp.local, UTC) - (stamp.offset or 0)
        return Moment(times.at(exact, zone).replace(tzinfo=None, fold=0), zone, exact=exact)

    def _like(self, start: Moment, prop: Property, value: str, index: int = 0) -> Moment:
        """A date or time beside DTSTART: one that floats beside a DTSTART with a zone is in that zone."""
        moment = self._moment(prop, value, index)
        if moment.zone is None and not moment.all_day and start.zone is not None and not start.all_day:
            return replace(moment, zone=start.zone)
        return moment

    def _dtend(self, start: Moment, prop: Property) -> Moment:
        """DTEND is of the kind DTSTART is; where it is not, it is read as far as it says when the shift ends."""
        moment = self._like(start, prop, prop.value)
        if moment.all_day == start.all_day:
            return moment
        if moment.all_day:
            self._note(prop, 0, "DTSTART is a time and DTEND a day: it ends as that day begins")
            of_a_zone = start.exact is None or self.zone is not None  # UTC says nothing of whose day it is
            return replace(moment, zone=start.zone, all_day=False) if of_a_zone else moment
        stamp = read_stamp(prop.value)
        day = self._day_meant(stamp) if stamp else None
        if day is not None:  # midnight, which stands for the day
            return Moment(day, all_day=True)
        self._note(prop, 0, "DTSTART is a day and DTEND a time: it begins as that day begins")
        return moment

    def _bounded(self, found: Sequence[Property]) -> Sequence[Property]:
        """The RDATEs or EXDATEs of an event, refused where nobody can have written so many by hand."""
        if not found:
            return found
        dates = sum(prop.value.count(",") + 1 for prop in found)
        if dates > _MOST_DATES:
            raise _BrokenEventError(f"it has more than {_MOST_DATES:,} dates in {found[0].name}", found[0].spot())
        self.dates.count += dates
        if self.dates.count > _MOST_DATES_IN_ALL:
            message = f"the calendar has more than {_MOST_DATES_IN_ALL:,} dates in EXDATE and RDATE"
            raise _BrokenEventError(message, found[0].spot())
        return found

    def _dates(self, start: Moment, found: Iterable[Property]) -> Iterable[tuple[Moment, Spot]]:
        for prop in found:
            for value, index in _items(prop):
                yield self._like(start, prop, value, index), prop.spot(index)

    def _added(self, start: Moment, found: Iterable[Property]) -> Iterable[tuple[Moment, Moment | Length | None]]:
        for prop in found:
            for value, index in _items(prop):
                begin, slash, end = value.partition("/")
                if not slash:
                    moment = self._like(start, prop, value, index)
                    if moment.all_day and not start.all_day:  # a day for an event that has a time: at that time
                        moment = replace(start, local=datetime.combine(moment.local, start.local.time()), exact=None)
                    yield moment, None
                elif end.strip().upper().startswith(("P", "+P")):
                    yield self._like(start, prop, begin, index), _length(end, prop.spot(index))
                else:
                    yield self._like(start, prop, begin, index), self._like(start, prop, end, index + len(begin) + 1)


def _items(prop: Property) -> Iterable[tuple[str, int]]:
    """The items of a list and where each begins in it; empty ones say nothing."""
    index = 0
    for value in prop.value.split(","):
        item = value.strip()
        if item:
            yield item, index + value.index(item)
        index += len(value) + 1


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
        recurs.spot(),
    )


def _check_length(event: Event) -> None:
    """Nobody is on call for four hundred years, or every day anew for ten."""
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


def _name(uid: str) -> str:
    return f"event {uid[:200]!r}" if uid else "an event without UID"


def _first(by_name: dict[str, list[Property]], name: str) -> str:
    return by_name[name][0].value.strip() if name in by_name else ""


def _sequence(text: str) -> int:
    return int(text) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else 0


def _rule(prop: Property, start: Moment) -> Rule:
    try:
        rule = recurrence.parse_rule(prop.value)
        return recurrence.for_whole_days(rule) if start.all_day else rule
    except ValueError as error:  # of our own making: every value is checked there before a library sees it
        raise _BrokenEventError(str(error), prop.spot()) from None


def _length(text: str, spot: Spot) -> Length:
    found = _LENGTH.fullmatch(text.strip().upper())
    weeks, days, hours, minutes, seconds = (int(group or 0) for group in found.groups()) if found else (0, 0, 0, 0, 0)
    length = Length(weeks * 7 + days, hours * 3600 + minutes * 60 + seconds)
    if length == Length(0, 0):
        raise _BrokenEventError(f"DURATION is not a length of time: {text[:60]!r}", spot)
    return length


def _by_name(found: Iterable[Property]) -> dict[str, list[Property]]:
    by_name: dict[str, list[Property]] = {}
    for prop in found:
        by_name.setdefault(prop.name, []).append(prop)
    return by_name


def _text(prop: Property) -> str:
    """The text of a property, that of vCalendar 1.0 in quoted-printable too."""
    if prop.parameters.get("ENCODING", "").upper() in ("QUOTED-PRINTABLE", "Q"):
        return quopri.decodestring(prop.value.encode()).decode(errors="replace")
    return str(unescape_backslash(prop.value))


def _and_future(found: Sequence[Property]) -> bool:
    return any(prop.parameters.get("RANGE", "").upper() == "THISANDFUTURE" for prop in found)


def _series(
    events: list[Event], zones: dict[int, tzinfo | None], file: str
) -> tuple[tuple[Series, ...], list[Problem]]:
    """Group events by UID. Of two that claim the same place the highest SEQUENCE stands, then the latest DTSTAMP."""
    groups: dict[str, list[Event]] = {}
    series: list[Series] = []
    problems: list[Problem] = []
    for event in events:
        if event.uid is not None:
            groups.setdefault(event.uid, []).append(event)
        elif not event.cancelled:
            series.append(Series(event, zone=zones[event.line]))
    for uid, group in groups.items():
        masters = sorted((event for event in group if event.replaces is None), key=_rank)
        changes: dict[object, list[Event]] = {}
        for event in group:
            if event.replaces is not None:
                changes.setdefault(place_of(event.replaces), []).append(event)
        rivals = [masters, *(sorted(same, key=_rank) for same in changes.values())]
        for same in rivals:
            problems += _doubles(same, uid, file)
        master = masters[-1] if masters else None
        latest = tuple(same[-1] for same in rivals[1:])
        if master and master.cancelled:
            master = None
        series.append(Series(master, latest, zones[(master or latest[0]).line] if master or latest else None))
    return tuple(series), problems


def _rank(event: Event) -> tuple[object, ...]:
    """Later in this order stands; beyond SEQUENCE and DTSTAMP what is said decides, never the place in the file."""
    return (event.sequence, event.stamp, event.start.local, event.summary, str(event.end), str(event.rules))


def _doubles(same: list[Event], uid: str, file: str) -> Iterable[Problem]:
    if not same or all(_meaning(event) == _meaning(same[-1]) for event in same):
        return
    stands = same[-1]
    for event in same[:-1]:
        if _meaning(event) != _meaning(stands):
            message = f"{_name(uid)} is left out: the one on line {stands.line} has the same UID and is newer"
            yield problem("OC304", message, file, event.line, 1)
    message = f"{_name(uid)} stands {len(same)} times in this calendar; this one has the highest SEQUENCE or DTSTAMP"
    yield problem("OC304", message, file, stands.line, 1)


def _meaning(event: Event) -> object:
    """What an event says of who is when on call: two that say the same are one, however often they were exported."""
    excluded = [moment for moment, _ in event.excluded]
    return replace(event, line=0, sequence=0, stamp=0, excluded=(), replaces_at=None), excluded
