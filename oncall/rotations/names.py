"""Whom an event means: its summary, the forms products write summaries in, and its attendees.

Nobody is ever put in another's place. An event that names nobody known keeps its shift, and the shift keeps the name as
it was written, so that the gap in what we know shows where it matters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from oncall.model import Person

_PRIORITY = re.compile(r"\s*\[[Ll](\d{1,3})\]\s*")
_JOINED = re.compile(r"\s*(?:[,/&+]|\band\b)\s*", re.IGNORECASE)
_PATTERN_SECONDS = 0.25
_MOST_CHARACTERS = 1000


def normal(name: str) -> str:
    """A name without what does not count: case, accents, runs of spaces."""
    # Accents that stand alone go first: how long it takes to normalize a run of them grows with its square.
    plain = _without_accents(unicodedata.normalize("NFKD", _without_accents(name)))
    return " ".join(plain.casefold().split())


def _without_accents(text: str) -> str:
    return text if text.isascii() else "".join(letter for letter in text if not unicodedata.combining(letter))


def priority(summary: str) -> tuple[int, str]:
    """The `[L2]` mark at the head of a summary (none is 0), and the summary without it."""
    mark = _PRIORITY.match(summary)
    return (int(mark[1]), summary[mark.end() :].strip()) if mark else (0, summary.strip())


class Directory(Struct, frozen=True):
    """Who can be named: ids, names, aliases and e-mails of people, each leading to one of them."""

    by_name: Mapping[str, str]
    by_email: Mapping[str, str]


def directory(people: Mapping[str, Person]) -> tuple[Directory, list[tuple[str, str, str]]]:
    """The directory of these people, and the spellings that two of them share: (spelling, one, other). A spelling that
    is shared names nobody."""
    names: dict[str, str] = {}
    emails: dict[str, str] = {}
    shared: dict[str, tuple[str, str, str]] = {}
    for person_id, person in people.items():
        for spelling in (person_id, person.name, *person.aliases):
            _enter(names, normal(spelling), spelling, person_id, shared)
        if person.email:
            _enter(names, normal(person.email), person.email, person_id, shared)
            _enter(emails, normal(person.email), person.email, person_id, shared)
    for key in shared:
        names.pop(key, None)
        emails.pop(key, None)
    return Directory(names, emails), list(shared.values())


def _enter(into: dict[str, str], key: str, spelling: str, person: str, shared: dict[str, tuple[str, str, str]]) -> None:
    other = into.setdefault(key, person)
    if other != person and key:
        shared.setdefault(key, (spelling, other, person))


class Named(Struct, frozen=True):
    """Whom an event names: ids of people known, or nobody; the label is the name as written."""

    people: tuple[str, ...]
    label: str
    priority: int
    warning: str | None = None


class Reader(Struct):
    """Reads names with one directory and one rotation's `identify` pattern.

    Without a directory people are the summaries as they are written. `slow_pattern` tells afterwards that the pattern
    took so long on some summary that it was not used any more.
    """

    directory: Directory | None
    identify: str | None = None
    slow_pattern: bool = False
    _known: dict[tuple[str, tuple[str, ...]], Named] = field(default_factory=dict)

    def read(self, summary: str, attendees: tuple[str, ...]) -> Named:
        """Whom a summary and attendees name."""
        key = (summary, attendees)
        if key not in self._known:
            self._known[key] = self._read(summary, attendees)
        return self._known[key]

    def _read(self, summary: str, attendees: tuple[str, ...]) -> Named:
        rank, label = priority(summary)
        if self.directory is None:
            return Named((), label, rank)
        written = label[:_MOST_CHARACTERS]
        people = next(filter(None, map(self._known_people, self._candidates(written))), ())
        invited = tuple(
            dict.fromkeys(
                self.directory.by_email[normal(address)]
                for address in attendees
                if normal(address) in self.directory.by_email
            )
        )
        if not people:
            return Named(invited, label, rank)
        warning = None
        if invited and not set(people) & set(invited):
            warning = f"the summary names {', '.join(people)}, the attendees {', '.join(invited)}: the summary counts"
        return Named(people, label, rank, warning)

    def _candidates(self, written: str) -> Iterable[str]:
        """The parts of a summary that may be the name, best first."""
        found = self._by_pattern(written)
        if found is not None:
            yield found
            return
        yield written
        on_call = re.match(r"On[ -]Call - (.+)", written, re.IGNORECASE)
        if on_call:  # On Call - NAME - SCHEDULE, where either may hold a dash
            parts = on_call[1].split(" - ")
            for length in range(len(parts), 0, -1):
                yield " - ".join(parts[:length])
        app = re.match(r"(.+?) On[ -]Call \([^()]+: .+\)", written, re.IGNORECASE)
        if app:
            yield app[1]
        for colon in re.finditer(r": ", written):  # TEAM ROLE shift: NAME, and Schedule: NAME
            yield written[colon.end() :]

    def _by_pattern(self, written: str) -> str | None:
        if self.identify is None or self.slow_pattern:
            return None
        import regex  # here because few workspaces have a pattern; unlike `re` it can be told when to give up

        try:
            match = regex.search(self.identify, written, timeout=_PATTERN_SECONDS)
        except TimeoutError:
            self.slow_pattern = True
            return None
        except (regex.error, RecursionError, MemoryError):
            return None
        return match.group("who") if match else None

    def _known_people(self, name: str) -> tuple[str, ...]:
        assert self.directory is not None
        one = self.directory.by_name.get(normal(name))
        if one:
            return (one,)
        parts = [part for part in _JOINED.split(name) if part]
        if len(parts) < 2:
            return ()
        people = [self.directory.by_name.get(normal(part)) for part in parts]
        known = tuple(dict.fromkeys(person for person in people if person))
        return known if all(people) else ()
