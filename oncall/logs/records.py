"""Records in JSON, one at a time: pages of an API, several in one file, a list, or one record a line."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Collection, Iterator
from io import BufferedReader
from typing import Any, NamedTuple

from oncall.logs.importing import Remark
from oncall.logs.incoming import MOST, chunks

NOT_JSON = "not JSON from here on: what stands before is imported"
NOT_A_RECORD = "not a JSON object"
_SPACE = re.compile(r"[ \t\r\n\x1e]*")
_AHEAD = 2 * MOST
_SHOWN = 60


class Record(NamedTuple):
    """A JSON object, and the line it begins in."""

    line: int
    members: dict[str, Any]


def records(source: BufferedReader, within: Collection[str]) -> Iterator[Record | Remark]:
    """The records of a file. An object that has a list, or an object, under a name of `within` is a page of them; any
    other is a record itself. After something that is no JSON reading goes on at the next line that begins an object."""
    text = _Text(source)
    resumed = False
    while True:
        text.skip()
        if text.at_end:
            break
        if resumed and text.next in ",]}":  # of the list that the damage was in
            text.take(text.next)
            continue
        try:
            yield from _list(text, within) if text.next == "[" else _page(text, within)
        except (ValueError, RecursionError):
            yield Remark(text.line, NOT_JSON, text.shown)
            text.resume()
            resumed = True
    if text.damage:
        yield Remark(text.line, text.damage.reason)


def _list(text: _Text, within: Collection[str]) -> Iterator[Record | Remark]:
    for _ in text.items("[", "]"):
        yield from _page(text, within)


def _page(text: _Text, within: Collection[str]) -> Iterator[Record | Remark]:
    if text.next != "{":
        line, shown = text.line, text.shown
        text.value()
        yield Remark(line, NOT_A_RECORD, shown)
        return
    line, members, is_page = text.line, dict[str, Any](), False
    for _ in text.items("{", "}"):
        name = text.value()
        text.skip()
        text.take(":")
        text.skip()
        if name in within and text.next in "[{":
            is_page = True
            yield from _listed(text) if text.next == "[" else _record(text)
        elif isinstance(name, str):
            members[name] = text.value()
        else:
            raise ValueError(name)
    if not is_page:
        yield Record(line, members)


def _listed(text: _Text) -> Iterator[Record | Remark]:
    for _ in text.items("[", "]"):
        yield from _record(text)


def _record(text: _Text) -> Iterator[Record | Remark]:
    line, shown = text.line, text.shown
    value = text.value()
    yield Record(line, value) if isinstance(value, dict) else Remark(line, NOT_A_RECORD, shown)


class _Text:
    """The text of a file, of which a piece is held that is longer than any one value may be."""

    def __init__(self, source: BufferedReader) -> None:
        self.line = 1
        self.damage: Remark | None = None
        self._chunks = chunks(source)
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._json = json.JSONDecoder()
        self._held = ""
        self._place = 0
        self._ended = False
        self._fill()

    @property
    def next(self) -> str:
        """The letter that comes."""
        return self._held[self._place : self._place + 1]

    @property
    def at_end(self) -> bool:
        """Whether nothing comes."""
        return self._ended and self._place >= len(self._held)

    @property
    def shown(self) -> str:
        """The beginning of what comes."""
        return self._held[self._place : self._place + _SHOWN].partition("\n")[0].encode("utf-8", "replace").decode()

    def skip(self) -> None:
        """Go past space."""
        while True:
            found = _SPACE.match(self._held, self._place)
            assert found is not None
            self._go(found.end())
            if self._place < len(self._held) or self._ended:
                return
            self._fill()

    def take(self, letter: str) -> None:
        """Go past a letter, which has to come."""
        if not letter or self.next != letter:
            raise ValueError(letter)
        self._go(self._place + 1)

    def value(self) -> Any:
        """The value that comes; ValueError where there is none, or none of a sane length."""
        self._fill()
        value, end = self._json.raw_decode(self._held, self._place)
        if end - self._place > MOST:
            raise ValueError(value)
        self._go(end)
        return value

    def items(self, opening: str, closing: str) -> Iterator[None]:
        """Stands before each item of a list or an object in turn."""
        self.take(opening)
        self.skip()
        while self.next != closing:
            yield
            self.skip()
            if self.next != closing:
                self.take(",")
                self.skip()
        self.take(closing)

    def resume(self) -> None:
        """Go to the next line that begins an object or a list."""
        while True:
            places = [self._held.find(start, self._place) for start in ("\n{", "\n[")]
            found = min((place for place in places if place >= 0), default=None)
            if found is not None:
                self._go(found + 1)
                return
            self._go(len(self._held) if self._ended else max(self._place, len(self._held) - 1))
            if self._ended:
                return
            self._fill()

    def _go(self, place: int) -> None:
        self.line += self._held.count("\n", self._place, place)
        self._place = place

    def _fill(self) -> None:
        if self._ended or len(self._held) - self._place >= _AHEAD:
            return
        pieces = [self._held[self._place :]]
        held = len(pieces[0])
        while held < 2 * _AHEAD and not self._ended:
            piece = next(self._chunks, None)
            if piece is None or isinstance(piece, Remark):
                self.damage, self._ended = piece, True
                pieces.append(self._decoder.decode(b"", final=True))
            else:
                pieces.append(self._decoder.decode(piece))
                held += len(pieces[-1])
        self._held, self._place = "".join(pieces), 0
