"""Reading an event log: streaming, from a file, a gzipped one or standard input, and exact about what it cannot read.

The events of one dispatch may lie among those of others, but no further apart than SPAN lines: what is kept in memory
are the lines of the dispatches under way. A line later than that is reported and belongs to no dispatch any more.
"""

from __future__ import annotations

import re
import sys
import zlib
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO, TextIO

import msgspec
from msgspec import Struct

from oncall.errors import OncallError, file_error
from oncall.logs.faults import Fault, Faults
from oncall.workspace.inputs import open_input

SPAN = 60_000
"""How many lines the events of one dispatch may lie apart."""

LONGEST = 1_000_000
"""The longest line that is read, in bytes."""

MOST_UNPACKED, MOST_RATIO = 32_000_000, 200
"""How many bytes a packed log may unpack to, unless they are no more than so many times those it takes."""

_MOST_UNREADABLE = 100_000  # lines that are nobody's, before the first that is somebody's
_BLOCK = 1 << 20
_PIECE = 1 << 14
_HEAD = 10_000
_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_NAMED = re.compile(rb'"dispatch"\s*:\s*("(?:[^"\\]|\\.)*")')


class Group(Struct, frozen=True):
    """The lines of one dispatch with their numbers, as they stand in the log. `cut_off` where the log is broken after
    them, and nobody knows whether there were more."""

    dispatch: str
    lines: list[tuple[int, bytes]]
    cut_off: bool = False


class _Key(Struct):
    dispatch: str


_KEY = msgspec.json.Decoder(_Key)


def open_log(path: str | None) -> BinaryIO:
    """The file of a log, None being standard input. OncallError where it cannot be read."""
    if path is None:
        return standard_input()
    try:
        return open_input(path)
    except (OSError, ValueError) as error:
        raise OncallError(f"{path} cannot be read: {file_error(error)}") from None


def standard_input() -> BinaryIO:
    """What is piped in. OncallError where the program was started without a standard input."""
    stream: TextIO | None = sys.stdin
    if stream is None:
        raise OncallError("standard input is closed: name a file, or pipe something in")
    return stream.buffer


