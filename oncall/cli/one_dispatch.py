"""The one dispatch that a question is about: named by its id, by the beginning of one, or the only one in the log."""

from __future__ import annotations

import sys
from datetime import tzinfo
from itertools import islice

import typer
from msgspec.structs import replace

from oncall.cli.recorded import Noting, going_on, tell_faults
from oncall.cli.session import complain
from oncall.errors import NotFoundError
from oncall.output.replay_words import short
from oncall.output.words import moment, safe
from oncall.plan import Plan
from oncall.replay.callers import with_related
from oncall.replay.run import Job, Judged, Replay, Wanted
from oncall.replay.verdict import WORST_FIRST, Verdict

_MOST_JUDGED = 1000  # dispatches that begin alike
_MOST_LISTED = 12
_MOST_NAMES = 200_000


def one_dispatch(job: Job, today: Plan, zone: tzinfo) -> Judged:
    """The verdict on the dispatch that the job asks for. Exit 2, with those that may be meant, where that is none or
    several."""
    asked = job.wanted.dispatch
    if asked and job.log is not None:
        exact = _judged(job, today, beginning=False)
        if exact:
            return with_related(job, exact[0])
    found = _judged(job, today, beginning=True)
    if not found:
        raise NotFoundError(_absence(job, asked))
    exact = [judged for judged in found if judged.verdict.dispatch == asked]
    if len(found) > 1 and not exact:
        _list([judged.verdict for judged in found], asked, zone)
        raise typer.Exit(2)
    judged = (exact or found)[0]
    if asked and not exact:
        complain(f"--dispatch {asked}: {judged.verdict.dispatch} is the only one that begins so")
    return with_related(job, judged)


def _judged(job: Job, today: Plan, *, beginning: bool) -> list[Judged]:
    """The verdicts on the dispatches that are asked for; with more than one, the first of them, without their lines."""
    replayed = Replay(replace(job, wanted=replace(job.wanted, beginning=beginning)), Noting(_as_it_is))
    found: list[Judged] = []
    for judged in islice(going_on(replayed, job, today), _MOST_JUDGED):
        found.append(judged if not found else replace(judged, group=None, record=None, plan=None, other=None))
        if judged.verdict.dispatch == job.wanted.dispatch:
            found[-1] = judged
    if found:
        tell_faults(replayed.faults, job.log)
    return found


def _as_it_is(judged: Judged) -> Judged:
    return judged


def _list(candidates: list[Verdict], asked: str | None, zone: tzinfo) -> None:
    """Those that may be meant, those that ended worst first."""
    more = "more than " if len(candidates) == _MOST_JUDGED else ""
    number = f"{more}{len(candidates):,} dispatches"
    complain(
        f"{number} begin with {asked!r}: which one?"
        if asked
        else f"the log has {number}: say which one, with --dispatch ID or the beginning of its id"
    )

    def badness(candidate: Verdict) -> tuple[int, float]:
        worst = WORST_FIRST.index(candidate.result) if candidate.result in WORST_FIRST else len(WORST_FIRST)
        return worst, -candidate.at

    shown = sorted(candidates, key=badness)[:_MOST_LISTED]
    names = [safe(candidate.dispatch, 60) for candidate in shown]
    width = max(map(len, names))
    for name, candidate in zip(names, shown, strict=True):
        account = safe(candidate.account or "account unknown", 40)
        line = f"  {name:{width}}  {moment(candidate.at, zone)}  {account}  {short(candidate.result)}"
        print(line, file=sys.stderr)
    if len(candidates) > len(shown):
        print(f"  and {len(candidates) - len(shown):,} more: `oncall replay LOG` lists them", file=sys.stderr)


def _absence(job: Job, asked: str | None) -> str:
    """Why there is nothing to show: the nearest id there is, unless the log is gone by."""
    if asked is None:
        return "there is no dispatch in the log"
    missing = f"there is no dispatch {asked!r} in the log"
    if job.log is None:
        return missing
    from oncall.spelling import suggestion  # here: only an error needs it

    names = _names(job.log)
    if asked in names:
        filters = job.wanted != Wanted(asked)
        return f"the dispatch {asked!r} is {'not as the other options ask' if filters else 'not to be read'}"
    return f"{missing}{suggestion(asked, list(names))}"


def _names(log: str) -> dict[str, None]:
    """The ids in a log, as far as it is worth looking."""
    from oncall.logs.reading import Log, open_log  # here: only an error needs it

    names: dict[str, None] = {}
    with open_log(log) as file:
        for group in Log(file).groups():
            names[group.dispatch] = None
            if len(names) == _MOST_NAMES:
                break
    return names
