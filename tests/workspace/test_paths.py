"""Paths stay inside the workspace, and what cannot be read is said to be so and hides nothing."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from oncall.errors import NotFoundError
from oncall.schedule import window_around
from oncall.workspace.compile import compile_plan
from oncall.workspace.files import Files, find_workspace
from oncall.workspace.load import load

CALENDAR = "BEGIN:VCALENDAR\nEND:VCALENDAR\n"
ROTATION = "rotations: {r: {calendar: r.ics}}\n"
NOBODY = 65534


def problems(root: str) -> list[str]:
    return [f"{one.file}:{one.line}:{one.column}: {one.code} {one.message}" for one in load(root).problems]


def test_a_link_within_the_workspace_is_followed(make: Any) -> None:
    root = make({"a.yaml": ROTATION, "real.ics": CALENDAR})
    os.symlink("real.ics", f"{root}/r.ics")
    assert problems(root) == []


def test_a_link_out_of_the_workspace_is_not_followed(make: Any, tmp_path: Path) -> None:
    (tmp_path / "out.ics").write_text(CALENDAR)
    (tmp_path / "out.yaml").write_text("people: {eve: {name: Eve}}\n")
    root = make({"a.yaml": ROTATION})
    os.symlink("../out.ics", f"{root}/r.ics")
    os.symlink(tmp_path / "out.yaml", f"{root}/b.yaml")
    assert problems(root) == [
        "a.yaml:1:27: OC005 'r.ics' leads out of the workspace: paths are relative to it and stay inside",
        "b.yaml:None:None: OC001 leads out of the workspace: paths are relative to it and stay inside",
    ]
    assert not load(root).people


def test_a_link_to_a_folder_outside_is_not_followed(make: Any, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/r.ics").write_text(CALENDAR)
    (tmp_path / "out/a.yaml").write_text("people: {eve: {name: Eve}}\n")
    root = make({"a.yaml": "rotations: {r: {calendar: sub/r.ics}}\n"})
    os.symlink(tmp_path / "out", f"{root}/sub")
    assert problems(root) == [
        "a.yaml:1:27: OC005 'sub/r.ics' leads out of the workspace: paths are relative to it and stay inside"
    ]
    assert not load(root).people


def test_the_workspace_itself_may_be_a_link(make: Any, tmp_path: Path) -> None:
    root = make({"a.yaml": ROTATION, "r.ics": CALENDAR})
    os.symlink(root, tmp_path / "linked")
    assert problems(str(tmp_path / "linked")) == []


def test_links_in_a_circle_end(make: Any) -> None:
    root = make({"a.yaml": ROTATION, "r.ics": CALENDAR})
    os.symlink(".", f"{root}/again")
    os.symlink("b.yaml", f"{root}/b.yaml")
    assert [one.split(": ")[1:] for one in problems(root)] == [["OC001 cannot be read", os.strerror(errno.ELOOP)]]


def test_a_dangling_link_is_named(make: Any) -> None:
    root = make({"a.yaml": ROTATION, "r.ics": CALENDAR})
    os.symlink("nowhere", f"{root}/b.yaml")
    assert problems(root) == ["b.yaml:None:None: OC001 cannot be read: No such file or directory"]


def test_a_pipe_is_not_waited_for(make: Any) -> None:
    root = make({"a.yaml": ROTATION})
    os.mkfifo(f"{root}/b.yaml")
    os.mkfifo(f"{root}/r.ics")
    assert problems(root) == [
        "a.yaml:1:27: OC005 'r.ics' cannot be read: it is a pipe, and only regular files are read",
        "b.yaml:None:None: OC001 cannot be read: it is a pipe, and only regular files are read",
    ]


def test_a_folder_may_be_called_as_a_file(make: Any) -> None:
    root = make({"a.yaml/b.yaml": ROTATION, "r.ics": CALENDAR})
    assert problems(root) == []


def test_a_name_that_is_no_unicode_is_read(make: Any) -> None:
    root = make({})
    with open(os.fsencode(root) + b"/\xff.yaml", "wb") as file:
        file.write(b"peple: {}\n")
    assert problems(root) == ["\udcff.yaml:1:1: OC002 `peple` is no section (did you mean 'people'?)"]


@pytest.mark.parametrize("path", ["../secret.md", "/etc/hostname", '"a\\0b"', "x" * 5000, "sub", "gone.md", "''"])
def test_a_runbook_that_is_no_file_of_the_workspace_is_not_there(path: str, make: Any, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("x")
    root = make({"sub/x": "x", "a.yaml": f"accounts: {{a: {{name: A, runbook: {path}}}}}\n"})
    plan = compile_plan(load(root), window_around(0))
    assert plan.account_facts["a"].runbook_found is False


def test_files_not_written_yet_stand_in_for_those_that_are(make: Any) -> None:
    root = make({"a.yaml": ROTATION, "r.ics": "no calendar"})
    assert load(root).problems
    assert not load(root, {"r.ics": CALENDAR.encode()}).problems


@contextmanager
def without_permission(*paths: str) -> Iterator[None]:
    """Somebody who may not read these; root may read everything and has to become another first."""
    for path in paths:
        os.chmod(path, 0)
    become = os.geteuid() == 0
    if become:
        os.seteuid(NOBODY)
    try:
        if any(os.access(path, os.R_OK, effective_ids=True) for path in paths):
            pytest.skip("this user can read everything")
        yield
    finally:
        if become:
            os.seteuid(0)
        for path in paths:
            os.chmod(path, 0o755)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that anybody can enter, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o755)
        yield Path(name)


def test_files_and_folders_without_permission_are_named_and_hide_nothing(open_folder: Path) -> None:
    files = {
        "oncall.yaml": "version: 1\n",
        "a.yaml": ROTATION + "people: {ann: {name: Ann}}\n",
        "r.ics": CALENDAR,
        "b.yaml": "people: {bob: {name: Bob}}\n",
        "sub/c.yaml": "people: {cem: {name: Cem}}\n",
    }
    for path, text in files.items():
        (open_folder / path).parent.mkdir(exist_ok=True)
        (open_folder / path).write_text(text)
    load(str(open_folder))  # whatever is imported late is imported by somebody who may
    with without_permission(*(str(open_folder / path) for path in ("r.ics", "b.yaml", "sub"))):
        workspace = load(str(open_folder))
    assert [f"{one.file}: {one.code} {one.message}" for one in workspace.problems] == [
        "b.yaml: OC001 cannot be read: Permission denied",
        "r.ics: OC001 cannot be read: Permission denied",
        "sub: OC001 is a folder that cannot be listed: Permission denied",
    ]
    assert set(workspace.people) == {"ann"}


def test_a_workspace_is_found_by_option_then_environment_then_upwards_then_in_schedules(tmp_path: Path) -> None:
    for folder in ("one", "two", "three/schedules", "three/empty"):
        (tmp_path / folder).mkdir(parents=True)
    for folder in ("one", "two", "three/schedules"):
        (tmp_path / folder / "oncall.yaml").write_text("version: 1\n")
    (tmp_path / "one/deep/deeper").mkdir(parents=True)
    here = str(tmp_path)
    assert find_workspace("one", f"{here}/two", here) == f"{here}/one"
    assert find_workspace("one/oncall.yaml", None, here) == f"{here}/one"
    assert find_workspace(None, "two", here) == f"{here}/two"
    assert find_workspace(None, "", f"{here}/one/deep/deeper") == f"{here}/one"
    assert find_workspace(None, None, f"{here}/three") == f"{here}/three/schedules"
    for asked in ("three", "nowhere", "one/oncall.yaml/x"):
        with pytest.raises(NotFoundError, match=asked):
            find_workspace(asked, None, here)
    with pytest.raises(NotFoundError, match="oncall init"):
        find_workspace(None, None, f"{here}/three/empty")


def test_a_file_is_read_once(make: Any) -> None:
    root = make({"a": "one"})
    files = Files(root)
    assert files.read("a") == b"one"
    with suppress(OSError):
        os.remove(f"{root}/a")
    assert files.read("a") == b"one"
