"""Adding an event to a calendar of the workspace: the swap at 2 a.m., the sick call.

A change is worked out first and written afterwards. Every byte that was in the file stays as it was; the file is
replaced whole, under a lock, and only if it still is what the change was worked out from.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC
from time import sleep

from icalendar import Calendar as NewCalendar
from icalendar import Event as NewEvent
from msgspec import Struct

from oncall import times
from oncall.errors import OncallError
from oncall.plan import Plan
from oncall.rotations.ics import read_calendar
from oncall.rotations.names import Reader
from oncall.spelling import suggestion
from oncall.workspace.files import MOST_BYTES
from oncall.workspace.inputs import read_input
from oncall.workspace.load import Workspace
from oncall.workspace.rosters import absence_reader, rotation_reader
from oncall.workspace.writing import write_whole

Wait = Callable[[str], None]
"""What is done when another program writes the file: who waits is told so."""

_LOCK_PAUSE = 0.05  # seconds between two attempts to get a lock
_LOCK_NOTICE = 10
_LOCK_ATTEMPTS = 1200

_END = re.compile(rb"(?i)(?<![^\r\n])END:VCALENDAR[ \t]*(?=\r|\n|\Z)")


class Change(Struct, frozen=True):
    """A calendar as it was (None where there was none) and as it is to be, and the event that is new in it."""

    path: str
    before: bytes | None
    after: bytes
    uid: str
    event: bytes = b""


class Wanted(Struct, frozen=True):
    """Who, from when until when (instants), why, and when it was asked."""

    person: str
    start: int
    end: int
    reason: str
    asked_at: int


def check_wanted(workspace: Workspace, plan: Plan, wanted: Wanted) -> None:
    """Refuse what makes no sense: somebody unknown, somebody who has left by then."""
    if wanted.person not in workspace.people:
        raise OncallError(f"there is no person {wanted.person!r}{suggestion(wanted.person, list(workspace.people))}")
    gone = plan.presences[wanted.person].gone
    if gone is not None and wanted.end > gone:
        raise OncallError(f"{wanted.person} has left by then: their `last_day` is before the end")


def check_rotation(workspace: Workspace, rotation: str) -> None:
    """Refuse a rotation that is not there."""
    if rotation not in workspace.rotations:
        raise OncallError(f"there is no rotation {rotation!r}{suggestion(rotation, list(workspace.rotations))}")


def override_change(workspace: Workspace, plan: Plan, rotation: str, wanted: Wanted) -> Change:
    """Put somebody on call in a rotation, and nobody else, in place of whoever the calendars say."""
    check_rotation(workspace, rotation)
    files = workspace.rotations[rotation].override_files
    if not files:
        file, line, _ = workspace.places["rotations", rotation].at()
        raise OncallError(
            f"{rotation} has no `overrides:` to write to: add `overrides: rotations/{rotation}-overrides.ics` to it"
            f" in {file}:{line}"
        )
    now_there = list(plan.schedules[rotation].between(wanted.start, wanted.end))
    if [{one.shift.person for one in people} for _, _, people in now_there] == [{wanted.person}] and (
        now_there[0][0],
        now_there[0][1],
    ) == (wanted.start, wanted.end):
        raise OncallError(f"{wanted.person} is on call in {rotation} then already: there is nothing to change")
    in_the_way = [one.shift.priority for _, _, people in now_there for one in people if one.shift.layer == "override"]
    mark = f"[L{max(in_the_way) + 1}] " if in_the_way else ""
    names = rotation_reader(workspace, rotation)
    return _change(
        workspace, files[0], mark + _spelling(workspace, names, wanted.person, mark), f"override {rotation}", wanted
    )


def away_change(workspace: Workspace, plan: Plan, wanted: Wanted) -> Change:
    """Note an absence in the workspace's first absence calendar."""
    if not workspace.absences:
        raise OncallError(
            "the workspace has no calendar of absences: add `absences: [calendars/away.ics]` to oncall.yaml"
        )
    absence = plan.presences[wanted.person].absence(wanted.start)
    if absence and absence.end >= wanted.end:
        raise OncallError(f"{wanted.person} is away then already: there is nothing to change")
    path = next(iter(workspace.absences))
    names = absence_reader(workspace, path)
    return _change(workspace, path, _spelling(workspace, names, wanted.person, ""), "away", wanted)


def _spelling(workspace: Workspace, names: Reader, person: str, mark: str) -> str:
    """How to write somebody so that they are found again: their name, else their id."""
    for spelling in (workspace.people[person].name, person, workspace.people[person].email or person):
        if "\n" not in spelling and names.read(mark + spelling, ()).people == (person,):
            return spelling
    raise OncallError(f"neither the name nor the id of {person} means them in this calendar: see its `identify`")


