"""What stands at the place of a finding: the line as it was read, and where what it is about ends."""

from __future__ import annotations

import re
from collections.abc import Mapping

from oncall.errors import Problem
from oncall.lint.ignores import LINE_END

_CALENDAR_LINE_END = re.compile("\r\n|[\n\r]")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"?|'(?:[^']|'')*'?")
_PLAIN = re.compile(r"(?:(?!:(?:\s|$)|\s#).)+")
_PLAIN_IN_FLOW = re.compile(r"(?:(?!:(?:[\s,\]}]|$)|\s#|[,\[\]{}]).)+")
_BRACKETS = {"{": "}", "[": "]"}
_BEFORE, _AFTER = 4000, 1000  # how much of a line is looked at for each of the findings on it


class Source:
    """The lines of files as they were read when they were checked, whatever they have become since."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._contents = contents
        self._lines: dict[str, list[str]] = {}

    def line(self, one: Problem) -> str | None:
        """The line a finding is on; None where it has none."""
        if one.line is None or one.file not in self._contents:
            return None
        if one.file not in self._lines:
            text = self._contents[one.file].decode("utf-8-sig", errors="replace")
            self._lines[one.file] = (_CALENDAR_LINE_END if _is_calendar(one.file) else LINE_END).split(text)
        lines = self._lines[one.file]
        return lines[one.line - 1] if 0 < one.line <= len(lines) else None

    def end(self, one: Problem) -> int | None:
        """The column after what a finding is about; None where it has no column."""
        text = self.line(one)
        if text is None or one.column is None:
            return None
        if _is_calendar(one.file):
            return max(one.column + 1, len(text) + 1)
        return token_end(text, one.column)


def _is_calendar(file: str) -> bool:
    return file.lower().endswith(".ics")


def token_end(text: str, column: int) -> int:
    """The column after the key or value that begins at a column of a line of YAML, as far as the line shows it."""
    cut = max(0, column - 1 - _BEFORE)
    return cut + _end_within(text[cut : column - 1 + _AFTER], column - 1 - cut, is_in_flow=cut > 0)


def _end_within(text: str, start: int, *, is_in_flow: bool) -> int:
    column = start + 1
    first = text[start : start + 1]
    if first in _BRACKETS:
        return _bracket_end(text, start) + 1
    if first in ("'", '"'):
        quoted = _QUOTED.match(text, start)
        return quoted.end() + 1 if quoted else column + 1
    before = text[:start]
    is_in_flow = is_in_flow or any(before.count(one) > before.count(other) for one, other in _BRACKETS.items())
    plain = (_PLAIN_IN_FLOW if is_in_flow else _PLAIN).match(text, start)
    return max(column + 1, start + len(plain[0].rstrip()) + 1) if plain else column + 1


def _bracket_end(text: str, start: int) -> int:
    """Where what a bracket opens is closed on its line, or the line ends."""
    depth = 0
    for place in range(start, len(text)):
        if text[place] in "[{":
            depth += 1
        elif text[place] in "]}":
            depth -= 1
            if depth == 0:
                return place + 1
    return len(text.rstrip())
