"""OC310 stray-exception."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import WARNING, Problem
from oncall.lint.calendars import Reading
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.rotations.ics import Event


def check(context: Context) -> Iterator[Problem]:
    for reading in context.readings:
        yield from (one for one in reading.problems if one.code == "OC310")
        alone = {id(change) for series in reading.calendar.series if series.master is None for change in series.changes}
        refused = {one.message.partition(" is left out")[0] for one in reading.calendar.problems}
        for event in reading.events:
            if id(event) in alone and f"event {(event.uid or '')[:200]!r}" not in refused:
                yield _without_series(reading, event)


def _without_series(reading: Reading, event: Event) -> Problem:
    moment = event.replaces
    shown = ""
    if moment is not None:
        shown = f" of {moment.local.date() if moment.all_day else moment.local.isoformat(' ', 'minutes')}"
    name = f"event {(event.uid or '')[:200]!r}"
    message = f"{name} replaces an occurrence{shown}, and its series is not in this calendar: it stands by itself"
    place = event.replaces_at.place if event.replaces_at else (event.line, 1)
    return RULE.at((reading.calendar.file, *place), message)


RULE = Rule(
    code="OC310",
    name="stray-exception",
    severity=WARNING,
    finds="An EXDATE or a RECURRENCE-ID in the horizon that matches no occurrence of its series.",
    why="Somebody moved or cancelled a shift, and the calendar still has it: two people think they are on call, or "
    "somebody is who thinks they are not.",
    mend="Give the exception the very start of the occurrence it means, in the zone of the series, or delete it.",
    check=check,
)
