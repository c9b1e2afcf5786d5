"""Every rule, by its cases: what is changed in a clean workspace, and exactly what is found then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from oncall.lint.rules import RULES
from tests.lint.conftest import AT, HORIZON, context_of, found, workspace
from tests.lint.logs import write_log

FOLDER = Path(__file__).with_name("cases")
CASES = [
    pytest.param(file.stem, case, id=f"{file.stem}: {case['name']}")
    for file in sorted(FOLDER.glob("*.yaml"))
    for case in yaml.safe_load(file.read_text(encoding="utf-8"))
]


def test_a_clean_workspace_is_silent(tmp_path: Path) -> None:
    assert found(context_of(workspace(tmp_path / "clean", {}))) == []


@pytest.mark.parametrize(("code", "case"), CASES)
def test_a_workspace_with_one_fault_has_exactly_its_finding(code: str, case: dict[str, Any], tmp_path: Path) -> None:
    assert case.keys() <= {"name", "change", "at", "horizon", "log", "committed", "findings", "also"}
    root = workspace(tmp_path / "workspace", case["change"], case.get("committed"))
    log = write_log(tmp_path / "log.jsonl", case["log"]) if "log" in case else None
    lines = found(context_of(root, case.get("at", AT), case.get("horizon", HORIZON), log))
    assert [line for line in lines if line.endswith(f"[{code}]")] == (case.get("findings") or [])
    assert {line[-6:-1] for line in lines} - {code} == set(case.get("also") or ())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_no_rule_lacks_its_sentences_or_its_cases(rule: Any) -> None:
    assert all(text.endswith(".") and text[0].isupper() for text in (rule.finds, rule.why, rule.mend))
    cases = yaml.safe_load((FOLDER / f"{rule.code}.yaml").read_text(encoding="utf-8"))
    assert sum(bool(case.get("findings")) for case in cases) >= 2
    assert sum(not case.get("findings") for case in cases) >= 2
