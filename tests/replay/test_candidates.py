"""What other rules would have changed, and what nobody can know of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from oncall.plan import Plan
from oncall.replay.counterfactual import counterfactual
from oncall.replay.judge import judge
from oncall.replay.record import record_of
from oncall.replay.verdict import GOOD, Counterfactual

from . import broken
from .logs import Writer, numbered
from .test_cases import plan_of, read

CASES = [pytest.param(case, id=case["proves"]) for case in read(Path(__file__).parent / "candidates.yaml")]


def candidate_of(case: dict[str, Any]) -> Plan:
    named = case["candidate"]
    if named == "nothing":
        return replace(plan_of({"in": case["in"]}), accounts={})
    return plan_of({"in": named} if isinstance(named, str) else {"in": case["in"], **named})


def found(one: Counterfactual, expect: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {
        "verdict": one.verdict,
        "result": one.result,
        "cause": one.cause,
        "best": one.best,
        "worst": one.worst,
        "unknown": [
            f"{each.attempt.person} {each.attempt.channel} {each.attempt.started:g}s"
            for each in one.expected
            if each.unknown
        ],
        "moved": [f"{move.person} {move.channel} {move.start:g}s {move.to:g}s" for move in one.moved],
    }
    return {key: said[key] for key in expect}


@pytest.mark.parametrize("case", CASES)
def test_a_candidate_changes_what_its_case_says(case: dict[str, Any]) -> None:
    record = record_of(numbered(Writer().events(case["log"])))
    verdict = judge(record, plan_of({"in": case["in"]}))
    assert found(counterfactual(verdict, record, candidate_of(case), None), case["expect"]) == case["expect"]


@given(st.integers(0, 2**32))
def test_the_plan_in_force_as_its_own_candidate_changes_nothing(number: int) -> None:
    one = broken.broken(number)
    record = record_of(numbered(one.story.events()))
    verdict = judge(record, one.plan)
    same = counterfactual(verdict, record, one.plan, None)
    assert (same.verdict, same.best, same.worst) == ("unchanged", "unchanged", "unchanged")
    assert [each.attempt for each in same.expected] == [each.attempt for each in verdict.expected]


@given(st.integers(0, 2**32), st.integers(0, 2**32))
def test_what_is_known_to_change_changes_between_the_bounds(number: int, other: int) -> None:
    one, rules = broken.broken(number), broken.broken(other)
    record = record_of(numbered(one.story.events()))
    verdict = judge(record, one.plan)
    changed = counterfactual(verdict, record, rules.plan, None)
    if changed.verdict == "unknown":
        assert changed.unknown or changed.why or (changed.trace and changed.trace.callback)
        return
    if changed.verdict != "unchanged" or changed.best != "unchanged":
        assert changed.verdict == changed.best == changed.worst
    if changed.verdict in ("saved", "worse"):
        assert (verdict.result in GOOD) == (changed.verdict == "worse")
        assert (changed.result in GOOD) == (changed.verdict == "saved")
