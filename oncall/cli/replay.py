"""What should have happened in recorded dispatches, what did, where the two part, and why.

LOG is an event log, `.jsonl` or `.jsonl.gz`, or - for standard input; `oncall import` makes one of other systems' logs.
Each dispatch is held against the workspace as git has it at the time of the call.

\b
  oncall replay log.jsonl                              all: how they ended, why, and the worst
  oncall replay log.jsonl --dispatch CA81f2            one: expected beside actual, and what says so
  oncall replay log.jsonl --account northwind-hvac --result missed --from 2026-11-01
  oncall replay log.jsonl --candidate draft-policy     what other rules would have changed
  oncall replay log.jsonl --as-of now                  by today's files
  oncall replay log.jsonl --format json --summary      the counts alone, for scripts

With --dispatch the status is 1 unless it was reached, answered or recovered. Of many it is 0, whatever came of them.
"""

import sys
from collections.abc import Callable, Iterable
from datetime import tzinfo
from functools import partial
from itertools import chain, islice
from typing import Annotated, Any, Literal

import typer
from msgspec import Struct

from oncall.cli import complete
from oncall.cli.recorded import (
    Noted,
    Noting,
    accounts,
    callers,
    check_candidate,
    going_on,
    lines,
    results,
    span,
    tell_faults,
)
from oncall.cli.session import (
    Session,
    now,
    on_terminal,
    print_csv,
    print_json,
    print_table,
    reader_zone,
)
from oncall.errors import OncallError
from oncall.logs.faults import Faults
from oncall.output.who_text import Line
from oncall.plan import Plan
from oncall.replay.run import Job, Judged, Replay, Wanted
from oncall.replay.summary import Summary
from oncall.replay.verdict import GOOD

Format = Literal["rich", "plain", "markdown", "json", "csv"]


def replay(
    context: typer.Context,
    log: Annotated[str, typer.Argument(metavar="LOG", help="The event log; - is standard input.")],
    dispatch: Annotated[
        str | None, typer.Option(metavar="ID", help="Show this one, in full; a beginning will do.")
    ] = None,
    account: Annotated[
        list[str] | None,
        typer.Option(metavar="ACCOUNT", help="Only of this account; repeatable.", autocompletion=complete.accounts),
    ] = None,
    line: Annotated[list[str] | None, typer.Option(metavar="NUMBER", help="Only on this line; repeatable.")] = None,
    caller: Annotated[
        list[str] | None, typer.Option(metavar="NUMBER", help="Only from this caller; repeatable.")
    ] = None,
    from_: Annotated[str | None, typer.Option("--from", metavar="WHEN", help="Only since then.")] = None,
    until: Annotated[str | None, typer.Option(metavar="WHEN", help="Only before then.")] = None,
    result: Annotated[
        list[str] | None,
        typer.Option(metavar="RESULT", help="Only those that ended so; repeatable.", autocompletion=complete.results),
    ] = None,
    as_of: Annotated[
        str, typer.Option(metavar="auto|now|REV", help="By which files: those of the time, today's, a revision's.")
    ] = "auto",
    candidate: Annotated[
        str | None, typer.Option(metavar="PATH|REV", help="Also by the rules of another workspace or revision.")
    ] = None,
    summary: Annotated[bool, typer.Option("--summary", help="The counts alone.")] = False,
    limit: Annotated[int, typer.Option(min=0, metavar="N", help="How many dispatches a list shows.")] = 20,
    jobs: Annotated[int, typer.Option(min=1, max=256, metavar="N", help="How many processes.")] = 1,
    timezone: Annotated[str | None, typer.Option(metavar="ZONE", help="Read and show times in this zone.")] = None,
    format: Annotated[Format | None, typer.Option(help="Default: rich on a terminal, plain elsewhere.")] = None,
) -> None:
    session: Session = context.obj
    plan = session.plan(now())
    zone = reader_zone(timezone, plan.timezone)
    wanted = Wanted(
        dispatch,
        accounts(account, plan, None if log == "-" else log),
        lines(line, plan),
        callers(caller, plan.country),
        results(result or ()),
        *span(from_, until, zone),
    )
    job = Job(
        None if log == "-" else log, session.root, session.cache, plan.country, wanted, as_of, candidate, session.here()
    )
    check_candidate(job)
    asked = _Asked(job, plan, jobs, zone, format or ("rich" if on_terminal() else "plain"), limit)
    if dispatch is not None and not summary:
        status = _one(asked)
    else:
        status = 2 if _many(asked, only_summary=summary).internal else 0
    raise typer.Exit(status)