class Log:
    """An event log being read. `read` is how many bytes of the file have been, `faults` what was wrong so far, and
    `broken` says that there was more than could be read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.read = 0
        self.faults = Faults()
        self.broken = False
        self._unreadable = 0

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """The lines with their numbers, from 1, without their ends. A line beyond LONGEST is left out and reported."""
        number, rest, long = 0, b"", False
        for block in self._blocks():
            parts = block.split(b"\n")
            if long:
                if len(parts) == 1:
                    continue
                parts[0], rest, long = b"", b"", False
            parts[0] = rest + parts[0]
            rest = parts.pop()
            for line in parts:
                number += 1
                if line:
                    yield number, line
            if len(rest) > LONGEST:
                self.faults.add(Fault(number + 1, f"a line of more than {LONGEST:,} bytes: left out"))
                named = _NAMED.search(rest, 0, _HEAD)
                if named:  # enough of it to know whose it is
                    yield number + 1, rest[: named.end()]
                rest, long = b"", True
        if rest:
            yield number + 1, rest

    def lines_with(self, text: bytes) -> Iterator[tuple[int, bytes]]:
        """The lines that hold a text, or a backslash, by which it could be written otherwise."""
        number, rest = 0, b""
        for block in self._blocks():
            first, last = block.find(b"\n") + 1, block.rfind(b"\n") + 1
            if not last:
                rest = (rest + block)[-LONGEST:]
                continue
            line = rest + block[:first]
            number += 1
            if text in line or b"\\" in line:
                yield number, line[:-1]
            yield from _found(block, first, last, text, number)
            number += block.count(b"\n", first, last)
            rest = block[last:]
        if text in rest or b"\\" in rest:
            yield number + 1, rest

    def groups(
        self, only: str | None = None, part: tuple[int, int] = (0, 1), *, beginning: bool = False
    ) -> Iterator[Group]:
        """The dispatches, in the order of their first lines. `only` is one of them, or, with `beginning`, what their
        ids begin with; `part` (which, of how many) is a share of them by their ids, for several processes that read one
        log."""
        lines = self.lines_with(only.encode("utf-8", "surrogatepass")) if only else self.lines()
        grouping = _Grouping(self.faults)
        which, number_of_parts = part
        decode = _KEY.decode
        for number, line in lines:
            name: str | None
            if number == 1:
                line = line.removeprefix(_BOM)
            try:
                name = decode(line).dispatch
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                name = self._dispatch(number, line)
                if self._unreadable > _MOST_UNREADABLE and self._unreadable > number // 2:
                    self._break_off(f"more than half of {number:,} lines could not be read: the rest was not tried")
                    break
            if name is None or (only is not None and name != only and not (beginning and name.startswith(only))):
                continue
            if number_of_parts > 1 and zlib.crc32(name.encode("utf-8", "surrogatepass")) % number_of_parts != which:
                continue
            if not grouping.continues(name, number, line):
                yield from grouping.add(name, number, line)
        yield from grouping.rest(cut_off=self.broken)

    def _dispatch(self, number: int, line: bytes) -> str | None:
        """Whose line it is that cannot be read as it should; None for one that is nobody's, which is reported."""
        if not line.strip(b" \t\r"):
            return None
        named = _NAMED.search(line)
        name = _text(named[1]) if named else None
        if name is None:
            self.faults.add(Fault(number, _why_unreadable(number, line)))
            self._unreadable += 1
        return name

    def _blocks(self) -> Iterator[bytes]:
        first = self._file.read(_BLOCK)
        self.read += len(first)
        if first.startswith(_GZIP):
            yield from self._unzipped(first)
            return
        if first[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise OncallError("the log is UTF-16: save it as UTF-8")
        block = first
        while block:
            yield block
            block = self._file.read(_BLOCK)
            self.read += len(block)

    def _unzipped(self, block: bytes) -> Iterator[bytes]:
        """What a gzip holds, in pieces that are not many: each is put behind what is left of the one before."""
        waiting: list[bytes] = []
        size = unpacked = 0
        try:
            for content in self._unpacked(block):
                waiting.append(content)
                size += len(content)
                unpacked += len(content)
                if unpacked > max(MOST_UNPACKED, MOST_RATIO * self.read):
                    self._break_off(f"the gzip unpacks to more than {MOST_RATIO} times its size: no log does")
                    break
                if size >= _PIECE:
                    yield b"".join(waiting)
                    waiting, size = [], 0
        except zlib.error:
            self._break_off("the gzip is damaged: what comes after it could not be read")
        yield b"".join(waiting)

    def _unpacked(self, block: bytes) -> Iterator[bytes]:
        unzip = zlib.decompressobj(wbits=31)
        while block:
            # In small pieces: of one that is damaged nothing can be read.
            for start in range(0, len(block), _PIECE):
                piece = block[start : start + _PIECE]
                while piece:
                    if unzip.eof:  # another one follows, or padding
                        if not piece.startswith(_GZIP):
                            break
                        unzip = zlib.decompressobj(wbits=31)
                    yield unzip.decompress(piece, _BLOCK)
                    piece = unzip.unused_data if unzip.eof else unzip.unconsumed_tail
            block = self._file.read(_BLOCK)
            self.read += len(block)
        if not unzip.eof:
            self._break_off("the gzip ends in the middle: what came after it is not there")

    def _break_off(self, why: str) -> None:
        self.broken = True
        self.faults.add(Fault(0, why))


class _Grouping:
    """The dispatches under way, by their first lines."""

    def __init__(self, faults: Faults) -> None:
        self._open: dict[str, list[tuple[int, bytes]]] = {}
        self._order: deque[str] = deque()  # the first key of a dict is the slower to find the more there were before it
        self._oldest = 0  # the line after which the first of them is complete
        self._done: set[int] = set()
        self._faults = faults

    def continues(self, name: str, number: int, line: bytes) -> bool:
        """Take a line of a dispatch that is under way, if that is all there is to it."""
        known = self._open.get(name)
        if known is None or number > self._oldest:
            return False
        known.append((number, line))
        return True

    def add(self, name: str, number: int, line: bytes) -> Iterator[Group]:
        """Take a line; and the dispatches that are complete by it."""
        while self._open and number > self._oldest:
            yield self._first()
        if self.continues(name, number, line):
            return
        if hash(name) in self._done:
            what = f"more than {SPAN:,} lines after the first line of its dispatch: not judged with it"
            self._faults.add(Fault(number, what, name))
            return
        if not self._open:
            self._oldest = number + SPAN
        self._open[name] = [(number, line)]
        self._order.append(name)

    def rest(self, *, cut_off: bool) -> Iterator[Group]:
        """The log is over, or broken."""
        while self._open:
            yield self._first(cut_off=cut_off)

    def _first(self, *, cut_off: bool = False) -> Group:
        name = self._order.popleft()
        lines = self._open.pop(name)
        self._done.add(hash(name))
        if self._open:
            self._oldest = self._open[self._order[0]][0][0] + SPAN
        return Group(name, lines, cut_off)


def _found(block: bytes, start: int, end: int, text: bytes, number: int) -> Iterator[tuple[int, bytes]]:
    """The lines of a part of a block that hold a text, or a backslash; `number` lines are before it."""
    while True:
        at = _nearest(block.find(text, start, end), block.find(b"\\", start, end))
        if at < 0:
            return
        begins, ends = block.rfind(b"\n", 0, at) + 1, block.find(b"\n", at)
        number += block.count(b"\n", start, begins) + 1
        yield number, block[begins:ends]
        start = ends + 1


def _nearest(one: int, other: int) -> int:
    found = [at for at in (one, other) if at >= 0]
    return min(found, default=-1)


def _text(literal: bytes) -> str | None:
    try:
        found = msgspec.json.decode(literal)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return found if isinstance(found, str) else None


def _why_unreadable(number: int, line: bytes) -> str:
    try:
        found = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        if b"\0" in line[:1000]:
            return "not text: is this an event log?"
        return "not a JSON object: cut off, or not an event log?"
    if not isinstance(found, dict):
        return "not a JSON object"
    if "dispatch" not in found:
        return "no `dispatch`: nobody can say which call it is of"
    return "`dispatch` is not a text"
