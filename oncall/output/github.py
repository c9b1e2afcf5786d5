"""`oncall lint --format github`: workflow commands, which GitHub Actions shows beside the lines they are about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from oncall.errors import ERROR, INFO, WARNING
from oncall.lint.run import Finding, Report
from oncall.output.escape import safe, workflow_data, workflow_property
from oncall.output.lint_text import summary_lines

_COMMANDS = {ERROR: "error", WARNING: "warning", INFO: "notice"}


def github_lines(reports: Sequence[Report]) -> Iterator[str]:
    """One command for each finding, and the summary for who reads the log."""
    for report in reports:
        yield from map(_command, report.findings)
    for line in summary_lines(reports):
        yield "".join(text for text, _ in line)


def _command(one: Finding) -> str:
    found = one.problem
    properties: list[tuple[str, object]] = [("file", safe(one.path)), ("line", found.line or 1)]
    if found.line is not None and found.column is not None:
        properties.append(("col", found.column))
        if one.end_column is not None:
            properties += [("endLine", one.end_line or found.line), ("endColumn", one.end_column)]
    properties.append(("title", f"{found.code} {one.name}"))
    told = ",".join(f"{name}={workflow_property(str(value))}" for name, value in properties)
    return f"::{_COMMANDS[found.severity]} {told}::{workflow_data(safe(found.message, 600))}"
