"""`oncall shifts`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import icalendar
import pytest

from tests.commands.conftest import Ran

Run = Callable[..., Ran]

WEEK = ("--from", "2027-01-02", "--until", "+7d")


def _json(ran: Ran) -> dict:
    assert ran.status == 0, ran.err
    return json.loads(ran.out)


def _people(shift: dict) -> list[str]:
    return [entry["person"] for entry in shift["on_call"]]


def test_a_rotation_is_listed_with_its_override_and_what_is_left_around_it(run: Run, example: Path) -> None:
    found = _json(run("shifts", "field-primary", *WEEK, "--format", "json", workspace=example))
    fourth = [one for one in found["shifts"] if one["start"].startswith("2027-01-04")]
    assert [(one["start"], one["end"], _people(one)) for one in fourth] == [
        ("2027-01-04T00:00:00-05:00", "2027-01-04T08:00:00-05:00", ["tech-4"]),
        ("2027-01-04T08:00:00-05:00", "2027-01-04T17:00:00-05:00", ["tech-5"]),
        ("2027-01-04T17:00:00-05:00", "2027-01-05T00:00:00-05:00", ["tech-4"]),
    ]
    assert fourth[1]["on_call"][0]["layer"] == "override"
    assert found["gaps"] == []
    assert (found["from"], found["until"]) == ("2027-01-02T00:00:00-05:00", "2027-01-09T00:00:00-05:00")


def test_shifts_are_clipped_to_the_window_and_their_people_keep_their_whole_stretch(run: Run, example: Path) -> None:
    window = ("--from", "2026-11-24T10:00", "--until", "2026-11-24T12:00")
    (shift,) = _json(run("shifts", "clinic-doctors", *window, "--format", "json", workspace=example))["shifts"]
    assert (shift["start"], shift["end"]) == ("2026-11-24T10:00:00-05:00", "2026-11-24T12:00:00-05:00")
    assert shift["on_call"][0]["since"] == "2026-11-23T09:00:00-05:00"


def test_gaps_are_shown_and_are_no_error(run: Run, tmp_path: Path) -> None:
    run("init", "fresh")
    rota = tmp_path / "fresh/rotations/primary.ics"
    rota.write_bytes(rota.read_bytes().replace(b"DURATION:P7D", b"DURATION:P6D"))
    found = _json(run("shifts", "primary", *WEEK, "--format", "json", workspace=tmp_path / "fresh"))
    assert [(gap["start"], gap["end"]) for gap in found["gaps"]] == [
        ("2027-01-03T08:00:00-05:00", "2027-01-04T08:00:00-05:00")
    ]
    plain = run("shifts", "primary", *WEEK, "--format", "plain", workspace=tmp_path / "fresh")
    assert plain.status == 0
    assert [line.split()[-2:] for line in plain.out.splitlines() if " gap" in line] == [["nobody", "gap"]]


def test_an_account_is_shown_role_by_role(run: Run, example: Path) -> None:
    found = _json(run("shifts", "northwind-hvac", *WEEK, "--format", "json", workspace=example))
    assert list(dict.fromkeys(one["role"] for one in found["shifts"])) == ["primary", "backup", "manager"]
    backup = [one for one in found["shifts"] if one["role"] == "backup"]
    assert [_people(one) for one in backup] == [["tech-3"]]


def test_a_person_is_shown_wherever_they_are_on_call_and_has_no_gaps(run: Run, example: Path) -> None:
    found = _json(run("shifts", "Ines Duarte", *WEEK, "--format", "json", workspace=example))
    assert [(one["rotation"], one["start"][:13]) for one in found["shifts"]] == [("field-primary", "2027-01-04T08")]
    assert found["gaps"] == []


def test_csv_has_a_row_for_each_stretch_under_a_heading(run: Run, example: Path) -> None:
    rows = list(
        csv.DictReader(io.StringIO(run("shifts", "field-primary", *WEEK, "--format", "csv", workspace=example).out))
    )
    assert len(rows) == 9
    assert rows[0]["on call"] == "Priya Raman"
    assert rows[3]["note"] == "override"


def test_the_picture_fits_the_terminal(run: Run, example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for width in (60, 80, 120):
        monkeypatch.setenv("COLUMNS", str(width))
        shown = run(
            "shifts", "follow-the-sun", "--from", "2027-01-02", "--until", "+45d", "--format", "rich", workspace=example
        )
        assert shown.status == 0
        assert max(len(line) for line in shown.out.splitlines()) <= width
        assert "█" in shown.out
        assert "Mei Tanaka" in shown.out


def test_an_exported_calendar_says_the_same_as_the_schedule(run: Run, example: Path, tmp_path: Path) -> None:
    exported = run("shifts", "field-primary", *WEEK, "--format", "ics", workspace=example).out.encode()
    calendar = icalendar.Calendar.from_ical(exported)
    events = calendar.walk("VEVENT")
    assert len({str(event["UID"]) for event in events}) == len(events) == 9
    path = tmp_path / "final.ics"
    path.write_bytes(exported)
    for instant in ("2027-01-04T07:59", "2027-01-04T08:00", "2027-01-04T17:00", "2027-01-06T12:00"):
        whole = run("who", "field-primary", "--at", instant, "--format", "line", workspace=example).out
        at = ("--at", f"{instant}-05:00")
        alone = run("who", "--calendar", str(path), *at, "--format", "line").out
        assert alone.split(": ")[1] == whole.split(": ")[1]


def test_an_exported_calendar_keeps_its_uids_from_one_export_to_the_next(run: Run, example: Path) -> None:
    uids = []
    for start in ("2027-01-02", "2027-01-03"):
        window = ("--from", start, "--until", "+6d")
        exported = run("shifts", "clinic-doctors", *window, "--format", "ics", workspace=example).out
        uids.append([str(event["UID"]) for event in icalendar.Calendar.from_ical(exported).walk("VEVENT")])
    assert uids[0] == uids[1]


def test_a_calendar_needs_no_workspace(run: Run, example: Path) -> None:
    rota, more = example / "rotations/field-primary.ics", example / "rotations/field-overrides.ics"
    words = ("shifts", "--calendar", str(rota), "--overrides", str(more), "--timezone", "America/New_York", *WEEK)
    found = _json(run(*words, "--format", "json"))
    labels = [entry["label"] for one in found["shifts"] for entry in one["on_call"]]
    assert "Ines Duarte" in labels
    assert found["shifts"][0]["calendar"] == str(rota)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("shifts", "field-primry"), "did you mean 'field-primary'?"),
        (("shifts", "field-primary", "--from", "2027-01-02", "--until", "2027-01-01"), "--until is not after --from"),
        (("shifts", "field-primary", "--from", "2027-01-02", "--until", "+4000d"), "ten years"),
        (("shifts", "field-primary", "--until", "soon"), "'soon' is no time"),
        (("shifts", "field-primary", "--overrides", "x.ics"), "--overrides goes with --calendar"),
        (("shifts", "--calendar", "nowhere.ics"), "nowhere.ics: cannot be read"),
        (("shifts", "eng"), "could be any of eng-lon-1"),
        (("shifts", "f"), "could be any of field-primary, field-support, floor-supervisors, follow-the-sun"),
    ],
)
def test_what_cannot_be_answered_is_one_line_and_status_2(
    run: Run, example: Path, words: tuple[str, ...], told: str
) -> None:
    ran = run(*words, workspace=example)
    assert (ran.status, ran.out) == (2, "")
    assert told in ran.err
    assert len(ran.err.splitlines()) == 1
