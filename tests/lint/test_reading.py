"""What is met while reading: no fault hides another, whatever the files hold, and however many faults there are."""

from __future__ import annotations

import os
import time
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from oncall.lint.run import findings
from tests.lint.conftest import AT, CLEAN, context_of, found, workspace

FILES = sorted(str(path.relative_to(CLEAN)) for path in CLEAN.rglob("*") if path.is_file())
LAST = "END:VEVENT\nEND:VCALENDAR"
FAULTS: dict[str, tuple[str, Any]] = {
    "OC001": ("more.yaml", "rotations:\n  spare: {calendar: [\n"),
    "OC002": ("people.yaml", [["name: Ann Ames\n", "name: Ann Ames\n    nmae: Ann\n"]]),
    "OC003": ("runbooks/acme.md", [["2026-10-01", "autumn"]]),
    "OC004": ("hours.yaml", [["hours:\n  nights:\n", "hours:\n  nights:\n    open_days: calendars/holidays.ics\n"]]),
    "OC005": ("accounts.yaml", [["    hours: nights\n", "    hours: nigths\n"]]),
    "OC006": ("rotations/old.ics", "BEGIN:VCALENDAR\nEND:VCALENDAR\n"),
    "OC303": ("rotations/overrides.ics", [["SUMMARY:Sam Sands", "SUMMARY:Pat Pool"]]),
    "OC304": (
        "rotations/primary.ics",
        [[f"\n{LAST}", f"\n{LAST[:-13]}BEGIN:VEVENT\nUID:x\nDTSTART:20261201T120000Z\n{LAST}"]],
    ),
    "OC307": ("calendars/away.ics", [["VERSION:2.0\n", "VERSION:2.0\nX-WR-TIMEZONE:Nowhere\n"]]),
    "OC310": ("calendars/closures.ics", [["DTSTAMP", "EXDATE;VALUE=DATE:20261214\nDTSTAMP"]]),
}


def reported(root: Path, code: str) -> set[str]:
    return {line for line in found(context_of(root)) if line.endswith(f"[{code}]")}


@pytest.mark.parametrize(("one", "other"), list(combinations(FAULTS, 2)))
def test_a_fault_in_one_file_hides_none_in_another(one: str, other: str, tmp_path: Path) -> None:
    alone = [reported(workspace(tmp_path / code, dict([FAULTS[code]])), code) for code in (one, other)]
    both = workspace(tmp_path / "both", dict([FAULTS[one], FAULTS[other]]))
    assert all(alone)
    assert [reported(both, one), reported(both, other)] == alone


def test_two_faults_in_one_file_are_both_found(tmp_path: Path) -> None:
    text = "people:\n  x:\n    name: X\n    nmae: Y\n    verified: never\n    contact_methods: [{channel: fax}]\n"
    lines = [line for line in found(context_of(workspace(tmp_path / "w", {"more.yaml": text}))) if "more.yaml" in line]
    assert {line[-6:-1] for line in lines if line[-6:-2] == "OC00"} == {"OC002", "OC003", "OC006"}
    assert sum("[OC003]" in line for line in lines) >= 2


def _unreadable(root: Path) -> list[str]:
    """Files that are there and cannot be read, each in another way."""
    (root / "latin.yaml").write_bytes("people: {x: {name: José}}\n".encode("latin-1"))
    (root / "control.yaml").write_bytes(b"people: {x: {name: \x07}}\n")
    (root / "large.yaml").write_bytes(b"# " + b"x" * 5_000_000)
    os.symlink("nowhere.yaml", root / "dangling.yaml")
    os.symlink("/etc/hostname", root / "outside.yaml")
    os.mkfifo(root / "pipe.yaml")
    (root / "runbooks/acme.md").write_bytes(b"---\nowner: \xff\n---\n")
    (root / "calendars/closures.ics").write_bytes("BEGIN:VCALENDAR\n".encode("utf-16"))
    (root / "calendars/holidays.ics").write_bytes(b"")
    (root / "calendars/away.ics").write_bytes((root / "calendars/away.ics").read_bytes()[:-16])
    return [
        *("calendars/away.ics", "calendars/closures.ics", "calendars/holidays.ics", "control.yaml", "dangling.yaml"),
        *("large.yaml", "latin.yaml", "outside.yaml", "pipe.yaml", "runbooks/acme.md"),
    ]


