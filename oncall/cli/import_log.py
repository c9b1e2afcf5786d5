"""Make an event log of another system's log.

FORMAT is twilio, asterisk-cdr, asterisk-cel, asterisk-queue-log, pagerduty or csv; FILE is a path, or - for standard
input, packed with gzip or not. The log goes to standard output, in the order of its times. What could not be mapped is
summed up on standard error, listed with --report, and makes the status 1. docs/importing.md says how to export each,
and what becomes of it.

\b
  oncall import twilio calls.json --output events.jsonl
  oncall import asterisk-cdr Master.csv --timezone America/New_York --report unmapped.jsonl
  oncall import csv timeline.csv --timezone America/New_York --column person=Engineer
  oncall import csv calls.csv --map zoom-phone
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
    from oncall.logs.importing import Asked, Format, Remark
    from oncall.logs.mapping import TableMapping

DateOrder = Literal["ymd", "dmy", "mdy"]


def _formats() -> list[str]:
    from oncall.logs.formats import FORMATS  # here: completion is asked for on every press of a key

    return list(FORMATS)


def _mappings() -> list[str]:
    from oncall.logs.mapping import ready  # here: likewise

    return list(ready())


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
    map_: Annotated[
        str | None,
        typer.Option(
            "--map",
            metavar="NAME|FILE",
            help="csv: read it by a mapping file, or by a ready one (zoom-phone, cucm …).",
            autocompletion=_mappings,
        ),
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
    mapping = _mapping(format, map_, column)
    if mapping is not None:
        from oncall.logs.formats.mapped import mapped_format  # here: only a mapping needs it

        chosen = mapped_format(*mapping)
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
    zone_name = timezone or (mapping[1].timezone if mapping else None)
    asked = Asked(
        Contacts(plan),
        None if file == "-" else file.encode("utf-8", "backslashreplace").decode(),
        reader_zone(zone_name, plan.timezone) if zone_name is not None else None,
        account_named(plan, account) if account is not None else None,
        _columns(format, column or ()),
        date_order or (mapping[1].date_order if mapping else None),
    )
    with _opened(file) as opened, closing(_Remarks()) as remarks:
        source = _of_format(chosen, opened, asked) if mapping is None else opened
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


def _of_format(format: Format, source: IO[bytes], asked: Asked) -> IO[bytes]:
    """What a file holds; OncallError where it plainly is of another format. Columns that are named are as they are."""
    from oncall.logs.formats import misread  # here: as above
    from oncall.logs.incoming import beginning, unpacked

    content = unpacked(source)
    what = None if asked.columns else misread(format, beginning(content).decode("utf-8-sig", "replace"))
    if what is not None:
        raise OncallError(f"{asked.file or 'standard input'}: this is {what}")
    return content


def _mapping(format: str, text: str | None, columns: Sequence[str] | None) -> tuple[str, TableMapping] | None:
    if text is None:
        return None
    from oncall.logs.mapping import find_mapping  # here: only a mapping needs it

    if format != "csv":
        raise OncallError("--map is for csv: what the other formats say is known")
    if columns:
        raise OncallError(
            "--map says which columns are which fields: leave --column out, or write a mapping of your own"
        )
    return find_mapping(text)


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
    """What became no event: listed by line, and counted in rows."""

    def __init__(self) -> None:
        from oncall.logs.ordering import Sorter

        self.unmapped = False
        self._listed = Sorter()
        self.close = self._listed.close

    def add(self, remark: Remark) -> None:
        """One more."""
        self.unmapped |= not remark.aside
        entry = {"line": remark.line, "reason": remark.reason, "what": safe(remark.what), "aside": remark.aside}
        self._listed.add(remark.line or 0, msgspec.json.encode(entry))

    def lines(self) -> Iterator[bytes]:
        """The report."""
        for _, line in self._listed:
            yield line

    def sum_up(self, events: int, report: str | None) -> None:
        """Say on standard error how much became events, and which rows did not, and why."""
        complain(f"{events} event{'' if events == 1 else 's'}")
        unmapped, aside = _Tally(), _Tally()
        for line, data in self._listed:
            entry = msgspec.json.decode(data)
            (aside if entry["aside"] else unmapped).add(line, entry["reason"], entry["what"])
        for tally, heading in ((unmapped, "could not be mapped"), (aside, "set aside, because they are not events")):
            if tally.rows:
                complain(f"{tally.rows} row{'' if tally.rows == 1 else 's'} {heading}:")
            for reason, count in tally.reasons.most_common():
                print(f"  {count:>6}  {reason}", file=sys.stderr)
                for shown in tally.values_shown(reason) if tally is unmapped else ():
                    print(f"          {shown}", file=sys.stderr)
        if (unmapped.rows or aside.rows) and report is None:
            complain("--report FILE lists them with their lines")


_KEPT_VALUES, _SHOWN_VALUES, _SHOWN_LETTERS = 10_000, 10, 80


class _Tally:
    """Rows that have a remark, counted as a whole, by reason, and by the text that a reason is about. Those of one row
    come one after the other."""

    def __init__(self) -> None:
        self.rows = 0
        self.reasons: Counter[str] = Counter()
        self._values: dict[str, Counter[str]] = {}
        self._line: int | None = None
        self._counted: set[tuple[str, str | None]] = set()

    def add(self, line: int, reason: str, value: str) -> None:
        """A remark on a row; 0 is the file as a whole."""
        if line != self._line or not line:
            self._line, self._counted = line, set()
            self.rows += 1
        self.reasons[reason] += self._is_new(reason, None)
        values = self._values.setdefault(reason, Counter())
        value = value if len(value) <= _SHOWN_LETTERS else value[: _SHOWN_LETTERS - 1] + "…"
        if value and (value in values or len(values) < _KEPT_VALUES):
            values[value] += self._is_new(reason, value)

    def _is_new(self, reason: str, value: str | None) -> bool:
        is_new = (reason, value) not in self._counted
        self._counted.add((reason, value))
        return is_new

    def values_shown(self, reason: str) -> Iterator[str]:
        """The texts that a reason is about, the most frequent first, each with its rows."""
        values = self._values[reason]
        for value, count in values.most_common(_SHOWN_VALUES):
            yield f"{count:,} × {value}"
        if len(values) > _SHOWN_VALUES:
            others = f"{len(values) - _SHOWN_VALUES:,}{' or more' if len(values) == _KEPT_VALUES else ''}"
            yield f"and {others} other values"
