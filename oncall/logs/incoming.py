"""Files of other systems, as they arrive: packed or not, cut off, in the wrong encoding, with lines without end."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections import deque
from collections.abc import Iterator
from typing import IO, Any, NamedTuple, cast

from oncall.errors import OncallError
from oncall.logs.importing import NOT_UNICODE, Remark
from oncall.logs.reading import MOST_RATIO, MOST_UNPACKED

MOST = 1 << 20
TOO_LONG = "longer than a megabyte: not an entry of such a log"
CUT_OFF = "the packed file breaks off or is damaged here: what stands before is imported"
TOO_DENSE = f"the packed file unpacks to more than {MOST_RATIO} times its size: what stands before is imported"
NOT_CLOSED = "a quotation mark that is never closed"
NOT_CSV = "not a line of CSV"
_ROW_LINES = 200
_DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile)


class Line(NamedTuple):
    """A line without its end."""

    number: int
    text: str


class Cells(NamedTuple):
    """A row of a table: the line it begins in, and its cells."""

    line: int
    cells: list[str]


class _DenseError(gzip.BadGzipFile):
    """A packed file holds more than any log would."""


class _Counted:
    """A file of which it is known how much has been read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.count = 0

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.count += len(data)
        return data


class _Unpacked(io.RawIOBase):
    """What a gzip file holds, up to the very place where it is damaged."""

    def __init__(self, packed: IO[bytes]) -> None:
        self._packed = _Counted(packed)
        self._content = gzip.GzipFile(fileobj=cast(IO[bytes], self._packed))
        self._size = 0
        self._damage: Exception | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        if self._damage:
            raise self._damage
        try:
            found = self._content.read1(len(into))  # `read` would lose what comes before the damage
        except _DAMAGED as error:  # once: after that gzip says that the file has ended
            self._damage = error
            raise
        self._size += len(found)
        if self._size > max(MOST_UNPACKED, MOST_RATIO * self._packed.count):
            raise _DenseError
        into[: len(found)] = found
        return len(found)


def unpacked(source: IO[bytes]) -> io.BufferedReader:
    """What a file holds, gzip undone, whatever the file is called."""
    buffered: Any = source if isinstance(source, io.BufferedReader) else io.BufferedReader(source)
    packed = buffered.peek(2)[:2] == b"\x1f\x8b"
    found: io.BufferedReader = io.BufferedReader(_Unpacked(buffered)) if packed else buffered
    return found


def first_letter(source: io.BufferedReader) -> str:
    """The first letter of what `unpacked` gave that is no space, without reading it."""
    return beginning(source).decode("utf-8-sig", "replace").lstrip()[:1]


def beginning(source: io.BufferedReader) -> bytes:
    """The first few thousand bytes of what `unpacked` gave, without reading it; none where it is damaged there."""
    try:
        return source.peek(4096)[:4096]
    except _DAMAGED:
        return b""


def first_cells(text: str) -> list[str]:
    """The cells of the first line of a text, as `table` separates them."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    found = _cells(1, line, _separator(line))
    return found.cells if isinstance(found, Cells) else []


def chunks(source: io.BufferedReader) -> Iterator[bytes | Remark]:
    """The content in pieces; where the file is damaged, a remark ends them."""
    first = True
    while True:
        try:
            piece = source.read1(MOST)
        except _DAMAGED as error:
            yield Remark(None, TOO_DENSE if isinstance(error, _DenseError) else CUT_OFF)
            return
        if not piece:
            return
        if first:
            piece, first = _without_mark(piece), False
        yield piece


def lines(source: io.BufferedReader) -> Iterator[Line | Remark]:
    """The lines that hold something, numbered from 1; one that is too long or no UTF-8 is remarked and left out."""
    number = 0
    while True:
        number += 1
        try:
            raw = source.readline(MOST + 1)
            long = len(raw) > MOST and not raw.endswith(b"\n")
            while long and len(more := source.readline(MOST)) == MOST and not more.endswith(b"\n"):
                pass
        except _DAMAGED as error:
            yield Remark(number, TOO_DENSE if isinstance(error, _DenseError) else CUT_OFF)
            return
        if not raw:
            return
        if number == 1:
            raw = _without_mark(raw)
        if long:
            yield Remark(number, TOO_LONG)
        elif raw.strip():
            yield _decoded(number, raw)


def table(source: io.BufferedReader, *, across: bool = False) -> Iterator[Cells | Remark]:
    """The rows of a CSV file, separated by what its first line is separated by: commas, else semicolons, else tabs.
    With `across` a quoted cell may hold ends of lines."""
    waiting: deque[Line | Remark] = deque()
    incoming = lines(source)
    separator: str | None = None
    while one := waiting.popleft() if waiting else next(incoming, None):
        if isinstance(one, Remark):
            yield one
            continue
        if separator is None:
            separator = _separator(one.text)
        text = one.text
        if across and text.count('"') % 2:
            text = _whole(one, waiting, incoming)
        yield _cells(one.number, text, separator)


def _separator(line: str) -> str:
    return next((mark for mark in ",;\t" if mark in line), ",")


def _whole(start: Line, waiting: deque[Line | Remark], incoming: Iterator[Line | Remark]) -> str:
    """A row whose first line ends within a quoted cell. Where nothing closes it soon, its first line alone: the lines
    after it stand for themselves."""
    taken: list[Line | Remark] = []
    text = start.text
    while len(taken) < _ROW_LINES and len(text) <= MOST:
        following = waiting.popleft() if waiting else next(incoming, None)
        if following is None:
            break
        taken.append(following)
        if isinstance(following, Remark):
            break
        text += "\n" * (following.number - start.number - text.count("\n")) + following.text
        if text.count('"') % 2 == 0:
            return text
    waiting.extendleft(reversed(taken))
    return start.text


def _cells(line: int, text: str, separator: str) -> Cells | Remark:
    try:
        rows = list(csv.reader([text], delimiter=separator, strict=True))
    except csv.Error:
        return Remark(line, NOT_CLOSED if text.count('"') % 2 else NOT_CSV, text[:200])
    return Cells(line, [cell.strip() for cell in rows[0]]) if rows else Remark(line, NOT_CSV, text[:200])


def _decoded(number: int, raw: bytes) -> Line | Remark:
    try:
        return Line(number, raw.decode().rstrip("\r\n"))
    except UnicodeDecodeError as error:
        shown = raw[: error.start][-40:].decode("utf-8", "replace").lstrip()
        return Remark(number, NOT_UNICODE, f"{shown}…: byte 0x{raw[error.start]:02x} at {error.start + 1}")


def _without_mark(start: bytes) -> bytes:
    """The first bytes of a file without a byte order mark; OncallError where that says that it is not UTF-8."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise OncallError("the file is UTF-16: save it as UTF-8")
    return start.removeprefix(b"\xef\xbb\xbf")
