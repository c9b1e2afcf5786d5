"""Whose a number or a name in a log is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from oncall.plan import Plan
from oncall.workspace.numbers import endpoint, line, readings

_EXTENSION = re.compile(
    r"(?:(?:sips?|tel|client):|([a-z][\w.]*/)|(?:extension|ext|x)[.:# ]*)?"  # sip:7004@…, PJSIP/7004, ext. 7004
    r"([*#]?\d{1,8})"
    r"(?:-[0-9a-f]{6,10}(?:;[12])?|(?(1)-[0-9a-f]{1,5}|(?!))|[@;:].*|/(?:sips?:.*|[a-z]+))?",
    re.IGNORECASE | re.ASCII,
)
_CALL_MARK = re.compile(r"-[0-9a-f]{8}(;[12])?$|(;[12])$")
_WHOLE_NUMBER = 7
_LONGEST_CHANNEL = 250
_KEPT = 16


class Contacts:
    """The accounts of a plan by their published lines, its people by their addresses and names."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def account_of(self, number: str) -> str | None:
        """The account whose published line a number is; None where it is nobody's, or that of several."""
        found: tuple[str, ...] = ()
        for text in readings(number):
            found = found or self._lines.get(line(text, self.plan.country).digits, ())
        return found[0] if len(found) == 1 else None

    def people_at(self, address: str) -> tuple[str, ...]:
        """The people who have an address among their contact methods, by id: several who share a phone, none where it
        is nobody's."""
        found = self._people.get(address)  # as most logs write it
        for text in () if found else readings(address):
            found = found or self._people.get(endpoint(text, self.plan.country))
        return found or ()

    def recognized(self, address: str) -> tuple[str, ...]:
        """The people whom an address means: those who have it, else whoever a telephone system calls so, by an alias
        or a part of the channel it names (`PJSIP/7004` of `PJSIP/7004/sip:7004@10.0.0.9`), else by an extension."""
        people = self.people_at(address)
        for name in () if people else channel_names(address):
            person = self.person_named(name)
            if person is not None:
                return (person,)
        return people or self.people_with_extension(address)

    def people_with_extension(self, text: str) -> tuple[str, ...]:
        """The people whose extension a text is, alone or as the peer of a channel: `7004`, `PJSIP/7004-0000001a`,
        `Local/7004@from-queue/n`, `sip:7004@10.0.0.9`."""
        written = _EXTENSION.fullmatch(text.strip()[:_LONGEST_CHANNEL])
        return self._extensions.get(written[2], ()) if written else ()

    def is_of_somebody(self, address: str) -> bool:
        """Whether an address says whom it reaches: a contact method's, or a whole telephone number. An extension, or
        what a telephone system calls one of its channels, does not."""
        return bool(self.people_at(address)) or (is_whole_number(address) and not self.people_with_extension(address))

    def person_named(self, text: str) -> str | None:
        """The person whom a text names: by id, name, alias or email, as calendars do; None where nobody, or more than
        one, is called so."""
        if text in self.plan.people:
            return text
        found = self._names.get(_spelt(text), ())
        return found[0] if len(found) == 1 else None

    @cached_property
    def _lines(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = {}
        for name, facts in self.plan.account_facts.items():
            for one in facts.lines:
                found.setdefault(one.digits, {})[name] = None
        return {digits: tuple(names) for digits, names in found.items()}

    @cached_property
    def _people(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = {}
        for name, addresses in self.plan.endpoints.items():
            for address in addresses:
                found.setdefault(address, {})[name] = None
        return {address: tuple(sorted(names)) for address, names in found.items()}

    @cached_property
    def _extensions(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = {}
        for name, person in self.plan.people.items():
            for extension in person.extensions:
                found.setdefault(extension.strip(), {})[name] = None
        return {extension: tuple(sorted(names)) for extension, names in found.items()}

    @cached_property
    def _names(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = {}
        for name, person in self.plan.people.items():
            for spelling in (name, person.name, *person.aliases, *filter(None, (person.email,))):
                found.setdefault(_spelt(spelling), {})[name] = None
        return {spelling: tuple(sorted(names)) for spelling, names in found.items()}


class ContactsOfPlans:
    """The contacts of one plan after the other; those of the last few sources are kept."""

    def __init__(self) -> None:
        self._kept: dict[str, Contacts] = {}

    def of(self, plan: Plan) -> Contacts:
        """Those of a plan."""
        if plan.digest not in self._kept:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[plan.digest] = Contacts(plan)
        return self._kept[plan.digest]


def channel_names(address: str) -> Iterator[str]:
    """What a person's alias may say of a channel, the most exact first: the whole, without the mark of one call,
    without the address it was reached at, and the peer alone."""
    seen: dict[str, None] = {}
    for name in (address, _CALL_MARK.sub("", address)):
        technology, slash, rest = name.partition("/")
        peer = re.split(r"[/@]", rest, maxsplit=1)[0]
        for part in (name, f"{technology}/{peer}" if slash else "", peer):
            if part:
                seen[part] = None
    yield from seen


def is_whole_number(address: str) -> bool:
    """Whether an address is a telephone number of a length that can be dialled from outside."""
    text = address.casefold().removeprefix("tel:")
    digits = sum(letter.isdigit() for letter in text)
    return digits >= _WHOLE_NUMBER and re.fullmatch(r"\+?[\d\s().\-/]+", text, re.ASCII) is not None


def _spelt(text: str) -> str:
    return " ".join(text.casefold().removeprefix("mailto:").split())
