"""Calendars and the schedules they mean: a case under `cases/` is a calendar, a stretch of time and what is expected.

A case says what it `proves`; its calendar is `ics` (events as blocks of lines) with `overrides`, read in `zone` with
`people`, `identify` and `ignore`. `expect` is the whole schedule from `from` until `until`, a line a stretch: its
start, its end, and who. `problems` are all that must be reported, each `CODE on LINE says WORDS`, where LINE is how the
line begins.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from oncall.errors import Problem
from oncall.model import Person

from .schedules import calendar, compiled, names_of, reversed_calendar, rows, when, zone

KEYS = {"proves", "ics", "overrides", "zone", "people", "identify", "ignore", "from", "until", "expect", "problems"}
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['proves']}")
    for path in sorted((Path(__file__).parent / "cases").glob("*.yaml"))
    for case in yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
]


def expected_rows(case: dict[str, Any]) -> list[tuple[int, int, list[str]]]:
    split = [line.split(maxsplit=2) for line in case.get("expect", [])]
    return [(when(start), when(end), sorted(who.split(" + "))) for start, end, who in split]


def read(case: dict[str, Any], *, backwards: bool = False, window: tuple[int, int] | None = None) -> Any:
    make = reversed_calendar if backwards else calendar
    people = case.get("people")
    return compiled(
        make(case["ics"]),
        window or (when(case["from"]), when(case["until"])),
        zone(case["zone"]) if "zone" in case else None,
        [make(case["overrides"])] if "overrides" in case else [],
        people if people is None else {name: Person(**one) for name, one in people.items()},
        case.get("identify"),
        case.get("ignore"),
    )


def check_problem(case: dict[str, Any], found: Problem, expected: str) -> None:
    parts = re.fullmatch(r"(OC\d+)(?: on (.+?))? says (.+)", expected)
    assert parts, f"not a problem: {expected}"
    assert found.code == parts[1]
    assert parts[3] in found.message
    if parts[2]:
        text = calendar(case["overrides" if found.file == "override.ics" else "ics"]).decode().split("\n")
        assert found.line is not None
        assert text[found.line - 1].startswith(parts[2])


@pytest.mark.parametrize("case", CASES)
def test_a_calendar_means_the_schedule_its_case_says(case: dict[str, Any]) -> None:
    assert case.keys() <= KEYS
    schedule, problems = read(case)
    start, end = when(case["from"]), when(case["until"])
    expected = expected_rows(case)
    assert rows(schedule, start, end) == expected
    assert len(problems) == len(case.get("problems", [])), problems
    for found, says in zip(problems, case.get("problems", []), strict=True):
        check_problem(case, found, says)


@pytest.mark.parametrize("case", CASES)
def test_each_stretch_is_half_open_and_known_from_any_window(case: dict[str, Any]) -> None:
    expected = expected_rows(case)
    schedule, _ = read(case)
    start, end = when(case["from"]), when(case["until"])
    begins = {begin: who for begin, _, who in expected}
    for first, last, who in expected:
        assert names_of(schedule.at(first)) == who
        assert names_of(schedule.at(last - 1)) == who
        if last < end:
            assert names_of(schedule.at(last)) == begins.get(last, [])
        if first > start and first - 1 not in {other - 1 for _, other, _ in expected}:
            assert schedule.at(first - 1) == ()
        alone, _ = read(case, window=(first, last))
        assert alone.at(first) == schedule.at(first)
        assert alone.next(last - 1) == schedule.next(last - 1)


@pytest.mark.parametrize("case", [one for one in CASES if "\n\n" in one.values[0]["ics"]])
def test_the_order_of_events_in_the_file_does_not_matter(case: dict[str, Any]) -> None:
    schedule, problems = read(case, backwards=True)
    assert rows(schedule, when(case["from"]), when(case["until"])) == expected_rows(case)
    assert len(problems) == len(case.get("problems", []))
