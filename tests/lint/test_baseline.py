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
from oncall.lint.wording import Horizon
from tests.lint.conftest import workspace
from tests.rotations.schedules import when, zone

AT = ("--at", "2026-11-22T12:00:00Z", "--horizon", "30d", "--select", "OC002,OC003")
HORIZON = Horizon(when("2026-11-22T12:00:00+00:00"), when("2026-12-22T12:00:00+00:00"), zone("UTC"))
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
    data = baseline_json(found, HORIZON)
    assert json.loads(data) == {
        "schema": SCHEMA,
        "horizon": "2026-12-22",
        "findings": [
            {"code": "OC002", "file": "a\udcff.yaml", "message": "odd \udcff", "count": 1},
            {"code": "OC107", "file": "b.md", "message": "old", "count": 2},
        ],
    }
    assert read_baseline(data, "x").all == {identity(found[0]): 2, identity(found[1]): 1}
    assert read_baseline(baseline_json([], HORIZON), "x").all == {}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return workspace(tmp_path / "ws", FAULTY)


def lint(run: Callable[..., Any], root: Path, *words: str) -> Any:
    return run("lint", *AT, *words, workspace=root)


def test_what_is_known_does_not_count_however_lines_move(run: Any, root: Path) -> None:
    assert lint(run, root).status == 1
    wrote = lint(run, root, "--baseline", "known.json", "--write-baseline")
    assert (wrote.status, wrote.err) == (0, "oncall: wrote 2 findings to known.json: they no longer count\n")
    assert wrote.out == "no findings in 15 files\n2 findings known to known.json, not counted\n"
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
    assert (ran.status, ran.out) == (0, f"no findings in 15 files\n1 finding known to known.json, not counted\n{stale}")
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
        (b"", "is not JSON: write it again with --write-baseline"),
        (b"[]", "is not what --write-baseline writes: write it again with --write-baseline"),
        (b"\xff\xff", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (
            b'{"schema": "oncall.baseline/3", "findings": []}',
            "is oncall.baseline/3, and only oncall.baseline/2 can be read",
        ),
        (b'{"schema": "oncall.baseline/1"}', "is not what --write-baseline writes"),
        (
            b'{"schema": "oncall.baseline/1", "findings": [{"code": "OC101"}]}',
            "is not what --write-baseline writes",
        ),
        (b'{"schema": "oncall.baseline/1", "findings": [{"code": 1}]}', "is not what --write-baseline writes"),
        (
            b'{"schema": "oncall.baseline/2", "findings": '
            b'[{"code": "OC301", "file": "a", "message": "b", "stretches": [{"from": "soon"}]}]}',
            "is not a baseline (not a date and time: 'soon'",
        ),
    ],
)
def test_a_broken_baseline_is_said_to_be(run: Any, root: Path, data: bytes, told: str) -> None:
    Path("known.json").write_bytes(data)
    ran = lint(run, root, "--baseline", "known.json")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"oncall: --baseline known.json: {told}")
    assert ran.err.endswith(": write it again with --write-baseline\n")
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


# What is wrong in time.

GAPS = ("--select", "OC301,OC302", "--horizon", "30d")


def calendar(*shifts: tuple[str, str]) -> str:
    """Shifts of Ann, the rest of the time being a gap."""
    events = "".join(
        f"BEGIN:VEVENT\nUID:{start}\nDTSTART:{start}00Z\nDTEND:{end}00Z\nSUMMARY:Ann Ames\nEND:VEVENT\n"
        for start, end in shifts
    )
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{events}END:VCALENDAR\n"


BEFORE = ("20261101T0000", "20261201T0000")
AFTER = ("20261203T0000", "20270301T0000")


@pytest.fixture
def gappy(tmp_path: Path) -> Path:
    """A rotation with a gap from 1 to 3 December."""
    return workspace(
        tmp_path / "ws", {"rotations/primary.ics": calendar(BEFORE, AFTER), "rotations/overrides.ics": calendar()}
    )


def lint_gaps(run: Any, root: Path, at: str, *words: str) -> tuple[int, list[str]]:
    """The status, and the stretches that are shown."""
    ran = run("lint", *GAPS, "--at", at, "--baseline", "known.json", "--format", "json", *words, workspace=root)
    assert ran.err == "" or "--write-baseline" in words, ran.err
    findings = json.loads(ran.out)["findings"]
    return ran.status, [f"{one['start']}/{one['end']}" for each in findings for one in each["stretches"]]


KNOWN = "2026-11-22T12:00:17Z"
DAYS = "2026-11-30T19:00:00-05:00/2026-12-02T19:00:00-05:00"


def test_a_gap_is_known_while_it_is_ahead_and_never_once_it_is_there(run: Any, gappy: Path) -> None:
    assert lint_gaps(run, gappy, KNOWN, "--write-baseline") == (0, [])
    assert lint_gaps(run, gappy, "2026-11-30T23:59:59Z") == (0, [])
    assert lint_gaps(run, gappy, "2026-12-01T00:00:00Z") == (1, [DAYS])
    assert lint_gaps(run, gappy, "2026-12-03T00:00:00Z") == (0, [])


