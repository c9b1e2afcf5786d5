"""Which problems of a workspace a command shows, and which it counts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commands.conftest import Ran

Run = Callable[..., Ran]

WORKSPACE = """\
version: 1
timezone: America/New_York
absences: [away.ics]
people:
  ann: {name: Ann Abel, contact_methods: [{channel: voice, address: "+12025550101"}]}
  ben: {name: Ben Brook, contact_methods: [{channel: voice, address: "+12025550102"}]}
  cem: {name: Cem Cole, contact_methods: [{channel: voice, address: "+12025550103"}]}
policies:
  line: {tiers: [{notify: primary}]}
rotations:
  heat: {calendar: heat.ics, overrides: heat-more.ics}
  rail: {calendar: rail.ics, overrides: rail-more.ics}
accounts:
  heating: {name: Heating, policy: line, contacts: {primary: {rotation: heat}}, lines: ["+1 202 555 0188"]}
  railway: {name: Railway, policy: line, contacts: {primary: {rotation: rail}}, lines: ["+1 202 555 0199"]}
scenarios:
  heating-is-reached: {account: heating, at: 2026-11-03T12:00, given: {ann: acknowledged}, expect: {reached: ann}}
"""
CALENDAR = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//harbor//EN
X-WR-TIMEZONE:America/New_York
BEGIN:VEVENT
UID:whole
SUMMARY:{who}
DTSTART:20200101T080000
DTEND:20300101T080000
END:VEVENT
{more}END:VCALENDAR
"""
BROKEN = "BEGIN:VEVENT\nUID:broken-{number}\nSUMMARY:Cem Cole\nDTSTART:2026\nEND:VEVENT\n"
EVENT = '{{"v":1,"time":"2026-11-03T12:00:{second:02}-05:00","dispatch":"d1",{what}}}\n'
LOG = "".join(
    EVENT.format(second=second, what=what)
    for second, what in (
        (0, '"type":"received","line":"+12025550188"'),
        (1, '"type":"attempt_started","attempt":"1","person":"ann","channel":"voice"'),
        (9, '"type":"attempt_ended","attempt":"1","outcome":"acknowledged"'),
    )
)
CSV = "dispatch,time,event,account\nd1,2026-11-03 12:00:00,received,heating\n"

COUNTED = "oncall: 3 problems elsewhere in the workspace: oncall lint"


def workspace(tmp_path: Path, broken: str) -> Path:
    """Two accounts, of which one has a calendar with three broken events."""
    root = tmp_path / "duo"
    root.mkdir()
    (root / "oncall.yaml").write_text(WORKSPACE, encoding="utf-8")
    (root / "away.ics").write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n", encoding="utf-8")
    for name, who in (("heat", "Ann Abel"), ("rail", "Ben Brook")):
        more = "".join(BROKEN.format(number=number) for number in range(3)) if name == broken else ""
        (root / f"{name}.ics").write_text(CALENDAR.format(who=who, more=more), encoding="utf-8")
        (root / f"{name}-more.ics").write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n", encoding="utf-8")
    (tmp_path / "log.jsonl").write_text(LOG, encoding="utf-8")
    (tmp_path / "table.csv").write_text(CSV, encoding="utf-8")
    return root


AT = ("--at", "2026-11-03T12:00")
FROM = ("--from", "2026-11-03T12:00", "--until", "2026-11-03T18:00")
ABOUT_HEATING = [
    ("who", "heating", *AT),
    ("who", "heat", *AT, "--format", "line"),
    ("who", "heating", *AT, "--format", "json"),
    ("shifts", "heating", *FROM),
    ("shifts", "heat", *FROM),
    ("shifts", "ann", *FROM),
    ("explain", "heating", *AT),
    ("simulate", "heating", *AT),
    ("test", "heating-is-reached"),
    ("override", "heat", "ben", *FROM),
    ("override", "heat", "ben", *FROM, "--dry-run"),
    ("away", "ann", *FROM),
    ("away", "ann", *FROM, "--dry-run"),
    ("replay", "log.jsonl", "--as-of", "now"),
    ("replay", "log.jsonl", "--as-of", "now", "--dispatch", "d1"),
    ("stats", "log.jsonl", "--as-of", "now"),
    ("postmortem", "log.jsonl", "--as-of", "now", "--dispatch", "d1"),
]
IMPORTED = ("import", "csv", "table.csv", "--timezone", "America/New_York")


