"""The numbers of `oncall stats`, against what others have published and what was counted by hand."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from oncall import times
from oncall.logs.event import encode
from oncall.output.stats_json import stats_document
from oncall.replay.facts import FactsOf
from oncall.replay.metrics import Measure, Metrics, Wakings
from oncall.replay.run import Job, Replay, Wanted
from oncall.replay.shares import Share
from oncall.replay.survival import Percentile, survival

from .logs import Writer

DATA = yaml.load((Path(__file__).parent / "metrics.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)

# Freireich et al. (1963), Blood 21, 699-716: weeks in remission of 21 patients on 6-mercaptopurine, as in Gehan (1965).
RELAPSED = {6: 3, 7: 1, 10: 1, 13: 1, 16: 1, 22: 1, 23: 1}
STILL_WELL = {6: 1, 9: 1, 10: 1, 11: 1, 17: 1, 19: 1, 20: 1, 25: 1, 32: 2, 34: 1, 35: 1}


def test_the_curve_is_the_published_one_of_the_remissions_under_6_mercaptopurine() -> None:
    """Klein and Moeschberger, Survival Analysis (2nd ed.), table 4.1; the ends as SAS and R give them by log(-log)."""
    curve = survival(RELAPSED, STILL_WELL)
    assert [(one.at, one.waiting, round(one.left, 3)) for one in curve.steps] == [
        *((6, 21, 0.857), (7, 17, 0.807), (10, 15, 0.753), (13, 12, 0.690)),
        *((16, 11, 0.627), (22, 7, 0.538), (23, 6, 0.448)),
    ]
    assert [(round(one.low, 3), round(one.high, 3)) for one in curve.steps] == [
        *((0.620, 0.952), (0.563, 0.923), (0.503, 0.889), (0.432, 0.849)),
        *((0.368, 0.805), (0.268, 0.747), (0.188, 0.680)),
    ]
    assert curve.percentile(0.5) == Percentile(0.5, 23, 13, None)
    assert curve.percentile(0.9).at is None
    assert (curve.number, curve.happened, curve.last) == (21, 9, 35)


def test_the_curve_is_that_of_the_example_it_was_first_shown_by() -> None:
    """Kaplan and Meier (1958), section 2: deaths at 0.8, 3.1, 5.4 and 9.2 months, losses at 1.0, 2.7, 7.0 and 12.1."""
    curve = survival({8: 1, 31: 1, 54: 1, 92: 1}, {10: 1, 27: 1, 70: 1, 121: 1})
    assert [(one.at, round(one.left, 3)) for one in curve.steps] == [(8, 0.875), (31, 0.7), (54, 0.525), (92, 0.263)]


def test_a_curve_on_which_all_are_taken_ends_at_nothing_with_an_open_interval() -> None:
    (step,) = survival({5: 3}, {}).steps
    assert (step.left, step.low, step.high) == (0, 0, 1)
    assert survival({5: 3}, {}).percentile(0.5) == Percentile(0.5, 5, 5, None)


def test_nobody_makes_no_curve() -> None:
    curve = survival({}, {})
    assert (curve.steps, curve.number, curve.percentile(0.5).at) == ((), 0, None)


@given(st.dictionaries(st.integers(0, 50), st.integers(1, 5)), st.dictionaries(st.integers(0, 50), st.integers(1, 5)))
def test_a_curve_only_falls_and_stays_in_its_band(happened: dict[int, int], censored: dict[int, int]) -> None:
    curve = survival(happened, censored)
    left = [1.0, *(step.left for step in curve.steps)]
    assert left == sorted(left, reverse=True)
    assert all(0 <= step.low <= step.left <= step.high <= 1 for step in curve.steps)


@given(st.dictionaries(st.integers(0, 50), st.integers(1, 5), min_size=1))
def test_a_curve_without_censoring_is_the_share_that_is_left(happened: dict[int, int]) -> None:
    number = sum(happened.values())
    for step in survival(happened, {}).steps:
        later = sum(count for at, count in happened.items() if at > step.at)
        assert step.left == pytest.approx(later / number)


@pytest.mark.parametrize(
    ("number", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_intervals_of_shares_are_the_published_ones(number: int, of: int, low: float, high: float) -> None:
    """Newcombe (1998), Two-sided confidence intervals for the single proportion, Stat. Med. 17, table I, method 3."""
    interval = Share(number, of).interval
    assert interval is not None
    assert (round(interval[0], 4), round(interval[1], 4)) == (low, high)


def test_there_is_no_share_of_nothing() -> None:
    assert (Share(0, 0).value, Share(0, 0).interval) == (None, None)
    assert Share(5, 5).interval == (pytest.approx(0.5655, abs=1e-4), 1.0)


@given(st.lists(st.integers(0, 2000), max_size=60))
def test_wake_ups_are_what_is_left_when_neighbours_within_a_minute_are_one(instants: list[int]) -> None:
    wakings = Wakings()
    for at in instants:
        wakings.add(at)
    found = sorted(instants)
    apart = sum(later - before > 60 for before, later in pairwise(found))
    assert len(wakings) == (apart + 1 if found else 0)


# Logs counted by hand.


def write(folder: Path, dispatches: list[dict[str, Any]]) -> tuple[str, str]:
    """The workspace, and the log."""
    folder.mkdir(exist_ok=True)
    (folder / "oncall.yaml").write_text(DATA["workspace"], encoding="utf-8")
    (folder / "floor.ics").write_text(DATA["floor"].replace("\n", "\r\n"), encoding="utf-8")
    with (folder / "log.jsonl").open("wb") as file:
        for number, one in enumerate(dispatches, 1):
            at = int(datetime.fromisoformat(one["at"]).timestamp())
            for event in Writer(one.get("account", "duo"), at).events(one["log"]):
                operator = one.get("operator") if event.type == "received" else None
                file.write(encode(replace(event, dispatch=f"d{number}", operator=operator)) + b"\n")
    return str(folder), str(folder / "log.jsonl")


def measured(folder: Path, dispatches: list[dict[str, Any]], measure: Measure, jobs: int = 1) -> dict[str, Any]:
    root, log = write(folder, dispatches)
    metrics = Metrics(measure)
    for facts in Replay(Job(log, root, None, "US", Wanted()), FactsOf("America/New_York"), jobs).results():
        metrics.add(facts)
    zone = times.zone(measure.timezone)
    assert zone
    return stats_document(metrics, zone)


NAMED_BY = ("dispatch", "kind", "account", "hour", "operator", "tier", "person", "supervisor")


def look_up(document: Any, path: str) -> str:
    """What stands at a place, as a case writes it."""
    found = document
    *steps, last = path.split("/")
    for step in steps:
        found = inside(found, step)
    if last == "median":
        found = found["time_to_acknowledge"]["percentiles"][0]["at"]
        return "-" if found is None else str(found)
    return written(inside(found, last))


def inside(found: Any, step: str) -> Any:
    if isinstance(found, dict):
        return found.get(step, "absent")
    key = next(name for name in NAMED_BY if name in found[0])
    return next(one for one in found if str(one[key]) == (step if step != "-" else "None"))


def written(found: Any) -> Any:
    if isinstance(found, dict) and "of" in found:
        return f"{found['number']}/{found['of']}"
    if isinstance(found, dict):
        return {name: str(value) for name, value in found.items()}
    if isinstance(found, list):
        return [f"{one['at']} {one['waiting']} {one['acknowledged']} {one['left']:g}" for one in found]
    if isinstance(found, float):
        return f"{found:g}"
    return "null" if found is None else str(found)


@pytest.mark.parametrize("case", DATA["cases"], ids=[case["proves"] for case in DATA["cases"]])
def test_a_log_counted_by_hand(case: dict[str, Any], tmp_path: Path) -> None:
    measure = Measure(case.get("timezone", "America/New_York"), float(case.get("within", 30)))
    document = measured(tmp_path, case["dispatches"], measure)
    assert {path: look_up(document, path) for path in case["expect"]} == case["expect"]


def test_the_order_of_dispatches_and_the_number_of_processes_change_nothing(tmp_path: Path) -> None:
    dispatches = [one for case in DATA["cases"] for one in case["dispatches"]]
    measure = Measure("America/New_York")
    document = measured(tmp_path / "one", dispatches, measure)
    listed = [operator.pop("diverged") for kind in document["kinds"] for operator in kind["operators"]]
    assert any(listed)
    for folder, found, jobs in (("two", dispatches, 2), ("three", dispatches[::-1], 1)):
        other = measured(tmp_path / folder, found, measure, jobs)
        again = [operator.pop("diverged") for kind in other["kinds"] for operator in kind["operators"]]
        assert other == document
        assert [len(one) for one in again] == [len(one) for one in listed]