def _change(workspace: Workspace, path: str, summary: str, what: str, wanted: Wanted) -> Change:
    before = _present(workspace, path)
    told = f"{what}\0{wanted.person}\0{wanted.start}\0{wanted.end}\0{wanted.asked_at}"
    uid = f"{hashlib.sha256(told.encode()).hexdigest()[:24]}@oncall"
    event = NewEvent()
    event.add("uid", uid)
    event.add("dtstamp", times.at(wanted.asked_at, UTC))
    event.add("created", times.at(wanted.asked_at, UTC))  # from then on it counts, whenever it is committed
    event.add("dtstart", times.at(wanted.start, UTC))
    event.add("dtend", times.at(wanted.end, UTC))
    event.add("summary", summary)
    if wanted.reason:
        event.add("description", wanted.reason)
    written = event.to_ical()
    return Change(path, before, with_event(before, written, path), uid, written)


def _present(workspace: Workspace, path: str) -> bytes | None:
    try:
        return workspace.files.read(path)
    except FileNotFoundError:
        return None
    except OncallError as error:
        raise OncallError(f"{path} {error}") from None
    except OSError as error:
        raise OncallError(f"{path}: cannot be read: {error.strerror}") from None


def with_event(calendar: bytes | None, event: bytes, path: str) -> bytes:
    """A calendar with one event more, before its end; in the line ends it has. OncallError where it is not whole."""
    if calendar is None or not calendar.strip():
        fresh = NewCalendar()
        fresh.add("prodid", "-//oncall//EN")
        fresh.add("version", "2.0")
        return bytes(fresh.to_ical()).replace(b"END:VCALENDAR", event + b"END:VCALENDAR")
    broken = [one for one in read_calendar(calendar, path).problems if one.code == "OC001"]
    ends = list(_END.finditer(calendar))
    if broken or not ends:
        why = broken[0].message if broken else "has no END:VCALENDAR"
        raise OncallError(f"{path}: {why}; mend it before adding to it")
    newline = re.search(rb"\r\n|\n|\r", calendar)
    place = ends[-1].start()
    return calendar[:place] + event.replace(b"\r\n", newline[0] if newline else b"\r\n") + calendar[place:]


class ChangedError(OncallError):
    """The file is not what the change was worked out from any more."""

    def __init__(self, workspace: Workspace, path: str) -> None:
        super().__init__(f"{path} has changed in the meantime: nothing was written; ask again")
        self.workspace = workspace
        self.path = path


def write(workspace: Workspace, change: Change, wait: Wait | None) -> None:
    """Put a change in place, whole or not at all; ChangedError where the file is not what it was any more. `wait` is
    told when another program writes there; None where the lock is held already."""
    target = target_of(workspace, change.path)
    try:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with locked(workspace, change.path, wait) if wait else nullcontext():
            if _bytes(target) != change.before:
                raise ChangedError(workspace, change.path)
            write_whole(target, change.after)
    except OSError as error:
        raise OncallError(f"{change.path}: cannot be written: {error.strerror}") from None


def target_of(workspace: Workspace, path: str) -> str:
    """The file that a path of the workspace leads to."""
    try:
        return os.path.realpath(workspace.files.inside(path))
    except OncallError as error:
        raise OncallError(f"{path} {error}") from None


def _bytes(path: str) -> bytes | None:
    try:
        return read_input(path, MOST_BYTES)
    except FileNotFoundError:
        return None


@contextmanager
def locked(workspace: Workspace, path: str, wait: Wait) -> Iterator[None]:
    """Nobody else who asks writes in the folder of a file meanwhile. Where folders cannot be locked, the check alone
    stands. OncallError where another program keeps the lock for longer than a change takes."""
    try:
        import fcntl  # not on Windows
    except ImportError:
        yield
        return
    directory = os.path.dirname(target_of(workspace, path))
    handle = os.open(directory, os.O_RDONLY)
    try:
        for attempt in range(_LOCK_ATTEMPTS):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if attempt == _LOCK_NOTICE:
                    wait(path)
                sleep(_LOCK_PAUSE)
        else:
            raise OncallError(f"{path}: another program keeps its folder locked: nothing was written; ask again later")
        yield
    finally:
        os.close(handle)


def users_of(workspace: Workspace, rotation: str) -> Sequence[str]:
    """The roles a rotation stands behind: `account role`."""
    return [
        f"{name} {role}"
        for name, account in workspace.accounts.items()
        for role in account.contacts
        if any(binding.rotation == rotation for binding in account.bindings(role))
    ]
