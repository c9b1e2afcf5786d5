"""What a workspace costs grows with its size alone, whatever its calendars hold, and a fault takes down little."""

from __future__ import annotations

from pathlib import Path

import pytest

from oncall.lint.opening import open_context
from oncall.lint.run import findings
from oncall.schedule import Window
from oncall.workspace.opening import build_plan
from tests.work import growth

DAY = 86_400
AT = 1_773_100_800  # 2026-03-10
HEAD = """version: 1
absences: away.ics
people:
  ann:
    name: Ann
    contact_methods: [{channel: voice, address: "+12025550101"}]
hours:
  day:
    open: [{days: daily, from: "08:00", until: "20:00"}]
    closed_days: closed.ics
rotations:
  primary: {calendar: primary.ics, hours: day}
"""


def calendar(*events: str) -> str:
    whole = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\n{whole}END:VCALENDAR\n"


def workspace(folder: Path, **calendars: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "oncall.yaml").write_text(HEAD, encoding="utf-8")
    for name in ("away", "closed", "primary"):
        (folder / f"{name}.ics").write_text(calendars.get(name, calendar()), encoding="utf-8")
    return folder


def test_absences_that_overlap_are_one_with_the_first_of_their_reasons(tmp_path: Path) -> None:
    def plan(count: int) -> object:
        away = [
            f"UID:{n}\nSUMMARY:Ann\nDESCRIPTION:{'x' * 150}{n}\nDURATION:P9D\n"
            f"DTSTART:20260310T{n // 60 % 24:02}{n % 60:02}00Z"
            for n in range(count)
        ]
        root = workspace(tmp_path / str(count), away=calendar(*away))
        return build_plan(str(root), Window(AT, AT + DAY))[0].presences["ann"].away

    (absence,) = plan(12)  # type: ignore[misc]
    assert (absence.start, absence.end) == (AT, AT + 9 * DAY + 11 * 60)
    assert absence.reason.endswith("x9, 2 more")
    assert growth(plan, 700) < 3


def test_changes_without_their_series_are_linted_in_as_much_time_as_there_are(tmp_path: Path) -> None:
    def lint(count: int) -> object:
        changes = [
            f"UID:{n}\nSUMMARY:Ann\nRECURRENCE-ID:20260312T{n // 60 % 24:02}{n % 60:02}00Z\nDTSTART:20260312T080000Z\n"
            + ("DURATION:PT1H" if n % 2 else "X-NO-END:1")
            for n in range(count)
        ]
        root = workspace(tmp_path / str(count), primary=calendar(*changes))
        return findings(open_context(str(root), AT))

    assert growth(lint, 1000) < 3


@pytest.mark.parametrize(("name", "code"), [("away", "OC304"), ("closed", "OC003"), ("primary", "OC304")])
def test_a_fault_of_ours_takes_down_the_absences_the_hours_or_the_rotation_it_is_in(
    name: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shift = "UID:1\nSUMMARY:Ann\nDTSTART;VALUE=DATE:20260310\nDTEND;VALUE=DATE:20260312"
    root = workspace(tmp_path / "workspace", primary=calendar(shift), away=calendar(shift), closed=calendar(shift))
    from oncall.rotations import occurrences

    unbroken = occurrences.expand

    def expand(read: object, *rest: object, **named: object) -> object:
        if getattr(read, "file", "") == f"{name}.ics":
            raise KeyError("a fault")
        return unbroken(read, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("oncall.rotations.occurrences.expand", expand)
    monkeypatch.setattr("oncall.rotations.shifts.expand", expand)
    plan, _ = build_plan(str(root), Window(AT, AT + DAY))
    problems = [one for found in plan.reported.values() for one in found]
    assert [(one.code, "internal error (KeyError" in one.message) for one in problems] == [(code, True)]
    on_call = [one.shift.person for one in plan.schedules["primary"].at(AT + DAY // 2)]
    assert on_call == ([] if name == "primary" else ["ann"])
    assert bool(plan.presences["ann"].away) == (name != "away")
