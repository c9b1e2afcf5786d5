"""From events to shifts: whom each event of a calendar puts on call, and what is wrong with how it says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from oncall.errors import WARNING, Problem, problem
from oncall.model import Person, Shift
from oncall.rotations import titles
from oncall.rotations.attendees import Attendee
from oncall.rotations.cancellations import withdraw
from oncall.rotations.ics import Calendar, Event, Series
from oncall.rotations.names import Named, Reader

MOST_AT_ONCE = 1000  # people on call at once in a rotation; fewer where a calendar has very many hand-offs


class Layer(Struct, frozen=True):
    """A calendar and the part it plays, `planned` or `override`."""

    calendar: Calendar
    name: str


def layers_of(calendars: Iterable[tuple[Calendar, str]], names: Reader) -> list[Layer]:
    """Calendars with the parts they play, without what one of them cancels in another, and without what is ignored."""
    read = list(calendars)
    cancellations = [cancellation for calendar, _ in read for cancellation in calendar.cancellations]
    left = withdraw([calendar for calendar, _ in read], cancellations)
    return [Layer(without_ignored(calendar, names), name) for calendar, (_, name) in zip(left, read, strict=True)]


def without_ignored(calendar: Calendar, names: Reader) -> Calendar:
    """A calendar without the events that an `ignore` pattern leaves out. An occurrence that was made such an event is
    gone from its series."""
    if names.ignore is None:
        return calendar
    return replace(calendar, series=tuple(_kept(calendar.series, names)))


def _kept(series: Iterable[Series], names: Reader) -> Iterator[Series]:
    for one in series:
        master = None if one.master and names.ignores(one.master.summary) else one.master
        changes = tuple(
            replace(change, cancelled=True) if names.ignores(change.summary) else change for change in one.changes
        )
        if master or any(not change.cancelled for change in changes):
            yield replace(one, master=master, changes=changes)


def hidden_titles(calendar: Calendar, names: Reader) -> Problem | None:
    """What is wrong with a feed that tells when somebody is busy, and not who: all titles are `Busy` and the like."""
    said = "has no events but free and busy times (VFREEBUSY)" if calendar.free_busy else ""
    for event in events_of(calendar):
        if not titles.is_hidden(event.summary) and not titles.is_spent(titles.tokens_of(titles.plain(event.summary))):
            return None
        if not said and titles.is_hidden(event.summary):
            said = f"calls every event {event.summary[:40]!r} or the like"
    if not said or any(named_by(event, calendar, names).people for event in events_of(calendar)):
        return None
    message = (
        f"{said}: this feed hides titles, and so who is on call; publish it with titles (in Outlook `Can view all"
        " details`, in Google Calendar `See all event details` or the secret address in iCal format)"
    )
    return problem("OC303", message, calendar.file)


def events_of(calendar: Calendar) -> Iterator[Event]:
    """Every event of a calendar, those that replace single occurrences too."""
    for series in calendar.series:
        for event in (series.master, *series.changes):
            if event:
                yield event


def named_by(event: Event, calendar: Calendar, names: Reader) -> Named:
    """Whom an event of a calendar names."""
    hosts = () if names.kind == "shifts" else _hosts(event, calendar.title)
    return names.read(event.summary, event.attendees, hosts)


def _hosts(event: Event, title: str) -> tuple[Attendee, ...]:
    owner = Attendee((title,) if "@" in title else (), title) if title else None
    return tuple(host for host in (event.organizer, owner) if host)


def shifts_of(
    event: Event, calendar: Calendar, names: Reader, people: Mapping[str, Person] | None
) -> tuple[list[Shift], list[Problem]]:
    """The shifts an event gives to the people it names, and what is wrong with how it names them."""
    named = named_by(event, calendar, names)
    file, line = calendar.file, event.line
    problems = [problem("OC303", warning, file, line, 1, WARNING) for warning in named.warnings]
    if people is not None and not named.people:
        severity = WARNING if named.is_harmless else None
        problems.append(problem("OC303", unidentified(named, names), file, line, 1, severity))
    if len(named.people) > MOST_AT_ONCE:
        message = (
            f"{len(named.people):,} people are named: the first {MOST_AT_ONCE} are on call, the others are left out"
        )
        problems.append(problem("OC304", message, file, line, 1))
    if not named.people:
        return [Shift(None, named.label, "planned", named.priority, None, file, line, named.reason)], problems
    shifts = [
        Shift(person, people[person].name if people else named.label, "planned", named.priority, None, file, line)
        for person in named.people[:MOST_AT_ONCE]
    ]
    return shifts, problems


def unidentified(named: Named, names: Reader) -> str:
    """Why an event gives nobody a shift or an absence, and what to do."""
    label = f"{named.label[:200]!r}"
    if named.reason and names.kind == "absences":
        is_so = "is not an absence" if named.is_harmless else "may not be an absence"
        return f"{label} {is_so}: {named.reason}; skip such titles with `ignore:`"
    if named.reason:
        return f"{label} puts nobody on call: {named.reason}; correct the title, or skip such titles with `ignore:`"
    if titles.is_spent(titles.tokens_of(titles.plain(named.label))):
        return f"{label} names nobody: write the name in the title, or invite the person"
    candidates = names.candidates(named.label)
    if len(candidates) == 1:
        return f"{label} is not in `people:` (did you mean {candidates[0]!r}?): add it to their `aliases:`"
    return f"{label} is not in `people:`: add the name there, or to somebody's `aliases:`"
