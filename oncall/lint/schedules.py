"""Who is on call, who can be reached and who is bound, over the horizon and as stretches of time, person by person.

Everybody goes by what tells them from others: the id, or for somebody unknown a name that is no id (`Shift.who`).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from itertools import chain

from msgspec.structs import replace

from oncall.lint.walk import Span, common, gaps, within
from oncall.model import Binding, Shift
from oncall.plan import Plan
from oncall.rotations.assignments import shifts_of
from oncall.rotations.hours import merged
from oncall.rotations.ics import Calendar, Event
from oncall.rotations.occurrences import expand, extent
from oncall.rotations.shifts import Stretch, rank
from oncall.schedule import Segment
from oncall.workspace.compile import rotation_zone
from oncall.workspace.load import Workspace
from oncall.workspace.rosters import rotation_layers, rotation_reader

Place = tuple[str, int | None, int | None]
Spans = dict[str, list[Span]]


class Schedules:
    """The schedules of a plan from one instant to another."""

    def __init__(self, workspace: Workspace, plan: Plan, at: int, until: int) -> None:
        self._workspace = workspace
        self._plan = plan
        self._at = at
        self._until = until
        self._segments: dict[str, list[Segment]] = {}
        self._on_call: dict[str, Spans] = {}
        self._there: dict[str, list[Span]] = {}
        self._named: dict[str, frozenset[str]] = {}
        self._layers_of: dict[str, list[tuple[str, Calendar]]] = {}

    @cached_property
    def read(self) -> tuple[str, ...]:
        """The rotations whose calendars could be read, all of them."""
        rotations = self._workspace.rotations.items()
        return tuple(
            name
            for name, rotation in rotations
            if rotation.calendar in self._workspace.calendars
            and not any(
                one.code == "OC001"
                for path in (rotation.calendar, *rotation.override_files)
                if path in self._workspace.calendars
                for one in self._workspace.calendars[path].problems
            )
        )

    def segments(self, rotation: str) -> list[Segment]:
        """The schedule of a rotation, as far as it lies in the horizon."""
        if rotation not in self._segments:
            schedule = self._plan.schedules.get(rotation)
            self._segments[rotation] = _clipped(schedule.segments if schedule else (), self._at, self._until)
        return self._segments[rotation]

    def on_call(self, rotation: str) -> Spans:
        """When each person is on call in a rotation; shifts that touch are one stretch."""
        if rotation not in self._on_call:
            self._on_call[rotation] = by_person(self.segments(rotation))
        return self._on_call[rotation]

    def bound(self, bindings: Iterable[Binding]) -> Spans:
        """When a role leads to each person. Where a name or a calendar is missing, somebody is meant all the same."""
        always = [(self._at, self._until)]
        found: dict[str, list[list[Span]]] = {}
        for one in bindings:
            if one.person is not None:
                found.setdefault(self._plan.direct(one.person).who, []).append(always)
            elif one.rotation not in self.read:
                found.setdefault(f" {one.rotation}", []).append(always)
            else:
                for who, spans in self.on_call(one.rotation).items():
                    found.setdefault(who, []).append(spans)
        return {
            who: spans[0] if len(spans) == 1 else merged(chain.from_iterable(spans)) for who, spans in found.items()
        }

    def reachable(self, who: str, channels: tuple[str, ...] = ()) -> list[Span]:
        """When somebody can be reached, by a tier's `channels` where it has some. Of somebody unknown it is assumed:
        that nobody knows them is said where they are named."""
        if who not in self._plan.people:
            return [(self._at, self._until)]
        if not self._plan.people[who].usable_methods(channels):
            return []
        if who not in self._there:
            presence = self._plan.presences[who]
            end = self._until if presence.gone is None else min(presence.gone, self._until)
            away = within([(one.start, one.end) for one in presence.away], self._at, end)
            self._there[who] = gaps(away, self._at, end)
        return self._there[who]

    def within_reach(self, tiers: Iterable[tuple[tuple[Binding, ...], tuple[str, ...]]]) -> Spans:
        """When each person can be reached on some tier, each given by whom it leads to and its channels."""
        found: dict[str, list[list[Span]]] = {}
        for bindings, channels in tiers:
            for who, spans in self.bound(bindings).items():
                found.setdefault(who, []).append(common(spans, self.reachable(who, channels)))
        return {who: _one(spans) for who, spans in found.items()}

    def shift(self, rotation: str, who: str, instant: int) -> Shift:
        """The shift that has somebody on call at an instant of the horizon."""
        shifts = self._plan.schedules[rotation].shifts_at(instant)
        return next(one for one in shifts if one.who == who)

    def event(self, rotation: str, who: str, instant: int) -> Place:
        """Where the event stands that has somebody on call at an instant of the horizon."""
        shift = self.shift(rotation, who, instant)
        return str(shift.file), shift.line, 1

    def elsewhere(self, rotation: str, start: int, end: int) -> list[Segment]:
        """The schedule of a rotation between two other instants: the plan only knows the horizon."""
        found: list[Stretch] = []
        definition = self._workspace.rotations[rotation]
        zone = rotation_zone(self._workspace, definition)
        for layer, calendar in self._layers(rotation):
            for one in expand(calendar, start, end, zone, by_file=not definition.timezone).found:
                shifts = self._shifts(rotation, calendar, one.event)
                found += (Stretch(one.start, one.end, replace(shift, layer=layer)) for shift in shifts)
        return _clipped(rank(found).segments, start, end)

    def named(self, rotation: str) -> frozenset[str]:
        """Everybody whom the calendars of a rotation ever put on call."""
        if rotation not in self._named:
            self._named[rotation] = frozenset(
                shift.who
                for _, calendar in self._layers(rotation)
                for series in calendar.series
                for event in (series.master, *series.changes)
                if event is not None
                for shift in self._shifts(rotation, calendar, event)
            )
        return self._named[rotation]

    @cached_property
    def beginning(self) -> int:
        """An instant before which no calendar says anything."""
        calendars = [calendar for rotation in self.read for _, calendar in self._layers(rotation)]
        return min((found[0] for one in calendars if (found := extent(one))), default=self._at)

    def _layers(self, rotation: str) -> list[tuple[str, Calendar]]:
        if rotation not in self._layers_of:
            layers = rotation_layers(self._workspace, rotation)
            self._layers_of[rotation] = [(layer.name, layer.calendar) for layer in layers]
        return self._layers_of[rotation]

    def _shifts(self, rotation: str, calendar: Calendar, event: Event) -> list[Shift]:
        return shifts_of(event, calendar, rotation_reader(self._workspace, rotation), self._workspace.people)[0]


def _one(lists: list[list[Span]]) -> list[Span]:
    return lists[0] if len(lists) == 1 else merged(chain.from_iterable(lists))


def _clipped(found: Iterable[Segment], start: int, end: int) -> list[Segment]:
    return [
        Segment(max(one.start, start), min(one.end, end), one.shifts)
        for one in found
        if one.start < end and one.end > start
    ]


def by_person(found: Iterable[Segment]) -> Spans:
    """When each person is on call in a schedule; shifts that touch are one stretch."""
    spans: Spans = {}
    for segment in found:
        for shift in segment.shifts:
            theirs = spans.setdefault(shift.who, [])
            if theirs and theirs[-1][1] == segment.start:
                theirs[-1] = (theirs[-1][0], segment.end)
            else:
                theirs.append((segment.start, segment.end))
    return spans
