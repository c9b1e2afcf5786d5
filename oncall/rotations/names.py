"""Whom an event means: its title, the forms products write titles in, and its attendees.

Nobody is ever put in another's place. An event that names nobody in `people:`, or says that whoever it names is not on
call, keeps its shift, and the shift keeps the name as it was written, so that the gap in what we know shows where it
matters.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from oncall.model import Person
from oncall.rotations import titles
from oncall.rotations.attendees import Attendee
from oncall.rotations.candidates import Candidates
from oncall.rotations.title_words import SENSES, Meaning
from oncall.rotations.titles import MOST_CHARACTERS, Part, Reading, Token, normal, parts_of, reading_of, tokens_of

_FIRST_WORD = re.compile(r"[^\W_]+")
_JOINED = re.compile(r"\s*[,;/&+]\s*|\s+(?:and|und|et|y|e|i|och|og|en|ja|és|și|и|та|і|ve)\s+", re.IGNORECASE)
_ON_CALL = re.compile(r"On[ -]Call - (.+)", re.IGNORECASE)
_APP = re.compile(r"(.+?) On[ -]Call \([^()]+: .+\)", re.IGNORECASE)
_WITH_ADDRESS = re.compile(r".*<\s*([^\s<>@]+@[^\s<>@]+)\s*>")
_PATTERN_SECONDS = 0.25  # on one title
_ALL_PATTERN_SECONDS = 2.0  # on all titles that one reader reads
_MOST_PARTS = 10
_MOST_DASHES = 2  # in a name
_MOST_NAMED_WORDS = 8

Kind = Literal["shifts", "absences"]


class Directory(Struct, frozen=True):
    """Who can be named: ids, names, aliases and e-mails of people, each leading to one of them. `spellings` are all of
    them as they are written, with the person."""

    by_name: Mapping[str, str]
    by_email: Mapping[str, str]
    spellings: tuple[tuple[str, str], ...] = ()


def directory(people: Mapping[str, Person]) -> tuple[Directory, list[tuple[str, str, str]]]:
    """The directory of these people, and the spellings that two of them share: (spelling, one, other). A spelling that
    is shared names nobody."""
    names: dict[str, str] = {}
    emails: dict[str, str] = {}
    shared: dict[str, tuple[str, str, str]] = {}
    spellings: list[tuple[str, str]] = []
    for person_id, person in people.items():
        for spelling in (person_id, person.name, *person.aliases):
            _enter(names, normal(spelling), spelling, person_id, shared)
            spellings.append((spelling, person_id))
        if person.email:
            _enter(names, normal(person.email), person.email, person_id, shared)
            _enter(emails, normal(person.email), person.email, person_id, shared)
            spellings.append((person.email, person_id))
    for key in shared:
        names.pop(key, None)
        emails.pop(key, None)
    return Directory(names, emails, tuple(spellings)), list(shared.values())


def _enter(into: dict[str, str], key: str, spelling: str, person: str, shared: dict[str, tuple[str, str, str]]) -> None:
    if not key:
        return
    other = into.setdefault(key, person)
    if other != person:
        shared.setdefault(key, (spelling, other, person))


class Named(Struct, frozen=True):
    """Whom an event names: ids of people, or nobody; the label is the name as written.

    `reason` is why an event that may name somebody gives nobody a shift, or no absence; `is_harmless` is for one that
    certainly is no absence. `detail` is what the title says besides the name.
    """

    people: tuple[str, ...]
    label: str
    priority: int = 0
    warnings: tuple[str, ...] = ()
    reason: str = ""
    is_harmless: bool = False
    detail: str = ""


class Reader(Struct):
    """Reads names with one directory and the `identify` and `ignore` patterns of a rotation, or of absences.

    Without a directory people are the titles as they are written. `slow_patterns` are the keys of patterns that took so
    long that they were not used any more.
    """

    directory: Directory | None
    identify: str | None = None
    ignore: str | None = None
    kind: Kind = "shifts"
    slow_patterns: set[str] = field(default_factory=set)
    _seconds: float = 0.0
    _words: dict[str, int] | None = None
    _candidates: Candidates | None = None
    _known: dict[tuple[str, tuple[Attendee, ...], tuple[Attendee, ...]], Named] = field(default_factory=dict)
    _ignored: dict[str, bool] = field(default_factory=dict)

    def read(self, summary: str, attendees: tuple[Attendee, ...] = (), hosts: tuple[Attendee, ...] = ()) -> Named:
        """Whom a title and attendees name. The hosts are whose event or calendar it is: they are meant by an absence
        that names nobody else."""
        key = (summary, attendees, hosts)
        if key not in self._known:
            self._known[key] = self._read(summary, attendees, hosts)
        return self._known[key]

    def ignores(self, summary: str) -> bool:
        """Whether the `ignore` pattern leaves an event with this title out."""
        if self.ignore is None:
            return False
        if summary not in self._ignored:
            title = titles.visible(titles.priority(summary)[1])[:MOST_CHARACTERS]
            self._ignored[summary] = self._search("ignore", self.ignore, title) is not None
        return self._ignored[summary]

    def candidates(self, name: str) -> tuple[str, ...]:
        """Whom a name that is not known may mean."""
        if self.directory is None:
            return ()
        if self._candidates is None:
            self._candidates = Candidates(self.directory.spellings)
        return self._candidates.of(name)

    def _read(self, summary: str, attendees: tuple[Attendee, ...], hosts: tuple[Attendee, ...]) -> Named:
        rank, label = titles.priority(summary)
        if self.directory is None:
            return Named((), label, rank)
        written = titles.visible(label)[:MOST_CHARACTERS]
        matched = self._search("identify", self.identify, written) if self.identify is not None else None
        text = titles.plain(label)
        if matched is not None:
            named = Named(self._people_called(matched), label, rank)
        elif people := self._people_called(text):
            named = Named(people, label, rank)
        elif self.kind == "absences":
            named = self._absence(text, Named((), label, rank))
        else:
            named = self._shift(text, Named((), label, rank))
        return self._with_attendees(named, text, attendees, hosts)

    def _with_attendees(
        self, named: Named, text: str, attendees: tuple[Attendee, ...], hosts: tuple[Attendee, ...]
    ) -> Named:
        invited = self._invited(attendee for attendee in attendees if attendee.counts)
        if named.people:
            return replace(named, warnings=tuple(self._contradictions(named.people, attendees, invited)))
        if named.reason:
            return named
        people = invited
        if not people and self.kind == "absences" and titles.is_spent(tokens_of(text)):
            people = next((found for host in hosts if (found := self._invited((host,)))), ())
        return replace(named, people=people, detail=text if people else "")

    def _contradictions(
        self, people: tuple[str, ...], attendees: tuple[Attendee, ...], invited: tuple[str, ...]
    ) -> Iterator[str]:
        """What the attendees say against whom the title names: the title counts all the same."""
        for answer, word in (("declined", "declined"), ("delegated", "handed this on")):
            said = self._invited(attendee for attendee in attendees if attendee.answer == answer)
            for person in people:
                if person in said and person not in invited:
                    status = f"PARTSTAT={answer.upper()}"
                    yield f"the summary names {person}, who {word} ({status}): the summary counts"
        if invited and not set(people) & set(invited):
            yield f"the summary names {', '.join(people)}, the attendees {', '.join(invited)}: the summary counts"

    def _invited(self, attendees: Iterator[Attendee] | tuple[Attendee, ...]) -> tuple[str, ...]:
        assert self.directory is not None
        people: dict[str, None] = {}
        for attendee in attendees:
            keys = (normal(address) for address in attendee.addresses)
            person = next((self.directory.by_email[key] for key in keys if key in self.directory.by_email), None)
            person = person or (self.directory.by_name.get(normal(attendee.name)) if attendee.name else None)
            if person:
                people[person] = None
        return tuple(people)

    def _shift(self, text: str, nobody: Named) -> Named:
        """Whom the title of a shift names in one of the forms of products. What is left of it beside the name has to be
        something that a schedule can be called."""
        for start, end in _shift_forms(text):
            people = self._people_called(text[start:end])
            if not people:
                continue
            besides = [(part, side) for side in (text[:start], text[end:]) for part in parts_of(side)]
            readings = [reading_of(side[part.start : part.end], is_label=True) for part, side in besides]
            against = titles.refusal([reading for reading in readings if reading])
            if against:
                return replace(nobody, reason=_means(against))
            others = [self._people_called(side[part.start : part.end]) for part, side in besides]
            if any(other and other != people for other in others):
                return replace(nobody, reason=_several(chain(*others, people)))
            return replace(nobody, people=people)
        if titles.is_hidden(text):
            return replace(nobody, reason=_means(Reading(Meaning.HIDDEN, text)))
        against = titles.refusal(self._readings(text, parts_of(text)))
        return replace(nobody, reason=_means(against)) if against else nobody

    def _readings(self, text: str, parts: Sequence[Part]) -> list[Reading]:
        found = (
            reading_of(written, {word for start, end, _ in self.names_in(written) for word in range(start, end)})
            for written in (text[part.start : part.end] for part in parts[:_MOST_PARTS])
        )
        return [reading for reading in found if reading]

    def _absence(self, text: str, nobody: Named) -> Named:
        """Whom the title of an absence names. The title says who, in a part of its own or among words of leave, and for
        the rest why; a colleague who covers is named after a word of duty."""
        parts = parts_of(text)[:_MOST_PARTS]
        named: dict[int, tuple[str, ...]] = {}
        skipped: set[int] = set()
        for first, last, people in self._named_parts(text, parts):
            if named and self._is_duty(text, parts[first - 1 : first]):
                skipped |= {first - 1, first}
            else:
                named |= dict.fromkeys(range(first, last), people)
        if not named:
            among = ((index, self._among_words(text[part.start : part.end])) for index, part in enumerate(parts))
            named = {index: people for index, people in among if people}
        others = [part for index, part in enumerate(parts) if index not in skipped]
        against = _against_absence(self._readings(text, others))
        if against:
            is_harmless = SENSES[against.meaning].is_absence is False
            return replace(nobody, reason=_means(against), is_harmless=is_harmless)
        if titles.is_hidden(text):
            return replace(nobody, reason=_means(Reading(Meaning.HIDDEN, text)))
        everybody = set(named.values())
        if len(everybody) > 1:
            return replace(nobody, reason=_several(chain(*named.values())))
        besides = [text[part.start : part.end] for index, part in enumerate(parts) if index not in named]
        return replace(nobody, people=everybody.pop(), detail=", ".join(besides) or text) if everybody else nobody

    def _named_parts(self, text: str, parts: Sequence[Part]) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        """The parts of a title that name people, and nothing else; a name may itself hold a dash."""
        first = 0
        while first < len(parts):
            people: tuple[str, ...] = ()
            for last in range(min(len(parts), first + 1 + _MOST_DASHES), first, -1):
                people = self._people_at(text[parts[first].start : parts[last - 1].end])
                if people:
                    yield first, last, people
                    break
            first = last if people else first + 1

    def _among_words(self, text: str) -> tuple[str, ...]:
        """Who is named at the head or the tail of a part whose other words all have a meaning: `NAME is on leave`."""
        tokens = tokens_of(text)
        for length in range(min(len(tokens), _MOST_NAMED_WORDS), 0, -1):
            for name, others in ((tokens[:length], tokens[length:]), (tokens[-length:], tokens[:-length])):
                people = self._people_at(text[name[0].start : name[-1].end])
                if people and titles.is_spent(others):
                    return people
        return ()

    def _people_at(self, text: str) -> tuple[str, ...]:
        """The people a part of a title names; most parts have no word of any name, and that is soon seen."""
        word = _FIRST_WORD.search(text)
        return self._people_called(text) if word and normal(word[0]) in self._name_words else ()

    def _is_duty(self, text: str, parts: Sequence[Part]) -> bool:
        return any(reading.meaning is Meaning.DUTY for reading in self._readings(text, parts))

    def names_in(self, text: str) -> Iterator[tuple[int, int, str]]:
        """The names of people in a text, the longest first where they overlap: the tokens, and the person."""
        assert self.directory is not None
        tokens: list[Token] = tokens_of(text)
        start = 0
        while start < len(tokens):
            longest = self._name_words.get(tokens[start].text, 0)
            for end in range(min(len(tokens), start + longest), start, -1):
                person = self.directory.by_name.get(normal(text[tokens[start].start : tokens[end - 1].end]))
                if person:
                    yield start, end, person
                    break
            else:
                end = start + 1
            start = end

    @property
    def _name_words(self) -> Mapping[str, int]:
        """Every word of the names of people, with the number of words of the longest name that begins with it."""
        assert self.directory is not None
        if self._words is None:
            self._words = {}
            for spelling, _ in self.directory.spellings:
                words = [token.text for token in tokens_of(spelling)]
                for index, word in enumerate(words):
                    longest = len(words) if index == 0 else 0
                    self._words[word] = min(_MOST_NAMED_WORDS, max(self._words.get(word, 0), longest))
        return self._words

    def _search(self, key: str, pattern: str, text: str) -> str | None:
        """What a pattern of the workspace finds: its group `who`, or all it matches. None for one that takes too long,
        now or before."""
        if key in self.slow_patterns:
            return None
        import regex  # here because few workspaces have a pattern; unlike `re` it can be told when to give up

        began = time.monotonic()
        try:
            match = regex.search(pattern, text, timeout=_PATTERN_SECONDS)
        except TimeoutError:
            self.slow_patterns.add(key)
            return None
        except (regex.error, RecursionError, OverflowError):
            return None
        self._seconds += time.monotonic() - began
        if self._seconds > _ALL_PATTERN_SECONDS:
            self.slow_patterns.add(key)
        if match is None:
            return None
        return str(match["who"] or "") if "who" in match.re.groupindex else str(match[0])

    def _people_called(self, name: str) -> tuple[str, ...]:
        """The person of this name, or several people where every one of several names is known."""
        assert self.directory is not None
        by_name = self.directory.by_name
        person = by_name.get(normal(name))
        if person:
            return (person,)
        addressed = _WITH_ADDRESS.fullmatch(name)
        if addressed and (person := self.directory.by_email.get(normal(addressed[1]))):
            return (person,)
        parts = [part for part in _JOINED.split(name.strip(" ,;")) if part]
        if len(parts) < 2:
            return ()
        people = [by_name.get(normal(part)) for part in parts]
        if all(people):
            return tuple(dict.fromkeys(person for person in people if person))
        if len(parts) == 2 and "," in name:  # Surname, First name
            person = by_name.get(normal(f"{parts[1]} {parts[0]}"))
            return (person,) if person and {*people} <= {person, None} else ()
        return ()


def _shift_forms(text: str) -> Iterator[tuple[int, int]]:
    """Where the name may stand in the forms that products write titles of shifts in, the likeliest place first."""
    on_call = _ON_CALL.match(text)
    if on_call:  # On Call - NAME - SCHEDULE, where either may hold a dash
        parts = on_call[1].split(" - ")
        for length in range(len(parts), 0, -1):
            yield on_call.start(1), on_call.start(1) + len(" - ".join(parts[:length]))
    app = _APP.match(text)
    if app:  # NAME On-Call (App: Schedule)
        yield app.span(1)
    for colon in re.finditer(r": ", text):  # TEAM ROLE shift: NAME, and Schedule: NAME
        yield colon.end(), len(text)


def _means(reading: Reading) -> str:
    says, words = SENSES[reading.meaning].says, reading.words[:80]
    return f"it says {words!r}" if normal(words).replace("-", " ") in says else f"{words!r} means {says}"


def _several(people: Iterator[str]) -> str:
    return f"it names {' and '.join(dict.fromkeys(people))}, and does not say which of them is meant"


def _against_absence(readings: Sequence[Reading]) -> Reading | None:
    """Of what the parts of a title say, what makes it no absence, or leaves that open."""
    against = [one for one in readings if not SENSES[one.meaning].is_absence]
    absences = [one for one in readings if SENSES[one.meaning].is_absence]
    if absences:  # on leave, and somebody covers, or it is a birthday besides
        against = [one for one in against if one.meaning in (Meaning.CANCELLED, Meaning.DECLINED, Meaning.TENTATIVE)]
    return min(against, key=lambda one: one.meaning.value, default=None)
