"""What services remember findings by is the same however often, and whenever, they are looked for."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from oncall.lint.baseline import baseline_json
from oncall.lint.run import Report, report
from oncall.output.gitlab import gitlab_document
from oncall.output.sarif import sarif_document
from tests.lint.conftest import AT, HORIZON, context_of, workspace
from tests.lint.logs import write_log
from tests.lint.test_rules import CASES

FINDING = [case for case in CASES if case.values[1].get("findings")]


def reported(root: Path, at: str, case: dict[str, Any], log: Path | None) -> Report:
    return report(context_of(root, at, case.get("horizon", HORIZON), log))


@pytest.mark.parametrize(("code", "case"), FINDING)
def test_a_minute_later_every_finding_is_the_same_finding(code: str, case: dict[str, Any], tmp_path: Path) -> None:
    root = workspace(tmp_path / "workspace", case["change"], case.get("committed"))
    log = write_log(tmp_path / "log.jsonl", case["log"]) if "log" in case else None
    first = datetime.fromisoformat(case.get("at", AT)) + timedelta(seconds=17)
    runs = [reported(root, (first + timedelta(seconds=later)).isoformat(), case, log) for later in (0, 61)]
    assert {one.problem.code for one in runs[0].findings} >= {code}
    baselines = [baseline_json(each.all, each.horizon) for each in runs]
    assert baselines[0] == baselines[1]
    fingerprints = [[one["fingerprint"] for one in gitlab_document([each])] for each in runs]
    assert fingerprints[0] == fingerprints[1]
    hashes = [[one["partialFingerprints"] for one in sarif_document([each], [])["runs"][0]["results"]] for each in runs]
    assert hashes[0] == hashes[1]


@pytest.mark.parametrize(("code", "case"), FINDING)
def test_no_message_holds_a_second_of_the_moment_it_is_asked_at(
    code: str, case: dict[str, Any], tmp_path: Path
) -> None:
    root = workspace(tmp_path / "workspace", case["change"], case.get("committed"))
    at = (datetime.fromisoformat(case.get("at", AT)) + timedelta(seconds=17)).isoformat()
    shown = " ".join(one.problem.message for one in reported(root, at, case, None).findings)
    assert "00:17" not in shown
