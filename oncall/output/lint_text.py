"""`oncall lint` for people: every finding as compilers write them, the line it is about, and what it comes to."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from oncall.errors import ERROR, INFO, WARNING
from oncall.lint.rule import Rule
from oncall.lint.run import SEVERITIES, Finding, Report
from oncall.output.who_text import Line
from oncall.output.words import safe

MOST_SHOWN = 200  # findings with their source line; the others are one line each
_WIDEST = 120
_TAB = "    "
_STYLES = {ERROR: "bad", WARNING: "note", INFO: "role"}


def lint_lines(reports: Sequence[Report], width: int | None = None) -> Iterator[Line]:
    """Every finding, the first of them with their source lines, and a summary."""
    findings = [one for report in reports for one in report.findings]
    for number, one in enumerate(findings):
        yield _head(one)
        if number < MOST_SHOWN:
            yield from _excerpt(one, width or _WIDEST)
    if len(findings) > MOST_SHOWN:
        yield ((f"(the source lines of the first {MOST_SHOWN} findings are shown)", "quiet"),)
    if findings:
        yield ()
    yield from summary_lines(reports)


def _head(one: Finding) -> Line:
    found = one.problem
    parts = [safe(one.path), *(str(number) for number in (found.line, found.column) if number is not None)]
    return (
        (":".join(parts), "path"),
        (": ", "quiet"),
        (found.severity, _STYLES[found.severity]),
        (f": {safe(found.message, 600)} ", "title"),
        (f"[{found.code} {one.name}]", "quiet"),
    )


def _excerpt(one: Finding, width: int) -> Iterator[Line]:
    """The source line, as much of it as there is room for, and what is meant underlined."""
    if one.source is None or not one.source.strip():
        return
    number = str(one.problem.line)
    margin = f"{number:>5} | "
    column = one.problem.column
    room = max(20, width - len(margin))
    text, before, length = _window(one.source, (column or 1) - 1, (one.end_column or (column or 1) + 1) - 1, room)
    yield (margin, "quiet"), (text, "title")
    if column is not None and column <= len(one.source) + 1:
        yield (f"{'':>5} | ", "quiet"), (" " * before + "^" * max(1, length), _STYLES[one.problem.severity])


def _window(source: str, start: int, end: int, room: int) -> tuple[str, int, int]:
    """A piece of a line that holds what is meant, how many cells stand before that in it, and how many it takes."""
    meant = _shown(source[start : min(end, start + room)])
    first = 0
    if start > room or _cells(_shown(source[:start]) + meant[: room // 2]) >= room:  # it would be out of sight
        first = max(0, start - room // 3)
    cut = "…" if first else ""
    before = cut + _shown(source[first:start])
    text = _fitting(before + meant + _shown(source[max(start, end) : end + room]), room)
    return text.rstrip(), _cells(before), min(_cells(meant), max(1, _cells(text) - _cells(before)))


def _shown(text: str) -> str:
    return "".join(_TAB if letter == "\t" else safe(letter) for letter in text)


def _fitting(text: str, room: int) -> str:
    if _cells(text) <= room:
        return text
    taken = 0
    for place, letter in enumerate(text):
        taken += _cells(letter)
        if taken > room - 1:
            return text[:place] + "…"
    return text


def _cells(text: str) -> int:
    """How many cells of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def summary_lines(reports: Sequence[Report]) -> Iterator[Line]:
    """How many findings there are, how many were left out, and where to read on."""
    counts = [(severity, sum(report.count(severity) for report in reports)) for severity in (ERROR, WARNING, INFO)]
    found = [(_counted(count, severity), _STYLES[severity]) for severity, count in counts if count]
    spans = [part for one in found for part in ((", ", "quiet"), one)][1:] or [("no findings", "good")]
    yield (*spans, (f" in {_counted(sum(report.files for report in reports), 'file')}", "quiet"))
    yield from (((line, "quiet"),) for line in _left_out(reports))
    stale = sum(report.stale for report in reports)
    if stale:
        what = "1 finding of the baseline is" if stale == 1 else f"{stale} findings of the baseline are"
        yield ((f"{what} not found any more: --write-baseline forgets them", "quiet"),)
    problems = [one.problem for report in reports for one in report.findings]
    if problems:
        worst = min(problems, key=lambda one: SEVERITIES.index(one.severity))
        yield (("oncall lint --explain ", "quiet"), (worst.code, "name"), (" says why, and what to do", "quiet"))


def _left_out(reports: Sequence[Report]) -> Iterator[str]:
    baseline = next((report.known_from for report in reports if report.known_from), "the baseline")
    since = next((report.since for report in reports if report.since), "the earlier revision")
    for name, text in (
        ("comments", "ignored by comments"),
        ("settings", "ignored by the settings"),
        ("baseline", f"known to {safe(baseline)}, not counted"),
        ("earlier", f"already in {safe(since)}, not counted"),
    ):
        count = sum(getattr(report.silenced, name) for report in reports)
        if count:
            yield f"{_counted(count, 'finding')} {text}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 or what == INFO else f"{count} {what}s"


def rule_lines(rule: Rule, width: int | None = None) -> Iterator[Line]:
    """A rule: what it finds, why that matters, and what to do."""
    yield (rule.code, "name"), (f" {rule.name}", "title"), (f"  {rule.severity}", _STYLES[rule.severity])
    comment = f"To leave one out, write `# oncall: ignore[{rule.code}] reason` at the end of its line or above it."
    for text in (rule.finds, rule.why, rule.mend, comment if rule.code != "OC007" else ""):
        if text:
            yield ()
            yield from (((line, "title"),) for line in textwrap.wrap(text, min(width or 88, 88)))


def list_lines(rules: Iterable[Rule]) -> Iterator[Line]:
    """Every rule on a line."""
    for rule in rules:
        yield (rule.code, "name"), (f"  {rule.severity:7}", _STYLES[rule.severity]), (f"  {rule.name}", "title")
