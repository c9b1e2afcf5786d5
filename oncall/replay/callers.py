"""The same caller's other calls: found in a log by the number, however it is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from oncall.logs.reading import Log, open_log
from oncall.replay.facts import taken_by
from oncall.replay.run import Job, Judged, Replay, Wanted
from oncall.replay.verdict import RelatedCall, Verdict
from oncall.workspace.numbers import bare, endpoint, readings

AROUND = 3600
"""Seconds before and after a call in which another one of the same caller belongs to it."""

_MOST = 6  # calls that are linked, the nearest first
_FEWEST_DIGITS = 5
# What systems write where the caller withheld the number; the numbers are these words on a telephone's keys.
_WITHHELD = re.compile(
    r"anonym|unknown|unavailable|restricted|private|withheld|withhold|blocked|suppressed|hidden|not ?available|redacted"
    r"|masked|[*x]{2}|^\+?(?:266696687|7378742833|2562533|8656696|86282452253|464)$",
    re.IGNORECASE,
)


class _Received(Struct):
    dispatch: str
    type: str
    time: datetime
    caller: str | None = None


_DECODER = msgspec.json.Decoder(_Received)


def with_related(job: Job, judged: Judged) -> Judged:
    """A verdict with the same caller's other calls around it. Standard input is gone by, so that nobody can look."""
    verdict = judged.verdict
    forms = identified(verdict.caller, job.country)
    if job.log is None or not forms:
        return judged
    with open_log(job.log) as file:
        lines = Log(file).lines_with(b'"received"')
        names = other_calls(lines, verdict.dispatch, verdict.at, forms, job.country)
    related = [call for name in names for call in _related(job, name)]
    return replace(judged, verdict=replace(verdict, related=tuple(related)))


def _related(job: Job, dispatch: str) -> Iterator[RelatedCall]:
    replayed: Replay[Verdict] = Replay(replace(job, wanted=Wanted(dispatch), candidate=None), _verdict_of)
    for verdict in replayed.results():
        taken = taken_by(verdict)[0] if verdict.result in ("reached", "answered") else None
        yield RelatedCall(dispatch, verdict.at, verdict.result, None if taken is None else verdict.at + taken)


def _verdict_of(judged: Judged) -> Verdict:
    return judged.verdict


def identified(caller: str | None, country: str) -> frozenset[str]:
    """The forms in which a caller's number is compared; none where it does not say who called."""
    if caller is None or _WITHHELD.search(bare(caller)) or _WITHHELD.search(caller):
        return frozenset()
    if sum(letter.isdigit() for letter in caller) < _FEWEST_DIGITS and "@" not in caller:
        return frozenset()
    return frozenset(endpoint(reading, country) for reading in readings(caller))


def other_calls(
    lines: Iterable[tuple[int, bytes]], dispatch: str, at: float, forms: frozenset[str], country: str
) -> list[str]:
    """The ids of the caller's other calls around an instant, the nearest ones, in the order in which they came."""
    calls: dict[str, float] = {}
    for _, line in lines:
        try:
            event = _DECODER.decode(line)
            seconds = event.time.timestamp() - at if event.time.tzinfo is not None else AROUND + 1
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError, ValueError):
            continue
        if event.type != "received" or abs(seconds) > AROUND or event.dispatch == dispatch:
            continue
        if forms & identified(event.caller, country):
            calls.setdefault(event.dispatch, seconds)
    nearest = sorted(calls, key=lambda name: (abs(calls[name]), name))[:_MOST]
    return sorted(nearest, key=lambda name: (calls[name], name))
