"""Names of people in a text, however their letters are written: `Weiß` is `WEISS`, `İbrahim` is `ibrahim`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise

_WORD = r"(?:[^\W_]|[\u0300-\u036f])+"
_ALIKE = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "a", "œ": "o"})
_GAP = 3  # letters that are no part of a word, between the words of a name


def folded(word: str) -> str:
    """A word without what spellings of one name differ in: case, accents, `ß` for `ss`, `ue` for `ü`."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter)).translate(_ALIKE)
    return re.sub("(?<=[aou])e", "", letters)


class Names:
    """Names to be found in texts, each with the key of whose it is."""

    def __init__(self) -> None:
        self._names: dict[str, dict[tuple[str, ...], str]] = {}

    def add(self, name: str, key: str) -> None:
        """One more name; two words are one in the other order, too. The first who has a name keeps it."""
        words = tuple(folded(word) for word in re.findall(_WORD, name[:300]))
        for order in {words, words[::-1]} if len(words) == 2 else {words}:
            if "".join(order):
                self._names.setdefault(order[0], {}).setdefault(order, key)

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Where the names are in a text, from left to right, the longest where several begin."""
        words = [(found.start(), found.end(), folded(found[0])) for found in re.finditer(_WORD, text)]
        index = 0
        while index < len(words):
            length, key = max(self._matches(text, words, index), default=(0, ""))
            if length:
                yield words[index][0], words[index + length - 1][1], key
            index += max(length, 1)

    def _matches(self, text: str, words: list[tuple[int, int, str]], index: int) -> Iterator[tuple[int, str]]:
        for name, key in self._names.get(words[index][2], {}).items():
            part = words[index : index + len(name)]
            if tuple(word for _, _, word in part) == name and _together(part):
                yield len(name), key


def _together(words: Iterable[tuple[int, int, str]]) -> bool:
    return all(then[0] - first[1] <= _GAP for first, then in pairwise(words))
