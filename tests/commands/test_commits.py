"""`oncall override --commit` and `oncall away --commit`: that one change, and nothing else; what to type without it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from oncall.workspace import commit
from tests.commands.conftest import EXAMPLE, Ran

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git makes the commits")

Run = Callable[..., Ran]

REFUSED = yaml.safe_load(Path(__file__).with_name("commits.yaml").read_text(encoding="utf-8"))
OVERRIDES, AWAY = "rotations/field-overrides.ics", "calendars/away.ics"
WEDNESDAY = ("--from", "2026-11-25T22:00-05:00", "--until", "2026-11-26T08:00-05:00")
FRIDAY = ("--from", "2026-11-27T22:00-05:00", "--until", "2026-11-28T08:00-05:00")
INES = "override field-primary: Ines Duarte, 2026-11-25 22:00 to 2026-11-26 08:00 EST"


class Repository:
    """A repository of git's with the example in a folder of it, all of it committed."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.root = top / "example"
        shutil.copytree(EXAMPLE, self.root)
        for words in (
            "init -q -b main",
            "config user.name Ann",
            "config user.email a@b.example",
            "add .",
            "commit -qm all",
        ):
            self.git(*words.split())

    def git(self, *words: str) -> str:
        return subprocess.run(["git", *words], cwd=self.top, check=True, capture_output=True, text=True).stdout

    def lines_of(self, *words: str) -> list[str]:
        """The lines that a diff adds and removes."""
        diff = self.git(*words).splitlines()
        return [line for line in diff if line[:1] in ("+", "-") and line[:3] not in ("+++", "---")]


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's settings of git but those of the repository."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "top of it's all")


def test_one_event_is_committed_and_everything_else_stays_uncommitted(run: Run, repository: Repository) -> None:
    assert run("override", "field-primary", "tech-3", *FRIDAY, workspace=repository.root).status == 0
    (repository.top / "staged").write_text("staged")
    repository.git("add", "staged")
    head = repository.root / "oncall.yaml"
    head.write_text(head.read_text(encoding="utf-8") + "# edited\n", encoding="utf-8")
    ran = run("override", "field-primary", "tech-5", *WEDNESDAY, "--commit", workspace=repository.root)
    assert ran.status == 0, ran.err
    assert ran.out.splitlines()[-1].startswith("  committed to main: ")
    assert ran.out.splitlines()[-1].endswith(INES)
    assert repository.git("log", "-1", "--format=%s").strip() == INES
    assert repository.git("show", "--format=", "--name-only").split() == [f"example/{OVERRIDES}"]
    added = repository.lines_of("show", "--format=")
    assert {line[:1] for line in added} == {"+"}
    assert [line for line in added if "SUMMARY" in line] == ["+SUMMARY:Ines Duarte"]
    assert repository.git("diff", "--cached", "--name-only").split() == ["staged"]
    left = repository.lines_of("diff", "--", f"example/{OVERRIDES}")
    assert [line for line in left if "SUMMARY" in line] == ["+SUMMARY:Tom Alvarez"]
    assert not list((repository.top / ".git").glob("*.lock"))


def test_what_is_staged_of_the_same_file_stays_staged(run: Run, repository: Repository) -> None:
    run("override", "field-primary", "tech-3", *FRIDAY, workspace=repository.root)
    repository.git("add", f"example/{OVERRIDES}")
    ran = run("override", "field-primary", "tech-5", *WEDNESDAY, "--commit", workspace=repository.root)
    assert ran.status == 0, ran.err
    staged = repository.lines_of("diff", "--cached")
    assert [line for line in staged if "SUMMARY" in line] == ["+SUMMARY:Tom Alvarez"]
    assert repository.git("diff", "--name-only") == ""


def test_a_calendar_that_is_new_is_committed(run: Run, repository: Repository) -> None:
    repository.git("rm", "-q", f"example/{AWAY}")
    repository.git("commit", "-qm", "nobody is ever away")
    ran = run("away", "tech-1", *WEDNESDAY, "--commit", workspace=repository.root)
    assert ran.status == 0, ran.err
    assert repository.git("show", "--format=%s", "--name-status").split("\n")[-2:] == [f"A\texample/{AWAY}", ""]
    assert repository.git("status", "--short") == ""


