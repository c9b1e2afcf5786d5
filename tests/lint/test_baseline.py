"""What a baseline knows again, and what it does not."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oncall.errors import Problem
from oncall.lint.baseline import SCHEMA, baseline_json, identity, read_baseline, without_times
from tests.lint.conftest import workspace

AT = ("--at", "2026-11-22T12:00:00Z", "--horizon", "30d", "--select", "OC002,OC003")
FAULTY: dict[str, Any] = {
    "people.yaml": [
        ["    name: Ann Ames\n", "    nmae: Ann Ames\n    name: Ann Ames\n"],
        ["    name: Bob Brook\n", "    nmae: Bob Brook\n    name: Bob Brook\n"],
    ]
}


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("alone: 2026-11-26 02:00 to 06:00 (4h)", "alone: #"),
        ("alone: 2026-11-26 22:00 to 2026-11-27 06:00:30 (8h30s); bind", "alone: #; bind"),
        ("a: 2026-11-26 02:00 to 06:00 (4h), 2026-11-27 02:00 to 06:00 (4h) and 12 more; b", "a: #; b"),
        ("a: 2026-11-26 02:00 to 06:00 (4h), 2026-11-27 02:00 to 06:00 (4h), 2026-11-28 02:00 to 06:00 (4h)", "a: #"),
        ("due 2026-11-26T02:00:00-05:00, reviewed 2026-10-01", "due #, reviewed #"),
        ("a wait of 25s, 1h30m or 90d", "a wait of # or #"),
        ("3 of 4 accounts, 50%, 5,000,001 bytes, 1.5", "# of # accounts, # bytes, #"),
        ("tech-1, op_7, v2, northwind.3, 2fa and eng-syd-2", "tech-1, op_7, v2, northwind.3, 2fa and eng-syd-2"),
        ("+12025550101 is on two accounts", "+12025550101 is on two accounts"),
        ("'12' is no person; see runbooks/4.md:7", "'#' is no person; see runbooks/4.md:7"),
    ],
)
def test_times_and_numbers_do_not_count_and_names_do(message: str, kept: str) -> None:
    assert without_times(message) == kept


def test_a_finding_is_the_same_wherever_it_stands() -> None:
    one = Problem("OC102", "error", "alone: 2026-11-26 02:00 to 06:00 (4h)", "a.yaml", 3, 4)
    moved = Problem("OC102", "error", "alone: 2026-12-26 01:00 to 06:00 (5h)", "a.yaml", 90, 1)
    assert identity(one) == identity(moved)
    for change in ({"code": "OC104"}, {"file": "b.yaml"}, {"message": "together"}):
        other = Problem(**{"code": "OC102", "severity": "error", "message": one.message, "file": "a.yaml", **change})
        assert identity(other) != identity(one)


def test_a_baseline_is_sorted_counts_and_is_read_as_written() -> None:
    found = [
        Problem("OC107", "warning", "old", "b.md", 1),
        Problem("OC002", "error", "odd \udcff", "a\udcff.yaml", 1),
        Problem("OC107", "warning", "old", "b.md", 9),
    ]
    data = baseline_json(map(identity, found))
    assert json.loads(data) == {
        "schema": SCHEMA,
        "findings": [
            {"code": "OC002", "file": "a\udcff.yaml", "message": "odd \udcff", "count": 1},
            {"code": "OC107", "file": "b.md", "message": "old", "count": 2},
        ],
    }
    assert read_baseline(data, "x") == {identity(found[0]): 2, identity(found[1]): 1}
    assert read_baseline(baseline_json([]), "x") == {}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return workspace(tmp_path / "ws", FAULTY)


def lint(run: Callable[..., Any], root: Path, *words: str) -> Any:
    return run("lint", *AT, *words, workspace=root)


def test_what_is_known_does_not_count_however_lines_move(run: Any, root: Path) -> None:
    assert lint(run, root).status == 1
    wrote = lint(run, root, "--baseline", "known.json", "--write-baseline")
    assert (wrote.status, wrote.err) == (0, "oncall: wrote 2 findings to known.json: they no longer count\n")
    assert wrote.out == "no findings in 15 files\nleft out: 2 in the baseline\n"
    assert [one["count"] for one in json.loads(Path("known.json").read_bytes())["findings"]] == [2]
    people = root / "people.yaml"
    people.write_text("# a line more\n\n" + people.read_text())
    ran = lint(run, root, "--baseline", "known.json")
    assert (ran.status, ran.out, ran.err) == (0, wrote.out, "")


def test_one_more_of_a_kind_is_new(run: Any, root: Path) -> None:
    lint(run, root, "--baseline", "known.json", "--write-baseline")
    people = root / "people.yaml"
    people.write_text(people.read_text().replace("    name: Cy Castle\n", "    nmae: Cy\n    name: Cy Castle\n"))
    ran = lint(run, root, "--baseline", "known.json", "--format", "json")
    (new,) = json.loads(ran.out)["findings"]
    assert (ran.status, new["message"][:6], new["line"]) == (1, "`nmae`", 17)


def test_what_is_no_longer_found_is_mentioned_until_it_is_forgotten(run: Any, root: Path) -> None:
    lint(run, root, "--baseline", "known.json", "--write-baseline")
    people = root / "people.yaml"
    people.write_text(people.read_text().replace("    nmae: Ann Ames\n", ""))
    stale = "1 finding of the baseline is not found any more: --write-baseline forgets them\n"
    ran = lint(run, root, "--baseline", "known.json")
    assert (ran.status, ran.out) == (0, f"no findings in 15 files\nleft out: 1 in the baseline\n{stale}")
    other = run("lint", "--baseline", "known.json", "--select", "OC106", str(root / "hours.yaml"), *AT[:4])
    assert (other.status, other.out) == (0, f"no findings in 1 file\n{stale}")
    lint(run, root, "--baseline", "known.json", "--write-baseline")
    assert stale not in lint(run, root, "--baseline", "known.json").out


def test_a_path_limits_what_is_shown_and_not_what_is_written(run: Any, root: Path) -> None:
    ran = run("lint", *AT, "--baseline", "known.json", "--write-baseline", str(root / "hours.yaml"))
    assert (ran.status, ran.err) == (0, "oncall: wrote 2 findings to known.json: they no longer count\n")
    assert lint(run, root, "--baseline", "known.json").status == 0


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "is no baseline (Expecting value: line 1 column 1 (char 0))"),
        (b"[]", "is no baseline (Expected `object`, got `array`)"),
        (b"\xff\xff", "is no baseline ("),
        (b"[" * 100_000, "is no baseline (maximum recursion depth exceeded"),
        (
            b'{"schema": "oncall.baseline/2", "findings": []}',
            "is oncall.baseline/2, and only oncall.baseline/1 is known",
        ),
        (b'{"schema": "oncall.baseline/1"}', "is no baseline (Object missing required field `findings`)"),
        (
            b'{"schema": "oncall.baseline/1", "findings": [{"code": "OC101"}]}',
            "is no baseline (Object missing required",
        ),
        (b'{"schema": "oncall.baseline/1", "findings": [{"code": 1}]}', "is no baseline (Expected `str`, got `int`"),
    ],
)
def test_a_broken_baseline_is_said_to_be(run: Any, root: Path, data: bytes, told: str) -> None:
    Path("known.json").write_bytes(data)
    ran = lint(run, root, "--baseline", "known.json")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"oncall: --baseline known.json: {told}")
    assert ran.err.endswith(": write it anew with --write-baseline\n")
    assert lint(run, root, "--baseline", "known.json", "--write-baseline").status == 0


def test_files_that_cannot_be_used_are_said_to_be(run: Any, root: Path) -> None:
    for words, told in (
        (("--baseline", "none.json"), "--baseline none.json: there is no such file; --write-baseline makes one"),
        (("--baseline", "."), "--baseline .: cannot be read: Is a directory"),
        (("--write-baseline",), "--write-baseline: say which file, with --baseline FILE"),
        (("--baseline", "no/x.json", "--write-baseline"), "--baseline no/x.json: cannot be written: No such file or d"),
    ):
        ran = lint(run, root, *words)
        assert (ran.status, ran.out) == (2, "")
        assert ran.err.startswith(f"oncall: {told}")
    assert os.listdir() == ["ws"]


def test_a_baseline_is_of_one_workspace(run: Any, root: Path, tmp_path: Path) -> None:
    workspace(tmp_path / "other", {})
    ran = run("lint", "ws", "other", "--baseline", "x.json", "--write-baseline")
    assert (ran.status, ran.err) == (2, "oncall: --baseline is of one workspace: lint each by itself\n")
