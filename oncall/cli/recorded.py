"""What the commands about an event log share: which dispatches are asked for, a bar for somebody who waits, and what
was wrong in the log."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import tzinfo
from typing import TypeVar

from oncall.cli.complete import RESULTS
from oncall.cli.session import complain, now
from oncall.errors import NotFoundError, OncallError
from oncall.logs.faults import Faults
from oncall.output.words import safe
from oncall.replay.run import Job, Replay, Wanted, record_from
from oncall.when import parse_when
from oncall.workspace.numbers import endpoint

_T = TypeVar("_T")
_SHOWN = 40
_LARGE = 20_000_000  # bytes of a log that take long enough for somebody to wonder


def numbers(texts: Iterable[str] | None, country: str) -> frozenset[str]:
    """The numbers that were typed, as they are compared."""
    return frozenset(endpoint(text, country) for text in texts or ())


def instant(text: str | None, zone: tzinfo) -> float | None:
    """What was typed for --from and --until."""
    return parse_when(text, now(), zone) if text is not None else None


def results(texts: Iterable[str]) -> frozenset[str]:
    """What was typed for --result."""
    for text in texts:
        if text not in RESULTS:
            raise OncallError(f"there is no result {text!r}{_suggestion(text, RESULTS)}")
    return frozenset(texts)


def check_accounts(wanted: Wanted, known: Sequence[str], log: str | None) -> None:
    """An account that is neither in the workspace nor in the log is misspelt. One that is gone may be asked for."""
    for name in wanted.accounts - set(known):
        if log is not None and not _is_in(log, name.encode("utf-8", "replace")):
            raise NotFoundError(f"there is no account {name!r}, here or in the log{_suggestion(name, known)}")


def _is_in(log: str, text: bytes) -> bool:
    from oncall.logs.reading import Log, open_log  # here: only a doubtful name needs it

    with open_log(log) as file:
        return any(text in line for _, line in Log(file).lines_with(text))


def _suggestion(text: str, known: Sequence[str]) -> str:
    from oncall.fields import suggestion  # here: only an error needs it

    return suggestion(text, known)


def going_on(replayed: Replay[_T], job: Job) -> Iterator[_T]:
    """What is found, with a bar for somebody who waits for it. OncallError at its end where nothing could be read:
    that is no log without dispatches."""
    with progress(job.log) as told:
        yield from replayed.results(told)
    if replayed.faults.number and not replayed.summary.dispatches and not _holds_dispatch(job):
        tell_faults(replayed.faults, job.log)
        name = job.log if job.log is not None else "standard input"
        raise OncallError(f"nothing in {name} could be read: is it an event log? `oncall import` makes one")


def _holds_dispatch(job: Job) -> bool:
    """Whether there is a dispatch that was only not asked for. Of standard input, which is gone by, it is supposed."""
    if job.wanted == Wanted():
        return False
    if job.log is None:
        return True
    from oncall.logs.reading import Log, open_log  # here: only what is damaged needs it

    with open_log(job.log) as file:
        return any(record_from(group, Faults()) is not None for group in Log(file).groups())


@contextmanager
def progress(log: str | None) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, where somebody is looking and there is enough to wait for."""
    size = _size(log)
    if not sys.stderr.isatty() or size < _LARGE:
        yield lambda _: None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn  # here: rich is slow

    from oncall.output import terminal

    columns = (BarColumn(bar_width=None), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=terminal.console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=size)
        yield lambda read: bar.update(task, completed=read)


def _size(log: str | None) -> int:
    """How large a file is; nothing where that cannot be told."""
    try:
        found = os.stat(log) if log is not None else None
    except OSError:
        return 0
    return found.st_size if found is not None and stat.S_ISREG(found.st_mode) else 0


def tell_faults(faults: Faults, log: str | None) -> None:
    """What is wrong in the log, by line."""
    if not faults.number:
        return
    name = safe(log) if log is not None else "standard input"
    complain(f"{faults.number:,} problem{'' if faults.number == 1 else 's'} in {name}:")
    for one in sorted(faults.first, key=lambda one: (one.line, one.what))[:_SHOWN]:
        where = f"{name}:{one.line}" if one.line else name
        of = f" (dispatch {safe(one.dispatch, 60)})" if one.dispatch is not None else ""
        print(f"  {where}: {safe(one.what, 600)}{of}", file=sys.stderr)
    if faults.number > _SHOWN:
        print(f"  and {faults.number - _SHOWN:,} more", file=sys.stderr)
