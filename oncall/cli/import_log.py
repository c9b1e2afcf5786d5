"""Make an event log of another system's log.

FORMAT is twilio, asterisk-cdr, asterisk-queue-log, pagerduty or csv; FILE is a path, or - for standard input, packed
with gzip or not. The log goes to standard output, in the order of its times. What could not be mapped is summed up on
standard error, listed with --report, and makes the status 1. docs/importing.md says how to export each, and what
becomes of it.

\b
  oncall import twilio calls.json --output events.jsonl
  oncall import asterisk-cdr Master.csv --timezone America/New_York --report unmapped.jsonl
  oncall import csv timeline.csv --timezone America/New_York --column person=Engineer
"""

from __future__ import annotations

import gzip
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import IO, TYPE_CHECKING, Annotated, Literal

import msgspec
import typer

from oncall.cli import complete
from oncall.cli.account import account_named
from oncall.cli.session import Session, complain, now, reader_zone, warn, warn_elsewhere
from oncall.errors import OncallError, file_error
from oncall.output.words import safe, safe_json
from oncall.plan import EVERYTHING
from oncall.spelling import suggestion

if TYPE_CHECKING:
    from oncall.logs.importing import Format, Remark

DateOrder = Literal["ymd", "dmy", "mdy"]


def _formats() -> list[str]:
    from oncall.logs.formats import FORMATS  # here: completion is asked for on every press of a key

    return list(FORMATS)


def import_log(
    context: typer.Context,
    format: Annotated[str, typer.Argument(autocompletion=_formats)],
    file: Annotated[str, typer.Argument()],
    output: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write there, not on standard output; packed if it ends in .gz.")
    ] = None,
    report: Annotated[
        str | None, typer.Option(metavar="FILE", help="List there what became no event, as JSON Lines.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="The zone of times that have none, as those of Asterisk's CDR.")
    ] = None,
    account: Annotated[
        str | None,
        typer.Option(help="The account of calls whose line is no account's.", autocompletion=complete.accounts),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD=HEADER", help="csv: which column a field stands in; may be repeated."),
    ] = None,
    date_order: Annotated[
        DateOrder | None,
        typer.Option(help="csv: the order of day, month and year in dates such as 24/11/2026."),
    ] = None,
) -> None:
    from oncall.logs.contacts import Contacts
    from oncall.logs.importing import Asked, import_log

    session: Session = context.obj
    chosen = _format(format)
    if chosen.needs_zone and timezone is None:
        raise OncallError(f"{format} has times without a zone: say which with --timezone, as in America/New_York")
    if date_order is not None and format != "csv":
        raise OncallError("--date-order is for csv: the other formats write dates in one way")
    if output is not None and output == report:
        raise OncallError("--output and --report are the same file")
    plan = session.plans().at(now())
    problems = [
        problem
        for about, found in plan.reported.items()
        if about == EVERYTHING or about.startswith(("accounts/", "people/"))
        for problem in found
    ]
    warn(problems, "numbers and names may be missing from the log:")
    warn_elsewhere(plan.problems, problems)
    asked = Asked(
        Contacts(plan),
        None if file == "-" else file.encode("utf-8", "backslashreplace").decode(),
        reader_zone(timezone, plan.timezone) if timezone is not None else None,
        account_named(plan, account) if account is not None else None,
        _columns(format, column or ()),
        date_order,
    )
    with _opened(file) as source, closing(_Remarks()) as remarks:
        events = import_log(chosen, source, asked, remarks.add)
        count = _print(events) if output is None else _write("--output", output, events)
        if report is not None:
            _write("--report", report, remarks.lines())
        remarks.sum_up(count, report)
    if remarks.unmapped:
        raise typer.Exit(1)


def _format(name: str) -> Format:
    from oncall.logs.formats import FORMATS  # here: `--help` does without

    if name not in FORMATS:
        raise OncallError(f"there is no format {name!r}{suggestion(name, list(FORMATS))}: one of {', '.join(FORMATS)}")
    return FORMATS[name]


def _columns(format: str, texts: Sequence[str]) -> dict[str, str]:
    if texts and format != "csv":
        raise OncallError("--column is for csv: the columns of the other formats are known")
    found = {}
    for text in texts:
        field, equals, heading = text.partition("=")
        if not equals or not field.strip() or not heading.strip():
            raise OncallError(f"--column {text}: write FIELD=HEADER, as in person=Engineer")
        if field.strip() in found:
            raise OncallError(f"--column says twice which column is {field.strip()!r}")
        found[field.strip()] = heading.strip()
    return found


@contextmanager
def _opened(path: str) -> Iterator[IO[bytes]]:
    from oncall.logs.reading import standard_input  # here: `--help` does without
    from oncall.workspace.inputs import open_input

    if path == "-":
        yield standard_input()
        return
    try:
        source = open_input(path)
    except (OSError, ValueError) as error:
        raise OncallError(f"{path}: {file_error(error)}") from None
    with source:
        yield source


def _write(option: str, path: str, lines: Iterator[bytes]) -> int:
    """Write a file, packed if its name says so. It is put in its place when all has been written."""
    from oncall.workspace.writing import writing_whole  # here: only these options need it

    try:
        with writing_whole(path) as file:
            if not path.endswith(".gz"):
                return _put(lines, lambda line: file.write(line + b"\n"))
            with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
                return _put(lines, lambda line: packed.write(line + b"\n"))
    except (OSError, ValueError) as error:
        raise OncallError(f"{option} {path}: {file_error(error)}") from None


def _print(events: Iterator[bytes]) -> int:
    return _put(events, lambda line: print(safe_json(line.decode())))


def _put(events: Iterator[bytes], put: Callable[[bytes], object]) -> int:
    count = 0
    for count, line in enumerate(events, 1):  # noqa: B007 - the count is what is left
        put(line)
    return count


class _Remarks:
    """What became no event: counted, and listed by line."""

    def __init__(self) -> None:
        from oncall.logs.ordering import Sorter

        self.unmapped: Counter[str] = Counter()
        self.aside: Counter[str] = Counter()
        self._listed = Sorter()
        self.close = self._listed.close

    def add(self, remark: Remark) -> None:
        """One more."""
        (self.aside if remark.aside else self.unmapped)[remark.reason] += 1
        entry = {"line": remark.line, "reason": remark.reason, "what": safe(remark.what), "aside": remark.aside}
        self._listed.add(remark.line or 0, msgspec.json.encode(entry))

    def lines(self) -> Iterator[bytes]:
        """The report."""
        for _, line in self._listed:
            yield line

    def sum_up(self, events: int, report: str | None) -> None:
        """Say on standard error how much became events, and why the rest did not."""
        complain(f"{events} event{'' if events == 1 else 's'}")
        for counts, heading in ((self.unmapped, "could not be mapped"), (self.aside, "set aside, rightly no events")):
            if counts:
                complain(f"{counts.total()} {heading}:")
            for reason, count in counts.most_common():
                print(f"  {count:>6}  {reason}", file=sys.stderr)
        if (self.unmapped or self.aside) and report is None:
            complain("--report FILE lists them with their lines")
