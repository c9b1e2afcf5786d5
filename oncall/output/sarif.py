"""`oncall lint --format sarif`: SARIF 2.1.0, as GitHub code scanning and other viewers want it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from oncall import __version__
from oncall.errors import ERROR, INFO, WARNING
from oncall.lint.rule import Rule
from oncall.lint.run import Finding, Report
from oncall.output.escape import safe, sarif_message
from oncall.output.fingerprints import fingerprint

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {ERROR: "error", WARNING: "warning", INFO: "note"}
_SEVERITIES = {ERROR: "error", WARNING: "warning", INFO: "recommendation"}
_ROOT = "%SRCROOT%"


def sarif_document(reports: Sequence[Report], rules: Sequence[Rule]) -> dict[str, Any]:
    """One run. All rules are listed, whether or not they found something; places are relative to the current folder,
    which is taken for the root of the sources."""
    numbers = {rule.code: number for number, rule in enumerate(rules)}
    driver = {
        "name": "oncall",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The folder the linter was started in."}}},
        "results": [_result(one, numbers) for report in reports for one in report.findings],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.name.replace("-", " ").capitalize() + "."},
        "fullDescription": {"text": sarif_message(rule.finds)},
        "help": {
            "text": sarif_message(f"{rule.finds}\n\n{rule.why}\n\n{rule.mend}"),
            "markdown": f"{rule.finds}\n\n{rule.why}\n\n{rule.mend}",
        },
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": ["on-call"], "precision": "high", "problem.severity": _SEVERITIES[rule.severity]},
    }


def _result(one: Finding, numbers: dict[str, int]) -> dict[str, Any]:
    found = one.problem
    place = {"artifactLocation": _artifact(one.path), "region": _region(one)}
    return {
        "ruleId": found.code,
        **({"ruleIndex": numbers[found.code]} if found.code in numbers else {}),
        "level": _LEVELS[found.severity],
        "message": {"text": sarif_message(safe(found.message, 600))},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"primaryLocationLineHash": f"{fingerprint(one)[:16]}:{one.repeated + 1}"},
    }


def _region(one: Finding) -> dict[str, int]:
    """Where it is; what is wrong with a file as a whole is on its first line, because viewers show nothing without."""
    found = one.problem
    region = {"startLine": found.line or 1}
    if found.line is not None and found.column is not None:
        region["startColumn"] = found.column
        if one.end_column is not None:
            region |= {"endLine": one.end_line or found.line, "endColumn": one.end_column}
    return region


def _artifact(path: str) -> dict[str, str]:
    uri = quote(path.encode("utf-8", "surrogateescape"), safe="/-._~")
    if path.startswith("/"):
        return {"uri": f"file://{uri}"}
    return {"uri": uri, "uriBaseId": _ROOT}
