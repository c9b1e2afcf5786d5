"""Workspaces that differ from a clean one in what a case says."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from dulwich.ignore import IgnoreFilterManager
from dulwich.repo import Repo

from oncall.cli.main import main
from oncall.errors import Problem
from oncall.lint.context import Context
from oncall.lint.logged import read_log
from oncall.lint.opening import open_context
from oncall.lint.run import findings
from oncall.workspace.load import load

CLEAN = Path(__file__).with_name("clean")
AT = "2026-11-22T12:00:00+00:00"
HORIZON = "30d"


def workspace(root: Path, change: dict[str, Any], committed: dict[str, Any] | None = None) -> Path:
    """The clean workspace with some files replaced (a text), removed (null), or edited (pairs of old and new text);
    before that, what is `committed` of it is committed to a git repository of its own."""
    shutil.copytree(CLEAN, root)
    if committed is not None:
        _edit(root, committed)
        _commit_all(root)
    _edit(root, change)
    return root


def _commit_all(root: Path) -> None:
    """Commit every file that stands there; git need not be installed."""
    with closing(Repo.init(str(root))) as repository:
        ignored = IgnoreFilterManager.from_repo(repository).is_ignored
        files = (str(file.relative_to(root)) for file in sorted(root.rglob("*")) if file.is_file())
        worktree = repository.get_worktree()
        worktree.stage([file for file in files if not file.startswith(".git/") and not ignored(file)])
        worktree.commit(message=b"all", author=b"a <a@b.example>", committer=b"a <a@b.example>")


def _edit(root: Path, change: dict[str, Any]) -> None:
    for path, what in change.items():
        file = root / path
        if what is None:
            file.unlink()
        elif isinstance(what, str):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(what, encoding="utf-8")
        else:
            text = file.read_text(encoding="utf-8")
            for old, new in what:
                assert text.count(old) == 1, f"{path} has {old!r} {text.count(old)} times"
                text = text.replace(old, new)
            file.write_text(text, encoding="utf-8")


def context_of(root: Path, at: str = AT, horizon: str = HORIZON, log: Path | None = None) -> Context:
    from oncall import times

    start = times.instant(times.parse_instant(at), times.zone("UTC"))  # type: ignore[arg-type]
    said = read_log(str(log), load(str(root)), start) if log else None
    return open_context(str(root), start, times.parse_duration(horizon), said)


def found(context: Context) -> list[str]:
    return [shown(one) for one in findings(context)]


def shown(one: Problem) -> str:
    place = ":".join(str(part) for part in (one.file, one.line, one.column) if part is not None)
    return f"{place}: {one.severity}: {one.message} [{one.code}]"


class Ran(NamedTuple):
    """What a command printed, and its status."""

    status: int
    out: str
    err: str


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs a command in this process, from a folder of its own, without a workspace in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ONCALL_WORKSPACE", raising=False)

    def run(*words: str, workspace: Path | None = None) -> Ran:
        capsys.readouterr()
        status = main([*(("-w", str(workspace)) if workspace else ()), *words])
        return Ran(status, *capsys.readouterr())

    return run
