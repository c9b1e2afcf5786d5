"""Calendars as rules look at them: what each of them says of the horizon, to whatever names it.

A plan looks beyond its window to say when shifts end and who comes next; what it meets there is nobody's finding.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from oncall import times
from oncall.errors import Problem
from oncall.rotations.assignments import named_by
from oncall.rotations.ics import Calendar, Event, Series
from oncall.rotations.names import Reader
from oncall.rotations.occurrences import Occurrence, occurrences
from oncall.workspace.compile import person_zone, rotation_zone, workspace_zone
from oncall.workspace.load import Workspace
from oncall.workspace.rosters import absence_calendars, rotation_layers

Kind = Literal["rotations", "hours", "absences"]


class Reading(Struct, frozen=True):
    """One calendar as one definition reads it: its events that happen in the horizon, in the order of the file, what is
    wrong with them there, and when they happen. `name` is that of the definition, of absences the calendar's path;
    `zone` is that of floating times and whole days, None where each person has their own; `layer` is the part it plays
    in a rotation, `planned` or `override`."""

    kind: Kind
    name: str
    calendar: Calendar
    events: tuple[Event, ...]
    problems: tuple[Problem, ...]
    occurrences: tuple[Occurrence, ...] = ()
    zone: tzinfo | None = None
    layer: str = ""


_Known = dict[tuple[str, str, bool], tuple[tuple[Event, ...], tuple[Problem, ...], tuple[Occurrence, ...]]]


def readings(workspace: Workspace, since: int, until: int) -> list[Reading]:
    """Every calendar of a workspace, once for each definition that names it."""
    found: list[Reading] = []
    known: _Known = {}
    for kind, name, calendar, zone, by_file, layer in _uses(workspace):
        key = calendar.file, str(zone), by_file
        if calendar is not workspace.calendars[calendar.file]:  # without what this one rotation ignores
            expanded = _expanded(calendar, since, until, zone, by_file=by_file)
        elif key in known:
            expanded = known[key]
        else:
            expanded = known[key] = _expanded(calendar, since, until, zone, by_file=by_file)
        found.append(Reading(kind, name, calendar, *expanded, zone, layer))
    for _, calendar, names in absence_calendars(workspace):
        found.append(_absences(workspace, calendar, names, since, until))
    return found


def _uses(workspace: Workspace) -> Iterator[tuple[Kind, str, Calendar, tzinfo, bool, str]]:
    for name, rotation in workspace.rotations.items():
        zone = rotation_zone(workspace, rotation)
        layers = {layer.calendar.file: layer for layer in reversed(rotation_layers(workspace, name))}
        for layer in reversed(layers.values()):
            yield "rotations", name, layer.calendar, zone, not rotation.timezone, layer.name
    for name, hours in workspace.hours.items():
        zone = (times.zone(hours.timezone) if hours.timezone else None) or workspace_zone(workspace)
        for days in (hours.open_days, hours.closed_days):
            if days and days in workspace.calendars:
                yield "hours", name, workspace.calendars[days], zone, False, ""


def _expanded(
    calendar: Calendar, since: int, until: int, zone: tzinfo, *, by_file: bool = False
) -> tuple[tuple[Event, ...], tuple[Problem, ...], tuple[Occurrence, ...]]:
    found, problems = occurrences(calendar, since, until, zone, by_file=by_file)
    events = {one.event.line: one.event for one in found}
    in_order = tuple(sorted(found, key=lambda one: (one.start, one.event.line)))
    return tuple(events[line] for line in sorted(events)), tuple(problems), in_order


def _absences(workspace: Workspace, calendar: Calendar, names: Reader, since: int, until: int) -> Reading:
    """Absences are in the zone of whoever is away, so each zone has the series of those who live in it."""
    zones: dict[str, tzinfo] = {}
    by_zone: dict[str, list[Series]] = {}
    for series in calendar.series:
        for zone in _homes(workspace, series, calendar, names):
            zones[str(zone)] = zone
            if not any(series is one for one in by_zone.setdefault(str(zone), [])[-1:]):
                by_zone[str(zone)].append(series)
    events: dict[int, Event] = {}
    problems: dict[Problem, None] = {}
    for name, zone in zones.items():
        found, odd, _ = _expanded(replace(calendar, series=tuple(by_zone[name])), since, until, zone)
        events.update((event.line, event) for event in found)
        problems.update(dict.fromkeys(odd))
    in_order = tuple(events[line] for line in sorted(events))
    return Reading("absences", calendar.file, calendar, in_order, tuple(problems))


def _homes(workspace: Workspace, series: Series, calendar: Calendar, names: Reader) -> Iterator[tzinfo]:
    """The zones of everybody a series names; the workspace's where it names nobody known."""
    people = [
        person
        for event in (series.master, *series.changes)
        if event
        for person in named_by(event, calendar, names).people
    ]
    for person in people:
        yield person_zone(workspace, workspace.people[person])
    if not people:
        yield workspace_zone(workspace)
