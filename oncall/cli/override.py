"""Put somebody on call in a rotation in place of the plan: the swap at 2 a.m.

One event is added to the rotation's overrides calendar; everything else in it stays as it is. Who is on call before and
after is shown; with --dry-run nothing is written. With --commit this one change is committed to git, whatever else is
not committed.

\b
  oncall override field-primary tech-5 --until 08:00
  oncall override field-primary tech-5 --from "sat 18:00" --until +12h --reason "swap with tech-1"
"""

from functools import partial
from typing import Annotated

import typer
from msgspec.structs import replace

from oncall.cli import complete
from oncall.cli.change import (
    Commit,
    DryRun,
    From,
    Reason,
    Stretch,
    Until,
    Writing,
    before_and_after,
    finish,
    make_change,
    open_change,
)
from oncall.cli.session import Session
from oncall.errors import OncallError
from oncall.output.words import REASONS


def override(
    context: typer.Context,
    rotation: Annotated[str, typer.Argument(autocompletion=complete.rotations)],
    person: Annotated[str, typer.Argument(autocompletion=complete.people)],
    until: Until,
    start: From = "now",
    reason: Reason = "",
    dry_run: DryRun = False,
    commit: Commit = False,
) -> None:
    asked = Stretch(start, until)
    make_change(partial(_override, context.obj, rotation, person, asked, reason, Writing(dry_run, commit)))


def _override(
    session: Session, rotation: str, person: str, asked: Stretch, reason: str, writing: Writing, is_locked: bool
) -> None:
    from oncall.workspace.edit import override_change, users_of  # here: calendars are slow to import

    opened = open_change(session, person, asked, reason, rotation)
    rotation, person = opened.rotation, opened.wanted.person
    change = override_change(opened.workspace, opened.plan, rotation, opened.wanted)
    after = opened.plan_with(change)
    wanted = opened.wanted
    then = [
        (one.start, one.end, {entry.shift.person for entry in one.on_call}) for one in opened.timetable(after, rotation)
    ]
    if then != [(wanted.start, wanted.end, {person})]:
        raise OncallError(
            f"that would not put {person} alone on call in {rotation}: look at its overrides; nothing was written"
        )
    lines = before_and_after(opened, after, rotation)
    users = users_of(opened.workspace, rotation)
    lines.append(f"  for     {', '.join(users) if users else 'no account: nothing uses this rotation'}")
    listed = opened.workspace.rotations[rotation].people
    if listed and person not in listed:
        lines.append(f"  note    {person} is not among the `people:` of {rotation}")
    why_not = after.why_not(person, wanted.start)
    if why_not:
        lines.append(f"  note    {person} cannot be reached when it begins: {REASONS[why_not]}")
    finish(session, opened, change, lines, replace(writing, is_locked=is_locked))
