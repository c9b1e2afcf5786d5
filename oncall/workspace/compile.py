"""From a workspace to the plan of a window: rotations become schedules, absences and hours stretches of time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, timedelta, tzinfo
from functools import partial
from typing import TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from oncall import times
from oncall.errors import ERROR, Problem, contained, problem
from oncall.model import Hours, Person, Rotation
from oncall.plan import (
    EVERYTHING,
    Absence,
    AccountFacts,
    Doubt,
    Plan,
    Presence,
    Reported,
    RotationFacts,
    Written,
)
from oncall.rotations.assignments import hidden_titles, named_by, shifts_of
from oncall.rotations.hours import open_stretches
from oncall.rotations.ics import Calendar
from oncall.rotations.names import Reader
from oncall.rotations.occurrences import occurrences
from oncall.rotations.shifts import compile_schedule
from oncall.schedule import Schedule, Window
from oncall.workspace import numbers, yaml
from oncall.workspace.load import Place, Workspace
from oncall.workspace.rosters import absence_calendars, rotation_layers, rotation_reader

_T = TypeVar("_T")
_MOST_REASONS = 10  # of absences that are one
_SLOW = "this pattern takes too long on some titles and was not used on them: make it simpler"
_NEAR = 62 * times.DAY  # how far beyond a window an absence is followed, to say when it ends


def compile_plan(workspace: Workspace, window: Window) -> Plan:
    """The plan of a workspace for a window. Problems met on the way are added to those of the workspace."""
    reported = list(workspace.reported)
    schedules: dict[str, Schedule] = {}
    for name, rotation in workspace.rotations.items():
        names = rotation_reader(workspace, name)
        schedules[name], found = contained(
            partial(_schedule, workspace, name, names, window),
            partial(_no_schedule, name, rotation, window),
            "its calendars",
        )
        reported += (Reported(one, one.file) for one in found)
        for key in sorted(names.slow_patterns):
            place = workspace.places["rotations", name].at(key)
            reported.append(Reported(problem("OC003", _SLOW, *place), f"rotations/{name}"))
    doubts: dict[str, tuple[Doubt, ...]] = {}
    presences = _presences(workspace, window, reported, doubts)
    opened: dict[str, tuple[tuple[int, int], ...]] = {}
    for name, hours in workspace.hours.items():
        stretches, found = contained(
            partial(_open, workspace, hours, window), partial(_never_known, workspace, name), "its calendars"
        )
        if stretches is None:
            reported += (Reported(one, f"hours/{name}") for one in found)
            continue
        opened[name] = stretches
        reported += (Reported(one, one.file) for one in found)
    return Plan(
        digest=digest(workspace.files.contents),
        root=workspace.root,
        organization=workspace.organization,
        timezone=str(workspace.timezone),
        country=str(workspace.settings.country or ""),
        window=window,
        people={name: replace(person, away=()) for name, person in workspace.people.items()},
        endpoints=_of_each(workspace, "people", _endpoints, lambda name: _addresses(workspace, name), reported),
        presences=presences,
        policies=workspace.policies,
        accounts=workspace.accounts,
        account_facts=_of_each(workspace, "accounts", _account_facts, _no_facts, reported),
        rotations={name: _rotation_facts(workspace, name) for name in workspace.rotations},
        schedules=schedules,
        open=opened,
        written={path: calendar.written for path, calendar in workspace.calendars.items() if calendar.written},
        doubts=doubts,
        reported=_by_subject(reported),
        places={
            f"{section}/{name}": written_at(place)
            for (section, name), place in workspace.places.items()
            if section != "scenarios"
        },
    )


def _of_each(
    workspace: Workspace,
    section: str,
    work: Callable[[Workspace, str], _T],
    otherwise: Callable[[str], _T],
    reported: list[Reported],
) -> dict[str, _T]:
    """What is worked out for each definition of a section. Where one fails by a fault of ours, that is reported and
    `otherwise` stands in for it alone."""
    found: dict[str, _T] = {}
    for name in workspace.defined(section):

        def broken(why: str, name: str = name) -> _T:
            message = f"`{name}` cannot be used as a whole: {why}"
            place = workspace.places[section, name].at()
            reported.append(Reported(problem("OC001", message, *place), f"{section}/{name}"))
            return otherwise(name)

        found[name] = contained(partial(work, workspace, name), broken)
    return found


def _addresses(workspace: Workspace, name: str) -> tuple[str, ...]:
    return tuple([one.address for one in workspace.people[name].contact_methods])


def _endpoints(workspace: Workspace, name: str) -> tuple[str, ...]:
    country = workspace.settings.country or ""
    return tuple([numbers.endpoint(address, country) for address in _addresses(workspace, name)])


def written_at(place: Place) -> Written:
    """Where a definition and its parts stand."""
    return Written(place.file, place.line, dict(yaml.lines_of(place.node)))


def digest(contents: Mapping[str, bytes]) -> str:
    """What identifies the sources of a plan: paths and bytes."""
    total = hashlib.sha256()
    for path in sorted(contents):
        total.update(f"{path}\0{len(contents[path])}\0".encode("utf-8", "surrogateescape"))
        total.update(contents[path])
    return total.hexdigest()


def _by_subject(reported: Iterable[Reported]) -> dict[str, tuple[Problem, ...]]:
    grouped: dict[str, set[Problem]] = {}
    for one in reported:
        grouped.setdefault(one.about, set()).add(one.problem)
    return {about: tuple(sorted(found, key=lambda one: one.place)) for about, found in grouped.items()}


def rotation_zone(workspace: Workspace, rotation: Rotation) -> tzinfo:
    """The zone of a rotation's floating times and whole days: its own, its calendar's, the workspace's."""
    calendar = workspace.calendars.get(rotation.calendar)
    own = times.zone(rotation.timezone) if rotation.timezone else None
    return own or (calendar.zone if calendar else None) or workspace_zone(workspace)


