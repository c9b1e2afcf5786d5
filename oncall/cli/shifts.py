"""The final schedule between two instants: who is on call when, and where nobody is.

A NAME is a rotation, an account (each of its roles), or a person (wherever they are on call). Without one it is every
rotation.

\b
  oncall shifts                              every rotation, two weeks from today
  oncall shifts field-primary --until +30d   one rotation, thirty days
  oncall shifts northwind-hvac               every role of an account
  oncall shifts tech-1                       one person's shifts
  oncall shifts field-primary --format ics > final.ics

Gaps are shown, and are not an error here: the status is 0.
"""

import sys
from collections.abc import Sequence
from datetime import tzinfo
from typing import Annotated, Literal, NamedTuple

import typer

from oncall import times
from oncall.cli import complete
from oncall.cli.session import (
    Session,
    end_of,
    instant_of,
    now,
    on_terminal,
    print_csv,
    print_json,
    print_table,
    reader_zone,
    warn,
    warn_elsewhere,
)
from oncall.errors import OncallError, Problem
from oncall.lookup import find
from oncall.output.shifts_text import (
    COLUMNS,
    CSV_COLUMNS,
    heading,
    shift_csv_rows,
    shift_rows,
    shifts_calendar,
    shifts_document,
)
from oncall.output.words import safe
from oncall.timetables import Timetable, calendar_timetable, problems_of, timetables, window_of

Format = Literal["rich", "plain", "markdown", "json", "csv", "ics"]

TWO_WEEKS = 14 * times.DAY
_MANY = 4
LONGEST = 3660 * times.DAY


def shifts(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(autocompletion=complete.anything)] = None,
    start: Annotated[str | None, typer.Option("--from", metavar="WHEN", help="Default: today, 0:00.")] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="WHEN", help="Default: two weeks after --from; +30d and 08:00 count from it."),
    ] = None,
    calendar: Annotated[
        str | None, typer.Option(metavar="FILE", help="This calendar, - for standard input; no workspace is needed.")
    ] = None,
    overrides: Annotated[list[str] | None, typer.Option(metavar="FILE", help="With --calendar: overrides.")] = None,
    timezone: Annotated[str | None, typer.Option(metavar="ZONE", help="Show times in this zone.")] = None,
    format: Annotated[Format | None, typer.Option(help="Default: rich on a terminal, plain elsewhere.")] = None,
) -> None:
    session: Session = context.obj
    if calendar and name:
        raise OncallError("--calendar asks a file: leave the name out")
    if overrides and not calendar:
        raise OncallError("--overrides goes with --calendar; in a workspace a rotation's `overrides:` names them")
    if calendar:
        shown, problems = _of_calendar(session, calendar, overrides or [], timezone, start, until)
        warn(problems)
    else:
        shown, problems = _of_workspace(session, name, timezone, start, until)
    _show(shown, problems, name or calendar or "every rotation", format or ("rich" if on_terminal() else "plain"))


class _Shown(NamedTuple):
    """The timetables that were asked for, their window, and the zone of the reader."""

    tables: list[Timetable]
    start: int
    end: int
    zone: tzinfo


def _span(start: str | None, until: str | None, zone: tzinfo) -> tuple[int, int]:
    clock = now()
    begin = instant_of(start or "today", clock, zone)
    end = end_of(until, begin, clock, zone) if until else begin + TWO_WEEKS
    if end <= begin:
        raise OncallError("--until is not after --from")
    if end - begin > LONGEST:
        raise OncallError("that is more than ten years: ask for less")
    return begin, end


def _of_workspace(
    session: Session, name: str | None, timezone: str | None, start: str | None, until: str | None
) -> tuple[_Shown, list[Problem]]:
    plan = session.plan(now())
    zone = reader_zone(timezone, plan.timezone)
    asked = [find(plan, name)] if name else [("rotation", one) for one in sorted(plan.schedules)]
    if not asked:
        raise OncallError("there is no rotation to show: add `rotations:` to a file")
    begin, end = _span(start, until, zone)
    window = window_of(begin, end)
    if not (plan.window.holds(window.start) and plan.window.holds(window.end - 1)):
        plan = session.plan_for(window.start, window.end)
    problems = problems_of(plan, asked, begin, end)
    warn(problems)
    warn_elsewhere(plan.problems, problems)
    return _Shown(timetables(plan, asked, begin, end), begin, end, zone), problems


def _of_calendar(
    session: Session, file: str, overrides: Sequence[str], timezone: str | None, start: str | None, until: str | None
) -> tuple[_Shown, list[Problem]]:
    from oncall.cli.calendar_file import compile_calendar, name_of, open_calendar  # here: calendars are slow to import

    layers, zone, problems = open_calendar(session, file, overrides, timezone)
    begin, end = _span(start, until, zone)
    schedule, odd = compile_calendar(layers, window_of(begin, end), zone, by_file=not timezone)
    table = calendar_timetable(name_of(file), schedule, begin, end)
    odd = [one for one in odd if one.code != "OC303" or one.line is None]
    return _Shown([table], begin, end, zone), [*problems, *odd]


def _show(shown: _Shown, problems: Sequence[Problem], title: str, how: str) -> None:
    tables, start, end, zone = shown
    if how == "json":
        print_json(shifts_document(tables, start, end, zone, problems))
    elif how == "ics":
        sys.stdout.write(shifts_calendar(tables, title, zone, now()).decode())
    elif how == "csv":
        print_csv(CSV_COLUMNS, shift_csv_rows(tables, zone))
    elif how == "rich":
        _draw(shown, title)
    else:
        print(f"{heading(start, end, zone)}\n")
        if tables:
            print_table(COLUMNS, shift_rows(tables, zone), "github" if how == "markdown" else "plain")
        else:
            print(_never(title))


def _never(person: str) -> str:
    return f"{safe(person)} is not on call in that time"


def _draw(shown: _Shown, title: str) -> None:
    from oncall.output import terminal, timeline

    tables, start, end, zone = shown
    console = terminal.console()
    terminal.draw_lines(console, [((heading(start, end, zone), "time"),), ()])
    if not tables:
        terminal.draw_lines(console, [((_never(title), "title"),)])
    timeline.draw(console, tables, zone)
    for table in tables if len(tables) <= _MANY else []:
        console.print()
        terminal.shift_table(console, shift_rows([table], zone), table.title if len(tables) > 1 else "")
    if len(tables) > _MANY:
        terminal.draw_lines(
            console, [(), (("name one of them for its shifts in words, or --format plain for all", "quiet"),)]
        )
