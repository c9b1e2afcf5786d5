"""A log in numbers: how often and how soon people are reached, by account, hour, operator and person.

LOG is an event log, `.jsonl` or `.jsonl.gz`, or - for standard input. Each dispatch is held against the workspace as
git has it at the time of the call, as `oncall replay` does. docs/metrics.md defines every number, and says what it
leaves out; shares stand with what they are of, and with their 95% interval.

\b
  oncall stats log.jsonl                               the most important numbers; in a pipe all of them
  oncall stats log.jsonl --all                         all of them
  oncall stats log.jsonl --account northwind-hvac --from 2026-11-01
  oncall stats log.jsonl --within 20s                  the service level: taken within 20 seconds
  oncall stats log.jsonl --only hours --only people    some of the tables
  oncall stats log.jsonl --html november.html          one page with plots, to send or to print
  oncall stats log.jsonl --diverged diverged.csv       every dispatch that left the policy
  oncall stats log.jsonl --format json                 for scripts
"""

import csv
import io
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import tzinfo
from typing import IO, Annotated, Literal

import typer

from oncall import times
from oncall.cli import complete
from oncall.cli.recorded import Noting, accounts, callers, going_on, lines, results, span, tell_faults
from oncall.cli.session import Session, now, on_terminal, print_csv, print_json, print_table, reader_zone
from oncall.errors import OncallError, file_error
from oncall.output.stats_tables import TOPICS
from oncall.output.words import iso, safe
from oncall.replay.facts import Facts, FactsOf
from oncall.replay.metrics import WITHIN, WITHIN_MESSAGE, Measure, Metrics
from oncall.replay.run import Job, Replay, Wanted

Format = Literal["rich", "plain", "markdown", "json", "csv"]

_DIVERGED = ("operator", "dispatch", "account", "at", "first divergence", "log line")


def stats(
    context: typer.Context,
    log: Annotated[str, typer.Argument(metavar="LOG", help="The event log; - is standard input.")],
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
    within: Annotated[
        str | None, typer.Option(metavar="DURATION", help="The service level of calls: taken within. Default: 30s.")
    ] = None,
    within_messages: Annotated[
        str | None, typer.Option(metavar="DURATION", help="That of messages: acknowledged within. Default: 10m.")
    ] = None,
    as_of: Annotated[
        str, typer.Option(metavar="auto|now|REV", help="By which files: those of the time, today's, a revision's.")
    ] = "auto",
    html: Annotated[str | None, typer.Option(metavar="FILE", help="Also write a page with plots.")] = None,
    diverged: Annotated[
        str | None, typer.Option(metavar="FILE", help="Also write every dispatch that left the policy, as CSV.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="TABLE", help=f"Show this table alone, repeatable: {', '.join(TOPICS)}."),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every table; without it a terminal has the most important numbers.")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, max=256, metavar="N", help="How many processes.")] = 1,
    timezone: Annotated[str | None, typer.Option(metavar="ZONE", help="The zone of the hours of the day.")] = None,
    format: Annotated[Format | None, typer.Option(help="Default: rich on a terminal, plain elsewhere.")] = None,
) -> None:
    session: Session = context.obj
    how = format or ("rich" if on_terminal() else "plain")
    topics = _topics(only or (), how)
    plan = session.plan(now())
    zone = reader_zone(timezone, plan.timezone)
    wanted = Wanted(
        None,
        accounts(account, plan, None if log == "-" else log),
        lines(line, plan),
        callers(caller, plan.country),
        results(result or ()),
        *span(from_, until, zone),
    )
    path = None if log == "-" else log
    measure = Measure(
        str(zone),
        _duration(within, "--within", WITHIN),
        _duration(within_messages, "--within-messages", WITHIN_MESSAGE),
    )
    job = Job(path, session.root, session.cache, plan.country, wanted, as_of, None, session.here())
    with ExitStack() as files:
        page = files.enter_context(_file(html, "--html", path, diverged)) if html is not None else None
        listed = files.enter_context(_file(diverged, "--diverged", path, html)) if diverged is not None else None
        replayed = Replay(job, Noting(FactsOf(plan.timezone)), jobs)
        metrics = _counted(going_on(replayed, job, plan), Metrics(measure), listed, zone)
        if page is not None:
            from oncall.output.stats_html import stats_page  # here: only this option needs it

            name = "standard input" if path is None else os.path.basename(path)
            page.write(stats_page(metrics, zone, plan.organization, name).encode("utf-8", "backslashreplace"))
    tell_faults(replayed.faults, path)
    _show(metrics, zone, how, topics, in_short=how == "rich" and not every and not topics)
    raise typer.Exit(2 if replayed.faults.internal else 0)


