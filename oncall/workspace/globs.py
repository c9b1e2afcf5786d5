"""Globs over paths: `*` and `?` stay within a folder, `**` does not, and what matches a folder matches all below it.

A glob is matched as an automaton, all of whose states are the bits of one number: bit n is set where the first n parts
of the glob match what has been read of the path. A path is read once, letter by letter, so that no glob takes longer on
one path than on another, which no regular expression of many `*` can promise.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable

MOST_LETTERS = 50_000
"""Of all the globs of one setting together."""

_PARTS = r"(?s)\*\*/(?:\*\*/)*|\*\*|."  # compiled when it is first used


class _Automaton:
    """Some globs, one after the other. `loops` are the states that stay whatever comes, `names` those that stay unless
    a folder ends; `skips` those whose next part may match nothing, `twice` the same of the next two."""

    def __init__(self, globs: Iterable[str]) -> None:
        self.loops = self.names = self.skips = self.twice = self.any = 0
        self.start = self.end = 0
        self.letters: dict[str, int] = defaultdict(int)
        bit = 1
        for glob in globs:
            self.start |= bit
            for part in re.findall(_PARTS, glob.removeprefix("/")):
                bit = self._add(part, bit)
            self.end |= bit
            bit <<= 1

    def _add(self, part: str, bit: int) -> int:
        """One more part, from the state that `bit` is; the state after it."""
        if part.startswith("**/"):  # nothing, or anything that ends with a folder
            self.skips |= bit
            self.twice |= bit
            bit <<= 1
            self.loops |= bit
            self.letters["/"] |= bit
        elif part.startswith("**"):
            self.loops |= bit
            self.skips |= bit
        elif part == "*":
            self.names |= bit
            self.skips |= bit
        elif part == "?":
            self.any |= bit
        else:
            self.letters[part] |= bit
        return bit << 1

    def matches(self, path: str) -> bool:
        """Whether one of the globs matches a path, or a folder that it is in."""
        states = self._skipped(self.start)
        for letter in path:
            is_folder = letter == "/"
            if is_folder and states & self.end:
                return True
            passing = states & (self.letters.get(letter, 0) | (0 if is_folder else self.any))
            staying = states & (self.loops | (0 if is_folder else self.names))
            states = self._skipped(passing << 1 | staying)
            if not states:
                return False
        return bool(states & self.end)

    def _skipped(self, states: int) -> int:
        """The states, and those that follow them by parts that match nothing."""
        while True:
            more = states | (states & self.skips) << 1 | (states & self.twice) << 2
            if more == states:
                return states
            states = more


def glob_matcher(globs: Iterable[str]) -> Callable[[str], bool]:
    """Whether a path matches one of the globs."""
    wanted = [one.strip().rstrip("/") for one in globs if one.strip()]
    return _Automaton(wanted).matches if wanted else lambda path: False
