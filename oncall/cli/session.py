"""What every command shares: the clock, the workspace, the zone of the reader, and where output goes.

This is the only place that reads a clock or the environment.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from oncall import fields, times
from oncall.errors import OncallError, Problem
from oncall.output.escape import csv_cell, markdown, safe, safe_json
from oncall.output.words import problem_line
from oncall.plan import Plan
from oncall.schedule import Window
from oncall.workspace.cache import folder
from oncall.workspace.files import find_workspace
from oncall.workspace.opening import Plans

if TYPE_CHECKING:
    from oncall.days import Sense
    from oncall.when import Reading

_SHOWN = 40

UNREAD = "it may be defined in a file that couldn't be read:"
"""What is said of files that could not be read where nothing has the name that was asked for."""


class Session(Struct, frozen=True):
    """One run of the command line: the workspace asked for, the environment, the current folder. The files are read
    once for all the plans of a run."""

    workspace: str | None
    environment: Mapping[str, str]
    here: Callable[[], str]
    opened: dict[str, Plans] = {}

    @property
    def root(self) -> str:
        """The workspace's folder; NotFoundError where there is none."""
        try:
            here = self.here()
        except OSError:
            raise OncallError("the current folder is gone: change to another") from None
        return find_workspace(self.workspace, self.environment.get("ONCALL_WORKSPACE"), here)

    @property
    def cache(self) -> str | None:
        """Where plans are kept."""
        return folder(self.environment)

    def plans(self) -> Plans:
        """The plans of the workspace."""
        root = self.root
        if root not in self.opened:
            self.opened[root] = Plans(root, self.cache)
        return self.opened[root]

    def plan(self, instant: int) -> Plan:
        """The workspace's plan for the month of an instant."""
        return self.plans().at(instant)

    def plan_for(self, start: int, end: int) -> Plan:
        """The workspace's plan for a window of its own, made anew."""
        return self.plans().build(Window(start, end))[0]


def now() -> int:
    """The clock."""
    return int(time.time())


def instants(texts: Iterable[str], zone: tzinfo, clock: int | None = None) -> list[int]:
    """What was typed for `--at`; now, where nothing was."""
    clock = now() if clock is None else clock
    return [instant_of(text, clock, zone) for text in texts] or [clock]


def instant_of(text: str, clock: int, zone: tzinfo, sense: Sense = "nearest") -> int:
    """What was typed for a time; a choice that had to be made is said on standard error."""
    from oncall.when import read_when  # here: a question about now has no time to read

    return noted(read_when(text, clock, zone, sense))


def end_of(text: str, start: int, clock: int, zone: tzinfo) -> int:
    """What was typed for the end of a stretch that begins at `start`."""
    from oncall.when import read_end  # here: a question about now has no time to read

    return noted(read_end(text, start, clock, zone))


def noted(reading: Reading) -> int:
    """The instant of a reading, after saying on standard error what has to be said of it."""
    for note in reading.notes:
        complain(note)
    return reading.instant


def reader_zone(asked: str | None, default: str) -> tzinfo:
    """The zone answers are shown in: the one asked for, else the default."""
    if asked is None:
        return times.zone(default) or UTC
    found = times.zone(asked.strip())
    if found is None:
        from oncall.spelling import suggestion  # here: only an error needs it

        raise OncallError(f"{asked!r} is not an IANA time zone{suggestion(asked, times.zone_names())}")
    return found


def on_terminal() -> bool:
    """Whether somebody is looking."""
    return sys.stdout.isatty()


def complain(message: str) -> None:
    """One line on standard error."""
    print(f"oncall: {safe(message, 1000)}", file=sys.stderr)


def warn(problems: Iterable[Problem], heading: str = "the answer may be incomplete:") -> None:
    """Say on standard error what was wrong with the files behind an answer."""
    found = sorted(set(problems), key=lambda one: one.place)
    if not found:
        return
    print(f"oncall: {heading}", file=sys.stderr)
    for one in found[:_SHOWN]:
        print(f"  {problem_line(one)}", file=sys.stderr)
    if len(found) > _SHOWN:
        print(f"  and {len(found) - _SHOWN} more", file=sys.stderr)


def warn_elsewhere(problems: Iterable[Problem], shown: Iterable[Problem]) -> None:
    """Say in one line how many problems of the workspace are not shown, as they could not have changed the answer."""
    count = len(set(problems).difference(shown))
    if count:
        noun = "problem" if count == 1 else "problems"
        print(f"oncall: {count:,} {noun} elsewhere in the workspace: oncall lint", file=sys.stderr)


def print_json(document: Any) -> None:
    """A document on standard output, indented."""
    print(json_text(document))


def json_text(document: Any) -> str:
    """A document as JSON, indented."""
    try:
        text = msgspec.json.format(msgspec.json.encode(document, enc_hook=fields.encode), indent=2).decode()
    except UnicodeEncodeError:  # the name of a file that is no Unicode
        import json

        text = json.dumps(document, indent=2, default=fields.encode)
    return safe_json(text)


def print_csv(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Rows as RFC 4180."""
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([csv_cell(cell) for cell in row] for row in rows)


def print_table(columns: Iterable[str], rows: Iterable[Iterable[str]], style: str) -> None:
    """Rows as tabulate draws them: `github` for Markdown, `simple` for plain text."""
    from tabulate import tabulate

    cells = [[markdown(cell) if style == "github" else cell for cell in row] for row in rows]
    print(tabulate(cells, headers=list(columns), tablefmt=style, disable_numparse=True))
