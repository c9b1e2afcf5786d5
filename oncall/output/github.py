"""`oncall lint --format github`: workflow commands, which GitHub Actions shows beside the lines they are about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from oncall.errors import ERROR, INFO, WARNING
from oncall.lint.run import Finding, Report
from oncall.output.lint_text import summary_lines
from oncall.output.words import safe

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
    told = ",".join(f"{name}={_property(str(value))}" for name, value in properties)
    return f"::{_COMMANDS[found.severity]} {told}::{_data(safe(found.message, 600))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
