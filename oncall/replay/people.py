"""Who was tried: the people behind the numbers and names of a record."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from oncall.logs.contacts import Contacts
from oncall.replay.record import Record
from oncall.replay.verdict import ActualAttempt, Missing

Attempts = tuple[ActualAttempt, ...]

_MOST_SHARED = 40  # people, of all the numbers that are shared


class Known(Struct, frozen=True):
    """The attempts of a record with their people, None for a number that is nobody's; and whose phone it may have
    been where that cannot be told."""

    attempts: Attempts
    unsure: tuple[Missing, ...] = ()


def people_of(record: Record, contacts: Contacts, is_due: Callable[[Attempts, int], bool] | None) -> Known:
    """The attempts of a record with their people. A number says who was rung, whatever name stands beside it. Of
    several people who share one, it is that of the one who was due: `is_due` says of attempts whether that at a place
    is what was due there; without it nobody knows."""
    candidates = [people_behind(one, contacts) for one in record.attempts]
    attempts = [
        one if people[:1] == (one.person,) else replace(one, person=people[0] if people else None)
        for one, people in zip(record.attempts, candidates, strict=True)
    ]
    unnamed = [
        missing
        for one, people in zip(record.attempts, candidates, strict=True)
        if not people and (missing := _unnamed(one, contacts)) is not None
    ]
    shared = [place for place, people in enumerate(candidates) if len(people) > 1]
    if not shared:
        return Known(tuple(attempts), tuple(unnamed))
    if is_due is None or sum(len(candidates[place]) for place in shared) > _MOST_SHARED:
        unsure = [_unsure(attempts[place], candidates[place]) for place in shared]
        return Known(tuple(attempts), (*unnamed, *unsure))
    for place in shared:
        for person in candidates[place]:
            tried = [*attempts[:place], replace(attempts[place], person=person), *attempts[place + 1 :]]
            if is_due(tuple(tried), place):
                attempts = tried
                break
    return Known(tuple(attempts), tuple(unnamed))


def _unnamed(one: ActualAttempt, contacts: Contacts) -> Missing | None:
    """What is missing where nobody is found: an extension, or a channel of a telephone system, may be anybody's. A
    whole number that is nobody's is known to be."""
    if one.address is None:
        unknown = one.person is not None
        return (
            Missing(f"who {one.person!r} is: nobody in the workspace is called so", one.log_line) if unknown else None
        )
    if one.channel not in (None, "voice") or contacts.is_of_somebody(one.address) or "@" in one.address:
        return None
    return Missing(f"whose {one.address} is: it is in nobody's `extensions` or `aliases`", one.log_line)


def _unsure(one: ActualAttempt, people: tuple[str, ...]) -> Missing:
    return Missing(f"whose phone rang: {' and '.join(people)} share the number", one.log_line)


def people_behind(one: ActualAttempt, contacts: Contacts) -> tuple[str, ...]:
    """Those whom an attempt may have tried: several who share a phone, none where its number is nobody's."""
    named = contacts.person_named(one.person) if one.person is not None else None
    if one.address is None:
        return (named,) if named is not None else ()
    people = contacts.recognized(one.address)
    if named is not None and (named in people or not (people or contacts.is_of_somebody(one.address))):
        return (named,)
    return people
