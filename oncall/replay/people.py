"""Who was tried: the people behind the numbers and names of a record."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from oncall.logs.contacts import Contacts
from oncall.replay.chain import Chain
from oncall.replay.record import Record
from oncall.replay.verdict import ActualAttempt, Missing


class Known(Struct, frozen=True):
    """The attempts of a record with their people, None for a number that is nobody's; and whose phone it may have
    been where that cannot be told."""

    attempts: tuple[ActualAttempt, ...]
    unsure: tuple[Missing, ...]


def people_of(record: Record, contacts: Contacts, chain: Chain | None) -> Known:
    """The attempts of a record with their people. A number says who was rung, whatever name stands beside it; of
    several people who share one, it is the one whom the policy leads to."""
    attempts, unsure = [], []
    for one in record.attempts:
        candidates = _candidates(one, contacts)
        if len(candidates) > 1 and chain is not None:
            bound = [name for name in candidates if chain.tier_of(name, one.started) is not None]
            candidates = bound or candidates
        if len(candidates) > 1:
            what = f"whose phone rang: {' and '.join(candidates)} share the number"
            unsure.append(Missing(what, one.log_line))
        person = candidates[0] if candidates else None
        attempts.append(one if person == one.person else replace(one, person=person))
    return Known(tuple(attempts), tuple(unsure))


def _candidates(one: ActualAttempt, contacts: Contacts) -> list[str]:
    named = contacts.person_named(one.person) if one.person is not None else None
    if one.address is None:
        return [named] if named is not None else []
    people = contacts.people_at(one.address)
    return [named] if named is not None and named in people else list(people)
