"""`oncall shifts` for people and for scripts: rows, JSON (oncall.shifts/1), and a calendar to subscribe to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from oncall import times
from oncall.answers import Entry
from oncall.errors import Problem
from oncall.output.who_json import entry_object, problem_object
from oncall.output.words import NOBODY, REASONS, day_and_time, distance, iso, moment, safe
from oncall.times import show_duration
from oncall.timetables import Gap, Stretch, Timetable, began_earlier, goes_on

COLUMNS = ("schedule", "from", "until", "length", "on call", "note", "source")
CSV_COLUMNS = (*COLUMNS, "person", "shift start", "shift end", "hours", "timezone")


def heading(start: int, end: int, zone: tzinfo) -> str:
    """The window and its zone: `Tue 24 Nov 2026 00:00 EST to Tue 8 Dec 2026 00:00 EST  America/New_York`."""
    return f"{moment(start, zone)} to {moment(end, zone)}  {zone}"


def shift_rows(tables: Sequence[Timetable], zone: tzinfo) -> Iterator[tuple[str, ...]]:
    """The stretches and gaps of timetables, in order of time, as rows under COLUMNS."""
    for table in tables:
        for stretch in table.in_order:
            times_shown = (
                day_and_time(stretch.start, zone, table.start),
                day_and_time(stretch.end, zone, table.start),
                distance(stretch.end - stretch.start),
            )
            if isinstance(stretch, Gap):
                yield (safe(table.title), *times_shown, NOBODY, ", ".join(_gap_notes(stretch)), "")
                continue
            labels = " & ".join(safe(entry.shift.label) for entry in stretch.on_call)
            notes = dict.fromkeys(note for entry in stretch.on_call for note in _notes(entry, table))
            notes |= dict.fromkeys(_whole_shift(stretch, table, zone))
            sources = dict.fromkeys(filter(None, (_source(entry, table) for entry in stretch.on_call)))
            yield (safe(table.title), *times_shown, labels, ", ".join(notes), ", ".join(sources))


def shift_csv_rows(tables: Sequence[Timetable], zone: tzinfo) -> Iterator[tuple[str, ...]]:
    """The same for scripts under CSV_COLUMNS: a row for each person, instants in RFC 3339. `from` and `until` never
    leave the window, so that hours can be added up; `shift start` and `shift end` are those of the whole shift."""
    for table in tables:
        for stretch in table.in_order:
            length = stretch.end - stretch.start
            ends = (iso(stretch.start, zone) or "", iso(stretch.end, zone) or "")
            start = (safe(table.title), *ends, show_duration(length))
            hours = (f"{length / 3600:.4f}".rstrip("0").rstrip("."), str(zone))
            if isinstance(stretch, Gap):
                yield (*start, NOBODY, ", ".join(_gap_notes(stretch)), "", "", "", "", *hours)
                continue
            for entry in stretch.on_call:
                notes = (*_notes(entry, table), *_cut_marks(entry, stretch, table))
                source = (safe(entry.shift.label), ", ".join(notes), _source(entry, table))
                whole = (iso(entry.since, zone) or "", iso(entry.until, zone) or "")
                yield (*start, *source, safe(entry.shift.person or ""), *whole, *hours)


def _notes(entry: Entry, table: Timetable) -> Iterator[str]:
    if entry.shift.layer != "planned":
        yield entry.shift.layer
    if entry.why_not and table.kind != "calendar":
        yield f"{REASONS[entry.why_not]}: {safe(entry.shift.reason)}" if entry.shift.reason else REASONS[entry.why_not]


def _gap_notes(gap: Gap) -> Iterator[str]:
    yield "gap"
    if gap.cut_start:
        yield "began earlier"
    if gap.cut_end:
        yield "goes on"


def _whole_shift(stretch: Stretch, table: Timetable, zone: tzinfo) -> Iterator[str]:
    """When the shifts that the window cuts begin and end; whose, where that is not the same for everybody."""
    for is_cut, told in ((stretch.cut_start, _began), (stretch.cut_end, _ends)):
        if not is_cut:
            continue
        by_entry = [(entry, told(entry, table, zone)) for entry in stretch.on_call]
        same = len({note for _, note in by_entry}) == 1
        for entry, note in by_entry:
            if note:
                yield note if same else f"{safe(entry.shift.label)} {note}"


def _began(entry: Entry, table: Timetable, zone: tzinfo) -> str:
    if entry.since is None:
        return "always" if entry.shift.layer == "direct" else "began earlier"
    return f"began {day_and_time(entry.since, zone, table.start)}" if began_earlier(table, entry) else ""


def _ends(entry: Entry, table: Timetable, zone: tzinfo) -> str:
    if entry.until is None:
        return "always" if entry.shift.layer == "direct" else "no end in sight"
    return f"ends {day_and_time(entry.until, zone, table.start)}" if goes_on(table, entry) else ""


def _cut_marks(entry: Entry, stretch: Stretch, table: Timetable) -> Iterator[str]:
    if stretch.cut_start and began_earlier(table, entry):
        yield "began earlier"
    if stretch.cut_end and goes_on(table, entry):
        yield "goes on"


def _source(entry: Entry, table: Timetable) -> str:
    """The line that puts somebody on call: of a calendar, or of the account that names them."""
    if entry.shift.file:
        return f"{safe(entry.shift.file)}:{entry.shift.line}"
    if entry.shift.layer == "direct" and table.written:
        return f"{safe(table.written[0])}:{table.written[1]}"
    return ""


def shifts_document(
    tables: Sequence[Timetable], start: int, end: int, zone: tzinfo, problems: Sequence[Problem]
) -> dict[str, Any]:
    """The document scripts rely on: keys may be added to it, never changed."""
    return {
        "schema": "oncall.shifts/1",
        "from": iso(start, zone),
        "until": iso(end, zone),
        "timezone": str(zone),
        "shifts": [
            {
                **_stretch_object(stretch, zone),
                "on_call": [entry_object(entry, zone) for entry in stretch.on_call],
                **_of(table),
            }
            for table in tables
            for stretch in table.stretches
        ],
        "gaps": [{**_stretch_object(gap, zone), **_of(table)} for table in tables for gap in table.gaps],
        "problems": [problem_object(one) for one in problems],
    }


def _stretch_object(stretch: Stretch | Gap, zone: tzinfo) -> dict[str, Any]:
    return {
        "start": iso(stretch.start, zone),
        "end": iso(stretch.end, zone),
        "cut_start": stretch.cut_start,
        "cut_end": stretch.cut_end,
    }


def _of(table: Timetable) -> dict[str, str]:
    if table.account:
        return {"role": table.name, "account": table.account}
    return {"rotation" if table.kind == "person" else table.kind: table.name}


def shifts_calendar(tables: Sequence[Timetable], title: str, zone: tzinfo, asked_at: int) -> bytes:
    """The timetables as a calendar to subscribe to: one event a person and unbroken stretch. Shifts are whole where
    the window cuts them, under a UID that stays the same from one export to the next; only one without a beginning or
    an end in sight is cut, and says so."""
    from icalendar import Calendar, Event  # here: calendars are slow to import

    calendar = Calendar()
    calendar.add("prodid", "-//oncall//final schedule//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", safe(title))
    calendar.add("x-wr-timezone", str(zone))
    for table, entry, start, end in sorted(_events(tables), key=lambda one: (one[2], one[0].title, one[1].shift.who)):
        event = Event()
        event.add("uid", _uid(table, entry))
        event.add("dtstamp", times.at(asked_at, UTC))
        event.add("dtstart", _utc(max(start, times.CALENDARS_BEGIN)))
        event.add("dtend", _utc(end))
        event.add("summary", safe(entry.shift.label))
        event.add("description", ", ".join(_description(table, entry)))
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _description(table: Timetable, entry: Entry) -> Iterator[str]:
    kind = {"person": "rotation", "direct": "role"}.get(table.kind, table.kind)
    yield safe(f"{kind} {table.title}")
    if entry.since is None and entry.until is None and entry.shift.layer == "direct":
        yield "always on call: goes on beyond this calendar"
        return
    if entry.since is None:
        yield "began before this calendar"
    if entry.until is None:
        yield "no end in sight: goes on beyond this calendar"


def _events(tables: Iterable[Timetable]) -> Iterator[tuple[Timetable, Entry, int, int]]:
    seen: set[tuple[str, str, int | None]] = set()
    for table in tables:
        for stretch in table.stretches:
            for entry in stretch.on_call:
                key = (table.title, entry.shift.who, entry.since)
                if key not in seen:
                    seen.add(key)
                    start = table.start if entry.since is None else entry.since
                    yield table, entry, start, table.end if entry.until is None else entry.until


def _uid(table: Timetable, entry: Entry) -> str:
    since = "always" if entry.since is None else str(entry.since)
    told = "\0".join((table.kind, table.title, entry.shift.who, since))
    return f"{hashlib.sha256(told.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}@oncall"


def _utc(instant: int) -> datetime:
    return times.at(instant, UTC)
