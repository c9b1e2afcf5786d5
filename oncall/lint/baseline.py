"""Findings that are known: what makes two findings the same although lines moved and days went by, and the file that
keeps them.

A finding of stretches of time is known only as far as they were: a new or a longer gap is new. What had begun when it
was noted is known from its beginning, wherever that was. What lasted to the end of the horizon is known for as long as
it lasts, because nobody had seen its end; what begins beyond that day is new.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date

import msgspec
from msgspec import Struct, field

from oncall import times
from oncall.errors import OncallError, Problem
from oncall.lint.walk import Span
from oncall.lint.wording import Horizon
from oncall.rotations.hours import merged

SCHEMA = "oncall.baseline/2"
OLD_SCHEMA = "oncall.baseline/1"  # says of no finding when it is so

_ALWAYS = -(2**62)
_DAY_ANYWHERE = 36 * 3600  # when a date is over in every zone, after its midnight in UTC

_ALONE = r"(?<![\w.+@/:-])(?:{})(?![\w@/:-]|\.\w)"
_TIMES = re.compile(
    _ALONE.format(
        r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?)?"  # dates and instants
        r"|\d{1,2}:\d\d(?::\d\d)?"  # times of day
        r"|(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?(?<=[dhms])"  # durations
        r"|\d+(?:[.,]\d+)*%?"  # numbers
    )
)
_STRETCH = re.compile(r"# #(?: \S+)? to (?:# )?#(?: \S+)? \(#\)")
_LIST = re.compile(r"#(?:(?:, | and )#)+(?: more)?")


class Identity(Struct, frozen=True, order=True):
    """What a finding stays while lines move and days pass. In the message dates, times, durations and numbers that
    stand alone are `#`; names such as tech-1 stay."""

    file: str
    code: str
    message: str


class Known(Struct):
    """Findings that do not count, by the name of what says so: how often each was found, and when those of time are so,
    up to `seen_until` at most. `is_old`: by a file that does not say when, so that what is of time is not known."""

    name: str = ""
    counts: Counter[Identity] = field(default_factory=Counter)
    spans: dict[Identity, list[Span]] = field(default_factory=dict)
    seen_until: int = 0
    is_old: bool = False

    @property
    def all(self) -> Counter[Identity]:
        """Every finding, and how often."""
        return self.counts + Counter(dict.fromkeys(self.spans, 1))

    def new(self, same: Identity, spans: Sequence[Span]) -> list[Span]:
        """Those of a finding's stretches that are not known, or not to their end."""
        known = self.spans.get(same, ())
        return [span for span in spans if not any(self._covers(one, span) for one in known)]

    def _covers(self, known: Span, span: Span) -> bool:
        is_open = known[1] >= self.seen_until
        return known[0] <= span[0] and (span[1] <= known[1] or (is_open and span[0] <= known[1]))


def identity(problem: Problem) -> Identity:
    """What a finding is, wherever it stands and whenever it is asked for."""
    return Identity(problem.file, problem.code, without_times(_lasting(problem)))


def exactly(problem: Problem) -> Identity:
    """What a finding is, wherever it stands, among those of the same day: with other numbers it is another."""
    return Identity(problem.file, problem.code, _lasting(problem))


def _lasting(problem: Problem) -> str:
    """The message without what depends on when it is asked for."""
    if problem.key is not None:
        return problem.key
    return "#".join(problem.parts) if problem.parts is not None else problem.message


def without_times(message: str) -> str:
    """A message without what changes from day to day: a list of stretches is `#` as well, however many there are."""
    return _LIST.sub("#", _STRETCH.sub("#", _TIMES.sub("#", message)))


def only(problem: Problem, spans: Sequence[Span], horizon: Horizon) -> Problem:
    """The same finding of some of its stretches."""
    if problem.parts is None or tuple(spans) == problem.spans:
        return problem
    message = horizon.stretches(spans).join(problem.parts)
    return msgspec.structs.replace(problem, message=message, spans=tuple(spans))


def is_now(spans: Iterable[Span], at: int) -> bool:
    """Whether any of some stretches holds an instant."""
    return any(start <= at < end for start, end in spans)


class _Stretch(Struct, rename={"start": "from"}, omit_defaults=True):
    """From when until when; without `from` it had begun before, without `until` it went on beyond the horizon."""

    start: str | None = None
    until: str | None = None


class _Entry(Struct, omit_defaults=True):
    """A finding, how often it was found, and the stretches in which it is so if it is of time."""

    code: str
    file: str
    message: str
    count: int = 1
    stretches: list[_Stretch] | None = None


class _Baseline(Struct):
    schema: str
    findings: list[_Entry]
    horizon: date | None = None


def baseline_json(problems: Iterable[Problem], horizon: Horizon) -> bytes:
    """A baseline of findings, sorted, one entry for each identity. Nothing in it is of the moment it was written at."""
    counts: Counter[Identity] = Counter()
    spans: dict[Identity, list[Span]] = {}
    for problem in problems:
        counts[identity(problem)] += 1
        if problem.spans:
            spans.setdefault(identity(problem), []).extend(problem.spans)
    entries = []
    for same, count in sorted(counts.items()):
        entry: dict[str, object] = {"code": same.code, "file": same.file, "message": same.message}
        if same in spans:
            entry["stretches"] = [_written(span, horizon) for span in merged(spans[same])]
        else:
            entry["count"] = count
        entries.append(entry)
    document = {"schema": SCHEMA, "horizon": horizon.last_date, "findings": entries}
    # Names of files may be no Unicode: json writes those as escapes.
    return (json.dumps(document, indent=2) + "\n").encode("ascii")


def _written(span: Span, horizon: Horizon) -> dict[str, str]:
    edges = {"from": (span[0], horizon.at), "until": (span[1], horizon.until)}
    return {
        name: times.at(edge, horizon.zone).isoformat() for name, (edge, clipped) in edges.items() if edge != clipped
    }


def read_baseline(data: bytes, path: str) -> Known:
    """The findings a baseline knows; OncallError where it is none."""
    cure = "write it again with --write-baseline"
    try:
        document = msgspec.convert(json.loads(data), _Baseline)
    except msgspec.ValidationError:
        raise OncallError(f"--baseline {path}: is not what --write-baseline writes: {cure}") from None
    except (ValueError, RecursionError):
        raise OncallError(f"--baseline {path}: is not JSON: {cure}") from None
    if document.schema not in (SCHEMA, OLD_SCHEMA):
        raise OncallError(f"--baseline {path}: is {document.schema}, and only {SCHEMA} can be read: {cure}")
    known = Known(path, is_old=document.schema == OLD_SCHEMA)
    if document.horizon is not None:
        known.seen_until = times.midnight(document.horizon, UTC) + _DAY_ANYWHERE
    for entry in document.findings:
        same = Identity(entry.file, entry.code, entry.message)
        if entry.stretches is None:
            known.counts[same] += max(0, entry.count)
            continue
        try:
            known.spans[same] = merged(_read(one, known.seen_until) for one in entry.stretches)
        except ValueError as error:
            raise OncallError(f"--baseline {path}: is not a baseline ({error}): {cure}") from None
    return known


def _read(stretch: _Stretch, seen_until: int) -> Span:
    start, end = (
        default if text is None else times.instant(times.parse_instant(text), UTC)
        for text, default in ((stretch.start, _ALWAYS), (stretch.until, seen_until))
    )
    return start, end
