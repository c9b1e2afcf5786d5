"""Who is invited to an event, from its ATTENDEE and ORGANIZER lines as products write them (RFC 5545, RFC 7986)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal
from urllib.parse import unquote

from msgspec import Struct

from oncall.rotations.properties import Property
from oncall.rotations.titles import normal

Answer = Literal["", "declined", "delegated"]

_ADDRESS = re.compile(r"[^\s<>@:;,\"]+@[^\s<>@:;,\"]+")
_EMAIL_PARAMETERS = ("EMAIL", "X-EMAIL", "X-ADDRESSDATA-EMAIL")
_APPLE = "@imip.me.com"  # iCloud's own address of an invitation: nobody's


class Attendee(Struct, frozen=True):
    """Somebody invited: addresses, best first, or where there is none that could be known the name.

    `counts` is False for who declined, handed it on, only listens, or is a room.
    """

    addresses: tuple[str, ...]
    name: str = ""
    answer: Answer = ""
    counts: bool = True


def attendees_of(properties: Iterable[Property]) -> tuple[Attendee, ...]:
    """Everybody invited, those included that others handed their part on to, unless their own line says otherwise."""
    attendees: list[Attendee] = []
    delegates: list[str] = []
    for prop in properties:
        parameters = prop.parameters
        answer = _answer(parameters)
        counts = (
            not answer
            and parameters.get("ROLE", "").upper() != "NON-PARTICIPANT"
            and parameters.get("CUTYPE", "").upper() not in ("ROOM", "RESOURCE")
        )
        invited = attendee_of(prop)
        if invited.addresses or invited.name:
            attendees.append(Attendee(invited.addresses, invited.name, answer, counts))
        if answer == "delegated":
            delegates += _ADDRESS.findall(_unquoted(parameters.get("DELEGATED-TO", "")))
    own = {normal(address) for attendee in attendees for address in attendee.addresses}
    added = (address for address in dict.fromkeys(delegates) if normal(address) not in own)
    return (*attendees, *(Attendee((address,)) for address in added))


def attendee_of(prop: Property) -> Attendee:
    """Whom a line names, whatever they answered. EMAIL is the address where the value is none (RFC 7986 6.2)."""
    written = [prop.parameters[name] for name in _EMAIL_PARAMETERS if name in prop.parameters]
    value = _unquoted(re.sub(r"(?i)^\s*mailto:", "", prop.value))
    found = (match[0] for text in (*map(_unquoted, written), value) for match in _ADDRESS.finditer(text))
    addresses = tuple(dict.fromkeys(address for address in found if not address.lower().endswith(_APPLE)))
    return Attendee(addresses, "" if addresses else prop.parameters.get("CN", "").strip().strip('"'))


def _answer(parameters: Mapping[str, str]) -> Answer:
    status = parameters.get("PARTSTAT", "").upper()
    if status == "DECLINED":
        return "declined"
    if status == "DELEGATED" or ("DELEGATED-TO" in parameters and status in ("", "NEEDS-ACTION")):
        return "delegated"
    return ""


def _unquoted(text: str) -> str:
    return unquote(re.sub(r"(?i)mailto:", " ", text))
