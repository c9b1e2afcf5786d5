"""The files of a workspace as a git tree has them: read one by one when they are asked for, and written nowhere."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from msgspec import field

from oncall.errors import OncallError, Problem
from oncall.workspace.files import MOST_BYTES, OUTSIDE, Files

if TYPE_CHECKING:
    from dulwich.objects import Tree

FOLDER, KIND = 0o040000, 0o170000
MOST_TREE = 16_000_000

_LINK, _FILE = 0o120000, 0o100000
_DEEPEST = 100
_MOST_ENTRIES = 500_000
_MOST_OBJECTS = 100_000
_MOST_TOTAL = 256_000_000
_MOST_LINKS, _LONGEST_LINK = 40, 4096


class LostObjectError(Exception):
    """The repository lacks what a workspace is made of: no file of it can be taken for what it was."""


class TooLargeError(OncallError):
    """An object is larger than anything that is read."""


@contextmanager
def reading() -> Iterator[None]:
    """OncallError for whatever a library makes of an object that is not there, or is none."""
    try:
        yield
    except (OncallError, OSError):
        raise
    except Exception as error:
        missing = isinstance(error, KeyError) and error.args and isinstance(error.args[0], bytes)
        why = f"{error.args[0].decode('ascii', 'replace')} is missing" if missing else "something in it is damaged"
        raise OncallError(f"the repository cannot give it: {why}; is the clone complete?") from None


class TreeFiles(Files):
    """Reads the files of a git tree, and remembers them. `fetch` gives an object by its number, up to a size.

    Everything that is read counts, and every name that is looked at: LostObjectError where that is too much, or an
    object cannot be had.
    """

    fetch: Callable[[bytes, int], Any] = lambda number, most: None
    tree: bytes = b""
    _folders: dict[bytes, dict[str, tuple[int, bytes]]] = field(default_factory=dict)
    _objects: int = 0
    _total: int = 0

    def read(self, path: str) -> bytes:
        """The bytes of a file."""
        if path not in self.contents:
            self.contents[path] = self._fetched(self._resolved(path), MOST_BYTES).data
        return self.contents[path]

    def number(self, path: str, tree: bytes) -> bytes:
        """The number of the file that a path leads to in a tree of the same repository, empty where there is none."""
        self.tree = tree
        try:
            return self._resolved(path)
        except (OncallError, OSError):
            return b""

    def content(self, number: bytes) -> bytes:
        """The bytes of a file by its number."""
        return bytes(self._fetched(number, MOST_BYTES).data)

    def exists(self, path: str) -> bool:
        """Whether a path leads to a file."""
        try:
            self._resolved(path)
        except (OncallError, OSError):
            return False
        return True

    def walk(self, leaves_out: Callable[[str], bool], problems: list[Problem]) -> Iterator[str]:
        """Every file, hidden ones and those left out aside. Links to folders are not followed."""
        seen = 0
        folders = [("", self.tree, 0)]
        while folders:
            folder, tree, depth = folders.pop()
            for name, (mode, number) in self._listed(tree).items():
                seen += 1
                if seen > _MOST_ENTRIES or depth > _DEEPEST:
                    raise LostObjectError(f"it holds more than {_MOST_ENTRIES:,} files, or folders {_DEEPEST} deep")
                path = f"{folder}/{name}" if folder else name
                if name.startswith(".") or leaves_out(path):
                    continue
                if mode & KIND == FOLDER:
                    folders.append((path, number, depth + 1))
                elif mode & KIND in (_LINK, _FILE):
                    yield path

    def _resolved(self, path: str) -> bytes:
        """The number of the file a path leads to, as a file system would find it."""
        trees, parts, links = [self.tree], _parts(path), 0
        while parts:
            part = parts.pop()
            if part == ".":
                continue
            if part == "..":
                trees.pop()
                if not trees:
                    raise OncallError(OUTSIDE)
                continue
            mode, number = self._listed(trees[-1]).get(part, (0, b""))
            if mode & KIND == FOLDER:
                trees.append(number)
            elif mode & KIND == _LINK and links < _MOST_LINKS:
                links += 1
                parts += _parts(os.fsdecode(self._fetched(number, MOST_BYTES).data[:_LONGEST_LINK]))
            elif mode & KIND == _FILE and not parts:
                return number
            else:
                raise _unfound(mode & KIND)
        raise _unfound(FOLDER)

    def _fetched(self, number: bytes, most: int) -> Any:
        self._objects += 1
        try:
            with reading():
                found = self.fetch(number, most)
        except TooLargeError:
            if most == MOST_BYTES:
                raise
            raise LostObjectError("a folder of it holds too much to be read") from None
        except OncallError as error:
            raise LostObjectError(str(error)) from None
        self._total += found.raw_length()
        if self._objects > _MOST_OBJECTS or self._total > _MOST_TOTAL:
            raise LostObjectError(f"it holds more than {_MOST_OBJECTS:,} objects, or {_MOST_TOTAL:,} bytes, to be read")
        return found

    def _listed(self, number: bytes) -> dict[str, tuple[int, bytes]]:
        """What a folder holds, by name."""
        if number not in self._folders:
            self._folders[number] = dict(_entries(self._fetched(number, MOST_TREE)))
        return self._folders[number]


def _parts(path: str) -> list[str]:
    """The steps of a path, the last one first; a `.` is one only where it says that a folder has to be there."""
    if "\0" in path:
        raise OncallError("is no path")
    if os.path.isabs(path):
        raise OncallError(OUTSIDE)
    parts = [part for part in path.split("/") if part not in ("", ".")][::-1]
    return [".", *parts] if path.endswith(("/", "/.")) else parts


def _unfound(kind: int) -> OSError:
    """Why there is no file where a path has led to something of a kind."""
    number = {_FILE: errno.ENOTDIR, FOLDER: errno.EISDIR, _LINK: errno.ELOOP}.get(kind, errno.ENOENT)
    return OSError(number, os.strerror(number))


def _entries(tree: Tree) -> Iterator[tuple[str, tuple[int, bytes]]]:
    try:
        with reading():
            entries = list(tree.iteritems())
    except OncallError as error:
        raise LostObjectError(str(error)) from None
    for name, mode, number in entries:
        if name in (b"", b".", b"..") or b"/" in name or b"\0" in name or (os.sep == "\\" and b"\\" in name):
            raise LostObjectError(f"a tree holds the name {name!r}")
        yield os.fsdecode(name), (mode, number)