@pytest.mark.parametrize("words", [*ABOUT_HEATING, IMPORTED], ids=" ".join)
def test_what_is_wrong_with_another_account_is_one_line_with_a_count(
    run: Run, tmp_path: Path, words: tuple[str, ...]
) -> None:
    ran = run(*words, workspace=workspace(tmp_path, "rail"))
    assert ran.err.splitlines().count(COUNTED) == 1
    assert "rail.ics" not in ran.out + ran.err
    assert "broken-" not in ran.out + ran.err


@pytest.mark.parametrize("words", ABOUT_HEATING, ids=" ".join)
def test_what_could_have_changed_the_answer_is_shown_in_full(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    err = run(*words, workspace=workspace(tmp_path, "heat")).err
    assert len([line for line in err.splitlines() if line.startswith("  heat.ics:")]) == 3
    assert "elsewhere" not in err


def test_the_overview_shows_what_is_wrong_with_every_account(run: Run, tmp_path: Path) -> None:
    err = run("who", *AT, workspace=workspace(tmp_path, "rail")).err
    assert err.count("  rail.ics:") == 3
    assert "elsewhere" not in err


def test_json_has_the_problems_that_could_have_changed_the_answer(run: Run, tmp_path: Path) -> None:
    for broken, number in (("rail", 0), ("heat", 3)):
        root = workspace(tmp_path, broken)
        (answer,) = json.loads(run("who", "heating", *AT, "--format", "json", workspace=root).out)["answers"]
        shifts = json.loads(run("shifts", "heating", *FROM, "--format", "json", workspace=root).out)
        assert (len(answer["problems"]), len(shifts["problems"])) == (number, number)
        shutil.rmtree(root)


UNKNOWN = "BEGIN:VEVENT\nUID:later\nSUMMARY:Zed\nDTSTART:20301103T080000\nDTEND:20301104T080000\nEND:VEVENT\n"


def test_a_name_that_is_not_known_matters_while_its_shift_lasts(run: Run, tmp_path: Path) -> None:
    root = workspace(tmp_path, "")
    (root / "heat.ics").write_text(CALENDAR.format(who="Ann Abel", more=UNKNOWN), encoding="utf-8")
    during = ("shifts", "heat", "--from", "2030-11-03", "--until", "2030-11-05")
    after = ("shifts", "heat", "--from", "2030-11-05", "--until", "2030-11-07")
    assert "[OC303]" in run(*during, workspace=root).err
    assert run(*after, workspace=root).err == "oncall: 1 problem elsewhere in the workspace: oncall lint\n"


def test_a_calendar_that_cannot_be_read_may_be_anybodys(run: Run, tmp_path: Path) -> None:
    root = workspace(tmp_path, "")
    (root / "rail.ics").write_text("nonsense", encoding="utf-8")
    for words in (("shifts", "ann", *FROM), ("away", "ann", *FROM, "--dry-run")):
        assert "rail.ics:1:1: error: is not a calendar" in run(*words, workspace=root).err


@pytest.mark.parametrize("words", [("override", "heat", "ben"), ("away", "ann")], ids=" ".join)
def test_a_change_says_that_it_is_saved_and_what_it_ignored(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    root = workspace(tmp_path, "heat")
    dry = run(*words, *FROM, "--dry-run", workspace=root).err
    assert dry.startswith("oncall: These problems were ignored:\n  heat.ics:")
    saved = run(*words, *FROM, workspace=root).err
    assert saved.startswith("oncall: Saved. These problems were ignored:\n  heat.ics:")
