"""The lines of a dispatch as events: what can be read of each, and what cannot."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec

from oncall.errors import contained
from oncall.logs.event import DECODER, TYPES, LogEvent
from oncall.logs.faults import Fault
from oncall.logs.stamps import FIRST_YEAR, LAST_YEAR
from oncall.spelling import suggestion

_NEEDED = ("time", "type", "dispatch")
_DECIDES = ("attempt", "person", "address", "channel", "outcome", "account", "line", "until", "due", "owner", "source")


def events_of(lines: Sequence[tuple[int, bytes]]) -> tuple[list[tuple[int, LogEvent]], list[Fault]]:
    """The events of the lines of one dispatch, and what is wrong with the others: a line that cannot be read may hide
    anything, one with an unknown type something at its time."""
    events: list[tuple[int, LogEvent]] = []
    faults: list[Fault] = []
    for number, line in lines:
        try:
            event: LogEvent | None = DECODER.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            event = contained(partial(_mended, number, line, faults), partial(_lost, number, faults), "the line")
        if event is None:
            continue
        if not FIRST_YEAR <= event.time.year <= LAST_YEAR:
            what = f"its time is in the year {event.time.year}: left out"
            faults.append(Fault(number, what, event.dispatch, weighs=True))
            continue
        if event.v != 1:
            faults.append(Fault(number, f"format {event.v} is not known: read as format 1", event.dispatch))
        events.append((number, event))
    return events, faults


def _lost(number: int, faults: list[Fault], why: str) -> None:
    faults.append(Fault(number, why, weighs=True, internal=True))


def _mended(number: int, line: bytes, faults: list[Fault]) -> LogEvent | None:
    """What is left of a line without the fields that mean nothing; None where it has no time."""
    try:
        found = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        faults.append(Fault(number, "cannot be read: cut off, or no JSON", weighs=True))
        return None
    if not isinstance(found, dict):
        faults.append(Fault(number, "is not a JSON object", weighs=True))
        return None
    event, dropped = _without_nonsense(found)
    if event is None:
        faults.append(Fault(number, _why_no_event(found, dropped), weighs=True))
        return None
    at = event.time.timestamp()
    kind = found.get("type")
    if "type" in dropped:
        known = suggestion(kind, TYPES) if isinstance(kind, str) else ""
        named = repr(kind)[:80]
        what = f"type {named} is not known{known}: it may be anything" if kind else "has no type: it may be anything"
        faults.append(Fault(number, what, event.dispatch, weighs=True, time=at))
    for name in dropped:
        if name != "type":
            weighs = name in _DECIDES
            faults.append(Fault(number, f"`{name}` means nothing here and is left out", event.dispatch, weighs, at))
    return event


def _without_nonsense(found: dict[str, Any]) -> tuple[LogEvent | None, list[str]]:
    """An event made of the fields that can be read, and the names of those that cannot."""
    dropped = []
    found = {name: value for name, value in found.items() if name in LogEvent.__struct_fields__}
    if found.get("type") not in TYPES:
        found = {**found, "type": "note"}
        dropped.append("type")
    while True:
        try:
            return msgspec.convert(found, LogEvent, str_keys=True), dropped
        except msgspec.ValidationError as error:
            name = _field(str(error), found)
            if name is None or name in _NEEDED:
                return None, [*dropped, name or ""]
            found = {key: value for key, value in found.items() if key != name}
            dropped.append(name)


def _field(message: str, found: dict[str, Any]) -> str | None:
    """The field an error is about: it says `at $.name`, or names one that is missing."""
    for name in found:
        if f"`$.{name}`" in message or f"`$.{name}." in message or f"`$.{name}[" in message:
            return name
    return next((name for name in _NEEDED if f"`{name}`" in message), None)


def _why_no_event(found: dict[str, Any], dropped: list[str]) -> str:
    if "time" in dropped and "time" in found:
        return "its time is none, or has no offset (write 2026-11-05T23:58:00-05:00)"
    missing = next((name for name in _NEEDED if name not in found), None)
    return f"no `{missing}`" if missing else "is no event"
