"""How large the objects of a git repository are, before they are read: a few bytes can stand for gigabytes."""

from __future__ import annotations

import os
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

if TYPE_CHECKING:
    from dulwich.pack import Pack

_OFFSET, _REFERENCE = 6, 7  # deltas: on what stands so many bytes before, or on an object by its number
_HEAD = 4096
_MOST_DELTAS = 5000  # git makes 50, or 4,095 where somebody asks for it


class Size(NamedTuple):
    """The bytes of an object, and those that have to be made for it: of all that it is a change of, too."""

    own: int
    all: int


def size_of(store: Any, number: bytes) -> Size:
    """The size of an object of a repository's store, by its number in hexadecimal. KeyError where it is not there,
    ValueError for a pack that is none."""
    raw: Any = bytes.fromhex(number.decode("ascii"))
    for pack in store.packs:
        try:
            offset = pack.index.object_offset(raw)
        except KeyError:
            continue
        return _packed(pack, offset, len(raw))
    try:
        with open(os.path.join(os.fsencode(store.path), number[:2], number[2:]), "rb") as file:
            own = int(_inflated(file.read(_HEAD)).partition(b"\0")[0].split()[1])
            return Size(own, own)
    except FileNotFoundError:
        pass
    for other in store.alternates:
        try:
            return size_of(other, number)
        except KeyError:
            continue
    raise KeyError(number)


def _packed(pack: Pack, offset: int, width: int) -> Size:
    own: int | None = None
    whole = 0
    with open(pack.data.path, "rb") as file:
        for _ in range(_MOST_DELTAS):
            size, change, base = _entry(file, offset, width, pack.index)
            own = size if own is None else own
            whole += size + change
            if base is None:
                return Size(own, whole)
            offset = base
    raise ValueError("an object is a change of a change, thousands of times over")


def _entry(file: BinaryIO, offset: int, width: int, index: Any) -> tuple[int, int, int | None]:
    """The size of an object of a pack; where it is a change of another, that of the change, and where the other is."""
    file.seek(offset)
    head = file.read(_HEAD)
    place, kind, length, shift = 1, head[0] >> 4 & 7, head[0] & 15, 4
    while head[place - 1] & 0x80:
        length |= (head[place] & 0x7F) << shift
        shift += 7
        place += 1
    if kind == _OFFSET:
        back = head[place] & 0x7F
        while head[place] & 0x80:
            place += 1
            back = (back + 1) << 7 | head[place] & 0x7F
        base, place = offset - back, place + 1
    elif kind == _REFERENCE:
        base, place = index.object_offset(head[place : place + width]), place + width
    else:
        return length, 0, None
    delta = _inflated(head[place:])
    _, after = _varint(delta, 0)
    return _varint(delta, after)[0], length, base


def _inflated(data: bytes) -> bytes:
    """The beginning of what is packed."""
    return zlib.decompressobj().decompress(data, 64)


def _varint(data: bytes, place: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[place]
        place += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return number, place
