"""The text of an iCalendar file: content lines with their line numbers, and the components they stand in.

The components are taken apart here, before any library reads them, so that each event is read by itself: one that is
broken, or cut off where a download ended, never takes the rest of its calendar down, and every problem has a line.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from msgspec import Struct, field

from oncall.errors import Problem, problem

MOST_BYTES = 8_000_000  # some twenty thousand events as products export them, read in a few seconds

_FOLD = re.compile(rb"\n+[ \t]")
_GO_ON = bytes(range(0x80, 0xC0))  # the bytes of a letter after its first
_DEEPEST = 10  # components inside components; what calendars hold is four deep
_STARTS_COMPONENT = ("VCALENDAR", "VEVENT", "VTIMEZONE", "VTODO", "VJOURNAL", "VFREEBUSY")
_LOOKS_LIKE = (
    (
        rb"(?i)\s*<(!doctype|html|head|body)",
        "is a web page, not a calendar (a log-in page saved in place of the feed?)",
    ),
    (rb"\s*<", "is XML, not a calendar"),
    (rb"\s*[\[{]", "is JSON, not a calendar"),
)


class Line(Struct, gc=False):
    """A content line, unfolded; `number` is where it begins in the file, from 1. `folded` is the line as it stands in
    the file where it is folded: bytes, with line feeds alone."""

    number: int
    text: str
    folded: bytes = b""
    starts: tuple[int, ...] = ()  # a list of its own would double what millions of short lines take

    def place(self, index: int) -> tuple[int, int]:
        """The line and column of the file at which a letter of the text stands."""
        if not self.folded:
            return self.number, index + 1
        if not self.starts:  # worked out once: a list of dates is asked for thousands of places
            self.starts = tuple(self._starts())
        piece = bisect_right(self.starts, index) - 1
        space = piece > 0  # which a folded line begins with, and which is not of the text
        return self.number + piece, index - self.starts[piece] + 1 + space

    def _starts(self) -> list[int]:
        """The letter that each line of the file begins with; one that a fold cuts through is of the line before."""
        starts, letters = [], 0
        for piece in self.folded.split(b"\n"):
            starts.append(letters)
            letters += len(piece.translate(None, _GO_ON)) - (len(starts) > 1 and len(piece) > 0)
        return starts


class Spot(Struct, frozen=True):
    """A letter of a content line: its place in the file is worked out when somebody asks for it."""

    line: Line
    index: int

    @property
    def place(self) -> tuple[int, int]:
        return self.line.place(self.index)


class Component(Struct):
    """What stands between BEGIN and END; `closed` is False where the END is missing."""

    name: str
    line: int
    lines: list[Line] = field(default_factory=list)
    parts: list[Component] = field(default_factory=list)
    closed: bool = False


def read_calendars(data: bytes, file: str) -> tuple[list[Component], list[Problem]]:
    """The calendars in a file, and what is wrong with it as a file (OC001)."""
    refusal = _not_a_calendar(data)
    if refusal:
        return [], [problem("OC001", refusal, file)]
    lines, problems = _content_lines(data, file)
    roots = _components(lines)
    calendars = [root for root in roots if root.name == "VCALENDAR"]
    if not calendars:
        return [], [problem("OC001", "is not a calendar: there is no BEGIN:VCALENDAR in it", file, 1, 1)]
    for calendar in calendars:
        if not calendar.closed:
            message = "ends without END:VCALENDAR: it was cut off, and events may be missing; fetch or save it again"
            problems.append(problem("OC001", message, file, calendar.line, 1))
    for lost in roots:
        if lost.name == "VEVENT":
            message = "this event stands outside BEGIN:VCALENDAR and END:VCALENDAR and is left out"
            problems.append(problem("OC304", message, file, lost.line, 1))
    return calendars, problems


def _not_a_calendar(data: bytes) -> str | None:
    if len(data) > MOST_BYTES:
        return f"is too large: {len(data):,} bytes, more than {MOST_BYTES:,}"
    if not data.strip():
        return "is empty: a calendar begins with BEGIN:VCALENDAR"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or data[:64].count(0) >= 16:
        return "is UTF-16 text: save it as UTF-8"
    for pattern, what in _LOOKS_LIKE:
        if re.match(pattern, data):
            return what
    return None


def _content_lines(data: bytes, file: str) -> tuple[list[Line], list[Problem]]:
    lines: list[Line] = []
    garbled = None
    for number, written in _as_written(data.removeprefix(b"\xef\xbb\xbf")):
        # Bytes are joined before they are decoded, because a fold may stand inside a character.
        raw = _without_folds(written) if b"\n" in written else written
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            text = raw.decode(errors="replace")
            garbled = garbled or number
        lines.append(Line(number, text, b"" if raw is written else written))
    if garbled is None:
        return lines, []
    message = "is not UTF-8 here: names with such letters cannot be read; save the file as UTF-8"
    return lines, [problem("OC001", message, file, garbled, 1)]


def _as_written(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The content lines of a file as they stand in it, each with its number; a line that begins with a space or tab
    goes on from the one before. They come one by one: millions of short ones would take hundreds of megabytes."""
    text = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    number = first = begin = 0
    start, stop = -1, 0
    while begin <= len(text):
        end = text.find(b"\n", begin)
        end = len(text) if end < 0 else end
        number += 1
        if start >= 0 and text[begin : begin + 1] in (b" ", b"\t"):
            stop = end
        elif end > begin:
            if start >= 0:
                yield first, text[start:stop]
            first, start, stop = number, begin, end
        begin = end + 1
    if start >= 0:
        yield first, text[start:stop]


def _without_folds(written: bytes) -> bytes:
    if b"\n\n" in written:  # an empty line inside
        return _FOLD.sub(b"", written)
    return written.replace(b"\n ", b"").replace(b"\n\t", b"")


def _components(lines: list[Line]) -> list[Component]:
    roots: list[Component] = []
    open_parts: list[Component] = []
    for line in lines:
        word, name = _mark(line.text)
        if word == "BEGIN" and name:
            if name in _STARTS_COMPONENT:
                _leave_unclosed(open_parts, name)
            part = Component(name, line.number)
            if len(open_parts) < _DEEPEST:
                (open_parts[-1].parts if open_parts else roots).append(part)
                open_parts.append(part)
        elif word == "END" and any(part.name == name for part in open_parts):
            while open_parts[-1].name != name:
                open_parts.pop()
            open_parts.pop().closed = True
        elif open_parts:
            open_parts[-1].lines.append(line)
    return roots


def _mark(text: str) -> tuple[str, str]:
    """`BEGIN` or `END` and the component it is of, in capitals; most lines are neither."""
    if text[0] not in "BbEe" and not text[0].isspace():
        return "", ""
    word, _, name = text.partition(":")
    return word.strip().upper(), name.strip().upper()


def _leave_unclosed(open_parts: list[Component], name: str) -> None:
    """An event cannot hold an event: where one begins inside another, the other has lost its END."""
    while open_parts and open_parts[-1].name != ("" if name == "VCALENDAR" else "VCALENDAR"):
        open_parts.pop()
