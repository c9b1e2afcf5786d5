"""Who is on call now, or at another instant: for every account, or for those named.

A NAME is an account, a rotation, a published line or a person, or as much of one as nothing else has.

\b
  oncall who                              every account, first tier to last
  oncall who northwind-hvac               one, with everything
  oncall who "+1 202 555 0188"            the account behind a line
  oncall who priya                        where somebody is on call, now and next
  oncall who field-s --at "fri 2am"       at another time
  oncall who --calendar rota.ics          a calendar with no workspace around it
  oncall who field-s --format line        one line, for a prompt or a chat

The status is 1 when a human was promised and nobody can be reached.
"""

import shlex
from collections.abc import Sequence
from datetime import tzinfo
from typing import Annotated, Literal

import typer

from oncall.answers import Answer, account_answer, left_out, person_answer, rotation_answer
from oncall.cli import complete
from oncall.cli.session import (
    UNREAD,
    Session,
    complain,
    instants,
    now,
    on_terminal,
    print_csv,
    print_json,
    print_table,
    reader_zone,
    warn,
    warn_elsewhere,
)
from oncall.errors import NotFoundError, OncallError, Problem
from oncall.output.who_text import COLUMNS, Line, one_line, who_lines, who_rows
from oncall.plan import EVERYTHING, Plan

Format = Literal["rich", "plain", "line", "markdown", "json", "csv"]


def who(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", autocompletion=complete.anything)] = None,
    at: Annotated[
        list[str] | None, typer.Option(metavar="WHEN", help="When, instead of now; may be given several times.")
    ] = None,
    calendar: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Ask this calendar, - for standard input; no workspace is needed."),
    ] = None,
    overrides: Annotated[list[str] | None, typer.Option(metavar="FILE", help="With --calendar: overrides.")] = None,
    timezone: Annotated[
        str | None,
        typer.Option(metavar="ZONE", help="Read and show times in this zone; with --calendar also its days."),
    ] = None,
    format: Annotated[Format | None, typer.Option(help="Default: rich on a terminal, plain elsewhere.")] = None,
) -> None:
    session: Session = context.obj
    clock = now()
    if calendar:
        if names:
            raise OncallError("--calendar asks a file: leave the names out")
        answers, zone = _of_calendar(session, calendar, overrides or [], timezone, at or [])
    elif overrides:
        raise OncallError("--overrides goes with --calendar; in a workspace a rotation's `overrides:` names them")
    else:
        answers, zone = _of_workspace(session, names or [], timezone, at or [], clock)
    shown = format or ("rich" if on_terminal() else "plain")
    _show(answers, zone, shown, clock, overview=not names and not calendar)
    raise typer.Exit(1 if any(answer.is_bad_news for answer in answers) else 0)


def _of_workspace(
    session: Session, names: Sequence[str], timezone: str | None, at: Sequence[str], clock: int
) -> tuple[list[Answer], tzinfo]:
    first = session.plan(clock)
    zone = reader_zone(timezone, first.timezone)
    answers: list[Answer] = []
    reported: set[Problem] = set()
    missing: set[Problem] = set()
    for instant in instants(at, zone, clock):
        plan = first if first.window.holds(instant) else session.plan(instant)
        wanted = _found(plan, names) if names else [("account", name) for name in sorted(plan.accounts)]
        if not wanted:
            warn(plan.reported.get(EVERYTHING, ()), UNREAD)
            raise OncallError("there is no account to ask about: name a rotation, or add `accounts:` to a file")
        for kind, name in wanted:
            answers.append(_answer(session, plan, kind, name, instant))
        reported |= plan.problems
        missing |= set(left_out(plan) if not names else ())
    touching = {problem for answer in answers for problem in answer.problems}
    warn(missing, "these accounts cannot be shown:")
    warn(touching)
    warn_elsewhere(reported, touching | missing)
    return answers, zone


def _answer(session: Session, plan: Plan, kind: str, name: str, instant: int) -> Answer:
    if kind == "person":
        from oncall.workspace.opening import turns_window  # here: who asks for an account does without

        window = turns_window(instant)
        return person_answer(session.plan_for(window.start, window.end), name, instant)
    return (account_answer if kind == "account" else rotation_answer)(plan, name, instant)


def _found(plan: Plan, names: Sequence[str]) -> list[tuple[str, str]]:
    """What names mean, each once; where one means an account and a person as well, that is said."""
    from oncall.lookup import also_people, find  # here: the overview needs no names

    try:
        found = {name: find(plan, name) for name in names}
    except NotFoundError:
        warn(plan.reported.get(EVERYTHING, ()), UNREAD)
        raise
    for name, (kind, meant) in found.items():
        for person in also_people(plan, name, kind):
            label = plan.people[person].name
            complain(f"{name!r} is the {kind} {meant} here; for the person: oncall who {shlex.quote(label)}")
    return list(dict.fromkeys(found.values()))


def _of_calendar(
    session: Session, file: str, overrides: Sequence[str], timezone: str | None, at: Sequence[str]
) -> tuple[list[Answer], tzinfo]:
    from oncall.cli.calendar_file import calendar_answers  # here: calendars are slow to import

    answers, zone = calendar_answers(session, file, overrides, timezone, at)
    warn(problem for answer in answers for problem in answer.problems)
    return answers, zone


def _show(answers: Sequence[Answer], zone: tzinfo, how: str, clock: int, *, overview: bool) -> None:
    if how == "json":
        from oncall.output.who_json import who_document

        print_json(who_document(answers, zone))
    elif how == "csv":
        print_csv(COLUMNS, who_rows(answers, zone, exact=True))
    elif how == "markdown":
        print_table(COLUMNS, who_rows(answers, zone), "github")
    elif how == "line":
        for answer in answers:
            print(one_line(answer, zone, clock))
    elif how == "plain":
        print("\n".join(_plain(line) for line in who_lines(answers, zone)))
    else:
        _draw(answers, zone, overview=overview)


def _plain(line: Line) -> str:
    return "".join(text for text, _ in line).rstrip()


def _draw(answers: Sequence[Answer], zone: tzinfo, *, overview: bool) -> None:
    from oncall.output import terminal

    console = terminal.console()
    if not overview:
        terminal.draw_lines(console, who_lines(answers, zone))
        return
    for instant in dict.fromkeys(answer.at for answer in answers):
        terminal.overview(console, [answer for answer in answers if answer.at == instant], zone)