@pytest.mark.parametrize("folder", ["", "example/rotations", ".."])
def test_without_it_the_commands_to_type_are_said(
    run: Run, repository: Repository, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    monkeypatch.chdir(repository.top / folder)
    ran = run("override", "field-primary", "tech-5", *WEDNESDAY, workspace=repository.root)
    said, commands = ran.out.splitlines()[-1].split(": ", 1)
    assert said == "  to commit it"
    assert f"commit -m {shlex.quote(INES)}" in commands
    (repository.top / "staged").write_text("staged")
    repository.git("add", "staged")
    subprocess.run(commands, shell=True, check=True, capture_output=True)
    assert repository.git("log", "-1", "--format=%s", "--name-only").split("\n\n") == [INES, f"example/{OVERRIDES}\n"]
    assert repository.git("status", "--short") == "A  staged\n"


def test_a_dry_run_commits_nothing(run: Run, repository: Repository) -> None:
    ran = run("override", "field-primary", "tech-5", *WEDNESDAY, "--dry-run", "--commit", workspace=repository.root)
    assert ran.status == 0
    assert "commit" not in ran.out
    assert repository.git("log", "--format=%s") == "all\n"


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["name"])
def test_what_cannot_be_committed_is_written_and_said_to_be(run: Run, repository: Repository, case: Any) -> None:
    for command in case["prepare"]:
        subprocess.run(command, shell=True, cwd=repository.top, check=True)
    index = repository.git("ls-files", "-s") if (repository.top / ".git").exists() else ""
    ran = run("override", "field-primary", "tech-5", *WEDNESDAY, "--commit", workspace=repository.root)
    assert ran.status == 1
    assert f"{OVERRIDES} is written, but not committed: {case['said']}\n" in ran.err
    assert b"SUMMARY:Ines Duarte" in (repository.root / OVERRIDES).read_bytes()
    assert ("to commit it later: git" in ran.err) is (repository.top / ".git").exists()
    if index:
        assert repository.git("ls-files", "-s") == index


def test_a_hook_sees_the_one_change_and_may_correct_it(run: Run, repository: Repository) -> None:
    hook = repository.top / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ngit diff --cached --name-only > seen\necho note > note && git add note\n")
    hook.chmod(0o755)
    (repository.top / "staged").write_text("staged")
    repository.git("add", "staged")
    ran = run("override", "field-primary", "tech-5", *WEDNESDAY, "--commit", workspace=repository.root)
    assert ran.status == 0, ran.err
    assert (repository.top / "seen").read_text() == f"example/{OVERRIDES}\n"
    assert repository.git("show", "--format=", "--name-only").split() == [f"example/{OVERRIDES}", "note"]


def test_another_git_that_is_at_work_is_waited_for_and_named(
    run: Run, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commit, "_LOCK_ATTEMPTS", 2)
    lock = repository.top / ".git" / "index.lock"
    lock.touch()
    ran = run("override", "field-primary", "tech-5", *WEDNESDAY, "--commit", workspace=repository.root)
    assert ran.status == 1
    assert f"another git command is running: wait for it, or if it has crashed, delete {lock}" in ran.err
    assert lock.exists()


def test_without_git_the_change_is_written(run: Run, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    ran = run("override", "field-primary", "tech-5", *WEDNESDAY, "--commit", workspace=repository.root)
    assert ran.status == 1
    assert f"{OVERRIDES} is written, but not committed: git is not installed" in ran.err


def test_an_event_says_when_it_was_entered(run: Run, repository: Repository) -> None:
    run("override", "field-primary", "tech-5", *WEDNESDAY, workspace=repository.root)
    event = (repository.root / OVERRIDES).read_text().split("BEGIN:VEVENT")[-1]
    stamps = dict(line.split(":", 1) for line in event.splitlines() if line.startswith(("CREATED", "DTSTAMP")))
    assert stamps["CREATED"] == stamps["DTSTAMP"]
    assert stamps["CREATED"].endswith("Z")
