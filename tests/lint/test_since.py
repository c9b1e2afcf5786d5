"""Only what a revision of the same workspace did not have."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from dulwich.objects import Blob, Commit, Tree
from dulwich.repo import Repo

from oncall.errors import OncallError
from oncall.workspace.revisions import export
from tests.lint.conftest import workspace

AT = ("--at", "2026-11-22T12:00:00Z", "--horizon", "30d", "--select", "OC002,OC003,OC007")
HEAD_FILE = b"version: 1\n"

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="the repositories are made with git")


def git(where: Path, *words: str) -> str:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        **{f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    done = subprocess.run(["git", *words], cwd=where, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(where: Path, message: str = "m") -> str:
    git(where, "add", "-A")
    git(where, "commit", "-q", "--allow-empty", "-m", message)
    return git(where, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose workspace, in `ops/ws`, had one fault at the tag `old` and has two since."""
    top = tmp_path / "repository"
    (top / "ops").mkdir(parents=True)
    git(top, "init", "-q", "-b", "main")
    (top / "README.md").write_text("no workspace yet\n")
    commit(top)
    git(top, "tag", "empty")
    root = workspace(
        top / "ops" / "ws", {"people.yaml": [["    name: Ann Ames\n", "    nmae: A\n    name: Ann Ames\n"]]}
    )
    commit(top)
    git(top, "tag", "-a", "old", "-m", "annotated")
    people = root / "people.yaml"
    people.write_text(
        "# moved\n\n" + people.read_text().replace("    name: Cy Castle\n", "    nmae: C\n    name: Cy\n")
    )
    return top


def lint(run: Callable[..., Any], root: Path, *words: str) -> Any:
    return run("lint", *AT, *words, workspace=root)


@pytest.mark.parametrize("revision", ["old", "HEAD", "main", "refs/tags/old", "@", "HEAD^0"])
def test_only_what_is_new_since_a_revision_counts(run: Any, repository: Path, revision: str) -> None:
    root = repository / "ops" / "ws"
    assert lint(run, root).out.endswith("oncall lint --explain OC002 says why, and what to do\n")
    ran = lint(run, root, "--since", revision)
    assert (ran.status, ran.err) == (1, "")
    assert ran.out.split("\n")[0].startswith("repository/ops/ws/people.yaml:18:5: error: `nmae`")
    assert ran.out.split("\n")[4:6] == ["1 error in 15 files", f"1 finding already in {revision}, not counted"]
    commit(repository)
    assert lint(run, root, "--since", "HEAD").status == 0
    assert lint(run, root, "--since", "HEAD~1").status == 1
    assert lint(run, root, "--since", git(repository, "rev-parse", "HEAD")).status == 0
    assert lint(run, root, "--since", git(repository, "rev-parse", "--short", "HEAD")).status == 0
    assert lint(run, root, "--since", git(repository, "rev-parse", "--short", "HEAD") + "~1").status == 1


