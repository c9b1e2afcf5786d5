"""Numbers that were dialled and are nobody's: a known one with a slip in it, and ones that do not work."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from oncall.plan import Plan
from oncall.replay.verdict import ActualAttempt, Verdict
from oncall.workspace.numbers import endpoint, is_number, readings

_SHORTEST = 7  # digits of a number in which a slip can be told from another number
_OUT_OF_SERVICE = re.compile(
    r"\b(?:not in service|out of service|invalid|unallocated|unassigned|disconnected|vacant|does not exist"
    r"|no such number|not found|unknown number|wrong number|404|604|21211|cause 1|q\.850[;:]? ?cause=1)\b",
    re.IGNORECASE,
)


class Slip(Struct, frozen=True):
    """A number that was dialled, whose number was meant, and what is different in it."""

    dialled: str
    person: str
    address: str
    difference: str


def slip_of(attempt: ActualAttempt, plan: Plan, due: str | None, named: str | None = None) -> Slip | None:
    """The known number that was meant by one that is nobody's: of who was `due`, else of whom the log `named`, else of
    the only person whose number it could be."""
    if attempt.person is not None or attempt.address is None:
        return None
    slips = list(_slips(attempt.address, plan))
    for person in (due, named):
        own = next((slip for slip in slips if slip.person == person), None)
        if own is not None:
            return own
    return slips[0] if len({slip.person for slip in slips}) == 1 else None


def _slips(address: str, plan: Plan) -> Iterator[Slip]:
    dialled = {digits for text in readings(address) if (digits := _digits(text, plan.country))}
    for person, profile in plan.people.items():
        for method in profile.contact_methods:
            known = _digits(method.address, plan.country)
            for digits in dialled:
                difference = difference_of(digits, known) if known else ""
                if difference:
                    yield Slip(address, person, method.address, difference)
                    break


def _digits(address: str, country: str) -> str:
    """The digits of a number that is long enough; nothing else."""
    if not is_number(address):
        return ""
    digits = endpoint(address, country).partition(";")[0].lstrip("+")
    return digits if digits.isdigit() and len(digits) >= _SHORTEST else ""


def difference_of(dialled: str, known: str) -> str:
    """What a slip makes of a known number: one digit another, two neighbours swapped, one missing or too many. Nothing
    where it is the same, or differs by more."""
    if dialled == known or abs(len(dialled) - len(known)) > 1:
        return ""
    start = next((place for place, pair in enumerate(zip(dialled, known, strict=False)) if pair[0] != pair[1]), None)
    if start is None:
        start = min(len(dialled), len(known))
    if len(dialled) < len(known):
        return "a digit is missing" if dialled[start:] == known[start + 1 :] else ""
    if len(dialled) > len(known):
        return "there is a digit too many" if dialled[start + 1 :] == known[start:] else ""
    if dialled[start + 1 :] == known[start + 1 :]:
        return "one digit is different"
    swapped = known[start : start + 2][::-1]
    is_swapped = dialled[start : start + 2] == swapped and dialled[start + 2 :] == known[start + 2 :]
    return "two digits are swapped" if is_swapped else ""


def is_dead(address: str, verdict: Verdict) -> bool:
    """Whether calls to a number failed in a dispatch: it does not work, so that it is nobody's number."""
    tries = [attempt for attempt in verdict.actual if attempt.address == address]
    return any(attempt.outcome == "failed" or _OUT_OF_SERVICE.search(attempt.raw or "") for attempt in tries)


def is_whole_number(address: str, country: str) -> bool:
    """Whether an address is a telephone number that can be dialled from outside, and no extension."""
    if not _digits(address, country):
        return False
    import phonenumbers  # here: large, and only a number that is nobody's needs it

    from oncall.workspace.numbers import parse

    for text in readings(address):
        try:
            if phonenumbers.is_possible_number(parse(text, country)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False
