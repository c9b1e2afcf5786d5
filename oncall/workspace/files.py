"""The files of a workspace: where it lies, what is in it, and how its paths are read without leaving it."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct, field

from oncall.errors import NotFoundError, OncallError, Problem, problem
from oncall.workspace.globs import glob_matcher
from oncall.workspace.inputs import read_input

HEAD = "oncall.yaml"
EXAMPLE = "schedules"
OUTSIDE = "leads out of the workspace: paths are relative to it and stay inside"
MOST_BYTES = 64_000_000  # more than any reader takes
_SUFFIXES = (".yaml", ".yml")


def find_workspace(explicit: str | None, environment: str | None, folder: str) -> str:
    """The absolute path of the workspace: the one asked for, that of the environment, one above `folder`, or the
    `schedules` folder in it. NotFoundError says where it was looked for."""
    for wanted, source in ((explicit, "--workspace"), (environment, "$ONCALL_WORKSPACE")):
        if wanted:
            root = os.path.abspath(os.path.join(folder, os.path.expanduser(wanted)))
            if os.path.basename(root) == HEAD and os.path.isfile(root):
                root = os.path.dirname(root)
            if not os.path.isdir(root):
                raise NotFoundError(f"{source} names {wanted!r}, which is not a folder")
            if not os.access(root, os.R_OK | os.X_OK):
                raise NotFoundError(f"{source} names {wanted!r}, which cannot be read: its permissions do not allow it")
            if not os.path.lexists(os.path.join(root, HEAD)):
                raise NotFoundError(f"{source} names {wanted!r}, which has no {HEAD}; `oncall init {wanted}` makes one")
            return root
    here = os.path.abspath(folder)
    for root in (*_upwards(here), os.path.join(here, EXAMPLE)):
        if os.path.lexists(os.path.join(root, HEAD)):
            return root
    raise NotFoundError(
        f"there is no {HEAD} here, above, or in ./{EXAMPLE}: name a workspace with --workspace or $ONCALL_WORKSPACE,"
        " or make one with `oncall init`"
    )


def _upwards(folder: str) -> Iterator[str]:
    while True:
        yield folder
        above = os.path.dirname(folder)
        if above == folder:
            return
        folder = above


class Files(Struct):
    """Reads the files of one workspace and remembers what they were: `stamps` tells whether any has changed since.

    `replaced` stands in for files that have not been written yet, so that a change can be looked at first.
    """

    root: str
    replaced: Mapping[str, bytes] = field(default_factory=dict)
    stamps: dict[str, tuple[int, int, int, int] | None] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)

    def read(self, path: str) -> bytes:
        """The bytes of a file of the workspace. OSError where it cannot be read, OncallError where it lies outside."""
        if path in self.replaced:
            return self.replaced[path]
        if path not in self.contents:
            self.stamps[path] = stamp(self.root, path)
            try:
                self.contents[path] = read_input(self.inside(path), MOST_BYTES)
            except OSError as error:
                if error.errno == errno.EINVAL:
                    raise OncallError(f"cannot be read: {error.strerror}") from None
                raise
        return self.contents[path]

    def exists(self, path: str) -> bool:
        """Whether a path of the workspace leads to a file in it."""
        self.stamps.setdefault(path, stamp(self.root, path))
        try:
            return os.path.isfile(self.inside(path))
        except OncallError:
            return False

    def inside(self, path: str) -> str:
        """The full path; OncallError where it leads out of the workspace, by `..`, from the root, or over a link."""
        if "\0" in path:
            raise OncallError("is no path")
        root = _real(self.root)
        full = os.path.realpath(os.path.join(root, path))
        if os.path.isabs(path) or not (full == root or full.startswith(root.rstrip(os.sep) + os.sep)):
            raise OncallError(OUTSIDE)
        return os.path.join(self.root, path)

    def yaml_files(self, excluded: Sequence[str]) -> tuple[list[str], list[Problem]]:
        """Every YAML file, sorted, hidden folders and excluded globs aside; folders that cannot be listed are
        problems."""
        problems: list[Problem] = []
        found = [path for path in self.walk(glob_matcher(excluded), problems) if path.endswith(_SUFFIXES)]
        return sorted(found), problems

    def calendar_files(self, excluded: Sequence[str]) -> list[str]:
        """Every iCalendar file, in the same way."""
        return sorted(path for path in self.walk(glob_matcher(excluded), []) if path.lower().endswith(".ics"))

    def walk(self, leaves_out: Callable[[str], bool], problems: list[Problem]) -> Iterator[str]:
        """Every file below the root, hidden ones and those left out aside. Links to folders are not followed."""
        folders = [""]
        while folders:
            folder = folders.pop()
            self.stamps[folder + "/"] = stamp(self.root, folder)
            try:
                with os.scandir(os.path.join(self.root, folder)) as listing:
                    entries = list(listing)
            except OSError as error:
                message = f"is a folder that cannot be listed: {error.strerror}"
                problems.append(problem("OC001", message, folder or "."))
                continue
            for entry in entries:
                path = f"{folder}/{entry.name}" if folder else entry.name
                if entry.name.startswith(".") or leaves_out(path):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(path)
                else:
                    yield path


@lru_cache(maxsize=8)
def _real(root: str) -> str:
    return os.path.realpath(root)


def stamp(root: str, path: str) -> tuple[int, int, int, int] | None:
    """What tells a file, or a folder's listing, from itself changed: size, times and number; None where it is not
    there."""
    try:
        status = os.stat(f"{root}/{path}")
    except (OSError, ValueError):
        return None
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino
