"""Overrides and absences that were entered before an instant and committed after it, or never.

CREATED says when an event was entered, and LAST-MODIFIED when it was edited (RFC 5545 3.8.7). Both are only as good as
the file, so what is judged by them is said to be. An event counts from its CREATED on if the commit that was in force
lacks it, and a commit that came later, or the working folder, has it; as it stood in the first of these, unless that
version was edited after the instant. An event that the commit has in another version counts as the later one has it
where that was edited before the instant. Git decides everything else: what was deleted from a calendar was deleted when
that was committed, as nothing says when else. An event without CREATED, or whose CREATED is later than the first commit
that holds it, may have been in force: it is in doubt.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC

from msgspec import Struct
from msgspec.structs import replace

from oncall import times
from oncall.errors import OncallError
from oncall.plan import EnteredEvent
from oncall.rotations.assignments import events_of
from oncall.rotations.ics import Calendar, read_calendar
from oncall.rotations.occurrences import expand, extent
from oncall.rotations.text import MOST_BYTES, read_calendars
from oncall.rotations.values import read_stamp
from oncall.times import DAY
from oncall.workspace.edit import with_event
from oncall.workspace.files import Files
from oncall.workspace.overlay import Overlay, Standing

_AHEAD = DAY  # how far ahead of an instant an event begins that can matter to a dispatch of that instant
_MOST_IN_DOUBT = 8
_ZONE = re.compile(rb"(?m)^TZID[^:\n]*:(.*)$")

_Key = tuple[str, str]  # UID and RECURRENCE-ID


class Entry(Struct, frozen=True):
    """A version of an event in a calendar: its lines, and the VTIMEZONEs of the file it was in; when it was entered and
    last edited, by what the file says; the instants outside which it says nothing."""

    path: str
    key: _Key
    text: bytes
    zones: tuple[bytes, ...]
    summary: str
    created: int | None
    modified: int | None
    revised: int | None
    first: float
    last: float


class Late(Struct, frozen=True):
    """A version of an event, and the first commit that has it so, None where none has."""

    entry: Entry
    committed: int | None

    def event(self, *, edited: bool = False) -> EnteredEvent:
        """What is said of it."""
        entry = self.entry
        at = entry.modified if edited else entry.created
        return EnteredEvent(entry.path, entry.key[0], entry.summary, at, self.committed, edited)


class _Run(Struct):
    """A calendar as it was in commits that follow each other: its content, and the time of the oldest of them."""

    number: bytes
    read: Callable[[], bytes | None]
    oldest: int | None


class EnteredEvents:
    """The versions of events in the calendars of a workspace, and since when commits have them; read back from the
    working folder as far as is asked. `blob` finds the number of a calendar in a tree, and `content` what it holds."""

    def __init__(
        self,
        today: Mapping[str, bytes | None],
        blob: Callable[[str, str], bytes],
        content: Callable[[bytes], bytes],
    ) -> None:
        self._blob = blob
        self._content = content
        self._walked = 0
        self._runs = {path: _Run(_number_of(data), _given(data), None) for path, data in today.items()}
        self._since: dict[tuple[str, bytes], tuple[int | None, tuple[bytes, ...]]] = {}
        self._entries: dict[tuple[str, bytes], Entry | None] = {}
        self._arranged = 0
        self._edges: list[float] = []
        self._late: list[Late] = []
        self._by_segment: dict[int, tuple[Late, ...]] = {}

    def walk(self, commits: Iterable[tuple[int, str]], number: int) -> None:
        """Take in the commits of the branch, newest first, each with its time and the workspace's tree; `number` of
        them have been given, those that were taken in before too."""
        changed = not self._arranged
        for time, tree in commits:
            for path, run in self._runs.items():
                blob = self._blob(tree, path)
                if blob == run.number:
                    run.oldest = time
                    continue
                self._end(path, run)
                self._runs[path] = _Run(blob, self._reader(blob), time)
                changed = True
        self._walked = number
        if changed:
            self._arrange()

    @property
    def walked(self) -> int:
        """How many commits have been taken in."""
        return self._walked

    def late(self, at: float) -> tuple[Late, ...]:
        """The versions that no commit had at an instant, and that say something of the time around it."""
        _, segment = self.segment(at)
        if segment not in self._by_segment:
            self._by_segment[segment] = tuple(late for late in self._late if _is_late(late, at))
        return self._by_segment[segment]

    def segment(self, at: float) -> tuple[int, int]:
        """What instants share between which nothing changes."""
        return self._arranged, bisect_right(self._edges, at)

    def _reader(self, blob: bytes) -> Callable[[], bytes | None]:
        return lambda: self._content(blob) if blob else None

    def _end(self, path: str, run: _Run) -> None:
        """Keep since when the events of a run are committed. An older commit that has one, too, comes later."""
        data = run.read()
        if data is None:
            return
        zones = _parts(data, b"VTIMEZONE")
        for text in _parts(data, b"VEVENT"):
            self._since[path, text] = run.oldest, zones

    def _arrange(self) -> None:
        """Make the versions ready to be asked: between two edges nothing changes."""
        self._arranged += 1
        self._late = []
        edges: set[float] = set()
        for (path, text), (committed, zones) in self._since.items():
            if (path, text) not in self._entries:
                self._entries[path, text] = read_entry(path, text, zones)
            entry = self._entries[path, text]
            if entry is None:
                continue
            self._late.append(Late(entry, committed))
            instants = (entry.created, entry.revised, committed, entry.first - _AHEAD, entry.first, entry.last)
            edges.update(instant for instant in instants if instant is not None)
        self._edges = sorted(edges)
        self._by_segment.clear()


class WorkingCalendars:
    """The calendars of a working folder that no commit dates, as they were before some of their events were entered.

    CREATED proves that an event was not there yet; one without CREATED counts, as everything else in the folder does.
    """

    def __init__(self, today: Mapping[str, bytes | None]) -> None:
        self._contents = {path: _with_line_feeds(data) for path, data in today.items() if data and b"CREATED" in data}
        self._entries: list[tuple[int, Entry]] = []
        for path, data in self._contents.items():
            zones = _parts(data, b"VTIMEZONE")
            for text in _parts(data, b"VEVENT"):
                entry = read_entry(path, text, zones) if b"\nCREATED" in text else None
                if entry is not None and entry.created is not None:
                    self._entries.append((entry.created, entry))
        edges = ((created, entry.first - _AHEAD, entry.last) for created, entry in self._entries)
        self._edges = sorted({instant for instants in edges for instant in instants})
        self._by_segment: dict[int, Overlay] = {}

    def before(self, at: float) -> Overlay:
        """The calendars without the events that say something of the time around an instant and were entered later."""
        segment = bisect_right(self._edges, at)
        if segment not in self._by_segment:
            self._by_segment[segment] = self._without(
                [entry for created, entry in self._entries if at < created and _is_about(entry, at)]
            )
        return self._by_segment[segment]

    def _without(self, entries: Sequence[Entry]) -> Overlay:
        contents: dict[str, bytes] = {}
        for entry in entries:
            data = contents.get(entry.path, self._contents[entry.path])
            contents[entry.path] = data.replace(entry.text, b"", 1)
        return Overlay(contents, tuple(Late(entry, None).event() for entry in entries))


def _given(data: bytes | None) -> Callable[[], bytes | None]:
    return lambda: data


def _number_of(data: bytes | None) -> bytes:
    """The number that git gives to a file."""
    if data is None:
        return b""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest().encode()


def _is_late(late: Late, at: float) -> bool:
    return (late.committed is None or at < late.committed) and _is_about(late.entry, at)


def _is_about(entry: Entry, at: float) -> bool:
    """Whether an event can matter to a dispatch of an instant."""
    return entry.first - _AHEAD <= at < entry.last


def _with_line_feeds(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _parts(data: bytes, name: bytes) -> tuple[bytes, ...]:
    """The components of a name in a calendar, as they stand in it, with line feeds alone."""
    if len(data) > MOST_BYTES:
        return ()
    text = b"\n" + _with_line_feeds(data)
    begin, end = b"\nBEGIN:" + name + b"\n", b"\nEND:" + name
    pieces = (piece.partition(end) for piece in text.split(begin)[1:])
    return tuple(begin[1:] + inside + end + b"\n" for inside, ended, _ in pieces if ended)


def read_entry(path: str, text: bytes, zones: tuple[bytes, ...] = ()) -> Entry | None:
    """A version of an event, None where it has no UID, or can't be read. A cancelled one says that there is nothing."""
    whole = b"BEGIN:VCALENDAR\n" + b"".join(zones if b"TZID=" in text else ()) + text + b"END:VCALENDAR\n"
    components, _ = read_calendars(whole, path)
    found = [part for component in components for part in component.parts if part.name == "VEVENT"]
    if len(found) != 1:
        return None
    values: dict[str, str] = {}
    for line in found[0].lines:
        name, _, value = line.text.partition(":")
        values.setdefault(name.partition(";")[0].strip().upper(), value.strip())
    if not values.get("UID"):
        return None
    calendar = read_calendar(whole, path)
    event = next(events_of(calendar), None)
    if event is None and calendar.problems:
        return None
    created, modified, stamp = (_instant(values.get(name)) for name in ("CREATED", "LAST-MODIFIED", "DTSTAMP"))
    revised = next((instant for instant in (modified, stamp) if instant is not None), created)
    first, last = _extent(calendar)
    summary = event.summary if event else values.get("SUMMARY", "")
    key = values["UID"], values.get("RECURRENCE-ID", "")
    return Entry(path, key, text, zones, summary[:200], created, modified, revised, first, last)


def _instant(text: str | None) -> int | None:
    """CREATED and its like are in UTC (RFC 5545 3.8.7.1); one of another form says nothing."""
    stamp = read_stamp(text) if text else None
    if stamp is None or stamp.is_date or stamp.offset is None:
        return None
    return times.instant(stamp.local, UTC) - stamp.offset


def _extent(calendar: Calendar) -> tuple[float, float]:
    """The instants outside which an event says nothing; none, for a cancellation, whose event is another one."""
    event = next(events_of(calendar), None)
    bounds = extent(calendar)
    if event is None or bounds is None or event.cancelled:
        return float("-inf"), float("inf")
    if event.start.zone is not None and not event.rules and not event.added and event.replaces is None:
        start = event.start.instant(UTC)
        found = expand(calendar, start, start + 1, UTC).found
        if found:
            return found[0].start, found[0].end
    return bounds[0], float("inf") if bounds[1] is None else bounds[1]


def standing(late: Iterable[Late], at: float, files: Files) -> Standing:
    """What stood in the calendars at an instant, from the versions that came later and the files of the commit."""
    added: dict[_Key, Late] = {}
    edited: dict[_Key, tuple[Entry, Late]] = {}
    doubtful: dict[_Key, Late] = {}
    versions = list(late)
    committed = _committed(files, {version.entry.path for version in versions})
    for version in versions:
        entry = version.entry
        before = committed.get(entry.key)
        if before is None and any(key[0] == entry.key[0] for key in committed) and not entry.key[1]:
            continue  # only an occurrence of it was there: what became of the series nobody can say
        if before is not None:
            if _is_edit(before, entry, at) and _is_newer(entry, edited.get(entry.key)):
                edited[entry.key] = before, version
        elif _is_in_force(version, at):
            rival = added.get(entry.key)
            if rival is None or (rival.entry.revised or 0) < (entry.revised or 0):
                added[entry.key] = version
        elif _may_be_in_force(version, at):
            doubtful.setdefault(entry.key, version)
    proven = _overlay(files, added.values(), edited.values())
    open_ones = [version for key, version in doubtful.items() if key not in added][:_MOST_IN_DOUBT]
    sets = [open_ones, *([version] for version in open_ones if len(open_ones) > 1)] if open_ones else []
    possible: list[Overlay] = []
    for versions in sets:
        events = tuple(version.event() for version in versions)
        possible.append(replace(_overlay(files, [*added.values(), *versions], edited.values()), events=events))
    return Standing(proven, tuple(possible))


def _committed(files: Files, paths: Iterable[str]) -> dict[_Key, Entry]:
    """The events that the calendars of a commit hold."""
    found: dict[_Key, Entry] = {}
    for path in sorted(paths):
        for text in _parts(_data(files, path) or b"", b"VEVENT"):
            entry = read_entry(path, text)
            if entry is not None:
                found[entry.key] = entry
    return found


def _data(files: Files, path: str) -> bytes | None:
    try:
        return files.read(path)
    except (OSError, OncallError):
        return None


def _is_edit(before: Entry, after: Entry, at: float) -> bool:
    """Whether an event was edited between its version in a commit and an instant, which LAST-MODIFIED alone says."""
    if before.path != after.path or before.text == after.text or after.modified is None or after.modified > at:
        return False
    return before.modified is None or before.modified < after.modified


def _is_newer(entry: Entry, rival: tuple[Entry, Late] | None) -> bool:
    return rival is None or (rival[1].entry.modified or 0) < (entry.modified or 0)


def _is_in_force(version: Late, at: float) -> bool:
    """Whether an event that a commit lacks had been entered by then, and was what it is now."""
    created, revised = version.entry.created, version.entry.revised
    return created is not None and _is_credible(version) and created <= at and (revised is None or revised <= at)


def _is_credible(version: Late) -> bool:
    """Whether CREATED can be true: what a commit holds was entered before it."""
    created = version.entry.created
    return created is not None and (version.committed is None or created <= version.committed)


def _may_be_in_force(version: Late, at: float) -> bool:
    """Whether an event that covers an instant may have been there, and nothing says when it was entered or as what."""
    if not version.entry.first <= at < version.entry.last:
        return False
    return not _is_credible(version) or (version.entry.created or 0) <= at


def _overlay(files: Files, added: Iterable[Late], edited: Iterable[tuple[Entry, Late]]) -> Overlay:
    """The calendars with these events in them; one that can't be added to stays as the commit has it."""
    contents: dict[str, bytes] = {}
    events: list[EnteredEvent] = []
    for before, version in edited:
        data = _with_line_feeds(contents.get(before.path, _data(files, before.path) or b""))
        contents[before.path] = data.replace(before.text, version.entry.text, 1)
        events.append(version.event(edited=True))
    for version in sorted(added, key=lambda late: (late.entry.created or 0, late.entry.key)):
        path = version.entry.path
        so_far = contents[path] if path in contents else _data(files, path)
        written = b"".join(_missing_zones(version.entry, so_far)) + version.entry.text
        try:
            contents[path] = with_event(so_far, written, path)
        except OncallError:
            continue
        events.append(version.event())
    return Overlay(contents, tuple(events))


def _missing_zones(entry: Entry, data: bytes | None) -> Iterator[bytes]:
    """The definitions of zones that an event needs and a calendar lacks."""
    known = set(_ZONE.findall((data or b"").replace(b"\r", b"")))
    for zone in entry.zones:
        names = _ZONE.findall(zone)
        if b"TZID=" in entry.text and names and names[0] not in known:
            yield zone
