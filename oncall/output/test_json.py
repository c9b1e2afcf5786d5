"""`oncall test` as JSON: oncall.test/1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from oncall.coverage import Coverage, Group, Item
from oncall.escalation.scenarios import Broken
from oncall.output.test_text import Result, sentence
from oncall.output.trace_json import trace_document
from oncall.output.who_json import problem_object
from oncall.output.words import iso, problem_line
from oncall.testing import Failure


def results_document(results: Sequence[Result], coverage: Coverage | None = None) -> dict[str, Any]:
    """The document scripts rely on: keys may be added to it, never changed."""
    summary: dict[str, Any] = {
        "passed": sum(not isinstance(one, Broken) and one.passed for one in results),
        "failed": sum(not isinstance(one, Broken) and not one.passed for one in results),
        "broken": sum(isinstance(one, Broken) for one in results),
    }
    if coverage is not None:
        summary["coverage"] = coverage_object(coverage)
    return {"schema": "oncall.test/1", "scenarios": [_scenario(one) for one in results], "summary": summary}


def _scenario(one: Result) -> dict[str, Any]:
    if isinstance(one, Broken):
        return {
            "name": one.name,
            "account": one.account,
            "file": one.file,
            "line": one.line,
            "passed": False,
            "failures": [problem_line(problem) for problem in one.problems],
            "problems": [problem_object(problem) for problem in one.problems],
            "trace": None,
        }
    scenario = one.scenario
    return {
        "name": scenario.name,
        "account": scenario.account,
        "at": iso(scenario.at, one.zone),
        "file": scenario.file,
        "line": scenario.line,
        "passed": one.passed,
        "failures": [sentence(failure) for failure in one.failures],
        "expectations": [_failure(failure) for failure in one.failures],
        "trace": trace_document(one.trace, one.plan, one.zone),
    }


def _failure(one: Failure) -> dict[str, Any]:
    found = one.difference
    rows = (
        {
            "first": found.first,
            "columns": list(found.columns),
            "expected": [row.expected for row in found.rows if row.expected is not None],
            "actual": [row.actual for row in found.rows if row.actual is not None],
        }
        if found
        else None
    )
    return {"what": one.what, "expected": one.expected, "actual": one.actual, "difference": rows}


def coverage_object(found: Coverage) -> dict[str, Any]:
    """What is reached of what there is: in all, by kind, and everything one by one."""
    kinds: dict[str, list[Group]] = {}
    for group in found.groups:
        kinds.setdefault(group.kind, []).append(group)
    return {
        **_counted(found.reached, found.total),
        "by_kind": {
            kind: _counted(sum(one.reached for one in groups), sum(len(one.items) for one in groups))
            for kind, groups in kinds.items()
        },
        "items": [_item(item) for group in found.groups for item in group.items],
    }


def _counted(reached: int, total: int) -> dict[str, Any]:
    return {"reached": reached, "total": total, "percent": 100 * reached / total if total else 100.0}


def _item(one: Item) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": one.kind, "policy": one.policy, "name": one.name, "reached": one.reached}
    if one.person is not None:
        told |= {"person": one.person, "channel": one.channel, "address": one.address, "step": one.step}
    return told
