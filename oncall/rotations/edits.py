"""What has changed between two versions of a calendar: the events of one that the other does not have so."""

from __future__ import annotations

from oncall.rotations.assignments import events_of
from oncall.rotations.ics import Calendar, Event
from oncall.rotations.text import Component, read_calendars

# What products write anew whenever they export a calendar, and says nothing of who is on call when.
_BOOKKEEPING = ("DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "CREATED")


def events_not_in(calendar: Calendar, data: bytes, other: bytes) -> list[Event]:
    """The events of a calendar, which was read from `data`, that are not written so in another version of it."""
    known = {_text(part) for part in _events(other)}
    lines = {part.line for part in _events(data) if _text(part) not in known}
    return [event for event in events_of(calendar) if event.line in lines]


def _events(data: bytes) -> list[Component]:
    calendars, _ = read_calendars(data, "")
    return [part for calendar in calendars for part in calendar.parts if part.name == "VEVENT"]


def _text(event: Component) -> tuple[str, ...]:
    """What an event says, in whatever order its lines stand."""
    written = (line.text.strip() for line in event.lines)
    parts = [part.name + "".join(line.text for line in part.lines) for part in event.parts]
    return *sorted(text for text in written if not text.upper().startswith(_BOOKKEEPING)), *parts
