"""A calendar that is asked with no workspace around it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, tzinfo
from typing import BinaryIO

from oncall.answers import Answer, calendar_answer
from oncall.cli.machine_zone import machine_zone
from oncall.cli.session import Session, complain, instants, reader_zone
from oncall.errors import OncallError, Problem, file_error
from oncall.rotations.assignments import Layer, layers_of
from oncall.rotations.ics import Calendar, read_calendar
from oncall.rotations.names import Reader
from oncall.rotations.shifts import compile_schedule
from oncall.rotations.text import MOST_BYTES
from oncall.schedule import Schedule, Window, window_around
from oncall.workspace.inputs import read_at_most, read_input
from oncall.workspace.links import fetch_command, is_link

STANDARD_INPUT = "standard input"


def calendar_answers(
    session: Session, file: str, overrides: Sequence[str], timezone: str | None, at: Sequence[str]
) -> tuple[list[Answer], tzinfo]:
    """Who is on call in a calendar file at each instant, and the zone it was read in."""
    layers, zone, problems = open_calendar(session, file, overrides, timezone)
    written = max((layer.calendar.written or 0 for layer in layers), default=0) or None
    answers = []
    for instant in instants(at, zone):
        schedule, odd = compile_calendar(layers, window_around(instant), zone, by_file=not timezone)
        answers.append(calendar_answer(name_of(file), schedule, instant, written, [*problems, *odd]))
    return answers, zone


def open_calendar(
    session: Session, file: str, overrides: Sequence[str], timezone: str | None
) -> tuple[list[Layer], tzinfo, list[Problem]]:
    """The calendar and its overrides, and the zone that its days are days of: `timezone`, else the one that the
    calendar names, else the machine's."""
    if [file, *overrides].count("-") > 1:
        raise OncallError("standard input can be read once: name files for the other calendars")
    asked = reader_zone(timezone, "UTC") if timezone else None
    calendars = [(_read(file, "--calendar"), "planned")]
    calendars += ((_read(path, "--overrides"), "override") for path in overrides)
    layers = layers_of(calendars, Reader(None))
    zone = asked or _zone_of(layers[0].calendar) or _machine_zone(session, name_of(file))
    return layers, zone, [problem for layer in layers for problem in layer.calendar.problems]


def name_of(file: str) -> str:
    """What a calendar is called in an answer."""
    return STANDARD_INPUT if file == "-" else file


def _zone_of(calendar: Calendar) -> tzinfo | None:
    """The zone a calendar names for itself, else the one that all of its local times are in."""
    if calendar.zone:
        return calendar.zone
    starts = (event.start for one in calendar.series for event in (one.master, *one.changes) if event)
    zones = {str(start.zone): start.zone for start in starts if start.zone is not None and start.exact is None}
    return next(iter(zones.values())) if len(zones) == 1 else None


def _machine_zone(session: Session, name: str) -> tzinfo:
    zone = machine_zone(session.environment)
    if zone is None:
        complain(
            f"{name} names no time zone of its own, and this machine has none that is known: times are in UTC;"
            " --timezone ZONE names another"
        )
        return UTC
    complain(
        f"{name} names no time zone of its own: times are in {zone}, as on this machine; --timezone ZONE names another"
    )
    return zone


def compile_calendar(
    layers: Sequence[Layer], window: Window, zone: tzinfo, *, by_file: bool
) -> tuple[Schedule, list[Problem]]:
    """The schedule of a calendar, people as summaries say; with `by_file` an X-WR-TIMEZONE comes before `zone`."""
    return compile_schedule(layers, window, zone, Reader(None), by_file=by_file)


def _read(path: str, option: str) -> Calendar:
    name = name_of(path)
    if is_link(path):
        raise OncallError(
            f"{option} reads files, not links: save it with `{fetch_command(path)}` and write {option} calendar.ics,"
            f" or pipe it to {option} -"
        )
    try:
        if path == "-":
            data = read_at_most(_piped(), MOST_BYTES + 1)  # one more is enough to be told that it is too large
        else:
            data = read_input(path, MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise OncallError(f"{name}: cannot be read: {file_error(error)}") from None
    if path == "-" and not data.strip():
        raise OncallError(
            "standard input is empty: pipe a calendar in, as in `curl -fsSL LINK | oncall who --calendar -`"
        )
    calendar = read_calendar(data, name)
    unreadable = [problem for problem in calendar.problems if problem.code == "OC001"]
    if not calendar.series and unreadable:
        raise OncallError(f"{name}: {unreadable[0].message}")
    return calendar


def _piped() -> BinaryIO:
    """Standard input, after saying that it is waited for where somebody would have to type it."""
    if sys.stdin is None:
        raise OncallError("standard input is closed: name a file, or pipe a calendar in")
    if sys.stdin.isatty():
        complain("waiting for a calendar on standard input: paste it and press Ctrl-D, or press Ctrl-C to stop")
    return sys.stdin.buffer