def _topics(texts: Iterable[str], how: str) -> frozenset[str]:
    """What was typed for --only."""
    found = frozenset(texts)
    if found and how in ("json", "csv"):
        raise OncallError(f"--only chooses among tables: leave it out with --format {how}")
    for text in sorted(found - {*TOPICS}):
        from oncall.spelling import suggestion  # here: only an error needs it

        raise OncallError(
            f"--only {text}: there is no such table{suggestion(text, TOPICS)}; there are {', '.join(TOPICS)}"
        )
    return found


def _duration(text: str | None, option: str, otherwise: int) -> int:
    if text is None:
        return otherwise
    try:
        return times.parse_duration(text)
    except ValueError as error:
        raise OncallError(f"{option}: {error}") from None


@contextmanager
def _file(path: str, option: str, *others: str | None) -> Iterator[IO[bytes]]:
    """A file to write, put in place when all is done. It is none of the others."""
    from oncall.workspace.writing import writing_whole  # here: only these options need it

    for other in others:
        if other is not None and os.path.realpath(path) == os.path.realpath(other):
            raise OncallError(f"{option} {path}: that file is asked for twice, or is the log itself; name another")
    try:
        with writing_whole(path) as file:
            yield file
    except OSError as error:
        raise OncallError(f"{option} {path} cannot be written: {file_error(error)}") from None


def _counted(found: Iterator[Facts], metrics: Metrics, listed: IO[bytes] | None, zone: tzinfo) -> Metrics:
    """The numbers; what left the policy is written down as it comes."""
    if listed is not None:
        listed.write(_row(_DIVERGED))
    for facts in found:
        metrics.add(facts)
        if listed is not None and facts.followed is False:
            at, where = iso(facts.at, zone) or "", str(facts.log_line)
            names = (facts.operator or "", facts.dispatch, facts.account or "")
            listed.write(_row((*map(safe, names), at, facts.divergence or "", where)))
    return metrics


def _row(cells: tuple[str, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode("utf-8", "backslashreplace")


def _show(metrics: Metrics, zone: tzinfo, how: str, only: frozenset[str], *, in_short: bool) -> None:
    if how == "json":
        from oncall.output.stats_json import stats_document

        print_json(stats_document(metrics, zone))
        return
    if how == "csv":
        from oncall.output.stats_json import COLUMNS, stats_rows

        print_csv(COLUMNS, stats_rows(metrics, zone))
        return
    from oncall.output.stats_text import stats_lines, summary_lines

    if how == "markdown":
        _print_markdown(metrics, zone, only)
    elif how == "plain":
        for line in stats_lines(metrics, zone, None, only):
            print("".join(text for text, _ in line).rstrip())
    else:
        from oncall.output import terminal  # here: rich is slow to import

        console = terminal.console()
        lines = summary_lines(metrics, zone, console.width) if in_short else None
        terminal.draw_lines(console, lines or stats_lines(metrics, zone, console.width, only))


def _print_markdown(metrics: Metrics, zone: tzinfo, only: frozenset[str]) -> None:
    from oncall.output.escape import markdown
    from oncall.output.stats_text import heading_lines, tables_about

    for line in heading_lines(metrics, zone):
        print(markdown("".join(text for text, _ in line).strip()))
    for table in tables_about(metrics, zone, only):
        print(f"\n## {markdown(table.title)}\n")
        if table.note:
            print(f"{markdown(table.note)}\n")
        print_table(table.headings, (row.cells for row in table.rows), "github")
        for note in table.footnotes:
            print(f"\n{markdown(note)}")
