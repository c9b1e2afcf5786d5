"""What `override` and `away` share: opening the workspace, looking at it with the change made, and writing it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec import Struct

from oncall import times
from oncall.cli.session import UNREAD, Session, complain, instant_of, noted, now, warn, warn_elsewhere
from oncall.errors import NotFoundError, OncallError, Problem
from oncall.lookup import ACCOUNT, ROTATION, find, find_person
from oncall.output.words import day_and_time, distance, safe, zone_mark
from oncall.plan import EVERYTHING, Plan
from oncall.schedule import Window
from oncall.timetables import Stretch as Shown
from oncall.timetables import problems_of, timetables

if TYPE_CHECKING:
    from oncall.workspace.edit import Change, Wanted
    from oncall.workspace.load import Workspace

_LONGEST = 366 * times.DAY
_LONG_NIGHT = 16 * 3600  # seconds of the longest change that is usually meant by two times of day

Until = Annotated[
    str, typer.Option("--until", metavar="WHEN", help="The end: 08:00, 'mon 17:00', +12h (from the start) …")
]
From = Annotated[str, typer.Option("--from", metavar="WHEN", help="The start.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept with the event.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change and write nothing.")]


Commit = Annotated[bool, typer.Option("--commit", help="Commit this change to git, and nothing else.")]


class Writing(Struct, frozen=True):
    """Whether a change is only shown, whether it is committed, and whether the lock of its folder is held."""

    dry_run: bool
    commit: bool
    is_locked: bool = False


class Stretch(Struct, frozen=True):
    """From when until when, as it was typed."""

    start: str
    until: str


class Opened(Struct, frozen=True):
    """A workspace with a change in view: its plan for the stretch that is to change, the zone of the reader, and the
    problems that could make the change another one."""

    workspace: Workspace
    plan: Plan
    wanted: Wanted
    zone: tzinfo
    problems: tuple[Problem, ...]
    rotation: str = ""

    def plan_with(self, change: Change) -> Plan:
        """The plan as it would be after a change."""
        from oncall.workspace.compile import compile_plan  # here: calendars are slow to import
        from oncall.workspace.load import load

        return compile_plan(load(self.workspace.root, {change.path: change.after}), self.plan.window)

    def timetable(self, plan: Plan, rotation: str) -> tuple[Shown, ...]:
        """Who is on call in a rotation in the stretch that is to change."""
        return timetables(plan, [("rotation", rotation)], self.wanted.start, self.wanted.end)[0].stretches


def open_change(session: Session, person: str, asked: Stretch, reason: str, rotation: str | None = None) -> Opened:
    """Load the workspace and check who and when. The times of a change of a `rotation` are in the workspace's zone,
    those of an absence in the person's."""
    from oncall.workspace.compile import compile_plan, person_zone  # here: calendars are slow to import
    from oncall.workspace.edit import Wanted, check_wanted
    from oncall.workspace.load import load

    workspace = load(session.root)
    clock = now()
    try:
        person = find_person(workspace.people, person, _Endpoints(workspace))
        if rotation is not None and rotation not in workspace.rotations:
            rotation = _rotation_named(compile_plan(workspace, Window(clock, clock + 1)), rotation)
    except NotFoundError:
        warn(compile_plan(workspace, Window(clock, clock + 1)).reported.get(EVERYTHING, ()), UNREAD)
        raise
    zone: tzinfo = times.zone(workspace.timezone) or UTC
    if rotation is None:
        zone = person_zone(workspace, workspace.people[person])
    start = instant_of(asked.start, clock, zone, "next")
    until = _end(asked.until, start, clock, zone)
    if until <= start:
        raise OncallError("--until is not after --from")
    if until - start > _LONGEST:
        raise OncallError("that is more than a year: the calendar itself is the place for it")
    window = Window(start, until + 1)
    plan = compile_plan(workspace, window)
    wanted = Wanted(person, start, until, _readable(reason), clock)
    check_wanted(workspace, plan, wanted)
    touched = ("person", person) if rotation is None else ("rotation", rotation)
    problems = {*problems_of(plan, [touched], start, until), *plan.reported.get(f"people/{person}", ())}
    return Opened(workspace, plan, wanted, zone, tuple(problems), rotation or "")


def _end(text: str, start: int, clock: int, zone: tzinfo) -> int:
    """What was typed for the end; a time of day that makes a long stretch may be of another day than was meant."""
    from oncall.when import read_end  # here: as in the session, which reads every other time

    reading = read_end(text, start, clock, zone)
    until = noted(reading)
    if reading.picked and until - start > _LONG_NIGHT:
        began = day_and_time(start, zone, clock)
        complain(f"that is {distance(until - start)} from {began}; if another day is meant, write it with the time")
    return until


