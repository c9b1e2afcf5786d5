"""Plans kept between runs, so that a question at 2 a.m. parses nothing.

An entry is one file in the user's cache folder for one workspace and one window. It says what it was made from (the
stamps of every file and folder that was looked at, the versions of oncall and of the time-zone data) and is used only
while all of that still holds. A workspace as it was at a revision is identified by its git tree, which never changes.
Whatever is wrong with an entry, it is as if there were none; whatever keeps an entry from being written, the answer is
given all the same. The folder may be deleted at any time.

The file is a line with the checksum of the rest, a header, and the records of the plan, which are decoded one by one
when they are asked for: a question about one account of a thousand reads that account.
"""

import os
import stat
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any, BinaryIO, Generic, TypeVar

import msgspec
from msgspec import Struct

from oncall import __version__, fields, times
from oncall.errors import Problem
from oncall.model import Account, Person, Policy, Shift
from oncall.plan import AccountFacts, Doubt, Plan, Presence, RotationFacts, Written
from oncall.schedule import Schedule, Segment, Window
from oncall.workspace.files import Files, stamp
from oncall.workspace.inputs import open_input

FORMAT = 6

_T = TypeVar("_T")
_KEPT = 8  # entries of one workspace: the months somebody has asked about lately
_KEPT_OF_THE_PAST = 64_000_000  # bytes of entries of one workspace as it was at revisions: a log may need hundreds
_SETTLED = 250_000_000  # ns a source has to be older than the entry, for its times to tell the next change from it


class PackedSchedule(Struct, frozen=True):
    """A schedule in which every shift is written once."""

    window: tuple[int, int]
    shifts: tuple[Shift, ...]
    segments: tuple[tuple[int, int, tuple[int, ...]], ...]


_RECORDS: dict[str, Any] = {
    "people": Person,
    "endpoints": tuple[str, ...],
    "presences": Presence,
    "policies": Policy,
    "accounts": Account,
    "account_facts": AccountFacts,
    "rotations": RotationFacts,
    "schedules": PackedSchedule,
    "open": tuple[tuple[int, int], ...],
    "written": int,
    "doubts": tuple[Doubt, ...],
    "reported": tuple[Problem, ...],
    "places": Written,
}


class _Header(Struct, frozen=True):
    made_by: tuple[str, ...]
    root: str
    tree: str
    window: tuple[int, int]
    digest: str
    organization: str
    timezone: str
    country: str
    stamps: dict[str, tuple[int, int, int, int] | None]
    index: dict[str, dict[str, tuple[int, int]]]


def folder(environment: Mapping[str, str]) -> str | None:
    """Where this user's cache lies, None where there is no place for one."""
    chosen = environment.get("ONCALL_CACHE_DIR")
    if chosen:
        return os.path.abspath(chosen)
    if sys.platform == "win32":
        base = environment.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = environment.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "oncall") if os.path.isabs(base) else None


def cached_plan(
    root: str, window: Window, where: str | None, build: Callable[[], tuple[Plan, Files]], tree: str = ""
) -> Plan:
    """The plan of a workspace for a window: the one kept in the cache folder while it is true, else a new one. `tree`
    names the git tree that holds the workspace as it was, where it is not as it lies there."""
    if where is None:
        return build()[0]
    name = f"{entry_name(root)}@{tree}" if tree else entry_name(root)
    path = os.path.join(where, f"{name}.{window.start}.plan")

    @cache
    def renewed() -> Plan:
        plan, files = build()
        _write(path, plan, files, tree)
        return plan

    return _read(path, (root, tree, (window.start, window.end)), renewed) or renewed()


def made_by() -> tuple[str, ...]:
    """What an entry depends on besides its sources."""
    return (str(FORMAT), __version__, times.ZONE_DATA_VERSION, msgspec.__version__)


def entry_name(root: str) -> str:
    """How the names of a workspace's entries begin."""
    return f"{zlib.crc32(root.encode('utf-8', 'surrogateescape')):08x}-{os.path.basename(root)[:40]}"


def read_entry(path: str) -> tuple[memoryview, memoryview] | None:
    """The header of an entry and its records; None where there is no entry, or it is not what was written."""
    if not _is_private(os.path.dirname(path)):
        return None
    try:
        with open_input(path, follow=False) as file:
            if not _is_ours(os.fstat(file.fileno())):
                return None
            data = file.read()
        check, size = (int(word, 16) for word in data[:17].split(b" "))
    except (OSError, ValueError):
        return None
    rest = memoryview(data)[18:]
    return (rest[:size], rest[size:]) if zlib.crc32(rest) == check else None


def write_entry(path: str, header: bytes, records: bytes = b"", holds: Callable[[int], bool] | None = None) -> bool:
    """Put an entry in place whole, or not at all; whether it was. `holds` tells from the time at which it was written,
    in nanoseconds, whether it is true still."""
    temporary = f"{path}.{os.getpid()}.new"
    body = header + records
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        if not _is_private(os.path.dirname(path)):
            return False
        with _new_file(temporary) as file:
            file.write(b"%08x %08x\n" % (zlib.crc32(body), len(header)) + body)
        if holds is None or holds(os.stat(temporary).st_mtime_ns):
            os.replace(temporary, path)
            return True
        os.remove(temporary)
    except (OSError, ValueError):  # a full disk, no permission, a name that is not Unicode: then there is no entry
        with suppress(OSError):
            os.remove(temporary)
    return False


