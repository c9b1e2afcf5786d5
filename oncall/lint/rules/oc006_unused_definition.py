"""OC006 unused-definition."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from oncall.errors import INFO, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.rotations.assignments import events_of, named_by
from oncall.spelling import suggested
from oncall.workspace.load import calendar_paths, references
from oncall.workspace.rosters import absence_calendars, rotation_layers, rotation_reader

_MENDS = {
    "rotations": "no account uses the rotation {}: bind it under `contacts:` or `supervisor:`, or delete it",
    "policies": "no account uses the policy {}: name it as an account's `policy:`, or delete it",
    "hours": "no account and no rotation uses the hours {}: name them under `hours:` there, or delete them",
    "people": "{} is bound to nothing and named in no calendar: schedule or bind them, or delete them",
}


def check(context: Context) -> Iterator[Problem]:
    used = _used(context)
    scheduled = _named_in_calendars(context)
    for (section, name), place in context.workspace.places.items():
        if section not in _MENDS or (section, name) in used or context.unread.may_use(name, place.file):
            continue
        if section == "people" and (name in scheduled or _may_be_scheduled(context, name)):
            continue
        yield RULE.at(place.at(), _MENDS[section].format(name))
    for path in _unused_calendars(context):
        message = "nothing uses this calendar: name it under `rotations:`, `hours:` or `absences:`, or delete it"
        yield RULE.at((path, None, None), message)


def _used(context: Context) -> set[tuple[str, str]]:
    """What something refers to, and what a reference that leads nowhere is a misspelling of: that is OC005 alone."""
    referred = dict.fromkeys((section, name) for section, name, _ in references(context.workspace))
    used = {*referred} | {("people", runbook.owner) for runbook in context.runbooks.values() if runbook.owner}
    defined: dict[str, list[str]] = {}
    for section, name in context.workspace.places:
        defined.setdefault(section, []).append(name)
    with_unused = {section for section, name in context.workspace.places if (section, name) not in used}
    for section, name in [reference for reference in referred if reference not in context.workspace.places]:
        near = suggested(name, defined[section]) if section in with_unused else None
        if near is not None:
            used.add((section, near))
    return used


def _named_in_calendars(context: Context) -> set[str]:
    """Everybody whom any event names that counts, whenever it happens."""
    workspace = context.workspace
    read = [(calendar, names) for _, calendar, names in absence_calendars(workspace)]
    for rotation in workspace.rotations:
        names = rotation_reader(workspace, rotation)
        read += ((layer.calendar, names) for layer in rotation_layers(workspace, rotation))
    return {
        person
        for calendar, names in read
        for event in events_of(calendar)
        if not event.cancelled
        for person in named_by(event, calendar, names).people
    }


def _may_be_scheduled(context: Context, name: str) -> bool:
    """Whether somebody is named in a calendar of which a part could not be read."""
    person = context.workspace.people.get(name)
    spellings = (name, person.name, *person.aliases, person.email or "") if person else (name,)
    return context.unread.may_schedule(spellings)


def _unused_calendars(context: Context) -> Iterator[str]:
    named = dict.fromkeys(posixpath.normpath(path) for path, _, _ in calendar_paths(context.workspace))
    unused = [path for path in context.calendar_files if path not in named and not context.unread.mentions(path)]
    meant = {suggested(path, unused) for path in named if path not in context.calendar_files} if unused else set()
    yield from (path for path in unused if path not in meant)


RULE = Rule(
    code="OC006",
    name="unused-definition",
    severity=INFO,
    finds="A rotation, policy, hours or person that nothing uses, or a calendar that nothing names; a person is used "
    "by a binding, a rotation, a scenario, a runbook, or any event of any calendar.",
    why="Whoever edits it believes that something changes, and nothing does.",
    mend="Use it where it was meant to be used, or delete it.",
    check=check,
)
