"""What a word that nothing is called may be a misspelling of.

No suggestion is better than a wrong one, so two words are alike only if a slip of the fingers makes one the other: a
letter too many or too few, a wrong one, or two in the wrong order; none of these in words of two letters, few in
short ones. Numbers tell words apart and are never misspelt, and neither are abbreviations: PST is not EST. Other marks
and the case of letters do not count. Where two words are equally near, neither is suggested.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

from msgspec import Struct

MAX_SUGGESTIONS = 100  # in one reading: looking for each takes as long as there are words
_MAX_LETTERS = 100
_MIN_BEGINNING = 3
_MAX_PARTS = 8
_SLIPS = ((12, 3), (8, 2), (4, 1))  # how long the shorter word is at least, and how many slips that allows
_SHORT = 5  # letters of words in which the first one is not mistaken
_MIN_STEM, _MAX_ENDING = 5, 2  # letters of a word that has an ending too much, and of that ending
_LOOKALIKE = str.maketrans("oil", "011")
_OFFSET = re.compile(r"(?:utc|gmt|etc/gmt)\s*[+\-\u2212]\s*\d", re.IGNORECASE)  # no zone's name, and signs are a trap
_SYNONYMS = {
    **dict.fromkeys(("call", "cell", "landline", "mobile", "phone", "tel", "telephone"), "voice"),
    **dict.fromkeys(("text", "textmessage", "txt"), "sms"),
    **dict.fromkeys(("slack", "teams", "mattermost", "discord"), "chat"),
    **dict.fromkeys(("beeper", "bleep"), "pager"),
    **dict.fromkeys(("app", "notification"), "push"),
    "mail": "email",
}

_remaining: ContextVar[list[int] | None] = ContextVar("suggestions_remaining", default=None)


class _Word(Struct, frozen=True):
    """A word as it is compared: in small letters, its parts between other marks, and the numbers in it."""

    written: str
    joined: str
    parts: tuple[str, ...]
    numbers: tuple[str, ...]


class _Vocabulary(Struct, frozen=True):
    """The words there are, by their joined letters, also as these look, by every run of their parts, and by their parts
    in any order."""

    by_letters: dict[str, list[_Word]]
    by_lookalike: dict[str, list[_Word]]
    by_run: dict[tuple[str, ...], list[_Word]]
    by_parts: dict[tuple[str, ...], list[_Word]]
    ordered: list[str]


@contextmanager
def limited_suggestions() -> Iterator[None]:
    """Within this, only the first hundred problems get a suggestion."""
    token = _remaining.set([MAX_SUGGESTIONS])
    try:
        yield
    finally:
        _remaining.reset(token)


def suggestion(text: str, known: Sequence[str]) -> str:
    """` (did you mean …?)` with the word that was meant, or nothing."""
    word = suggested(text, known)
    return f" (did you mean {word!r}?)" if word else ""


def suggested(text: str, known: Sequence[str]) -> str | None:
    """The nearest known word, as long as suggestions are not used up."""
    remaining = _remaining.get()
    if remaining is not None:
        remaining[0] -= 1
        if remaining[0] < 0:
            return None
    return nearest(text, known)


def nearest(text: str, known: Sequence[str]) -> str | None:
    """The known word that a text is a misspelling, a part or a synonym of, if there is one. Slow enough to be for
    errors only."""
    return _nearest(text, tuple(known)) if len(text) <= _MAX_LETTERS and not _OFFSET.match(text.strip()) else None


@lru_cache(maxsize=1024)
def _nearest(text: str, known: tuple[str, ...]) -> str | None:
    word, vocabulary = _word(text), _vocabulary(known)
    if not word.joined:
        return None
    letters = (word.joined, word.joined.translate(_LOOKALIKE), _SYNONYMS.get(word.joined, ""))
    words = vocabulary.by_letters.get(letters[0]) or _by_parts(word, vocabulary) or _by_slips(word, vocabulary)
    words = words or vocabulary.by_lookalike.get(letters[1]) or vocabulary.by_letters.get(letters[2], [])
    return words[0].written if len({candidate.joined for candidate in words}) == 1 else None


def slip_of(text: str, known: Sequence[str]) -> str | None:
    """The known word that the fewest slips of the fingers make this one, if there is one, and be it one of several."""
    word = _word(text[:_MAX_LETTERS])
    by_distance = _slips(word, _vocabulary(tuple(known)))
    return by_distance[min(by_distance)][0].written if by_distance else None


@lru_cache(maxsize=4096)
def _word(text: str) -> _Word:
    parts = tuple(re.findall(r"[^\W_]+", text.casefold()))
    return _Word(text, "".join(parts), parts, tuple(re.findall(r"\d+", " ".join(parts))))


@lru_cache(maxsize=16)
def _vocabulary(known: tuple[str, ...]) -> _Vocabulary:
    by_letters: dict[str, list[_Word]] = {}
    by_lookalike: dict[str, list[_Word]] = {}
    by_run: dict[tuple[str, ...], list[_Word]] = {}
    by_parts: dict[tuple[str, ...], list[_Word]] = {}
    for word in (_word(text) for text in known if len(text) <= _MAX_LETTERS):
        by_letters.setdefault(word.joined, []).append(word)
        by_lookalike.setdefault(word.joined.translate(_LOOKALIKE), []).append(word)
        by_parts.setdefault(tuple(sorted(word.parts)), []).append(word)
        count = min(len(word.parts), _MAX_PARTS)
        for run in {word.parts[start:end] for start in range(count) for end in range(start + 1, count + 1)}:
            by_run.setdefault(run, []).append(word)
    return _Vocabulary(by_letters, by_lookalike, by_run, by_parts, sorted(by_letters))


def _by_parts(word: _Word, vocabulary: _Vocabulary) -> list[_Word]:
    """Words of which this is a part, the beginning, the same parts in another order, or the parts cut short; or that
    have an ending too much here."""
    if len(word.joined) < _MIN_BEGINNING:
        return []
    if words := vocabulary.by_run.get(word.parts):
        return words
    if len(word.parts) > 1:
        return vocabulary.by_parts.get(tuple(sorted(word.parts))) or _by_short_parts(word, vocabulary)
    for ending in range(1, _MAX_ENDING + 1):
        stem = word.joined[:-ending]
        if len(stem) >= _MIN_STEM and stem in vocabulary.by_letters and word.joined.isalpha():
            return vocabulary.by_letters[stem]
    start = bisect_left(vocabulary.ordered, word.joined)
    begun = []
    for letters in vocabulary.ordered[start : start + 2]:
        if letters.startswith(word.joined) and not letters[len(word.joined)].isdigit():
            begun += vocabulary.by_letters[letters]
    return begun


def _by_short_parts(word: _Word, vocabulary: _Vocabulary) -> list[_Word]:
    """Words of as many parts, each of which begins or ends as the part here: `due_in` is `due_within`."""
    return [
        candidate
        for candidates in vocabulary.by_letters.values()
        for candidate in candidates
        if len(candidate.parts) == len(word.parts)
        and all(
            part == its or (len(part) > 1 and part.isalpha() and (its.startswith(part) or its.endswith(part)))
            for part, its in zip(word.parts, candidate.parts, strict=True)
        )
    ]


def _by_slips(word: _Word, vocabulary: _Vocabulary) -> list[_Word]:
    """The words that the fewest slips make this one; none of an abbreviation."""
    text = word.written.strip()
    if text.isalpha() and text.isupper() and len(text) <= _SHORT:
        return []
    by_distance = _slips(word, vocabulary)
    return by_distance[min(by_distance)] if by_distance else []


def _slips(word: _Word, vocabulary: _Vocabulary) -> dict[int, list[_Word]]:
    """The words that slips make this one, by how many of them."""
    from rapidfuzz import process  # here: only errors need it
    from rapidfuzz.distance import OSA

    near = process.extract(word.joined, vocabulary.ordered, scorer=OSA.distance, score_cutoff=_SLIPS[0][1], limit=50)
    by_distance: dict[int, list[_Word]] = {}
    for letters, *_ in near:
        for candidate in vocabulary.by_letters[letters]:
            if (distance := _distance(word, candidate)) is not None:
                by_distance.setdefault(distance, []).append(candidate)
    return by_distance


def _distance(word: _Word, other: _Word) -> int | None:
    """How many slips make one word the other; None where they are too many."""
    if word.numbers != other.numbers:
        return None
    if len(word.parts) != len(other.parts):
        return _distance_of_parts(word.joined, other.joined)
    total = 0
    for part, its in zip(word.parts, other.parts, strict=True):
        distance = _distance_of_parts(part, its)
        if distance is None:
            return None
        total += distance
    return total if total <= _max_slips(word.joined, other.joined) else None


def _distance_of_parts(part: str, other: str) -> int | None:
    from rapidfuzz.distance import OSA  # here: likewise

    if part == other:
        return 0
    limit = _max_slips(part, other)
    if min(len(part), len(other)) <= _SHORT and part[:1] != other[:1] and not _is_swap(part, other):
        return None
    distance = OSA.distance(part, other, score_cutoff=limit)
    return distance if distance <= limit else None


def _max_slips(word: str, other: str) -> int:
    """How many slips are likely in words of this length; in one of three letters one is missing or two are swapped."""
    shorter = min(len(word), len(other))
    for length, slips in _SLIPS:
        if shorter >= length:
            return slips
    return int(shorter == _SLIPS[-1][0] - 1 and (len(word) != len(other) or _is_swap(word, other)))


def _is_swap(word: str, other: str) -> bool:
    """Whether two neighbouring letters of one word are swapped in the other."""
    unlike = [index for index, (letter, its) in enumerate(zip(word, other, strict=False)) if letter != its]
    if len(word) != len(other) or len(unlike) != 2:
        return False
    first, second = unlike
    return second == first + 1 and word[first] == other[second] and word[second] == other[first]