def workspace_zone(workspace: Workspace) -> tzinfo:
    """The zone of the workspace."""
    return times.zone(workspace.timezone) or UTC


def _schedule(workspace: Workspace, name: str, names: Reader, window: Window) -> tuple[Schedule, list[Problem]]:
    rotation = workspace.rotations[name]
    layers, zone = rotation_layers(workspace, name), rotation_zone(workspace, rotation)
    return compile_schedule(layers, window, zone, names, workspace.people, by_file=not rotation.timezone)


def _no_schedule(name: str, rotation: Rotation, window: Window, why: str) -> tuple[Schedule, list[Problem]]:
    message = f"the schedule of {name} can't be worked out: {why}"
    return Schedule(window, ()), [problem("OC304", message, rotation.calendar)]


def _presences(
    workspace: Workspace, window: Window, reported: list[Reported], doubts: dict[str, tuple[Doubt, ...]]
) -> dict[str, Presence]:
    away: dict[str, list[Absence]] = {name: [] for name in workspace.people}
    for name, person in workspace.people.items():
        zone = person_zone(workspace, person)
        for index, one in enumerate(person.away):
            start, end = times.instant(one.start.local, zone), times.instant(one.until.local, zone)
            if start < end:
                away[name].append(Absence(start, end, one.reason))
                continue
            place = workspace.places["people", name].at("away", index)
            message = "this absence ends before it begins, and counts for nothing: mend `from` or `until`"
            reported.append(Reported(problem("OC003", message, *place), f"people/{name}"))
    for path, calendar, names in absence_calendars(workspace):
        found = contained(
            partial(_absences, workspace, calendar, window, names, away),
            partial(_no_absences, path),
            "the calendar",
        )
        reported += (Reported(one, path) for one in found.problems)
        doubts[path] = tuple(found.doubts)
        for _ in names.slow_patterns:
            written = workspace.absences[path]
            slow = problem("OC003", _SLOW, written.file, written.line, written.column)
            reported.append(Reported(slow, path))
    return {name: Presence(_merged(found), _gone(workspace, workspace.people[name])) for name, found in away.items()}


class _Absences(Struct):
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


def _absences(
    workspace: Workspace, calendar: Calendar, window: Window, names: Reader, away: dict[str, list[Absence]]
) -> _Absences:
    """Add the absences of one calendar to `away`, and give what was wrong with it. Each person's floating times and
    whole days are in their own zone, so the calendar is expanded once a zone, and from each expansion come those who
    live in it. An absence of nobody known may be anybody's."""
    result = _Absences()
    hidden = hidden_titles(calendar, names)
    result.problems += [hidden] if hidden else []
    since, until = window.start - _NEAR, window.end + _NEAR
    for zone in {str(zone): zone for zone in _zones(workspace)}.values():
        found, odd = occurrences(calendar, since, until, zone)
        result.problems += odd
        for one in found:
            event = one.event
            shifts, odd = shifts_of(event, calendar, names, workspace.people)
            result.problems += [] if hidden else odd
            for shift in shifts:
                if shift.person is None:
                    result.doubts += (Doubt(one.start, one.end, why) for why in odd if why.severity == ERROR)
                elif str(person_zone(workspace, workspace.people[shift.person])) == str(zone):
                    detail = event.description or named_by(event, calendar, names).detail
                    away[shift.person].append(Absence(one.start, one.end, detail))
    return result


