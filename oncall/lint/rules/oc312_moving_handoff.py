"""OC312 moving-handoff."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from oncall import times
from oncall.errors import WARNING, Problem
from oncall.lint.calendars import Reading
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.rotations.ics import Event, Length
from oncall.rotations.occurrences import Occurrence

_NO_PLACE = {"UTC", "UCT", "Universal", "Zulu", "GMT", "GMT0", "GMT+0", "GMT-0", "Greenwich", "EST", "MST", "HST"}
_FEWEST = 2  # single events on each side of a change of the clocks that show a habit


def check(context: Context) -> Iterator[Problem]:
    findings: dict[Problem, None] = {}
    for reading in context.readings:
        if reading.kind == "rotations" and reading.zone is not None:
            planned = reading.calendar.file == context.workspace.rotations[reading.name].calendar
            findings.update(dict.fromkeys(_in_utc(context, reading, reading.zone, planned=planned)))
            findings.update(dict.fromkeys(_exact(context, reading, reading.zone)))
    yield from findings


def _in_utc(context: Context, reading: Reading, zone: tzinfo, *, planned: bool) -> Iterator[Problem]:
    """Hand-offs that are at one time of day in UTC, and at another on the clock of the rotation after a change. Series
    are; of single events it has to show: people swap shifts at any time."""
    in_utc = [one for one in reading.occurrences if _is_nowhere(one.event)]
    if not in_utc:
        return
    series = [one for one in in_utc if one.event.rules]
    single = [one for one in in_utc if not one.event.rules] if planned else []
    changes = [in_utc[0].start, *_changes(zone, context.at, context.until), context.until]
    for index, change in enumerate(changes[1:-1], 1):
        for kind in (series, single):
            before = [one for one in kind if changes[index - 1] <= one.start < change]
            after = [one for one in kind if change <= one.start < changes[index + 1]]
            moved = _moved(before, after, zone, every=kind is single)
            if moved:
                yield _utc_finding(reading, moved, zone, change)
                return


def _is_nowhere(event: Event) -> bool:
    """Whether an event is in UTC, or in a zone that is no place's: one of these, or one that the calendar defines."""
    name = str(event.start.zone)
    if event.start.zone is None or event.start.all_day:
        return False
    return name in _NO_PLACE or name.startswith("Etc/") or times.zone(name) is None


def _moved(before: Sequence[Occurrence], after: Sequence[Occurrence], zone: tzinfo, *, every: bool) -> list[Occurrence]:
    """Those after a change of the clocks that begin when others did before it, by UTC and not by the clock. Where
    `every` hand-off has to, and any has not, none."""
    was, now = ({one.start % times.DAY for one in side} for side in (before, after))
    if {_clock(one.start, zone) for one in before} == {_clock(one.start, zone) for one in after}:
        return []
    if every and (was != now or min(len(before), len(after)) < _FEWEST):
        return []
    return [one for one in after if one.start % times.DAY in was]


def _utc_finding(reading: Reading, moved: Sequence[Occurrence], zone: tzinfo, change: int) -> Problem:
    first = moved[0]
    then = times.at(first.start, zone)
    earlier = times.at(first.start, UTC) - timedelta(days=(first.start - change) // times.DAY + 1)
    name, place = _named(reading, [one.event for one in moved])
    written = str(first.event.start.zone)[:80]
    message = (
        f"{name} in {written}, so the hand-off moves from {earlier.astimezone(zone):%H:%M} to {then:%H:%M} on "
        f"{then.date()}, when the clocks of {zone} change; write DTSTART and DTEND with TZID={zone}"
    )
    return RULE.at(place, message)


def _exact(context: Context, reading: Reading, zone: tzinfo) -> Iterator[Problem]:
    """Shifts of so many hours that end at another time of day than they should where the clocks change in them."""
    ends = [
        one
        for one in reading.occurrences
        if context.at <= one.end and one.start < context.until and one.end != _nominal_end(one, zone)
    ]
    if not ends:
        return
    first = ends[0]
    own = first.event.start.zone or zone
    name, place = _named(reading, [one.event for one in ends], "lasts", "last")
    meant, is_now = times.at(_nominal_end(first, zone), own), times.at(first.end, own)
    length = first.event.end
    assert isinstance(length, Length)
    hours = length.seconds // 3600
    days, rest = divmod(length.days * times.DAY + length.seconds, times.DAY)
    cure = "write DTEND in place of DURATION"
    if not rest:
        cure = f"write DURATION:P{days // 7}W" if days % 7 == 0 else f"write DURATION:P{days}D"
    message = (
        f"{name} exactly {hours} hours, so where the clocks change the hand-off moves: the shift of "
        f"{times.at(first.start, own).date()} ends at {is_now:%H:%M}, not at {meant:%H:%M}, on {is_now.date()}; {cure}"
    )
    yield RULE.at(place, message)


def _nominal_end(occurrence: Occurrence, zone: tzinfo) -> int:
    """When a shift would end if its hours were those of the clock. A single shift of some hours ends when it ends."""
    event, length = occurrence.event, occurrence.event.end
    if not isinstance(length, Length) or not length.seconds:
        return occurrence.end
    if not event.rules and (length.days or length.seconds % times.DAY):
        return occurrence.end
    own = event.start.zone or zone
    local: datetime = times.at(occurrence.start, own).replace(tzinfo=None, fold=0)
    return times.instant(local + timedelta(days=length.days, seconds=length.seconds), own)


def _named(
    reading: Reading, events: Iterable[Event], one: str = "is", many: str = "are"
) -> tuple[str, tuple[str, int, int]]:
    """`event 'a' is`, or `event 'a' and 2 more are`, and where the first stands."""
    by_line = {event.line: event for event in events}
    first = by_line[min(by_line)]
    name = f"event {first.uid[:200]!r}" if first.uid else "an event without UID"
    verb = one if len(by_line) == 1 else f"and {len(by_line) - 1} more {many}"
    return f"{name} {verb}", (reading.calendar.file, first.line, 1)


def _changes(zone: tzinfo, since: int, until: int) -> list[int]:
    """The instants between two others at which a zone changes its clocks."""
    found: list[int] = []
    for day in range(since, until, times.DAY):
        before, after = day, min(day + times.DAY, until)
        if _offset(before, zone) == _offset(after, zone):
            continue
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (middle, after) if _offset(middle, zone) == _offset(day, zone) else (before, middle)
        found.append(after)
    return found


def _offset(instant: int, zone: tzinfo) -> timedelta | None:
    return times.at(instant, zone).utcoffset()


def _clock(instant: int, zone: tzinfo) -> str:
    return f"{times.at(instant, zone):%H:%M}"


RULE = Rule(
    code="OC312",
    name="moving-handoff",
    severity=WARNING,
    finds="Shifts written in UTC, or as a DURATION of so many hours, whose hand-off comes at another time of day in "
    "the horizon because the clocks of the rotation's zone change.",
    why="People hand over by the clock on the wall. When it changes, one stops an hour before the other begins, or "
    "both think it is the other's hour.",
    mend="Write DTSTART and DTEND in the rotation's zone, and whole days and weeks as `P1D` and `P1W` rather than "
    "`PT24H` and `PT168H`. Where a rotation is meant to go by UTC, give it `timezone: UTC`.",
    check=check,
)
