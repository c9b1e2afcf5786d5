"""Findings that are known: what makes two findings the same although lines moved and days went by, and the file that
keeps them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from oncall.errors import OncallError, Problem

SCHEMA = "oncall.baseline/1"

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


class Entry(Struct):
    """An identity, and how often it was found."""

    code: str
    file: str
    message: str
    count: int = 1


class _Baseline(Struct):
    schema: str
    findings: list[Entry]


def identity(one: Problem) -> Identity:
    """What a finding is, wherever it stands."""
    return Identity(one.file, one.code, without_times(one.message))


def exactly(one: Problem) -> Identity:
    """What a finding is, wherever it stands, among those of the same day: a longer gap is another."""
    return Identity(one.file, one.code, one.message)


def without_times(message: str) -> str:
    """A message without what changes from day to day: a list of stretches is `#` as well, however many there are."""
    return _LIST.sub("#", _STRETCH.sub("#", _TIMES.sub("#", message)))


def baseline_json(identities: Iterable[Identity]) -> bytes:
    """A baseline of findings, sorted, one entry for each identity."""
    entries = [
        {"code": one.code, "file": one.file, "message": one.message, "count": count}
        for one, count in sorted(Counter(identities).items())
    ]
    # Names of files may be no Unicode: json writes those as escapes.
    return (json.dumps({"schema": SCHEMA, "findings": entries}, indent=2) + "\n").encode("ascii")


def read_baseline(data: bytes, path: str) -> Counter[Identity]:
    """The findings a baseline knows; OncallError where it is none."""
    mend = "write it anew with --write-baseline"
    try:
        document = msgspec.convert(json.loads(data), _Baseline)
    except (ValueError, RecursionError) as error:  # not JSON, not UTF-8, or not of this shape
        raise OncallError(f"--baseline {path}: is no baseline ({error}): {mend}") from None
    if document.schema != SCHEMA:
        raise OncallError(f"--baseline {path}: is {document.schema}, and only {SCHEMA} is known: {mend}")
    found: Counter[Identity] = Counter()
    for entry in document.findings:
        found[Identity(entry.file, entry.code, entry.message)] += max(0, entry.count)
    return found
