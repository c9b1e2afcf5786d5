"""What a postmortem proposes was made in a copy of the workspace, and the page has what came of it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from oncall.logs.event import encode
from tests.replay.logs import Writer
from tests.workspace.test_history import Repository

from .conftest import Ran
from .postmortems import AT, CASES, do, fixes_of, logged, made

Run = Callable[..., Ran]

PROOFS: Any = yaml.safe_load((Path(__file__).parent / "proofs.yaml").read_text(encoding="utf-8"))
ANOTHER = ("0 received", "0 attempt_started dan voice", "20 attempt_ended dan no_answer", "40 caller_hung_up")


def plain(markdown: str) -> str:
    return re.sub(r"\\(.)", r"\1", markdown)


def workspace_of(root: Path, case: dict[str, Any]) -> Path:
    ws = made(root, PROOFS["workspace"].replace("THEIR_PRIMARY", case["primary"]))
    (ws / "scenarios.yaml").write_text(case.get("scenarios", ""), encoding="utf-8")
    return ws


def log_of(path: Path) -> str:
    """The log of the case, and a dispatch of the other account before it."""
    written = logged(path, PROOFS["log"], "ours")
    others = [encode(replace(event, dispatch="d0")).decode() for event in Writer("theirs", AT - 3600).events(ANOTHER)]
    path.write_text("".join(f"{line}\n" for line in others) + path.read_text(encoding="utf-8"), encoding="utf-8")
    return written


def contents(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("case", PROOFS["cases"], ids=lambda case: case["proves"])
def test_an_edit_that_breaks_something_is_not_proposed(run: Run, tmp_path: Path, case: dict[str, Any]) -> None:
    ws = workspace_of(tmp_path / "ws", case)
    before = contents(ws)
    page = run("postmortem", log_of(tmp_path / "log.jsonl"), "--dispatch", "d1", workspace=ws).out
    assert contents(ws) == before
    assert [title for title, fix in fixes_of(page) if "Made in a copy" in fix] == case["proposed"]
    dropped = plain(page.partition("### Considered and dropped")[2].partition("\n## ")[0])
    titles = re.findall(r"^- (.*?)(?:: lint|: \d+ scenario)", dropped, re.MULTILINE)
    assert titles == case["dropped"]
    assert [text for text in case["says"] if text not in plain(page)] == []


LONE = ("0 received", "0 attempt_started ann voice", "20 attempt_ended ann no_answer", "20 attempt_started ann sms")


def test_what_lint_finds_by_the_files_of_the_time_is_the_lesson(run: Run, tmp_path: Path) -> None:
    repository = Repository(tmp_path / "top", "ws")
    files = {"days.ics": CASES["calendar"], "kept.ics": "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nEND:VCALENDAR\n"}
    repository.commit(AT - 1000, {"oncall.yaml": CASES["workspace"], **files})
    log, ws = logged(tmp_path / "log.jsonl", (*LONE, "60 closed"), "nobody"), tmp_path / "top" / "ws"

    def lesson() -> str:
        page = run("postmortem", log, "--dispatch", "d1", workspace=ws).out
        return plain(page.partition("### What lint finds by the files of the time")[2].partition("\n### ")[0])

    says = "the policy of nobody, lonely, never goes beyond primary: add a tier to it"
    assert f"OC101 missing-backup: {says} (today's files still have it)" in lesson()
    tiers = "lonely: {tiers: [{notify: primary, ack_window: 40s}"
    fixed = CASES["workspace"].replace(tiers, f"{tiers}, {{notify: backup}}")
    fixed = fixed.replace("policy: lonely, contacts: {", "policy: lonely, contacts: {backup: {person: ben}, ")
    repository.commit(AT + 1000, {"oncall.yaml": fixed})
    repository.close()
    assert f"OC101 missing-backup: {says} (today's files do not have it any more)" in lesson()


def test_findings_that_do_not_explain_the_dispatch_are_not_its_lesson(run: Run, tmp_path: Path) -> None:
    log = logged(tmp_path / "log.jsonl", ("0 received", "0 attempt_started ann voice", "12 acknowledged ann"), "nobody")
    page = run("postmortem", log, "--dispatch", "d1", workspace=made(tmp_path / "ws")).out
    assert "What lint finds" not in page


@pytest.mark.parametrize("case", CASES["fixes"], ids=lambda case: case["proves"])
def test_lint_finds_nothing_new_where_an_edit_is_proposed(run: Run, tmp_path: Path, case: dict[str, Any]) -> None:
    ws = made(tmp_path / "ws")
    log = logged(tmp_path / "log.jsonl", case["log"], case["account"])
    page = run("postmortem", log, "--dispatch", "d1", workspace=ws).out

    def found(root: Path) -> list[str]:
        lines = run("lint", workspace=root).out.splitlines()
        return sorted(re.sub(r"^.*?:\d+:\d+", "", line) for line in lines if re.search(r" OC\d{3} ", line))

    before = found(ws)
    for number, (_, fix) in enumerate(fixes_of(page)):
        if "Made in a copy" not in fix:
            continue
        assert "lint: finds nothing that it does not find today" in fix
        copy = Path(shutil.copytree(ws, tmp_path / f"copy-{number}"))
        do(run, copy, fix)
        assert len(found(copy)) <= len(before) + ("in a policy of its own" in fix)
