"""A calendar that is asked with no workspace around it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, tzinfo

from oncall.answers import Answer, calendar_answer
from oncall.cli.session import instants, reader_zone
from oncall.errors import OncallError, Problem
from oncall.rotations.ics import Calendar, read_calendar
from oncall.rotations.names import Reader
from oncall.rotations.shifts import Layer, compile_schedule
from oncall.schedule import Schedule, Window, window_around


def calendar_answers(
    file: str, overrides: Sequence[str], timezone: str | None, at: Sequence[str]
) -> tuple[list[Answer], tzinfo]:
    """Who is on call in a calendar file at each instant, and the zone it was read in."""
    layers, zone, problems = open_calendar(file, overrides, timezone)
    written = max((layer.calendar.written or 0 for layer in layers), default=0) or None
    answers = []
    for instant in instants(at, zone):
        schedule, odd = compile_calendar(layers, window_around(instant), zone)
        answers.append(calendar_answer(file, schedule, instant, written, [*problems, *odd]))
    return answers, zone


def open_calendar(
    file: str, overrides: Sequence[str], timezone: str | None
) -> tuple[list[Layer], tzinfo, list[Problem]]:
    """The calendar and its overrides; `timezone`, else X-WR-TIMEZONE, else UTC is what its days are days of."""
    layers = [Layer(_read(file), "planned"), *(Layer(_read(path), "override") for path in overrides)]
    asked = reader_zone(timezone, "UTC") if timezone else None
    zone = asked or layers[0].calendar.zone or UTC
    return layers, zone, [problem for layer in layers for problem in layer.calendar.problems]


def compile_calendar(layers: Sequence[Layer], window: Window, zone: tzinfo) -> tuple[Schedule, list[Problem]]:
    """The schedule of a calendar, people as their summaries say."""
    return compile_schedule(layers, window, zone, Reader(None))


def _read(path: str) -> Calendar:
    try:
        with open(path, "rb") as file:
            calendar = read_calendar(file.read(), path)
    except (OSError, ValueError) as error:
        raise OncallError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    unreadable = [problem for problem in calendar.problems if problem.code == "OC001"]
    if not calendar.series and unreadable:
        raise OncallError(f"{path}: {unreadable[0].message}")
    return calendar
