"""`oncall lint --format json`: oncall.lint/1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from oncall.lint.run import SEVERITIES, Finding, Report
from oncall.lint.wording import Horizon
from oncall.output.who_json import problem_object
from oncall.output.words import iso


def lint_document(reports: Sequence[Report]) -> dict[str, Any]:
    """The document scripts rely on: keys may be added to it, never changed. `file` is relative to the workspace, `path`
    to the current folder."""
    left_out = {
        name: sum(getattr(report.silenced, name) for report in reports)
        for name in ("comments", "settings", "baseline", "earlier")
    }
    return {
        "schema": "oncall.lint/1",
        "findings": [_finding(one, report.horizon) for report in reports for one in report.findings],
        "summary": {
            **{severity: sum(report.count(severity) for report in reports) for severity in SEVERITIES},
            "files": sum(report.files for report in reports),
            "left_out": left_out,
            "stale": sum(report.stale for report in reports),
        },
    }


def _finding(one: Finding, horizon: Horizon) -> dict[str, Any]:
    return {
        **problem_object(one.problem),
        "name": one.name,
        "end_line": one.end_line,
        "end_column": one.end_column,
        "path": one.path,
        "stretches": [
            {"start": iso(start, horizon.zone), "end": iso(end, horizon.zone)} for start, end in one.problem.spans
        ],
    }