def test_files_that_cannot_be_read_are_findings_and_the_rest_is_still_checked(tmp_path: Path) -> None:
    root = workspace(tmp_path / "w", dict([FAULTS["OC005"], FAULTS["OC303"]]))
    files = _unreadable(root)
    problems = findings(context_of(root))
    assert sorted({one.file for one in problems if one.code == "OC001"}) == files
    assert {"OC005", "OC303"} <= {one.code for one in problems}


def test_a_broken_file_of_people_does_not_make_strangers_of_them(tmp_path: Path) -> None:
    root = workspace(
        tmp_path / "w", {"people.yaml": (CLEAN / "people.yaml").read_text(encoding="utf-8") + "  ann: [\n"}
    )
    assert [line for line in found(context_of(root)) if line[-6:-1] in ("OC005", "OC006", "OC303")] == []


@pytest.mark.parametrize("path", FILES)
@pytest.mark.parametrize("left", [0, 1 / 3, 2 / 3, 0.9])
def test_whatever_is_left_of_a_file_there_are_findings_and_no_crash(path: str, left: float, tmp_path: Path) -> None:
    root = workspace(tmp_path / "w", {})
    data = (root / path).read_bytes()
    (root / path).write_bytes(data[: int(len(data) * left)])
    for one in findings(context_of(root)):
        assert one.message
        assert "\n" not in one.message


@pytest.mark.parametrize(
    "data",
    [b"", b"[", b"\xff\xfe\x00", b"a: &a [*a]", b"- 1\n- 2\n", b"people: x\naccounts: [y]\npolicies: {a: b}\n", b"\t"],
)
def test_a_workspace_whose_every_file_is_broken_has_findings_of_all_of_them(data: bytes, tmp_path: Path) -> None:
    root = workspace(tmp_path / "w", {})
    for path in FILES:
        (root / path).write_bytes(data)
    problems = findings(context_of(root))
    if data:
        assert {path for path in FILES if path.endswith(".yaml")} <= {one.file for one in problems}
    assert problems


def test_thousands_of_findings_are_all_found_and_soon(tmp_path: Path) -> None:
    strangers = "".join(
        f"BEGIN:VEVENT\nUID:{name}\nDTSTART:20261201T120000Z\nDURATION:PT1H\nSUMMARY:{name}\nEND:VEVENT\n"
        for name in map(chr, range(0x4E00, 0x4E00 + 5_000))
    )
    names = ", ".join(f"q{number}" for number in range(5_000))
    change = {
        "rotations/overrides.ics": f"BEGIN:VCALENDAR\n{strangers}END:VCALENDAR\n",
        "more.yaml": f"accounts:\n  big:\n    name: Big\n    policy: urgent\n    operators: [{names}]\n",
    }
    begun = time.perf_counter()
    problems = findings(context_of(workspace(tmp_path / "w", change)))
    assert time.perf_counter() - begun < 60
    assert sum(one.code in ("OC005", "OC303") for one in problems) == 10_000


def test_ten_years_of_days_are_looked_through_soon(tmp_path: Path) -> None:
    daily = (
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:daily\nDTSTART;TZID=America/New_York:20260105T080000\n"
        "DURATION:P1D\nRRULE:FREQ=DAILY\nSUMMARY:Ann Ames\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    root = workspace(tmp_path / "w", {"rotations/primary.ics": daily})
    begun = time.perf_counter()
    assert findings(context_of(root, AT, "3650d"))
    assert time.perf_counter() - begun < 60
