"""Sorting more than fits in memory: what is too much waits in temporary files."""

from __future__ import annotations

import heapq
import struct
import tempfile
from collections.abc import Iterator
from typing import IO, Any

from msgspec import msgpack

_LENGTH = struct.Struct("<I")
_FEWEST_BYTES = 64  # what an entry takes beside its data, so that many small ones count as well


class Sorter:
    """Data in the order of their keys, those of one key in the order they were added. Up to `most` bytes of it are held
    in memory at a time; `close` gives the temporary files back."""

    def __init__(self, most: int = 1 << 25) -> None:
        self._most = most
        self._held: list[tuple[Any, int, bytes]] = []
        self._size = 0
        self._count = 0
        self._runs: list[IO[bytes]] = []

    def add(self, key: str | int, data: bytes) -> None:
        """Put something in its place."""
        self._held.append((key, self._count, data))
        self._count += 1
        self._size += len(data) + _FEWEST_BYTES
        if self._size > self._most:
            self._spill()

    def __iter__(self) -> Iterator[tuple[Any, bytes]]:
        self._held.sort()
        runs = [_entries(run) for run in self._runs]
        for key, _, data in heapq.merge(self._held, *runs):
            yield key, data

    def close(self) -> None:
        """Forget everything."""
        for run in self._runs:
            run.close()
        self._runs, self._held = [], []

    def _spill(self) -> None:
        self._held.sort()
        run = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._runs.append(run)
        for entry in self._held:
            packed = msgpack.encode(entry)
            run.write(_LENGTH.pack(len(packed)))
            run.write(packed)
        self._held, self._size = [], 0


def _entries(run: IO[bytes]) -> Iterator[tuple[Any, int, bytes]]:
    run.seek(0)
    while length := run.read(_LENGTH.size):
        key, count, data = msgpack.decode(run.read(_LENGTH.unpack(length)[0]))
        yield key, count, data
