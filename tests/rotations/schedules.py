"""What the tests of calendars share: calendars from a few lines, and schedules from calendars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo

from oncall import times
from oncall.errors import Problem
from oncall.model import Person
from oncall.rotations.assignments import layers_of
from oncall.rotations.ics import read_calendar
from oncall.rotations.names import Reader, directory
from oncall.rotations.shifts import compile_schedule
from oncall.schedule import OnCall, Schedule, Window

DAY = 86_400


def when(text: str) -> int:
    """The instant of an ISO 8601 time that says its offset."""
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo is not None, f"{text} needs an offset"
    return int(moment.timestamp())


def zone(name: str) -> tzinfo:
    found = times.zone(name)
    assert found is not None
    return found


def calendar(text: str) -> bytes:
    """A calendar of blocks of lines with blank lines between them: a block that does not say what it is is an event;
    blocks that begin with `X-` stand as they are. A whole calendar stays what it is."""
    if text.startswith("BEGIN:VCALENDAR"):
        return text.encode()
    blocks = [block.strip("\n") for block in text.split("\n\n") if block.strip()]
    whole = [block if block.startswith(("BEGIN:", "X-")) else f"BEGIN:VEVENT\n{block}\nEND:VEVENT" for block in blocks]
    return "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *whole, "END:VCALENDAR", ""]).encode()


def reversed_calendar(text: str) -> bytes:
    """The same calendar with its blocks in the opposite order."""
    if text.startswith("BEGIN:VCALENDAR"):
        return text.encode()
    return calendar("\n\n".join(reversed(text.split("\n\n"))))


def compiled(
    planned: bytes | Sequence[bytes],
    window: Window | tuple[int, int],
    where: tzinfo | None = None,
    overrides: bytes | Sequence[bytes] = (),
    people: Mapping[str, Person] | None = None,
    identify: str | None = None,
    ignore: str | None = None,
) -> tuple[Schedule, list[Problem]]:
    """The schedule of calendar files and every problem met. Without a zone it is the calendars' own, else UTC."""
    files = [("planned", data) for data in ([planned] if isinstance(planned, bytes) else planned)]
    files += [("override", data) for data in ([overrides] if isinstance(overrides, bytes) else overrides)]
    read = [(name, read_calendar(data, f"{name}.ics")) for name, data in files]
    own = next((one.zone for _, one in read if one.zone), None)
    names = Reader(directory(people)[0] if people is not None else None, identify, ignore)
    schedule, problems = compile_schedule(
        layers_of(((one, name) for name, one in read), names),
        window if isinstance(window, Window) else Window(*window),
        where or own or UTC,
        names,
        people,
        by_file=where is None,
    )
    return schedule, sorted([*problems, *(odd for _, one in read for odd in one.problems)], key=lambda one: one.place)


def names_of(on_call: Sequence[OnCall]) -> list[str]:
    """Who they are: ids of people; the label as written where it is nobody known."""
    return sorted(one.shift.person or one.shift.label for one in on_call)


def rows(schedule: Schedule, start: int, end: int) -> list[tuple[int, int, list[str]]]:
    """The schedule between two instants, with names."""
    return [(begins, ends, names_of(people)) for begins, ends, people in schedule.between(start, end)]