def _read(path: str, asked: tuple[str, str, tuple[int, int]], renewed: Callable[[], Plan]) -> Plan | None:
    entry = read_entry(path)
    try:
        header = msgspec.json.decode(entry[0], type=_Header) if entry else None
    except (ValueError, msgspec.MsgspecError):
        return None
    if entry is None or header is None:
        return None
    if (header.made_by, (header.root, header.tree, header.window)) != (made_by(), asked):
        return None
    if any(stamp(header.root, name) != old for name, old in header.stamps.items()):
        return None
    return _plan(header, entry[1], renewed)


def _new_file(path: str) -> BinaryIO:
    """A file that was not there: nothing is written through a link, or into a pipe. What a process with our number has
    left behind is put away."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags, 0o600)
    except FileExistsError:
        os.remove(path)
        handle = os.open(path, flags, 0o600)
    return os.fdopen(handle, "wb")


def _is_private(folder: str) -> bool:
    """Whether a folder is this user's, and nobody else may write in it: such a folder is not used. What others put
    there could be believed, overwritten or waited for."""
    if not hasattr(os, "getuid"):
        return True
    try:
        status = os.stat(folder)
    except (OSError, ValueError):
        return False
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _is_ours(status: os.stat_result) -> bool:
    """Whether this user wrote a file: in a folder that several users share, anybody could put one."""
    return not hasattr(os, "getuid") or status.st_uid == os.getuid()


def _plan(header: _Header, records: memoryview, renewed: Callable[[], Plan]) -> Plan:
    found: dict[str, Any] = {name: _Records(name, header.index.get(name, {}), records, renewed) for name in _RECORDS}
    return Plan(
        digest=header.digest,
        root=header.root,
        organization=header.organization,
        timezone=header.timezone,
        country=header.country,
        window=Window(*header.window),
        **found,
    )


class _Records(Mapping[str, _T], Generic[_T]):
    """The records of one kind, decoded when they are asked for; of a plan made anew where one is not what it should
    be."""

    def __init__(
        self, kind: str, index: dict[str, tuple[int, int]], data: memoryview, renewed: Callable[[], Plan]
    ) -> None:
        self._kind = kind
        self._index = index
        self._data = data
        self._renewed = renewed
        self._decoded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> _T:
        if name not in self._decoded:
            start, end = self._index[name]
            try:
                value = msgspec.json.decode(self._data[start:end], type=_RECORDS[self._kind], dec_hook=fields.restore)
                self._decoded[name] = _unpacked(value) if isinstance(value, PackedSchedule) else value
            except (msgspec.MsgspecError, ValueError, IndexError):
                self._decoded[name] = getattr(self._renewed(), self._kind)[name]
        found: _T = self._decoded[name]
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._index)

    def __len__(self) -> int:
        return len(self._index)

    def __contains__(self, name: object) -> bool:
        return name in self._index


def _unpacked(packed: PackedSchedule) -> Schedule:
    segments = (
        Segment(start, end, tuple([packed.shifts[place] for place in places])) for start, end, places in packed.segments
    )
    return Schedule(Window(*packed.window), tuple(segments))


def _packed(schedule: Schedule) -> PackedSchedule:
    places: dict[Shift, int] = {}
    segments = tuple(
        (one.start, one.end, tuple(places.setdefault(shift, len(places)) for shift in one.shifts))
        for one in schedule.segments
    )
    return PackedSchedule((schedule.window.start, schedule.window.end), tuple(places), segments)


def _write(path: str, plan: Plan, files: Files, tree: str) -> None:
    try:
        header, records = _encoded(plan, files, tree)
    except ValueError:  # a name that is not Unicode: then there is no entry
        return
    if write_entry(path, header, records, lambda now: _settled(files, now)):
        name, where = entry_name(plan.root), os.path.dirname(path)
        with suppress(OSError):
            if tree:
                _forget_old(where, f"{name}@", _KEPT_OF_THE_PAST, lambda status: status.st_size)
            else:
                _forget_old(where, f"{name}.", _KEPT, lambda status: 1)


def _encoded(plan: Plan, files: Files, tree: str) -> tuple[bytes, bytes]:
    index: dict[str, dict[str, tuple[int, int]]] = {}
    records = bytearray()
    for kind in _RECORDS:
        for name, value in getattr(plan, kind).items():
            data = msgspec.json.encode(_packed(value) if isinstance(value, Schedule) else value, enc_hook=fields.encode)
            index.setdefault(kind, {})[name] = (len(records), len(records) + len(data))
            records += data
    header = msgspec.json.encode(
        _Header(
            made_by=made_by(),
            root=plan.root,
            tree=tree,
            window=(plan.window.start, plan.window.end),
            digest=plan.digest,
            organization=plan.organization,
            timezone=plan.timezone,
            country=plan.country,
            stamps=files.stamps,
            index=index,
        )
    )
    return header, bytes(records)


def _settled(files: Files, now: int) -> bool:
    """Whether the sources are what they were when they were read, and old enough that a later change will show."""
    for name, old in files.stamps.items():
        if stamp(files.root, name) != old:
            return False
        if old is not None and max(old[1], old[2]) > now - _SETTLED:
            return False
    return True


def _forget_old(where: str, prefix: str, kept: int, weigh: Callable[[os.stat_result], int]) -> None:
    """Of the entries whose names begin alike, keep those that were made last, as many as weigh no more than `kept`."""
    with os.scandir(where) as listing:
        entries = [(one.stat(), one.path) for one in listing if one.name.startswith(prefix)]
    total = 0
    for status, path in sorted(entries, key=lambda one: one[0].st_mtime_ns, reverse=True):
        total += weigh(status)
        if total > kept:
            with suppress(OSError):
                os.remove(path)
