"""`oncall lint` as it is asked: what is checked, what is shown, and with which status it ends."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from oncall import times
from oncall.lint.opening import open_context
from oncall.lint.rules import RULES
from oncall.lint.run import Selection, report
from tests.lint.conftest import workspace

ROOT = Path(__file__).resolve().parents[2]
WHEN = ("--at", "2026-11-22T12:00:00Z", "--horizon", "30d")
ONLY = ("--select", "OC002,OC003,OC004")  # what is met at reading
FAULTY: dict[str, Any] = {
    "people.yaml": [["    name: Ann Ames\n", "    nmae: Ann Ames\n    name: Ann Ames\n"]],
    "hours.yaml": [["timezone: America/New_York", "timezone: America/New_Yrok"]],
}
ANN = "people.yaml:3:5: error: `nmae` is not a key of a person (did you mean 'name'?) [OC002 unknown-key]"


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    return workspace(tmp_path / "ws", FAULTY)


def heads(out: str) -> list[str]:
    """The codes and places of what was found."""
    return [line.partition(": ")[0] for line in out.split("\n") if ": error: " in line or ": warning: " in line]


def test_what_is_found_is_shown_and_makes_the_status(run: Any, faulty: Path) -> None:
    ran = run("lint", *WHEN, *ONLY, "ws/people.yaml")
    assert (ran.status, ran.err) == (1, "")
    assert ran.out == (
        f"ws/{ANN}\n"
        "    3 |     nmae: Ann Ames\n"
        "      |     ^^^^\n"
        "\n"
        "1 error in 1 file\n"
        "oncall lint --explain OC002 says why, and what to do\n"
    )


def test_a_clean_workspace_is_silent_and_fine(run: Any, tmp_path: Path) -> None:
    workspace(tmp_path / "ws", {})
    assert run("lint", *WHEN, "ws") == (0, "no findings in 15 files\n", "")


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "gitlab", "junit"])
def test_the_format_never_changes_the_status(run: Any, faulty: Path, form: str) -> None:
    for words, status in (
        (ONLY, 1),
        (("--select", "OC207"), 0),
        (("--select", "OC9"), 2),
        ((*ONLY, "--output", "out"), 1),
    ):
        ran = run("lint", *WHEN, "ws", "--format", form, *words)
        assert ran.status == status, words
    assert ran.out == ""
    shown = run("lint", *WHEN, "ws", "--format", form, *ONLY).out
    assert Path("out").read_text() == shown
    if form in ("json", "sarif", "gitlab"):
        json.loads(shown)


@pytest.mark.parametrize(
    ("paths", "shown"),
    [
        (["ws"], ["ws/hours.yaml:3:15", "ws/people.yaml:3:5"]),
        (["ws/"], ["ws/hours.yaml:3:15", "ws/people.yaml:3:5"]),
        (["ws/people.yaml"], ["ws/people.yaml:3:5"]),
        (["ws/people.yaml", "ws/hours.yaml"], ["ws/hours.yaml:3:15", "ws/people.yaml:3:5"]),
        (["ws/people.yaml", "ws"], ["ws/hours.yaml:3:15", "ws/people.yaml:3:5"]),
        (["ws/calendars"], []),
        (["ws/oncall.yaml"], []),
        (["ws/people.yaml", "other"], ["ws/people.yaml:3:5", "other/people.yaml:3:5"]),
        (["ws/deep"], ["ws/deep/more.yaml:1:1"]),
        (["ws/deep/../people.yaml"], ["ws/people.yaml:3:5"]),
    ],
)
def test_a_path_is_a_workspace_or_limits_what_is_shown_of_one(
    run: Any, faulty: Path, tmp_path: Path, paths: list[str], shown: list[str]
) -> None:
    if "other" in paths:
        workspace(tmp_path / "other", {"people.yaml": FAULTY["people.yaml"]})
    if any("deep" in path for path in paths):
        (faulty / "deep").mkdir()
        (faulty / "deep" / "more.yaml").write_text("wrong: 1\n")
    ran = run("lint", *WHEN, *ONLY, *paths)
    assert (heads(ran.out), ran.status) == (shown, 1 if shown else 0)


def test_the_workspace_is_found_as_everywhere(
    run: Any, faulty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = ["hours.yaml:3:15", "people.yaml:3:5"]
    assert heads(run("lint", *WHEN, *ONLY, workspace=faulty).out) == [f"ws/{one}" for one in here]
    monkeypatch.setenv("ONCALL_WORKSPACE", str(faulty))
    assert heads(run("lint", *WHEN, *ONLY).out) == [f"ws/{one}" for one in here]
    monkeypatch.delenv("ONCALL_WORKSPACE")
    shutil.move(faulty, tmp_path / "schedules")
    for words in ((), (".",), ("schedules",)):
        assert heads(run("lint", *WHEN, *ONLY, *words).out) == [f"schedules/{one}" for one in here]
    monkeypatch.chdir(tmp_path / "schedules" / "calendars")
    assert heads(run("lint", *WHEN, *ONLY).out) == [f"../{one}" for one in here]
    assert run("lint", *WHEN, *ONLY, ".").status == 0
    root = tmp_path / "schedules"
    lines = run("lint", *WHEN, *ONLY, "--format", "github").out.split("\n")
    assert lines[0].startswith(f"::error file={root}/hours.yaml,line=3,")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("/",), "'/' is in no workspace: there is no oncall.yaml in its folder or above"),
        (("README",), "'README' is in no workspace: there is no oncall.yaml in its folder or above"),
        (("none.yaml",), "there is no file or folder 'none.yaml'"),
        (("ws", "empty"), "'empty' is in no workspace"),
        ((), "there is no oncall.yaml here, above, or in ./schedules: name a workspace"),
        (("ws", "--select", "OC9"), "--select OC9: there is no such rule; `oncall lint --explain all` lists them"),
        (("ws", "--select", "OC1O1"), "--select OC1O1: there is no such rule (did you mean OC101?)"),
        (("ws", "--select", "missing-backup"), "--select MISSING-BACKUP: there is no such rule (did you mean OC101?)"),
        (("ws", "--ignore", "X"), "--ignore X: there is no such rule; `oncall lint --explain all` lists them"),
        (("ws", "--select", ","), "--select names no rule: write --select OC101,OC3"),
        (("ws", "--ignore", ""), "--ignore names no rule: write --ignore OC101,OC3"),
        (("ws", "--select", "OC101", "--ignore", "OC1"), "--select and --ignore are contradictory: nothing is left"),
        (("ws", "--ignore", "OC"), "--ignore leaves out every rule: nothing is left to check"),
        (("ws", "--horizon", "90"), "--horizon: 90 of what? write 90s, 90m, 90h or 90d"),
        (("ws", "--horizon", "0s"), "--horizon 0s: from 1s to 3660d"),
        (("ws", "--horizon", "3661d"), "--horizon 3661d: from 1s to 3660d"),
        (("ws", "--at", "whenever"), "can't read 'whenever' as a time; write e.g. 02:00"),
        (("--explain", "OC1O1"), "--explain OC1O1: there is no such rule (did you mean OC101?)"),
        (("--explain", ""), "--explain : there is no such rule"),
        (("ws", "--output", "no/where"), "--output no/where: cannot be written: No such file or directory"),
    ],
)
def test_a_question_that_makes_no_sense_is_answered_with_what_to_do(
    run: Any, faulty: Path, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    (tmp_path / "README").write_text("x")
    (tmp_path / "empty").mkdir()
    ran = run("lint", *words)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"oncall: {told}")
    assert ran.err.count("\n") == 1


def test_a_path_outside_the_workspace_asked_for_is_refused(run: Any, faulty: Path, tmp_path: Path) -> None:
    workspace(tmp_path / "other", {})
    ran = run("lint", "other/people.yaml", workspace=faulty)
    assert (ran.status, ran.err) == (2, f"oncall: 'other/people.yaml' is not in the workspace {str(faulty)!r}\n")
    assert heads(run("lint", *WHEN, *ONLY, "ws/people.yaml", workspace=faulty).out) == ["ws/people.yaml:3:5"]


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (("--select", "OC00"), ["OC002", "OC003"]),
        (("--select", "oc002"), ["OC002"]),
        (("--select", "OC002,OC003"), ["OC002", "OC003"]),
        (("--select", "OC002", "--select", "OC003"), ["OC002", "OC003"]),
        (("--select", "OC00", "--ignore", "OC003"), ["OC002"]),
        (("--select", "OC00", "--ignore", "OC002, oc003,"), []),
    ],
)
def test_codes_and_beginnings_of_codes_select(run: Any, tmp_path: Path, words: tuple[str, ...], codes: Any) -> None:
    workspace(tmp_path / "ws", FAULTY)
    document = json.loads(run("lint", "ws", *WHEN, *words, "--format", "json").out)
    assert sorted({one["code"] for one in document["findings"]} - {"OC005"}) == codes


@pytest.mark.parametrize(("least", "status"), [("error", 0), ("warning", 1), ("info", 1)])
def test_fail_on_says_how_bad_is_bad(run: Any, tmp_path: Path, least: str, status: int) -> None:
    workspace(tmp_path / "ws", {"people.yaml": [["people:\n", "people: # oncall: ignore[OC101]\n"]]})
    ran = run("lint", "ws", *WHEN, "--select", "OC007", "--fail-on", least)
    assert (ran.status, ran.out.split("\n")[4]) == (status, "1 warning in 15 files")


def test_comments_come_first_then_settings_then_what_is_selected(run: Any, tmp_path: Path) -> None:
    root = workspace(tmp_path / "ws", FAULTY)
    people, head = root / "people.yaml", root / "oncall.yaml"
    people.write_text(people.read_text().replace("    nmae", "    # oncall: ignore[OC002] soon\n    nmae"))
    head.write_text(head.read_text() + "lint:\n  per_path: {hours.yaml: [OC003]}\n")
    ran = run("lint", "ws", *WHEN, *ONLY)
    assert (ran.status, ran.out) == (
        0,
        "no findings in 15 files\n1 finding ignored by comments\n1 finding ignored by the settings\n",
    )
    # That a comment is used is judged by what all rules find, not by those that were selected.
    assert run("lint", "ws", *WHEN, "--select", "OC007").status == 0
    assert "ignore[OC002]" not in run("lint", "ws", *WHEN, "--select", "OC007").out


def test_a_finding_in_a_calendar_is_silenced_by_settings_alone(run: Any, tmp_path: Path) -> None:
    broken = [["SUMMARY:Ann Ames", "SUMMARY:# oncall: ignore[OC303]"]]
    root = workspace(tmp_path / "ws", {})
    primary = root / "rotations" / "primary.ics"
    primary.write_text(primary.read_text().replace(*broken[0], 1))
    assert run("lint", "ws", *WHEN, "--select", "OC303").status == 1
    (root / "oncall.yaml").write_text((root / "oncall.yaml").read_text() + "lint: {per_path: {'**/*.ics': [OC3]}}\n")
    assert run("lint", "ws", *WHEN, "--select", "OC303").status == 0


def test_a_rule_is_explained_without_a_workspace(run: Any) -> None:
    for word in ("OC102", "oc102", "backup-is-primary"):
        ran = run("lint", "--explain", word)
        assert (ran.status, ran.err) == (0, "")
        assert ran.out.startswith("OC102 backup-is-primary  error\n\n")
    assert len(run("lint", "--explain", "all").out.splitlines()) == len(RULES)
    assert all(line.startswith("OC3") for line in run("lint", "--explain", "OC3").out.splitlines())


def test_what_changes_while_it_is_checked_is_shown_as_it_was_read(faulty: Path) -> None:
    at = times.instant(times.parse_instant("2026-11-22T12:00:00+00:00"), times.zone("UTC"))  # type: ignore[arg-type]
    context = open_context(str(faulty), at, 86_400)
    (faulty / "people.yaml").write_text("people: {}\n")
    (faulty / "hours.yaml").unlink()
    found = report(context, Selection(("OC002", "OC003"))).findings
    assert [one.source for one in found] == ["    timezone: America/New_Yrok", "    nmae: Ann Ames"]


@pytest.mark.parametrize("head", [b"", b"\xff\xfe", b"version: 2\n", b"[]", b"version: [\n", b"\0", None])
def test_a_workspace_that_can_hardly_be_read_has_findings(run: Any, tmp_path: Path, head: bytes | None) -> None:
    (tmp_path / "ws").mkdir()
    if head is None:
        (tmp_path / "ws" / "oncall.yaml").mkdir()
    else:
        (tmp_path / "ws" / "oncall.yaml").write_bytes(head)
    ran = run("lint", *WHEN, workspace=tmp_path / "ws")
    assert (ran.status, ran.err) == (1, "")
    assert ran.out.startswith("ws/oncall.yaml")


def test_names_of_files_may_be_anything(run: Any, tmp_path: Path) -> None:
    root = workspace(tmp_path / "ws", {})
    Path(os.fsdecode(os.fsencode(root) + b"/a\xff\x1b[31m:,%.yaml")).write_text("wrong: 1\n")
    for form in ("text", "json", "sarif", "github", "gitlab", "junit"):
        ran = run("lint", "ws", *WHEN, *ONLY, "--format", form)
        assert ran.status == 1
        assert "\x1b" not in ran.out
        assert run("lint", "ws", *WHEN, *ONLY, "--format", form, "--output", "out").status == 1


def action() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    return document


@pytest.mark.parametrize(
    ("inputs", "status", "shown"),
    [
        ({"WORKSPACE": "ws", "SELECT": "OC002,OC003"}, 1, ["file=ws/hours.yaml", "file=ws/people.yaml"]),
        ({"PATHS": "ws/people.yaml\nws/oncall.yaml\n", "SELECT": "OC002,OC003"}, 1, ["file=ws/people.yaml"]),
        ({"PATHS": "ws/oncall.yaml", "SELECT": "OC00", "IGNORE": "OC007", "FAIL_ON": "info"}, 0, []),
        ({"WORKSPACE": "ws", "SELECT": "OC002", "SARIF": "out.sarif"}, 1, ["file=ws/people.yaml"]),
        ({"PATHS": "$(touch pwned)"}, 2, []),
        ({"PATHS": "--help"}, 2, []),
        ({"WORKSPACE": "ws", "BASELINE": "none.json"}, 2, []),
        ({"WORKSPACE": "ws", "SINCE": "nope; touch pwned"}, 2, []),
        ({"WORKSPACE": "nope", "SARIF": "out.sarif"}, 2, []),
    ],
)
def test_the_action_does_what_its_inputs_say(
    faulty: Path, tmp_path: Path, inputs: dict[str, str], status: int, shown: list[str]
) -> None:
    step = action()["runs"]["steps"][-1]
    assert {name.lower().replace("_", "-") for name in step["env"]} == action()["inputs"].keys() - {"python"}
    folder = tmp_path / "temp" / "oncall-lint" / "bin"
    folder.mkdir(parents=True)
    (folder / "oncall").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m oncall "$@"\n')
    (folder / "oncall").chmod(0o755)
    given = {name: str(action()["inputs"][name.lower().replace("_", "-")]["default"]) for name in step["env"]}
    environment = {**os.environ, **given, **inputs, "RUNNER_TEMP": str(tmp_path / "temp")}
    environment |= {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    environment.pop("ONCALL_WORKSPACE", None)
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == status, done.stderr
    found = [line.split(" ")[1].split(",")[0] for line in done.stdout.splitlines() if line.startswith("::")]
    assert found == shown
    assert not (tmp_path / "pwned").exists()
    assert (tmp_path / "out.sarif").exists() == ("SARIF" in inputs and status < 2)


def test_the_hook_is_the_command() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert hook["entry"].split() == ["oncall", "lint"]
    for path in ("schedules/people.yaml", "a.yml", "rotations/x.ics", "runbooks/a.md"):
        assert re.search(hook["files"], path)


def test_who_is_on_call_imports_nothing_of_lint(tmp_path: Path) -> None:
    root = workspace(tmp_path / "ws", {})
    code = (
        "import sys\n"
        "from oncall.cli.main import main\n"
        f"main(['-w', {str(root)!r}, 'who', '--at', '2026-11-22T12:00'])\n"
        "print([name for name in sys.modules if name.startswith(('oncall.lint', 'oncall.cli.lint', 'dulwich'))])\n"
    )
    environment = {**os.environ, "ONCALL_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
