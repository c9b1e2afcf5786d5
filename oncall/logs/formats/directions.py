"""Which way a call of a telephone system went: in, out, or from one of its telephones to another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from oncall.logs.contacts import is_whole_number
from oncall.logs.formats import dialled
from oncall.logs.importing import INTERNAL, OUTGOING, OutgoingCall, Row, Telling


def called_out(telling: Telling, channel: str, caller: str, numbers: Iterable[str]) -> str | None:
    """The number, or the extension, that somebody of ours called; None for a call that came in. One of ours calls from
    a telephone that is a person's, or shows an extension for a number."""
    numbers = [number for number in numbers if number]
    contacts = telling.asked.contacts
    is_ours = bool(contacts.recognized(dialled.without_mark(channel))) or (
        caller.isdigit() and not is_whole_number(caller)
    )
    if not is_ours or any(telling.is_line(number) for number in numbers):
        return None
    whole = next((number for number in numbers if is_whole_number(number)), None)
    return whole or next((number for number in numbers if contacts.recognized(number)), None)


class MadeCall(Struct, frozen=True):
    """A call that somebody of ours made: from which channel, to what, when, and when it was picked up, if it was."""

    channel: str
    number: str
    began: datetime
    picked_up: datetime | None


def tell_made(telling: Telling, rows: Sequence[Row], call: MadeCall) -> None:
    """A call that somebody of ours made: nobody's dispatch, a callback perhaps."""
    first, *others = rows
    contacts, number = telling.asked.contacts, call.number
    if contacts.recognized(number):
        telling.remark(first, INTERNAL, number, aside=True)
    else:
        people = contacts.recognized(dialled.without_mark(call.channel))
        known = {"person": people[0] if len(people) == 1 else None, "provider_id": telling.dispatch}
        telling.outgoing(OutgoingCall(first, number, call.began, call.picked_up, known))
    for row in others:
        telling.remark(row, OUTGOING, number, aside=True)