def _no_absences(path: str, why: str) -> _Absences:
    return _Absences([problem("OC304", f"the absences in it can't be worked out: {why}", path)])


def _zones(workspace: Workspace) -> Iterable[tzinfo]:
    yield workspace_zone(workspace)
    for person in workspace.people.values():
        yield person_zone(workspace, person)


def person_zone(workspace: Workspace, person: Person) -> tzinfo:
    """The zone of a person's absences and last day: their own, else the workspace's."""
    return (times.zone(person.timezone) if person.timezone else None) or workspace_zone(workspace)


def _merged(found: list[Absence]) -> tuple[Absence, ...]:
    """Absences sorted, with what overlaps or touches made one; the reasons of all of them are kept, as far as anybody
    would read them."""
    result: list[Absence] = []
    reasons: dict[str, None] = {}
    for absence in sorted(found, key=lambda absence: (absence.start, absence.end, absence.reason)):
        if result and absence.start <= result[-1].end:
            result[-1] = Absence(result[-1].start, max(result[-1].end, absence.end))
        else:
            _give_reasons(result, reasons)
            result.append(absence)
        if absence.reason:
            reasons[absence.reason] = None
    _give_reasons(result, reasons)
    return tuple(result)


def _give_reasons(absences: list[Absence], reasons: dict[str, None]) -> None:
    """Write the reasons collected for the last absence into it."""
    if absences:
        shown = list(reasons)[:_MOST_REASONS]
        more = [f"{len(reasons) - len(shown)} more"] if len(reasons) > len(shown) else []
        absences[-1] = Absence(absences[-1].start, absences[-1].end, ", ".join([*shown, *more]))
    reasons.clear()


def _gone(workspace: Workspace, person: Person) -> int | None:
    if person.last_day is None:
        return None
    try:
        return times.midnight(person.last_day + timedelta(days=1), person_zone(workspace, person))
    except OverflowError:
        return None


def _open(workspace: Workspace, hours: Hours, window: Window) -> tuple[tuple[tuple[int, int], ...], list[Problem]]:
    zone = (times.zone(hours.timezone) if hours.timezone else None) or workspace_zone(workspace)
    days = (workspace.calendars.get(path) if path else None for path in (hours.open_days, hours.closed_days))
    return open_stretches(hours, window, zone, *days)


def _never_known(workspace: Workspace, name: str, why: str) -> tuple[None, list[Problem]]:
    place = workspace.places["hours", name].at()
    return None, [problem("OC003", f"when {name} is open can't be worked out: {why}", *place)]


def _rotation_facts(workspace: Workspace, name: str) -> RotationFacts:
    rotation = workspace.rotations[name]
    files = (rotation.calendar, *rotation.override_files)
    return RotationFacts(files, rotation.people, (EVERYTHING, f"rotations/{name}", *files, *workspace.absences))


def _no_facts(name: str) -> AccountFacts:
    return AccountFacts(depends=(EVERYTHING, f"accounts/{name}"))


def _account_facts(workspace: Workspace, name: str) -> AccountFacts:
    account = workspace.accounts[name]
    lines = tuple(numbers.line(text, workspace.settings.country or "") for text in account.lines)
    found = bool(account.runbook) and workspace.files.exists(account.runbook or "")
    depends = [EVERYTHING, f"accounts/{name}", f"policies/{account.policy}", f"hours/{account.hours}"]
    hours = workspace.hours.get(account.hours) if account.hours else None
    if hours:
        depends += (path for path in (hours.open_days, hours.closed_days) if path)
    for role in account.contacts:
        for binding in account.bindings(role):
            if binding.person:
                depends.append(f"people/{binding.person}")
            elif binding.rotation in workspace.rotations:
                depends += _rotation_facts(workspace, binding.rotation).depends
            else:
                depends.append(f"rotations/{binding.rotation}")
    return AccountFacts(lines, found, tuple(dict.fromkeys((*depends, *workspace.absences))))
