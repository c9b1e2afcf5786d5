"""OC313 uncommitted-change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from msgspec.structs import replace

from oncall import times
from oncall.errors import WARNING, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.lint.wording import few
from oncall.rotations.assignments import events_of, named_by
from oncall.rotations.edits import events_not_in
from oncall.rotations.ics import Calendar, Event, Series, read_calendar
from oncall.rotations.names import Reader
from oncall.rotations.occurrences import expand
from oncall.workspace.committed import Uncommitted
from oncall.workspace.compile import person_zone, rotation_zone
from oncall.workspace.rosters import absence_reader, rotation_reader

_EMPTY = b"BEGIN:VCALENDAR\nEND:VCALENDAR\n"


def check(context: Context) -> Iterator[Problem]:
    for change in context.uncommitted:
        before = read_calendar(change.before or _EMPTY, change.path)
        if any(problem.code == "OC001" for problem in before.problems):
            continue  # encrypted in git, or kept elsewhere: nobody can tell what it holds
        yield from _findings(context, change, before)


def _findings(context: Context, change: Uncommitted, before: Calendar) -> Iterator[Problem]:
    calendar, data = context.workspace.calendars[change.path], context.workspace.files.contents[change.path]
    written = change.before or _EMPTY
    kept = {event.uid for event in events_of(calendar)}
    new = events_not_in(calendar, data, written)
    gone = [event for event in events_not_in(before, written, data) if event.uid not in kept]
    noun = "absence" if change.path in context.workspace.absences else "override"
    if new:
        is_so = f"an {noun} is in no commit" if len(new) == 1 else f"{len(new)} {noun}s are in no commit"
        told = few([_told(context, calendar, event) for event in new])
        yield RULE.at((change.path, new[0].line, 1), f"{is_so}: {told}; commit {change.path}")
    if gone:
        is_so = (
            f"an {noun} that is committed is gone"
            if len(gone) == 1
            else f"{len(gone)} {noun}s that are committed are gone"
        )
        told = few([_told(context, before, event) for event in gone])
        yield RULE.at((change.path, 1, 1), f"{is_so} here: {told}; commit {change.path}")


def _told(context: Context, calendar: Calendar, event: Event) -> str:
    """`Sam Sands 2026-11-25 22:00 to 2026-11-26 08:00`."""
    reader, zone = _reading(context, calendar.file)
    named = named_by(event, calendar, reader)
    people = context.workspace.people
    names = [people[person].name for person in named.people if person in people]
    if calendar.file in context.workspace.absences and names:
        zone = person_zone(context.workspace, people[named.people[0]])
    return f"{' & '.join(names) or named.label} {_stretch(calendar, event, zone)}"


def _reading(context: Context, path: str) -> tuple[Reader, tzinfo]:
    for name, rotation in context.workspace.rotations.items():
        if path in rotation.override_files:
            return rotation_reader(context.workspace, name), rotation_zone(context.workspace, rotation)
    return absence_reader(context.workspace, path), context.zone


def _stretch(calendar: Calendar, event: Event, zone: tzinfo) -> str:
    """When an event is; of one that recurs, when it is first."""
    single = replace(event, rules=(), added=(), excluded=(), replaces=None)
    start = event.start.instant(zone)
    found = expand(replace(calendar, series=(Series(single),)), start, start + 1, zone).found
    end = found[0].end if found else start
    first, last = times.at(start, zone), times.at(end, zone)
    again = " and again" if event.rules or event.added else ""
    return f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}{again}"


RULE = Rule(
    code="OC313",
    name="uncommitted-change",
    severity=WARNING,
    finds="An override or an absence that is in its calendar and in no git commit, or that is committed and gone from "
    "its calendar. Calendars that git ignores are left alone, and so is a workspace that is not kept in git.",
    why="It counts on this machine alone. Everybody else, and CI, still has the schedule without it, and `git checkout`"
    " can lose it.",
    mend="Commit the calendar, and push it: `git add FILE && git commit FILE`. `oncall override --commit` and `oncall "
    "away --commit` commit the one change that they make.",
    check=check,
)
