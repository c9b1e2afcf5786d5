"""OC303 unidentified-person."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import ERROR, Problem
from oncall.fields import nearest
from oncall.lint.calendars import Reading
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.lint.wording import few
from oncall.model import Rotation
from oncall.rotations.ics import Event
from oncall.rotations.names import Reader, directory, normal
from oncall.rotations.shifts import shifts_of


def check(context: Context) -> Iterator[Problem]:
    workspace = context.workspace
    ambiguous = {normal(spelling) for spelling, *_ in directory(workspace.people)[1]}
    for reading in context.readings:
        if reading.kind == "hours":
            continue
        rotation = workspace.rotations.get(reading.name) if reading.kind == "rotations" else None
        names = Reader(workspace.directory, rotation.identify if rotation else None)
        stand_ins = _misspelt(context, rotation) if rotation else set()
        for event in reading.events:
            if _unreadable_name(context, names, event, ambiguous):
                continue
            file = reading.calendar.file
            shifts, odd = shifts_of(event.summary, event.attendees, names, workspace.people, file, event.line)
            yield from odd
            people = [shift.person for shift in shifts if shift.person is not None]
            yield from _outsiders(reading, rotation, event, [one for one in people if one not in stand_ins])


def _unreadable_name(context: Context, names: Reader, event: Event, ambiguous: set[str]) -> bool:
    """Whether nobody is known by this name for a reason that is reported elsewhere: two people have it (OC004), or the
    file that may define them cannot be read."""
    named = names.read(event.summary, event.attendees)
    if named.people:
        return False
    is_defined = ("people", named.label) in context.workspace.places
    return is_defined or normal(named.label) in ambiguous or context.unread.may_name(named.label)


def _misspelt(context: Context, rotation: Rotation) -> set[str]:
    """Those whom an entry of `people` is a misspelling of, which is OC005 where it stands."""
    known = list(context.workspace.people)
    strangers = [person for person in rotation.people if ("people", person) not in context.workspace.places]
    return {near for person in strangers if (near := nearest(person, known)) is not None}


def _outsiders(reading: Reading, rotation: Rotation | None, event: Event, people: list[str]) -> Iterator[Problem]:
    if rotation is None or not rotation.people:
        return
    others = [person for person in people if person not in rotation.people]
    if others:
        message = f"{few(others)} {'is' if len(others) == 1 else 'are'} not among the `people` of {reading.name}: "
        message += "add them there, or name somebody else in the event"
        yield RULE.at((reading.calendar.file, event.line, 1), message)


RULE = Rule(
    code="OC303",
    name="unidentified-person",
    severity=ERROR,
    finds="An event in the horizon that names nobody known, in a rotation or among the absences, or somebody outside "
    "the rotation's `people`; as a warning, a summary and attendees that name different people.",
    why="Nobody can be rung for a name that means nobody: the chain rolls over a shift that looks taken.",
    mend="Correct the name in the calendar, add it to the person's `aliases:`, or add the person to `people:`.",
    check=check,
)