@pytest.mark.parametrize(
    ("shifts", "shown"),
    [
        ((("20261101T0000", "20261130T0000"), AFTER), ["2026-11-29T19:00:00-05:00/2026-12-02T19:00:00-05:00"]),
        ((BEFORE, ("20261203T0030", "20270301T0000")), ["2026-11-30T19:00:00-05:00/2026-12-02T19:30:00-05:00"]),
        ((("20261101T0000", "20261201T0600"), AFTER), []),
        ((BEFORE, ("20261201T0300", "20261202T0300"), AFTER), []),
        (
            (BEFORE, ("20261203T0000", "20261205T0000"), ("20261205T0001", "20270301T0000")),
            ["2026-12-04T19:00:00-05:00/2026-12-04T19:01:00-05:00"],
        ),
        ((("20261101T0000", "20270301T0000"),), []),
    ],
    ids=["begins earlier", "ends later", "begins later", "is two now", "one more", "is filled"],
)
def test_a_new_or_longer_gap_is_new(run: Any, gappy: Path, shifts: Any, shown: list[str]) -> None:
    lint_gaps(run, gappy, KNOWN, "--write-baseline")
    (gappy / "rotations/primary.ics").write_text(calendar(*shifts))
    assert lint_gaps(run, gappy, KNOWN) == (int(bool(shown)), shown)


def test_only_the_stretches_that_are_new_are_shown(run: Any, gappy: Path) -> None:
    lint_gaps(run, gappy, KNOWN, "--write-baseline")
    (gappy / "rotations/primary.ics").write_text(
        calendar(BEFORE, ("20261203T0000", "20261205T0000"), ("20261206T0000", "20270301T0000"))
    )
    ran = run("lint", *GAPS, "--at", KNOWN, "--baseline", "known.json", workspace=gappy)
    assert "nobody is on call in primary: 2026-12-04 19:00 to 2026-12-05 19:00 (1d); fill it" in ran.out


def test_a_gap_that_lay_beyond_the_horizon_is_new_when_it_comes_into_sight(run: Any, gappy: Path) -> None:
    lint_gaps(run, gappy, "2026-10-20T12:00:00Z", "--write-baseline")
    assert lint_gaps(run, gappy, "2026-11-10T12:00:00Z") == (1, [DAYS])


def test_a_gap_that_went_on_beyond_the_horizon_is_known_for_as_long_as_it_goes_on(run: Any, gappy: Path) -> None:
    (gappy / "rotations/primary.ics").write_text(calendar(BEFORE))
    assert lint_gaps(run, gappy, KNOWN, "--write-baseline") == (0, [])
    assert lint_gaps(run, gappy, "2026-11-22T12:01:18Z") == (0, [])
    assert lint_gaps(run, gappy, "2026-11-28T12:00:00Z") == (0, [])
    (gappy / "rotations/primary.ics").write_text(calendar(BEFORE, ("20261222T0000", "20261225T0000")))
    assert lint_gaps(run, gappy, "2026-11-28T12:00:00Z")[0] == 1  # what begins on Christmas is another


def test_what_is_wrong_as_the_baseline_is_written_is_written_and_shown(run: Any, gappy: Path) -> None:
    at = "2026-12-01T12:34:56Z"
    ran = run("lint", *GAPS, "--at", at, "--baseline", "known.json", "--write-baseline", workspace=gappy)
    assert ran.status == 1
    assert "nobody is on call in primary: 2026-12-01 07:34 to 2026-12-02 19:00 (1d11h); fill it" in ran.out
    told = "wrote 1 finding to known.json: they no longer count, but what is wrong now does (1)"
    assert ran.err == f"oncall: {told}\n"
    assert json.loads(Path("known.json").read_bytes())["findings"][0]["stretches"] == [
        {"until": "2026-12-02T19:00:00-05:00"}
    ]


def test_two_baselines_written_a_minute_apart_are_one(run: Any, gappy: Path) -> None:
    written = []
    for at in ("2026-12-01T12:34:56Z", "2026-12-01T12:35:57Z"):
        (gappy / "rotations/primary.ics").write_text(calendar(BEFORE))
        lint_gaps(run, gappy, at, "--write-baseline")
        written.append(Path("known.json").read_bytes())
    assert written[0] == written[1]


def test_a_baseline_of_the_older_format_knows_nothing_of_time(run: Any, gappy: Path) -> None:
    people = gappy / "people.yaml"
    people.write_text(people.read_text().replace("    name: Ann Ames\n", "    nmae: Ann\n    name: Ann Ames\n"))
    new = run("lint", "--select", "OC002", "--format", "json", workspace=gappy)
    (unknown,) = json.loads(new.out)["findings"]
    old = [
        {"code": "OC002", "file": "people.yaml", "message": unknown["message"], "count": 1},
        {"code": "OC301", "file": "rotations.yaml", "message": "nobody is on call in primary: #; fill it", "count": 1},
    ]
    Path("known.json").write_text(json.dumps({"schema": "oncall.baseline/1", "findings": old}))
    ran = run("lint", "--select", "OC002,OC301", "--at", KNOWN, "--baseline", "known.json", workspace=gappy)
    assert ran.status == 1
    assert ("OC301" in ran.out, "OC002" in ran.out) == (True, False)
    assert ran.err == (
        "oncall: --baseline known.json: is of an older format and does not say when: what is wrong at some time counts "
        "as new; write it again with --write-baseline\n"
    )