class _Endpoints(dict[str, tuple[str, ...]]):
    """The addresses of people as plans hold them, each when it is asked for: few are asked for by a number."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace

    def get(self, person: str, default: Any = None) -> Any:
        from oncall.workspace.numbers import endpoint  # here: a name needs no numbers

        methods = self._workspace.people[person].contact_methods
        return tuple(endpoint(method.address, self._workspace.settings.country) for method in methods)


def _rotation_named(plan: Plan, asked: str) -> str:
    """The rotation a name means; of an account, the error names its rotations."""
    try:
        return find(plan, asked, (ROTATION,))[1]
    except NotFoundError as error:
        not_found = error
    try:
        _, account = find(plan, asked, (ACCOUNT,))
    except NotFoundError:
        raise not_found from None
    profile = plan.accounts[account]
    bindings = (binding for role in profile.contacts for binding in profile.bindings(role))
    rotations = dict.fromkeys(binding.rotation for binding in bindings if binding.rotation)
    named = f"; its rotations are {', '.join(rotations)}" if rotations else ", and has no rotation"
    raise OncallError(f"{account} is an account{named}")


def _readable(reason: str) -> str:
    """A reason as one line of Unicode; bytes that are none are shown as such."""
    return " ".join(reason.encode("utf-8", "backslashreplace").decode().split())


def spans(opened: Opened, start: int, end: int) -> str:
    """`Sat 21 Nov 22:00 to Sun 22 Nov 08:00 EST (10h)`."""
    first, last = (day_and_time(moment, opened.zone, opened.wanted.start) for moment in (start, end))
    return f"{first} to {last} {zone_mark(end, opened.zone)} ({distance(end - start)})"


def before_and_after(opened: Opened, after: Plan, rotation: str) -> list[str]:
    """Who is on call in a rotation before and after a change."""
    lines = [f"{rotation}  {spans(opened, opened.wanted.start, opened.wanted.end)}"]
    for word, plan in (("before", opened.plan), ("after", after)):
        lines.append(f"  {word:6}  {_told(opened, opened.timetable(plan, rotation))}")
    return lines


def _told(opened: Opened, stretches: tuple[Shown, ...]) -> str:
    parts, reached = [], opened.wanted.start
    for one in stretches:
        if one.start > reached:
            parts.append("nobody")
        who = " & ".join(safe(entry.shift.label) for entry in one.on_call)
        until = (
            f" until {day_and_time(one.end, opened.zone, opened.wanted.start)}" if one.end < opened.wanted.end else ""
        )
        parts.append(who + until)
        reached = one.end
    if reached < opened.wanted.end:
        parts.append("nobody")
    return ", then ".join(parts)


def make_change(attempt: Callable[[bool], None]) -> None:
    """Work out a change and write it. Where somebody else has written meanwhile it is worked out once more, from what
    is there now, and nobody else writes until it is done: `attempt` is told whether the lock is held."""
    from oncall.workspace.edit import ChangedError, locked  # here: calendars are slow to import

    try:
        attempt(False)
    except ChangedError as error:
        changed = error
    else:
        return
    with locked(changed.workspace, changed.path, _say_waiting):
        attempt(True)


def _say_waiting(path: str) -> None:
    complain(f"waiting for another program that writes {path}")


def finish(session: Session, opened: Opened, change: Change, lines: list[str], writing: Writing) -> None:
    """Write the change, then say what it is, and commit it or say how; only say what it is, for a dry run."""
    from oncall.workspace.edit import target_of, write  # here: calendars are slow to import

    if not writing.dry_run:
        write(opened.workspace, change, None if writing.is_locked else _say_waiting)
    print("\n".join(lines))
    done = f"written to {safe(change.path)}: event {change.uid}"
    print(f"  dry run: nothing was written to {safe(change.path)}" if writing.dry_run else f"  {done}", flush=True)
    warn(opened.problems, f"{'' if writing.dry_run else 'Saved. '}These problems were ignored:")
    warn_elsewhere(opened.plan.problems, opened.problems)
    if not writing.dry_run:
        target = target_of(opened.workspace, change.path)
        _commit(session, opened, change, target, writing)


def _commit(session: Session, opened: Opened, change: Change, target: str, writing: Writing) -> None:
    """Commit what was written, or say how; status 1 where that was asked for and cannot be done."""
    from oncall.workspace.commit import NotCommittedError, commit_change, commit_commands  # here: as above

    message = _commit_message(opened)
    commands = commit_commands(target, message, session.here())
    if not writing.commit:
        if commands is not None:
            print(f"  to commit it: {safe(commands, 2000)}", flush=True)
        return
    try:
        committed = commit_change(target, change, message)
    except NotCommittedError as error:
        first, *rest = str(error).splitlines() or [""]
        complain(f"{change.path} is written, but not committed: {first}")
        for line in rest:
            print(f"  {safe(line)}", file=sys.stderr)
        if commands is not None:
            print(f"  to commit it later: {safe(commands, 2000)}", file=sys.stderr)
        raise typer.Exit(1) from None
    print(f"  committed to {safe(committed.branch)}: {committed.number} {safe(message)}")


def _commit_message(opened: Opened) -> str:
    """`override field-primary: Ines Duarte, 2026-11-25 22:00 to 2026-11-26 08:00 EST`."""
    wanted = opened.wanted
    start, end = (f"{times.at(instant, opened.zone):%Y-%m-%d %H:%M}" for instant in (wanted.start, wanted.end))
    subject = f"override {opened.rotation}" if opened.rotation else "away"
    name = _readable(opened.workspace.people[wanted.person].name)
    return f"{subject}: {name}, {start} to {end} {zone_mark(wanted.end, opened.zone)}"
