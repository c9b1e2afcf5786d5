"""OC303 unidentified-person."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct, field
from msgspec.structs import replace

from oncall.errors import ERROR, WARNING, Problem
from oncall.lint.calendars import Reading
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.lint.wording import few
from oncall.model import Rotation
from oncall.rotations.assignments import hidden_titles, named_by, shifts_of
from oncall.rotations.ics import Event
from oncall.rotations.names import Named, Reader, directory
from oncall.rotations.titles import normal, plain, tokens_of
from oncall.spelling import suggested
from oncall.workspace.rosters import absence_reader, rotation_reader

_NAME = "NAME"
_MOST_FORMS = 10_000  # titles of one calendar that are compared


class _Form(Struct):
    """Events of one calendar whose titles are the same but for the names of people, and for numbers."""

    text: str
    problem: Problem
    titles: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    events: int = 0


def check(context: Context) -> Iterator[Problem]:
    workspace = context.workspace
    ambiguous = {normal(spelling) for spelling, *_ in directory(workspace.people)[1]}
    for reading in context.readings:
        if reading.kind == "hours":
            continue
        rotation = workspace.rotations.get(reading.name) if reading.kind == "rotations" else None
        names = (rotation_reader if rotation else absence_reader)(workspace, reading.name)
        hidden = hidden_titles(reading.calendar, names)
        if hidden:
            yield hidden
            continue
        yield from _in_reading(context, reading, rotation, names, ambiguous)


def _in_reading(
    context: Context, reading: Reading, rotation: Rotation | None, names: Reader, ambiguous: set[str]
) -> Iterator[Problem]:
    misspelt = _misspelt(context, rotation) if rotation else set()
    forms: dict[tuple[str, str], _Form] = {}
    for event in reading.events:
        named = named_by(event, reading.calendar, names)
        if not named.people and _unreadable_name(context, named, ambiguous):
            continue
        shifts, problems = shifts_of(event, reading.calendar, names, context.workspace.people)
        if named.people:
            yield from problems
            people = [shift.person for shift in shifts if shift.person is not None]
            yield from _outsiders(reading, rotation, event, [one for one in people if one not in misspelt])
            continue
        _enter(forms, named, problems[-1], names)
    for form in forms.values():
        yield _finding(reading, form, names)


def _enter(forms: dict[tuple[str, str], _Form], named: Named, problem: Problem, names: Reader) -> None:
    text, person = _form_of(named, names) if len(forms) < _MOST_FORMS else (named.label, "")
    form = forms.setdefault((text, named.reason), _Form(text, problem, reason=named.reason))
    form.titles.setdefault(named.label, person)
    form.events += 1


def _form_of(named: Named, names: Reader) -> tuple[str, str]:
    """A title with NAME in place of the one person it may name, and that person."""
    if not named.reason and names.candidates(named.label):
        return named.label, ""
    title = plain(named.label)
    tokens = tokens_of(title)
    places = list(names.names_in(title))
    if len(places) != 1:
        return re.sub(r"\d+", "N", title), ""
    start, end, person = places[0]
    before, after = title[: tokens[start].start], title[tokens[end - 1].end :]
    return f"{before}{_NAME}{after}", person


def _finding(reading: Reading, form: _Form, names: Reader) -> Problem:
    problem = form.problem
    pattern = _pattern(form, names)
    message = problem.message
    if pattern:
        key = "rotation" if reading.kind == "rotations" else "absences"
        people = sorted(set(form.titles.values()))
        message = f"{next(iter(form.titles))[:200]!r} names {few(people)} in a form that is not known: add"
        message += f" `identify: '{pattern}'` to the {key}"
    if form.events > 1:
        others = "with this title" if len(form.titles) == 1 else f"of the form {form.text[:120]!r}"
        message += f" ({form.events} events {others})"
    return replace(problem, message=message)


def _pattern(form: _Form, names: Reader) -> str | None:
    """An `identify` pattern that finds in each title of a form the person it names, if there is one. One word of a
    single title may be half of somebody else's name."""
    before, mark, after = form.text.partition(_NAME)
    people = set(form.titles.values())
    title = plain(next(iter(form.titles)))
    is_full = len(tokens_of(title)) - len(tokens_of(before + after)) > 1
    if form.reason or not mark or "" in people or not (before + after).strip() or not (is_full or len(people) > 1):
        return None
    pattern = f"^{_literal(before)}(?P<who>.+?){_literal(after)}$"
    reader = Reader(names.directory, pattern, kind=names.kind)
    right = all(reader.read(title).people == (person,) for title, person in form.titles.items())
    return pattern if right and "'" not in pattern else None


def _literal(text: str) -> str:
    return re.sub(r"([.^$*+?{}\[\]\\|()])", r"\\\1", text)


def _unreadable_name(context: Context, named: Named, ambiguous: set[str]) -> bool:
    """Whether nobody is known by this name for a reason that is reported elsewhere: two people have it (OC004), or the
    file that may define them cannot be read."""
    is_defined = ("people", named.label) in context.workspace.places
    return is_defined or normal(named.label) in ambiguous or context.unread.may_name(named.label)


def _misspelt(context: Context, rotation: Rotation) -> set[str]:
    """Those whom an entry of `people` is a misspelling of, which is OC005 where it stands."""
    known = list(context.workspace.people)
    strangers = [person for person in rotation.people if ("people", person) not in context.workspace.places]
    return {near for person in strangers if (near := suggested(person, known)) is not None}


def _outsiders(reading: Reading, rotation: Rotation | None, event: Event, people: list[str]) -> Iterator[Problem]:
    if rotation is None or not rotation.people:
        return
    others = [person for person in people if person not in rotation.people]
    if not others:
        return
    verb = "is" if len(others) == 1 else "are"
    message = f"{few(others)} {verb} not in the `people:` of {reading.name}: "
    if reading.layer == "override":
        severity = WARNING
        message += f"if {few(others)} may stand in there, add them to it"
    else:
        severity = ERROR
        message += "add them to it, or name somebody else in the event"
    yield Problem("OC303", severity, message, reading.calendar.file, event.line, 1)


RULE = Rule(
    code="OC303",
    name="unidentified-person",
    severity=ERROR,
    finds="An event in the horizon that names nobody in `people:`, in a rotation or among the absences; one that says "
    "that nobody is on call by it (`PTO: NAME`, `Declined: NAME`); a planned shift of somebody outside the rotation's "
    "`people:`; a feed that hides titles. As a warning: such an override, a title and attendees that name different "
    "people, somebody named who declined, and what is among the absences and is none (`Birthday: NAME`). Events whose "
    "titles share a form are one finding.",
    why="Nobody can be rung for a name that means nobody: the chain rolls over a shift that looks taken.",
    mend="Correct the name in the calendar, add it to the person's `aliases:`, or add the person to `people:`. Where "
    "many titles share a form, write it as `identify:`; where events are not about people, skip them with `ignore:`.",
    check=check,
)
