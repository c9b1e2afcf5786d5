"""Titles of calendar events, taken apart: what does not count in them, their parts, and what their words mean."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import zip_longest

from msgspec import Struct

from oncall.rotations.title_words import MAIL_MARKS, PHRASES, SENSES, Meaning

MOST_CHARACTERS = 1000

_MOST_READ = 500  # of a title, when its words are looked up

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
_TOKEN = re.compile(r"[^\W_]+")
_SEPARATOR = re.compile(
    r" ?(?:(?<!\d):|:(?!\d)| [-–—―~·•]+|[-–—―~·•]+ |[][(){}<>|;【】「」『』《》〈〉]|—|–|->|=>|→|⇒)[ \])}>】」』》〉]*"
)
_PRIORITY = re.compile(r"\s*\[[Ll](\d{1,3})\]\s*")
_ORNAMENT = re.compile(r"[^\w\[({<【「『《〈]+")
_MAIL_MARK = re.compile(rf"(?:{'|'.join(map(re.escape, MAIL_MARKS.split()))}) ?:", re.IGNORECASE)


class Token(Struct, frozen=True):
    """A word of a title as it is compared, and where it is."""

    text: str
    start: int
    end: int


class Phrase(Struct, frozen=True):
    """A phrase with a meaning: the tokens it is made of, from `start` to before `end`, and the mark it has."""

    start: int
    end: int
    meaning: Meaning
    mark: str = ""


class Part(Struct, frozen=True):
    """A part of a title between colons, dashes or brackets: where it is, and what parts it from the next."""

    start: int
    end: int
    separator: str


class Reading(Struct, frozen=True):
    """What a part of a title says, and the words that say so."""

    meaning: Meaning
    words: str


def visible(text: str) -> str:
    """A text without the characters that take no room: direction marks, zero-width ones, variation selectors."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def normal(text: str) -> str:
    """A text without what does not count in names: case, accents, runs of spaces, and what cannot be seen."""
    if text.isascii():
        return " ".join(text.casefold().split())
    # Accents that stand alone go first: how long it takes to normalize a run of them grows with its square.
    bare = _without_accents(unicodedata.normalize("NFKD", _without_accents(visible(text))))
    return " ".join(bare.casefold().translate(_LETTERS).split())


def _without_accents(text: str) -> str:
    return "".join(letter for letter in text if not unicodedata.combining(letter))


def plain(title: str) -> str:
    """A title as it is taken apart: what cannot be seen is gone, and full-width characters are usual ones."""
    text = title[:_MOST_READ]
    if not text.isascii():
        text = unicodedata.normalize("NFKC", visible(text).replace("\uff1a", ": "))
    return " ".join(text.split())


def priority(summary: str) -> tuple[int, str]:
    """The `[L2]` mark at the head of a summary (none is 0), and the summary without it."""
    mark = _PRIORITY.match(visible(summary[:20])) if "[" in summary[:20] else None
    if mark is None:
        return 0, summary.strip()
    return int(mark[1]), summary[summary.index("]") + 1 :].strip()


def tokens_of(text: str) -> list[Token]:
    """The words of a text."""
    return [Token(normal(match[0]), match.start(), match.end()) for match in _TOKEN.finditer(text)]


def parts_of(text: str) -> list[Part]:
    """The parts of a title; empty ones are left out."""
    parts, start = [], 0
    for match in _SEPARATOR.finditer(text):
        if text[start : match.start()].strip():
            parts.append(_part(text, start, match.start(), match[0].strip()))
        start = match.end()
    if text[start:].strip():
        parts.append(_part(text, start, len(text), ""))
    return parts


def _part(text: str, start: int, end: int, separator: str) -> Part:
    written = text[start:end]
    return Part(start + len(written) - len(written.lstrip()), end - len(written) + len(written.rstrip()), separator)


_Words = tuple[str, ...]


class _Tables(Struct, frozen=True):
    """The phrases by their first word, the longest first; what any word that ends so means; what events are called; and
    the titles of feeds that hide titles."""

    phrases: dict[str, list[tuple[_Words, Meaning, str]]]
    endings: dict[str, Meaning]
    events: frozenset[_Words]
    hidden: frozenset[_Words]


def _phrases_in(texts: Iterable[str]) -> Iterator[tuple[str, _Words]]:
    for phrase in ",".join(texts).split(","):
        written = phrase.strip()
        yield written, tuple(map(normal, _TOKEN.findall(unicodedata.normalize("NFKC", written))))


@cache
def _cancelling() -> frozenset[str]:
    """The words one of which every cancelled title has: all that most titles are looked up in."""
    return frozenset(words[0] for _, words in _phrases_in(PHRASES[Meaning.CANCELLED].values()))


@cache
def _tables() -> _Tables:
    found: dict[str, dict[_Words, tuple[Meaning, str]]] = {}
    endings: dict[str, Meaning] = {}
    of_meaning: dict[Meaning, set[_Words]] = {meaning: set() for meaning in Meaning}
    for meaning, languages in PHRASES.items():
        for written, words in _phrases_in(languages.values()):
            of_meaning[meaning].add(words)
            if written.startswith("*"):
                endings.setdefault(words[0], meaning)
            elif words and meaning is not Meaning.HIDDEN:
                mark = written[0] if written[0] in "=~" else ""
                found.setdefault(words[0], {}).setdefault(words, (meaning, mark))
    return _Tables(
        {
            first: sorted(((words, *sense) for words, sense in entries.items()), key=lambda entry: -len(entry[0]))
            for first, entries in found.items()
        },
        endings,
        frozenset(of_meaning[Meaning.EVENT]),
        frozenset(of_meaning[Meaning.HIDDEN]),
    )