class _Asked(Struct, frozen=True):
    """What is to be replayed, and how it is shown."""

    job: Job
    today: Plan
    jobs: int
    zone: tzinfo
    how: str
    limit: int

    def replay(self, each: Callable[[Judged], Any]) -> Replay[Noted]:
        return Replay(self.job, Noting(each), self.jobs)


# One dispatch.


def _one(asked: _Asked) -> int:
    from oncall.cli.one_dispatch import one_dispatch  # here: only --dispatch needs it

    judged = one_dispatch(asked.job, asked.today, asked.zone)
    summary = Summary()
    summary.add(judged.verdict)
    _show_one(judged, summary, asked)
    return 0 if judged.verdict.result in GOOD else 1


def _show_one(judged: Judged, summary: Summary, asked: _Asked) -> None:
    how, zone = asked.how, asked.zone
    if how == "json":
        from oncall.output.replay_json import dispatch_document, head_document, summary_document

        counted = {"dispatches": [dispatch_document(judged, zone)], "summary": summary_document(summary)}
        print_json(head_document() | counted)
        return
    from oncall.output.replay_text import COLUMNS, dispatch_lines, dispatch_rows

    if how == "csv":
        print_csv(COLUMNS, dispatch_rows(judged))
    elif how == "markdown":
        print_table(COLUMNS, dispatch_rows(judged), "github")
    else:
        _print(lambda width: dispatch_lines(judged, zone, width), how)


def _print(lines: Callable[[int | None], Iterable[Line]], how: str) -> None:
    """Lines that are made for a width: the terminal's, or that of a pipe."""
    if how == "plain":
        for line in lines(None):
            print("".join(text for text, _ in line).rstrip())
        return
    from oncall.output import terminal  # here: rich is slow to import

    console = terminal.console()
    terminal.draw_lines(console, lines(console.width))


# Many.


def _many(asked: _Asked, *, only_summary: bool) -> Faults:
    if asked.how == "json":
        replayed = _stream_json(asked, only_summary=only_summary)
    elif asked.how == "csv":
        if only_summary:
            raise OncallError("--format csv is a row for each dispatch: leave --summary out, or write --format json")
        replayed = _stream_csv(asked)
    else:
        replayed = _draw(asked, only_summary=only_summary)
    tell_faults(replayed.faults, asked.job.log)
    return replayed.faults


def _stream_json(asked: _Asked, *, only_summary: bool) -> Replay[Any]:
    """The document as it comes, a dispatch a line: what is in memory does not grow with the log."""
    from oncall.cli.session import json_text
    from oncall.output.replay_json import dispatch_text, head_document, summary_document

    replayed = asked.replay(_nothing if only_summary else partial(dispatch_text, zone_name=str(asked.zone)))
    out, before = sys.stdout, f'{json_text(head_document()).rstrip("}").rstrip()},\n  "dispatches": ['
    for text in going_on(replayed, asked.job, asked.today):
        out.write(f"{before}\n{text}")
        before = ","
    end = "\n  ]" if before == "," else f"{before}]"
    counted = json_text(summary_document(replayed.summary)).replace("\n", "\n  ")
    out.write(f'{end},\n  "summary": {counted}\n}}\n')
    return replayed


def _nothing(_: Judged) -> None:
    return None


def _stream_csv(asked: _Asked) -> Replay[Any]:
    from oncall.output.replay_summary import COLUMNS, dispatch_row

    replayed = asked.replay(partial(dispatch_row, zone_name=str(asked.zone)))
    rows = going_on(replayed, asked.job, asked.today)
    first = list(islice(rows, 1))  # what cannot be read is said before anything is printed
    print_csv(COLUMNS, chain(first, rows))
    return replayed


def _draw(asked: _Asked, *, only_summary: bool) -> Replay[Any]:
    from oncall.output.replay_summary import Lists, brief, summary_lines

    replayed = asked.replay(_nothing if only_summary else brief)
    lists = Lists.of(going_on(replayed, asked.job, asked.today), asked.limit)
    shown = None if only_summary else lists
    if asked.how == "markdown":
        _print_markdown(replayed.summary, shown, asked)
    else:
        candidate = asked.job.candidate
        _print(lambda width: summary_lines(replayed.summary, shown, asked.zone, candidate, width), asked.how)
    return replayed


def _print_markdown(summary: Summary, lists: Any, asked: _Asked) -> None:
    from oncall.output.replay_summary import LIST_COLUMNS, list_rows, tables_of

    tables = list(tables_of(summary))
    if lists is not None:
        found = (lists.bad, lists.saved, lists.worse)
        tables += [(LIST_COLUMNS, list_rows(one, asked.zone)) for one in found if one.number]
    for number, (headings, rows) in enumerate(tables):
        if number:
            print()
        print_table(headings, rows, "github")
