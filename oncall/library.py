"""The same questions from a script.

    >>> from datetime import datetime
    >>> import oncall
    >>> answer = oncall.who("schedules", "field-support", datetime.fromisoformat("2026-11-24T23:58-05:00"))
    >>> [(tier.role, entry.shift.label) for tier in answer.tiers for entry in tier.on_call][0]
    ('primary', 'Priya Raman')

Nothing here reads a clock or the environment: instants are aware datetimes that the caller gives. Instants in answers
are whole seconds since the epoch; `datetime.fromtimestamp(seconds, zone)` shows one.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from oncall import times
from oncall.answers import Answer, account_answer, calendar_answer, person_answer, rotation_answer
from oncall.errors import OncallError, Problem
from oncall.lookup import PERSON, find
from oncall.output.who_json import who_document
from oncall.timetables import Timetable, timetables, window_of
from oncall.workspace.opening import LONGEST, build_plan, open_plan, turns_window

Folder = str | os.PathLike[str]


def who(folder: Folder, name: str, at: datetime, *, cache: Folder | None = None) -> Answer:
    """Who is on call for an account, a rotation or a published line of a workspace at an instant; or where a person is
    on call.

    `name` may be a part of one. `cache` is a folder to keep compiled plans in; without one each call reads the
    files. NotFoundError where nothing, or more than one thing, has that name.
    """
    root = _root(folder)
    instant = _instant(at)
    plan = open_plan(root, instant, os.fspath(cache) if cache is not None else None)
    kind, found = find(plan, name)
    if kind == PERSON:
        return person_answer(build_plan(root, turns_window(instant))[0], found, instant)
    return account_answer(plan, found, instant) if kind == "account" else rotation_answer(plan, found, instant)


def shifts(folder: Folder, name: str, start: datetime, until: datetime) -> list[Timetable]:
    """The final schedule of a rotation, of each role of an account, or of each rotation a person is in, between two
    instants."""
    begin, end = _instant(start), _instant(until)
    if end <= begin:
        raise OncallError("`until` is not after `start`")
    if end - begin > LONGEST:
        raise OncallError("that is more than ten years: ask for less")
    plan, _ = build_plan(_root(folder), window_of(begin, end))
    return timetables(plan, [find(plan, name)], begin, end)


def who_in_calendar(
    calendar: bytes, at: datetime, *, overrides: Sequence[bytes] = (), timezone: str | None = None
) -> Answer:
    """Who is on call in an iCalendar file with no workspace around it, people as the summaries say.

    `timezone` is that of whole days and floating times; without one X-WR-TIMEZONE is, else UTC.
    """
    from oncall.rotations.assignments import layers_of
    from oncall.rotations.ics import read_calendar  # here: calendars are slow to import
    from oncall.rotations.names import Reader
    from oncall.rotations.shifts import compile_schedule
    from oncall.schedule import window_around

    calendars = [(read_calendar(calendar, "calendar"), "planned")]
    calendars += ((read_calendar(data, f"overrides {n}"), "override") for n, data in enumerate(overrides, 1))
    layers = layers_of(calendars, Reader(None))
    asked = times.zone(timezone) if timezone else None
    if timezone and asked is None:
        raise OncallError(f"{timezone!r} is not an IANA time zone")
    instant = _instant(at)
    zone = asked or layers[0].calendar.zone or UTC
    schedule, odd = compile_schedule(layers, window_around(instant), zone, Reader(None), by_file=asked is None)
    problems = [*(problem for layer in layers for problem in layer.calendar.problems), *odd]
    return calendar_answer("calendar", schedule, instant, layers[0].calendar.written, problems)


def problems(folder: Folder, at: datetime) -> list[Problem]:
    """Everything wrong with the files of a workspace, and with the calendars in the month of an instant, by place."""
    from oncall.schedule import window_around

    plan, _ = build_plan(_root(folder), window_around(_instant(at)))
    return sorted(plan.problems, key=lambda one: one.place)


def to_json(answers: Sequence[Answer], timezone: str) -> dict[str, Any]:
    """Answers as the document `oncall who --format json` prints, times shown in a zone."""
    return who_document(answers, times.zone(timezone) or UTC)


def _root(folder: Folder) -> str:
    root = os.path.abspath(os.fspath(folder))
    if not os.path.isdir(root):
        raise OncallError(f"{root} is no folder")
    return root


def _instant(at: datetime) -> int:
    if at.tzinfo is None:
        raise OncallError("a time without a zone could be any of many instants: give an aware datetime")
    return times.instant(at, UTC)
