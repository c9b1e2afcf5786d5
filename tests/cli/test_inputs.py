"""What is named to be read is a regular file, or it is refused at once: no pipe is waited for, no device is read."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from oncall.cli.main import main
from oncall.workspace import inputs

READERS = {
    "calendar": ("who", "--calendar", "INPUT"),
    "overrides": ("who", "--calendar", "GOOD", "--overrides", "INPUT"),
    "shifts": ("shifts", "--calendar", "INPUT"),
    "baseline": ("lint", "--baseline", "INPUT"),
    "log": ("replay", "INPUT"),
    "a log for stats": ("stats", "INPUT"),
    "a log for lint": ("lint", "--log", "INPUT"),
    "a log for a postmortem": ("postmortem", "INPUT", "--dispatch", "x"),
    "import": ("import", "twilio", "INPUT"),
    "policy": ("simulate", "acme", "--policy", "INPUT"),
}
KINDS = ("pipe", "zero", "full", "socket", "folder", "link to zero")


@pytest.fixture(autouse=True)
def alarm() -> Iterator[None]:
    """What waits for ever is killed, and then it has failed."""
    signal.alarm(120)
    yield
    signal.alarm(0)


def special(path: Path, kind: str) -> str:
    if kind in ("zero", "full"):
        return f"/dev/{kind}"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(str(path))
    else:
        path.symlink_to("/dev/zero")
    return str(path)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reader", READERS)
def test_only_a_regular_file_is_read(
    harbor: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], reader: str, kind: str
) -> None:
    root = harbor({})
    path = special(tmp_path / "input", kind)
    words = [{"INPUT": path, "GOOD": str(root / "field.ics")}.get(word, word) for word in READERS[reader]]
    capsys.readouterr()
    assert main(["-w", str(root), *words]) == 2
    message = capsys.readouterr().err.strip().splitlines()[-1]
    assert path in message
    assert "internal error" not in message


@pytest.mark.parametrize("kind", ["pipe", "socket", "link to zero"])
@pytest.mark.parametrize("name", ["field.ics", "people.yaml", "acme.md", "oncall.yaml"])
def test_a_special_file_in_the_workspace_is_a_problem_and_the_rest_answers(
    harbor: Callable[..., Path], capsys: pytest.CaptureFixture[str], name: str, kind: str
) -> None:
    root = harbor({name: None})
    special(root / name, kind)
    capsys.readouterr()
    status = main(["-w", str(root), "lint", "--at", "2026-11-03"])
    shown = capsys.readouterr()
    assert status in (1, 2)
    assert name in shown.out + shown.err


@pytest.mark.parametrize(
    "name", ["HEAD", "config", "packed-refs", "refs/heads/side", "objects/info/alternates", "shallow"]
)
@pytest.mark.parametrize("kind", ["pipe", "link to zero"])
def test_a_special_file_in_git_is_refused(
    harbor: Callable[..., Path], capsys: pytest.CaptureFixture[str], name: str, kind: str
) -> None:
    root = harbor({})
    git = ("git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@example.org")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "x")):
        subprocess.run([*git, *words], check=True)
    path = root / ".git" / name
    path.unlink(missing_ok=True)
    special(path, kind)
    capsys.readouterr()
    assert main(["-w", str(root), "lint", "--since", "HEAD"]) == 2
    assert f".git/{name}: it is a {'pipe' if kind == 'pipe' else 'device'}" in capsys.readouterr().err
    assert main(["-w", str(root), "who", "acme", "--at", "2026-11-03T12:00"]) == 0


def test_a_repository_whose_files_lie_elsewhere_is_none(
    harbor: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    root = harbor({})
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    subprocess.run(["git", "-C", str(root), "config", "core.worktree", "/etc"], check=True)
    assert main(["-w", str(root), "lint", "--since", "HEAD"]) == 2
    assert "has its working folder elsewhere: `core.worktree` is /etc" in capsys.readouterr().err


def test_a_pipe_that_a_shell_hands_over_is_read(
    harbor: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    root = harbor({})
    ours, theirs = os.pipe()
    os.write(theirs, (root / "field.ics").read_bytes())
    os.close(theirs)
    try:
        assert main(["who", "--calendar", f"/dev/fd/{ours}", "--at", "2026-11-03T12:00", "--timezone", "UTC"]) == 0
    finally:
        os.close(ours)
    assert "Ann" in capsys.readouterr().out


def test_no_more_is_read_than_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with open(path, "wb") as file:
        file.truncate(1 << 40)
    assert len(inputs.read_input(str(path), 3_000_000)) == 3_000_000


@pytest.mark.parametrize("reader", ["calendar", "baseline"])
def test_a_file_that_is_too_large_is_refused_before_it_is_read_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], reader: str
) -> None:
    (tmp_path / "oncall.yaml").write_text("version: 1\n")
    path = tmp_path / "large"
    with open(path, "wb") as file:
        file.truncate(1 << 40)
    assert main(["-w", str(tmp_path), *(str(path) if word == "INPUT" else word for word in READERS[reader])]) == 2
    assert "too large" in capsys.readouterr().err
