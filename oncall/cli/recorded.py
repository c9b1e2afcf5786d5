"""What the commands about an event log share: which dispatches are asked for, a bar for somebody who waits, and what
was wrong in the log."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import tzinfo
from typing import Any, NamedTuple

from oncall.answers import EVENT_CODES
from oncall.cli.complete import RESULTS
from oncall.cli.session import complain, end_of, instant_of, now, warn, warn_elsewhere
from oncall.errors import ERROR, NotFoundError, OncallError, Problem
from oncall.escalation.trace import Trace
from oncall.logs.faults import Faults
from oncall.lookup import ACCOUNT, AmbiguousNameError, bare_number, find, line_meant
from oncall.output.words import safe
from oncall.plan import EVERYTHING, Plan
from oncall.replay.run import Job, Judged, Replay, Wanted, record_from
from oncall.workspace.files import HEAD
from oncall.workspace.history import candidate
from oncall.workspace.numbers import endpoint

_SHOWN = 40
_MOST_PROBLEMS = 1000
_BROKEN = ("OC001", "OC003")
_LARGE = 20_000_000  # bytes of a log that take long enough for somebody to wonder


def lines(texts: Iterable[str] | None, plan: Plan) -> frozenset[str]:
    """The published numbers that were typed, as they are compared; the end of one is enough where no other ends so."""
    return frozenset(line_meant(plan, text) or endpoint(bare_number(text), plan.country) for text in texts or ())


def callers(texts: Iterable[str] | None, country: str) -> frozenset[str]:
    """The callers' numbers that were typed, as they are compared."""
    return frozenset(endpoint(bare_number(text), country) for text in texts or ())


def accounts(texts: Iterable[str] | None, plan: Plan, log: str | None) -> frozenset[str]:
    """The accounts that were typed, by id. One that is gone may still be in the log; one that is in neither is
    misspelt."""
    found = set()
    for text in texts or ():
        if text in plan.accounts or (log is not None and _is_in(log, f'"{text}"'.encode("utf-8", "replace"))):
            found.add(text)
            continue
        try:
            found.add(find(plan, text, (ACCOUNT,))[1])
        except AmbiguousNameError:
            raise
        except NotFoundError:
            if log is not None:
                near = _suggestion(text, sorted(plan.accounts))
                raise NotFoundError(f"there is no account {text!r}, here or in the log{near}") from None
            found.add(text)  # what standard input holds is not known yet
    return frozenset(found)


def span(start: str | None, until: str | None, zone: tzinfo) -> tuple[int | None, int | None]:
    """What was typed for --from and --until. A record has no future, so a bare time or weekday is the last one; an end
    counts from its start, where one is given."""
    clock = now()
    begin = instant_of(start, clock, zone, "last") if start is not None else None
    if until is None:
        return begin, None
    end = instant_of(until, clock, zone, "last") if begin is None else end_of(until, begin, clock, zone)
    if begin is not None and end <= begin:
        raise OncallError("--until is not after --from")
    return begin, end


def results(texts: Iterable[str]) -> frozenset[str]:
    """What was typed for --result."""
    for text in texts:
        if text not in RESULTS:
            meant = _suggestion(text, RESULTS) or f": write {', '.join(RESULTS[:-1])} or {RESULTS[-1]}"
            raise OncallError(f"there is no result {text!r}{meant}")
    return frozenset(texts)


def _is_in(log: str, text: bytes) -> bool:
    from oncall.logs.reading import Log, open_log  # here: only a doubtful name needs it

    with open_log(log) as file:
        return any(text in line for _, line in Log(file).lines_with(text))


def _suggestion(text: str, known: Sequence[str]) -> str:
    from oncall.spelling import suggestion  # here: only an error needs it

    return suggestion(text, known)


class Noted(NamedTuple):
    """What was made of a verdict, and what is newly found wrong with the files behind it and its counterfactual."""

    made: Any
    problems: tuple[Problem, ...]
    of_candidate: tuple[Problem, ...]


class Noting:
    """Makes of each verdict what is wanted of it, and notes the problems that may have changed it, each once."""

    def __init__(self, each: Callable[[Judged], Any]) -> None:
        self._each = each
        self._noted: tuple[set[Problem], set[Problem]] = set(), set()

    def __call__(self, judged: Judged) -> Noted | None:
        """What is made of one, and what has not been noted before."""
        verdict, found = judged.verdict, judged.verdict.counterfactual
        traces = verdict.trace, found.trace if found else None
        new = [
            tuple(_of_plan(plan, verdict.account, trace) - noted) if len(noted) < _MOST_PROBLEMS else ()
            for plan, trace, noted in zip((judged.plan, judged.other), traces, self._noted, strict=True)
        ]
        for problems, noted in zip(new, self._noted, strict=True):
            noted.update(problems)
        made = self._each(judged)
        return Noted(made, *new) if made is not None or any(new) else None


def _of_plan(plan: Plan | None, account: str | None, trace: Trace | None) -> set[Problem]:
    """What is wrong with the files behind an account, and with the people who were to be tried."""
    if plan is None or not plan.reported:
        return set()
    facts = plan.account_facts.get(account) if account is not None else None
    attempts = trace.attempts if trace else ()
    shifts = {(one.shift.file, one.shift.line) for one in attempts}
    abouts = (
        *(facts.depends if facts else (EVERYTHING, f"accounts/{account}")),
        *(f"people/{one.person}" for one in attempts),
    )
    found = {one for about in abouts for one in plan.reported.get(about, ()) if one.severity == ERROR}
    return {one for one in found if one.code not in EVENT_CODES or one.line is None or (one.file, one.line) in shifts}


def going_on(replayed: Replay[Noted], job: Job, today: Plan) -> Iterator[Any]:
    """What is found, with a bar for somebody who waits for it; at its end, what is wrong with the files behind it, and
    how much else is wrong in those of `today`.
    OncallError where nothing could be read: that is no log without dispatches."""
    problems: dict[Problem, None] = {}
    of_candidate: dict[Problem, None] = {}
    with progress(job.log) as told:
        for one in replayed.results(told):
            problems.update(dict.fromkeys(one.problems))
            of_candidate.update(dict.fromkeys(one.of_candidate))
            if one.made is not None:
                yield one.made
    warn(problems)
    warn(of_candidate, "what is said of the candidate may be incomplete:")
    if replayed.faults.number and not replayed.summary.dispatches and not _holds_dispatch(job):
        tell_faults(replayed.faults, job.log)
        name = job.log if job.log is not None else "standard input"
        raise OncallError(f"nothing in {name} could be read: is it an event log? `oncall import` makes one")
    errors = (problem for problem in today.problems if problem.severity == ERROR)
    warn_elsewhere(errors, (*problems, *of_candidate))


def check_candidate(job: Job) -> None:
    """OncallError where the candidate is no workspace that can be loaded: everything in it would be a guess."""
    if job.candidate is None:
        return
    with candidate(job.root, job.cache, job.candidate, job.here) as other:
        told, _ = other.ask(now(), lambda plan: plan.reported.get(EVERYTHING, ()))
    for one in told:
        if one.file == HEAD and one.code in _BROKEN:
            raise OncallError(f"--candidate {job.candidate}: {one.file}:{one.line or 1}: {one.message}")


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


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """What somebody waits for, on standard error where they are looking; it is gone when it is done."""
    if not sys.stderr.isatty():
        yield
        return
    print(f"{what} …", end="\r", file=sys.stderr, flush=True)
    try:
        yield
    finally:
        print(" " * (len(what) + 2), end="\r", file=sys.stderr, flush=True)


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
