"""Note that somebody is not there: the sick call.

One event is added to the workspace's first calendar of absences; everything else in it stays as it is. Where the person
is on call in that time is shown, and who is left; with --dry-run nothing is written. With --commit this one change is
committed to git, whatever else is not committed. An absence takes nobody off the schedule: the chain skips them at
once, and `oncall override` puts somebody in their place.

\b
  oncall away tech-1 --until "mon 08:00" --reason sick
  oncall away manager-1 --from 2026-12-24 --until 2026-12-27
"""

from collections.abc import Iterator
from functools import partial
from typing import Annotated

import typer
from msgspec.structs import replace

from oncall import times
from oncall.answers import account_answer
from oncall.cli import complete
from oncall.cli.change import (
    Commit,
    DryRun,
    From,
    Opened,
    Reason,
    Stretch,
    Until,
    Writing,
    finish,
    make_change,
    open_change,
    spans,
)
from oncall.cli.session import Session
from oncall.output.words import safe
from oncall.plan import Plan


def away(
    context: typer.Context,
    person: Annotated[str, typer.Argument(autocompletion=complete.people)],
    until: Until,
    start: From = "now",
    reason: Reason = "",
    dry_run: DryRun = False,
    commit: Commit = False,
) -> None:
    make_change(partial(_away, context.obj, person, Stretch(start, until), reason, Writing(dry_run, commit)))


def _away(session: Session, person: str, asked: Stretch, reason: str, writing: Writing, is_locked: bool) -> None:
    from oncall.workspace.edit import away_change  # here: calendars are slow to import

    opened = open_change(session, person, asked, reason)
    person = opened.wanted.person
    change = away_change(opened.workspace, opened.plan, opened.wanted)
    after = opened.plan_with(change)
    wanted = opened.wanted
    name = opened.workspace.people[person].name
    told = [*_shifts(opened, after), *_roles(opened, after)] or ["  on call nowhere in that time"]
    lines = [f"{safe(name)} ({person})  away {spans(opened, wanted.start, wanted.end)}", *told]
    finish(session, opened, change, lines, replace(writing, is_locked=is_locked))


def _shifts(opened: Opened, after: Plan) -> Iterator[str]:
    """The shifts that fall into the absence, and how to give each to somebody else."""
    for rotation in after.schedules:
        for one in opened.timetable(after, rotation):
            if any(entry.shift.person == opened.wanted.person for entry in one.on_call):
                yield f"  on call in {rotation} {spans(opened, one.start, one.end)}"
                begin, end = (times.at(moment, opened.zone).isoformat() for moment in (one.start, one.end))
                yield f"    oncall override {rotation} SOMEBODY --from {begin} --until {end}"


def _roles(opened: Opened, after: Plan) -> Iterator[str]:
    """The roles the absence leaves with fewer people, at its start and whenever a shift in it begins."""
    begins = {one.start for rotation in after.schedules for one in opened.timetable(after, rotation)}
    told: dict[str, None] = {}
    for instant in sorted({opened.wanted.start} | begins):
        for name in after.accounts:
            before, then = (account_answer(plan, name, instant) for plan in (opened.plan, after))
            for old, new in zip(before.tiers, then.tiers, strict=True):
                was, now = ([entry.shift.label for entry in tier.on_call if entry.reachable] for tier in (old, new))
                if was != now:
                    left = " & ".join(map(safe, now)) or "nobody"
                    told[f"  {name} {new.role} is left with {left} (before: {' & '.join(map(safe, was))})"] = None
    yield from told
