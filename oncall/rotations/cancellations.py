"""What METHOD:CANCEL withdraws from calendars (RFC 5546 3.2.5), in its own file and in those beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from oncall.rotations.attendees import Attendee
from oncall.rotations.recurrence import Moment

if TYPE_CHECKING:
    from oncall.rotations.ics import Calendar, Event, Series


class Cancellation(Struct, frozen=True):
    """What one event of a METHOD:CANCEL calendar withdraws: the UID, the occurrence `replaces` of it, that one and all
    that follow, or where it has no STATUS the `attendees` it names, if others stay."""

    line: int
    uid: str
    sequence: int = 0
    replaces: Moment | None = None
    and_future: bool = False
    attendees: tuple[Attendee, ...] = ()


def withdraw(calendars: Sequence[Calendar], cancellations: Iterable[Cancellation]) -> list[Calendar]:
    """The calendars without what is cancelled. An event that has a higher SEQUENCE than its cancellation stands."""
    by_uid: dict[str, list[Cancellation]] = {}
    for cancellation in cancellations:
        by_uid.setdefault(cancellation.uid, []).append(cancellation)
    if not by_uid:
        return list(calendars)
    return [replace(calendar, series=tuple(_series_left(calendar.series, by_uid))) for calendar in calendars]


def _series_left(series: Iterable[Series], by_uid: dict[str, list[Cancellation]]) -> Iterable[Series]:
    for one in series:
        left = one
        for cancellation in by_uid.get(_uid(one), ()):
            left = _without(left, cancellation)
        if left.master or left.changes:
            yield left


def _uid(series: Series) -> str:
    event = series.master or next(iter(series.changes), None)
    return (event.uid if event else None) or ""


def _without(series: Series, cancellation: Cancellation) -> Series:
    if cancellation.replaces is None:
        return replace(
            series,
            master=_left(series.master, cancellation) if series.master else None,
            changes=tuple(left for change in series.changes if (left := _left(change, cancellation))),
        )
    master = series.master
    if master and master.sequence > cancellation.sequence:
        return series
    at = _beside(master, cancellation.replaces)
    changes = list(series.changes)
    for index, change in enumerate(changes):
        if change.replaces is None or change.sequence > cancellation.sequence:
            continue
        if place_of(change.replaces) == place_of(at):
            changes[index] = replace(change, cancelled=True, and_future=cancellation.and_future)
        elif cancellation.and_future and change.replaces.local >= at.local:
            changes[index] = replace(change, cancelled=True, and_future=False)
    if master and not any(change.replaces and place_of(change.replaces) == place_of(at) for change in changes):
        gone = replace(master, replaces=at, start=at, cancelled=True, and_future=cancellation.and_future)
        changes.append(replace(gone, rules=(), added=(), excluded=()))
    return replace(series, changes=tuple(changes))


def _left(event: Event, cancellation: Cancellation) -> Event | None:
    """What is left of an event whose UID is cancelled, as a whole or for some of its attendees."""
    if event.sequence > cancellation.sequence:
        return event
    withdrawn = {address.lower() for attendee in cancellation.attendees for address in attendee.addresses}
    stay = tuple(one for one in event.attendees if not withdrawn.intersection(map(str.lower, one.addresses)))
    return replace(event, attendees=stay) if withdrawn and stay else None


def _beside(master: Event | None, moment: Moment) -> Moment:
    if master and moment.zone is None and not moment.all_day and not master.start.all_day:
        return replace(moment, zone=master.start.zone)
    return moment


def place_of(moment: Moment) -> object:
    """What two RECURRENCE-IDs of the same occurrence share, in whatever zone they are written."""
    if moment.zone is not None:
        return moment.instant(moment.zone)
    return moment.local, moment.all_day
