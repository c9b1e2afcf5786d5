"""Whom a name that is not known may mean: suggestions for messages, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from oncall.rotations.titles import normal, tokens_of

_LIKE = 88.0  # per cent alike that two spellings of one name are
_SHORTEST = 5  # characters of a name that may be misspelt: shorter ones are too often alike
_MOST_SEARCHES = 200


class Candidates:
    """Finds the one person a spelling is near to. Where two are as near, nobody is."""

    def __init__(self, spellings: Iterable[tuple[str, str]]) -> None:
        self._by_words: dict[tuple[str, ...], set[str]] = {}
        self._by_name: dict[str, set[str]] = {}
        self._searches = 0
        for spelling, person in spellings:
            self._by_name.setdefault(normal(spelling), set()).add(person)
            for words in _spellings_of(_words(spelling)):
                self._by_words.setdefault(words, set()).add(person)

    def of(self, name: str) -> tuple[str, ...]:
        """The person a name may mean: the same words otherwise joined or turned round, a first name or a surname,
        `J. Doe` or `jdoe`, or a slip of the pen."""
        words = _words(name)
        people = self._by_words.get(tuple(words)) or self._misspelt(normal(name))
        return tuple(people) if len(people) == 1 else ()

    def _misspelt(self, name: str) -> set[str]:
        self._searches += 1
        if self._searches > _MOST_SEARCHES or not _SHORTEST <= len(name) <= 100:
            return set()
        from rapidfuzz import fuzz, process  # here: slow to import, and only unknown names need it

        near = process.extract(name, self._by_name.keys(), scorer=fuzz.ratio, score_cutoff=_LIKE, limit=3)
        return {person for spelling, _, _ in near for person in self._by_name[spelling]}


def _words(name: str) -> list[str]:
    """The words of a name; of an address those before the `@`."""
    local = name.strip().removeprefix("@")[:200]
    local = local if " " in local else local.partition("@")[0]
    return [token.text for token in tokens_of(local)][:8]


def _spellings_of(words: list[str]) -> Iterable[tuple[str, ...]]:
    yield tuple(words)
    if len(words) < 2:
        return
    first, last = words[0], words[-1]
    yield (*words[-1:], *words[:-1])
    yield (first,)
    yield (last,)
    yield first, last[0]
    yield first[0], last
    yield last, first[0]
    yield (first[0] + last,)
    yield (first + last,)
    yield (first + last[0],)