def test_nothing_is_checked_out_and_nothing_is_left_behind(
    run: Any, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    before = git(repository, "status", "--porcelain", "--untracked-files=all")
    stamps = {path: path.stat().st_mtime_ns for path in repository.rglob("*") if ".git" not in path.parts}
    lint(run, repository / "ops" / "ws", "--since", "old")
    assert git(repository, "status", "--porcelain", "--untracked-files=all") == before
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps
    assert list((tmp_path / "temporary").iterdir()) == []


def test_where_the_workspace_was_not_there_everything_is_new(run: Any, repository: Path) -> None:
    root = repository / "ops" / "ws"
    ran = lint(run, root, "--since", "empty")
    assert (ran.status, ran.out) == (1, lint(run, root).out)
    assert ran.err == f"oncall: {root} was not there at empty: everything is new\n"


def test_a_comment_that_went_makes_its_finding_new(run: Any, repository: Path) -> None:
    root = repository / "ops" / "ws"
    people = root / "people.yaml"
    kept = people.read_text()
    people.write_text(kept.replace("    nmae: C\n", "    nmae: C  # oncall: ignore[OC002] soon\n"))
    commit(repository)
    assert lint(run, root, "--since", "HEAD").status == 0
    people.write_text(kept)
    ran = lint(run, root, "--since", "HEAD")
    assert (ran.status, ran.out.split("\n")[4]) == (1, "1 error in 15 files")


@pytest.mark.parametrize(
    "revision",
    ["nope", "", "HEAD~99", "HEAD:ops", "--help", "a\0b", "é\udcff", "~1", "@{u}", "00000000", "^HEAD", "{}"],
)
def test_a_revision_that_is_not_there_is_said_not_to_be(run: Any, repository: Path, revision: str) -> None:
    ran = lint(run, repository / "ops" / "ws", "--since", revision)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("oncall: --since ")
    assert ran.err.endswith(": the repository has no such revision\n")


def test_without_a_repository_there_is_no_revision(run: Any, tmp_path: Path) -> None:
    root = workspace(tmp_path / "ws", {})
    ran = lint(run, root, "--since", "HEAD")
    told = f"oncall: {root} is in no git repository: there is no revision to compare with\n"
    assert (ran.status, ran.out, ran.err) == (2, "", told)
    git(tmp_path, "init", "-q")
    ran = lint(run, root, "--since", "HEAD")
    assert (ran.status, ran.err) == (2, "oncall: --since HEAD: the repository has no such revision\n")
    shutil.rmtree(tmp_path / ".git")
    (tmp_path / ".git").write_text("nonsense")
    ran = lint(run, root, "--since", "HEAD")
    assert (ran.status, ran.out) == (2, "")
    assert "git repository" in ran.err


def test_a_clone_without_its_history_says_so(run: Any, repository: Path, tmp_path: Path) -> None:
    commit(repository)
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{repository}", "shallow")
    ran = lint(run, tmp_path / "shallow" / "ops" / "ws", "--since", "HEAD~1")
    assert ran.status == 2
    assert "(this clone is shallow: fetch more of its history)" in ran.err
    assert lint(run, tmp_path / "shallow" / "ops" / "ws", "--since", "origin/main").status == 0


def test_worktrees_packed_repositories_and_links_are_as_good(run: Any, repository: Path, tmp_path: Path) -> None:
    commit(repository)
    git(repository, "gc", "-q")
    git(repository, "worktree", "add", "-q", str(tmp_path / "beside"), "-b", "beside")
    (tmp_path / "link").symlink_to(tmp_path / "beside" / "ops" / "ws")
    for root in (repository / "ops" / "ws", tmp_path / "beside" / "ops" / "ws", tmp_path / "link"):
        assert lint(run, root, "--since", "HEAD").status == 0
        assert lint(run, root, "--since", "old").status == 1


def test_a_workspace_that_is_the_repository_is_exported_whole(tmp_path: Path) -> None:
    root = workspace(tmp_path / "ws", {})
    (root / "link.yaml").symlink_to("people.yaml")
    git(root, "init", "-q")
    commit(root)
    (tmp_path / "out").mkdir()
    assert export(str(root), "HEAD", str(tmp_path / "out"))
    files = {path.relative_to(root) for path in root.rglob("*") if ".git" not in path.parts}
    assert {path.relative_to(tmp_path / "out") for path in (tmp_path / "out").rglob("*")} == files
    assert (tmp_path / "out" / "link.yaml").readlink() == Path("people.yaml")
    assert (tmp_path / "out" / "people.yaml").read_bytes() == (root / "people.yaml").read_bytes()


def crafted(where: Path, entries: list[tuple[bytes, int, Any]]) -> None:
    """A repository whose one commit has a tree as it is given."""
    repository = Repo.init(str(where))
    tree = Tree()
    for name, mode, content in entries:
        repository.object_store.add_object(content)
        tree._entries[name] = (mode, content.id)  # what `add` would refuse
    repository.object_store.add_object(tree)
    made = Commit()
    made.tree = tree.id
    made.author = made.committer = b"a <a@b.example>"
    made.author_time = made.commit_time = made.author_timezone = made.commit_timezone = 0
    made.message = b"m"
    repository.object_store.add_object(made)
    repository.refs[b"refs/heads/master"] = made.id
    repository.close()


@pytest.mark.parametrize("name", [b"..", b"../out", b"a/b", b".", b""])
def test_a_tree_cannot_write_beside_its_folder(tmp_path: Path, name: bytes) -> None:
    (tmp_path / "ws").mkdir()
    (tmp_path / "into").mkdir()
    crafted(tmp_path / "ws", [(b"oncall.yaml", 0o100644, Blob.from_string(HEAD_FILE)), (name, 0o100644, Blob())])
    before = sorted(tmp_path.iterdir())
    with pytest.raises(OncallError):
        export(str(tmp_path / "ws"), "HEAD", str(tmp_path / "into"))
    assert sorted(tmp_path.iterdir()) == before


def test_a_link_that_leads_away_is_not_followed(run: Any, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("nonsense: 1\n")
    root = tmp_path / "ws"
    root.mkdir()
    (root / "oncall.yaml").write_bytes(HEAD_FILE)
    (root / "away.yaml").symlink_to(tmp_path / "secret.yaml")
    git(root, "init", "-q")
    commit(root)
    ran = run("lint", "--since", "HEAD", workspace=root)
    assert (ran.status, ran.err) == (0, "")


def test_a_gap_that_has_grown_since_a_revision_is_new(repository: Path, run: Callable[..., Any]) -> None:
    calendar = repository / "ops/ws/rotations/primary.ics"
    asked = ("lint", str(repository / "ops/ws"), *AT[:4], "--select", "OC301", "--since", "HEAD")
    calendar.write_bytes(calendar.read_bytes().replace(b"DURATION:P7D", b"DURATION:P6DT21H"))
    commit(repository)
    assert run(*asked).status == 0
    calendar.write_bytes(calendar.read_bytes().replace(b"DURATION:P6DT21H", b"DURATION:P5D"))
    assert run(*asked).status == 1