def phrases_of(tokens: Sequence[Token]) -> list[Phrase]:
    """The phrases with a meaning, from left to right."""
    tables = _tables()
    endings = tuple(tables.endings)
    words = tuple(token.text for token in tokens)
    found: list[Phrase] = []
    start = 0
    while start < len(words):
        phrase = next(
            (
                Phrase(start, start + len(parts), meaning, mark)
                for parts, meaning, mark in tables.phrases.get(words[start], ())
                if words[start : start + len(parts)] == parts
            ),
            None,
        )
        if phrase is None and words[start].isdigit():
            phrase = Phrase(start, start + 1, Meaning.FILLER)
        if phrase is None and words[start].endswith(endings):
            ending = next(text for text in endings if words[start].endswith(text))
            phrase = Phrase(start, start + 1, tables.endings[ending])
        if phrase:
            found.append(phrase)
        start = phrase.end if phrase else start + 1
    return found


def reading_of(text: str, neutral: Collection[int] = (), *, is_label: bool = False) -> Reading | None:
    """What a part of a title says, if its words say anything.

    The tokens of `neutral` are names, which say nothing. A part that is a label, before or after a name, may be what
    a line or a team is called; see the marks of the tables.
    """
    tokens = tokens_of(text)
    phrases = [one for one in phrases_of(tokens) if not any(index in neutral for index in range(one.start, one.end))]
    unknown = set(range(len(tokens))).difference(neutral, *(range(one.start, one.end) for one in phrases))
    phrases = list(_negated(phrases))
    duties = [one.start for one in phrases if one.meaning is Meaning.DUTY]
    counted = [
        one
        for one in phrases
        if one.meaning not in (Meaning.FILLER, Meaning.EVENT)
        and not (one.mark == "=" and unknown)
        and not (one.mark == "~" and is_label and any(other >= one.end for other in (*unknown, *duties)))
    ]
    if not counted:
        return None
    best = min(counted, key=lambda one: one.meaning.value)
    return Reading(best.meaning, text[tokens[best.start].start : tokens[best.end - 1].end])


def _negated(phrases: Sequence[Phrase]) -> Iterator[Phrase]:
    """The phrases, with a negation and the word of duty right after it as what the two mean together."""
    for phrase, following in zip_longest(phrases, phrases[1:]):
        if phrase.meaning is not Meaning.NEGATION:
            yield phrase
        elif following and following.start == phrase.end and following.meaning is Meaning.DUTY:
            yield Phrase(phrase.start, following.end, Meaning.NOT_ON_CALL)
        else:
            yield Phrase(phrase.start, phrase.end, Meaning.NOT_ON_CALL, "=")


def is_spent(tokens: Sequence[Token]) -> bool:
    """Whether every word has a meaning, so that none of them can be a name."""
    return sum(phrase.end - phrase.start for phrase in phrases_of(tokens)) == len(tokens)


def is_hidden(title: str) -> bool:
    """Whether a title is what feeds write that only tell when somebody is busy."""
    return tuple(token.text for token in tokens_of(plain(title))) in _tables().hidden


def refusal(readings: Sequence[Reading]) -> Reading | None:
    """Of what the parts of a title say, what keeps anybody it names from being on call. On a holiday somebody may be
    on duty, where another part says so."""
    is_duty = any(one.meaning is Meaning.DUTY for one in readings)
    against = [
        one for one in readings if not SENSES[one.meaning].is_shift and not (is_duty and one.meaning is Meaning.HOLIDAY)
    ]
    return min(against, key=lambda one: one.meaning.value, default=None)


@lru_cache(4096)
def is_cancelled(summary: str) -> bool:
    """Whether a title says that its event is cancelled: with its first words, or with a part of its own at its end.

    `[L2]`, `FW:` and the like may come before. `Cancelled flights: NAME` begins so as well, but is more likely the name
    of a line: whom that event means is for whoever reads names to say.
    """
    text = plain(priority(summary)[1])
    if _cancelling().isdisjoint(token.text for token in tokens_of(text)):
        return False
    while True:
        rest = priority(_ORNAMENT.sub("", text, count=1) if _ORNAMENT.match(text) else text)[1]
        mark = _MAIL_MARK.match(rest)
        rest = rest[mark.end() :].strip() if mark else rest
        if rest == text:
            break
        text = rest
    parts = parts_of(text)
    if not parts:
        return False
    if any(_only_cancels(text[part.start : part.end]) for part in (parts[0], parts[-1])):
        return True
    phrases = phrases_of(tokens_of(text[parts[0].start : parts[0].end]))
    begins_so = bool(phrases) and phrases[0].start == 0 and phrases[0].meaning is Meaning.CANCELLED
    return begins_so and not parts[0].separator.startswith(":")


def _only_cancels(text: str) -> bool:
    """Whether a part of a title says that an event is cancelled, and no more: `Canceled`, `Shift cancelled`."""
    tokens = tokens_of(text)
    phrases = phrases_of(tokens)
    words = [tuple(token.text for token in tokens[one.start : one.end]) for one in phrases]
    return (
        any(one.meaning is Meaning.CANCELLED for one in phrases)
        and sum(map(len, words)) == len(tokens)
        and all(
            one.meaning in (Meaning.CANCELLED, Meaning.FILLER) or written in _tables().events
            for one, written in zip(phrases, words, strict=True)
        )
    )
