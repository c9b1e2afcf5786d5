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
from oncall.output.words import REASONS, day_and_time, distance, iso, safe
from oncall.timetables import Stretch, Timetable

COLUMNS = ("schedule", "from", "until", "length", "on call", "note", "source")
NOBODY = "nobody"


def shift_rows(tables: Sequence[Timetable], zone: tzinfo) -> Iterator[tuple[str, ...]]:
    """The stretches and gaps of timetables, in order of time, as rows under COLUMNS."""
    for table in tables:
        rows: list[tuple[int, int, Stretch | None]] = [(one.start, one.end, one) for one in table.stretches]
        rows += ((start, end, None) for start, end in table.gaps)
        for start, end, stretch in sorted(rows, key=lambda row: row[0]):
            times_shown = (
                day_and_time(start, zone, table.start),
                day_and_time(end, zone, table.start),
                distance(end - start),
            )
            if stretch is None:
                yield (safe(table.name), *times_shown, NOBODY, "gap", "")
                continue
            labels = " & ".join(safe(entry.shift.label) for entry in stretch.on_call)
            notes = dict.fromkeys(note for entry in stretch.on_call for note in _notes(entry, table))
            sources = dict.fromkeys(
                f"{safe(entry.shift.file)}:{entry.shift.line}" for entry in stretch.on_call if entry.shift.file
            )
            yield (safe(table.name), *times_shown, labels, ", ".join(notes), ", ".join(sources))


def _notes(entry: Entry, table: Timetable) -> Iterator[str]:
    if entry.shift.layer != "planned":
        yield entry.shift.layer
    if entry.why_not and table.kind != "calendar":
        yield REASONS[entry.why_not]


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
                "start": iso(one.start, zone),
                "end": iso(one.end, zone),
                "on_call": [entry_object(entry, zone) for entry in one.on_call],
                **_of(table),
            }
            for table in tables
            for one in table.stretches
        ],
        "gaps": [
            {"start": iso(begins, zone), "end": iso(ends, zone), **_of(table)}
            for table in tables
            for begins, ends in table.gaps
        ],
        "problems": [problem_object(one) for one in problems],
    }


def _of(table: Timetable) -> dict[str, str]:
    return {"rotation" if table.kind == "person" else table.kind: table.name}


def shifts_calendar(tables: Sequence[Timetable], title: str, asked_at: int) -> bytes:
    """The timetables as a calendar: one event a person and unbroken stretch, whole even where it begins before the
    window, under a UID that stays the same from one export to the next."""
    from icalendar import Calendar, Event  # here: calendars are slow to import

    calendar = Calendar()
    calendar.add("prodid", "-//oncall//final schedule//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", safe(title))
    calendar.add("x-wr-timezone", "UTC")
    for table, entry, start, end in sorted(_events(tables), key=lambda one: (one[2], one[0].name, one[1].shift.who)):
        event = Event()
        event.add("uid", _uid(table, entry, start))
        event.add("dtstamp", times.at(asked_at, UTC))
        event.add("dtstart", _utc(start))
        event.add("dtend", _utc(end))
        event.add("summary", safe(entry.shift.label))
        event.add(
            "description", safe(f"{table.kind} {table.name}" if table.kind != "person" else f"rotation {table.name}")
        )
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _events(tables: Iterable[Timetable]) -> Iterator[tuple[Timetable, Entry, int, int]]:
    seen: set[tuple[str, str, int]] = set()
    for table in tables:
        for stretch in table.stretches:
            for entry in stretch.on_call:
                start = table.start if entry.since is None else entry.since
                end = table.end if entry.until is None else entry.until
                if (table.name, entry.shift.who, start) not in seen:
                    seen.add((table.name, entry.shift.who, start))
                    yield table, entry, start, end


def _uid(table: Timetable, entry: Entry, start: int) -> str:
    told = "\0".join((table.kind, table.name, entry.shift.who, str(start)))
    return f"{hashlib.sha256(told.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}@oncall"


def _utc(instant: int) -> datetime:
    return times.at(instant, UTC)
