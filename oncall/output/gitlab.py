"""`oncall lint --format gitlab`: a code quality report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from oncall.errors import ERROR, INFO, WARNING
from oncall.lint.run import Report
from oncall.output.fingerprints import fingerprint
from oncall.output.words import safe

_SEVERITIES = {ERROR: "major", WARNING: "minor", INFO: "info"}


def gitlab_document(reports: Sequence[Report]) -> list[dict[str, Any]]:
    """One object for each finding; paths are relative to the current folder, which has to be that of the project."""
    return [
        {
            "description": f"{safe(one.problem.message, 600)} [{one.problem.code} {one.name}]",
            "check_name": one.problem.code,
            "fingerprint": fingerprint(one),
            "severity": _SEVERITIES[one.problem.severity],
            "location": {"path": one.path, "lines": {"begin": one.problem.line or 1}},
        }
        for report in reports
        for one in report.findings
    ]
