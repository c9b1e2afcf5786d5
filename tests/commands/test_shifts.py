"""`oncall shifts`."""

from __future__ import annotations

import csv
import io
import json
import re
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


# A shift at the edge of the window.

CUT = ("shifts", "clinic-doctors", "--from", "2026-11-24T10:00", "--until", "2026-11-24T12:00")
WHOLE = ("Mon 23 Nov 09:00", "Mon 30 Nov 09:00")


@pytest.mark.parametrize("how", ["plain", "rich", "markdown"])
def test_a_shift_that_the_window_cuts_says_when_it_began_and_when_it_ends(run: Run, example: Path, how: str) -> None:
    shown = " ".join(run(*CUT, "--format", how, workspace=example).out.split())
    assert f"began {WHOLE[0]}, ends {WHOLE[1]}" in shown


def test_the_picture_has_arrows_where_a_shift_goes_on(run: Run, example: Path) -> None:
    picture = run(*CUT, "--format", "rich", workspace=example).out
    assert re.search("◂█+▸", picture)
    assert "◂ began earlier  ▸ goes on" in picture
    whole = run("shifts", "field-primary", *WEEK, "--format", "rich", workspace=example).out
    assert not set("◂▸") & set(whole)


def test_json_marks_what_the_window_cuts(run: Run, example: Path) -> None:
    (shift,) = _json(run(*CUT, "--format", "json", workspace=example))["shifts"]
    assert (shift["cut_start"], shift["cut_end"]) == (True, True)
    whole = _json(run("shifts", "field-primary", *WEEK, "--format", "json", workspace=example))["shifts"]
    assert not [one for one in whole if one["cut_start"] or one["cut_end"]]


def test_csv_has_the_hours_within_the_window_and_the_whole_shift(run: Run, example: Path) -> None:
    (row,) = csv.DictReader(io.StringIO(run(*CUT, "--format", "csv", workspace=example).out))
    assert (row["from"], row["until"], row["hours"]) == ("2026-11-24T10:00:00-05:00", "2026-11-24T12:00:00-05:00", "2")
    assert (row["shift start"], row["shift end"]) == ("2026-11-23T09:00:00-05:00", "2026-11-30T09:00:00-05:00")
    assert (row["person"], row["note"], row["timezone"]) == (
        "doctor-2",
        "began earlier, goes on",
        "America/New_York",
    )


def test_an_exported_calendar_has_whole_shifts(run: Run, example: Path) -> None:
    calendar = icalendar.Calendar.from_ical(run(*CUT, "--format", "ics", workspace=example).out)
    (event,) = calendar.walk("VEVENT")
    assert (event["DTSTART"].dt.isoformat(), event["DTEND"].dt.isoformat()) == (
        "2026-11-23T14:00:00+00:00",
        "2026-11-30T14:00:00+00:00",
    )
    assert str(calendar["X-WR-TIMEZONE"]) == "America/New_York"


@pytest.mark.parametrize("window", [("1970-01-01", "1970-02-01"), ("2190-01-01", "2199-12-31")])
def test_what_is_exported_can_be_read_again_however_far_back_or_ahead(
    window: tuple[str, str], run: Run, tmp_path: Path
) -> None:
    daily = (
        "BEGIN:VEVENT\nUID:{}\nSUMMARY:{}\nDTSTART;TZID=Asia/Kolkata:{}\nDURATION:P{}D\n"
        "RRULE:FREQ=DAILY;INTERVAL={}\nEND:VEVENT\n"
    )
    events = daily.format(1, "Ann", "19000101T000000", 1, 1) + daily.format(2, "Ben", "19690101T000000", 200, 300)
    (tmp_path / "rota.ics").write_text(f"BEGIN:VCALENDAR\n{events}END:VCALENDAR\n")
    words = ("--from", window[0], "--until", window[1], "--timezone", "UTC", "--format")
    exported = run("shifts", "--calendar", str(tmp_path / "rota.ics"), *words, "ics")
    (tmp_path / "again.ics").write_text(exported.out)
    first, again = (
        _json(run("shifts", "--calendar", str(tmp_path / name), *words, "json")) for name in ("rota.ics", "again.ics")
    )
    assert again["problems"] == []
    assert [(one["start"], one["end"], [entry["label"] for entry in one["on_call"]]) for one in again["shifts"]] == [
        (one["start"], one["end"], [entry["label"] for entry in one["on_call"]]) for one in first["shifts"]
    ]


GAPS = """\
BEGIN:VCALENDAR
X-WR-TIMEZONE:America/New_York
BEGIN:VEVENT
UID:a
SUMMARY:Ann Abel
DTSTART:20261102T080000
DTEND:20261103T080000
END:VEVENT
BEGIN:VEVENT
UID:b
SUMMARY:Ben Brook
DTSTART:20261105T080000
DTEND:20261106T080000
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.parametrize(
    ("start", "until", "gaps"),
    [
        ("2026-11-04", "2026-11-05T08:00", [(True, False)]),
        ("2026-11-03T08:00", "2026-11-05", [(False, True)]),
        ("2026-11-03T08:00", "2026-11-05T08:00", [(False, False)]),
        ("2026-11-01", "2026-11-08", [(True, False), (False, False), (False, True)]),
    ],
)
def test_a_gap_that_the_window_cuts_says_so(
    run: Run, tmp_path: Path, start: str, until: str, gaps: list[tuple[bool, bool]]
) -> None:
    (tmp_path / "rota.ics").write_text(GAPS)
    words = ("shifts", "--calendar", "rota.ics", "--from", start, "--until", until)
    found = _json(run(*words, "--format", "json"))["gaps"]
    assert [(gap["cut_start"], gap["cut_end"]) for gap in found] == gaps
    plain = run(*words, "--format", "plain").out
    told = [line.partition(" gap")[2] for line in plain.splitlines() if " gap" in line]
    assert [("began earlier" in note, "goes on" in note) for note in told] == gaps


def test_two_who_are_on_call_together_are_told_apart_where_only_one_is_cut(run: Run, tmp_path: Path) -> None:
    together = GAPS.replace("DTSTART:20261105T080000", "DTSTART:20261103T000000")
    (tmp_path / "rota.ics").write_text(together)
    words = ("shifts", "--calendar", "rota.ics", "--from", "2026-11-03T00:00", "--until", "2026-11-03T08:00")
    (shown,) = [line for line in run(*words, "--format", "plain").out.splitlines() if "Ann Abel" in line]
    assert "Ann Abel began Mon 2 Nov 08:00, Ben Brook ends Fri 6 Nov 08:00" in shown
    rows = list(csv.DictReader(io.StringIO(run(*words, "--format", "csv").out)))
    assert [(row["on call"], row["note"]) for row in rows] == [("Ann Abel", "began earlier"), ("Ben Brook", "goes on")]


# The zone.


@pytest.mark.parametrize("how", ["plain", "rich", "markdown", "json", "csv", "ics"])
def test_every_format_names_its_zone(run: Run, example: Path, how: str) -> None:
    words = ("shifts", "field-primary", *WEEK, "--timezone", "Asia/Tokyo", "--format", how)
    assert "Asia/Tokyo" in run(*words, workspace=example).out


BACK = """\
BEGIN:VCALENDAR
X-WR-TIMEZONE:America/New_York
BEGIN:VEVENT
UID:a
SUMMARY:Ann Abel
DTSTART:20261101T053000Z
DTEND:20261101T063000Z
END:VEVENT
END:VCALENDAR
"""


def test_a_time_that_comes_twice_says_which_of_the_two_it_is(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rota.ics").write_text(BACK)
    words = ("shifts", "--calendar", "rota.ics", "--from", "2026-11-01", "--until", "2026-11-02")
    (row,) = [
        one for one in csv.DictReader(io.StringIO(run(*words, "--format", "csv").out)) if one["on call"] == "Ann Abel"
    ]
    assert (row["from"], row["until"], row["hours"]) == ("2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00", "1")
    plain = run(*words, "--format", "plain").out
    assert "Sun 1 Nov 01:30 EDT  Sun 1 Nov 01:30 EST" in plain


# Somebody bound directly.


def test_a_person_who_is_bound_to_an_account_by_name_is_shown(run: Run, example: Path) -> None:
    found = _json(run("shifts", "manager-1", *WEEK, "--format", "json", workspace=example))
    assert {(one["account"], one["role"]) for one in found["shifts"]} >= {
        ("northwind-hvac", "manager"),
        ("field-support", "manager"),
    }
    assert found["gaps"] == []
    plain = run("shifts", "manager-1", *WEEK, "--format", "plain", workspace=example).out
    (shown,) = [line for line in plain.splitlines() if line.startswith("northwind-hvac manager")]
    assert "Nadia Petrov  direct, always  accounts/northwind-hvac.yaml:16" in shown


def test_an_account_shows_who_is_bound_to_it_by_name_and_where(run: Run, example: Path) -> None:
    plain = run("shifts", "northwind-hvac", *WEEK, "--format", "plain", workspace=example).out
    (shown,) = [line for line in plain.splitlines() if line.startswith("backup")]
    assert "direct, always" in shown
    assert shown.endswith("accounts/northwind-hvac.yaml:15")


def test_the_event_of_somebody_bound_by_name_keeps_its_uid(run: Run, example: Path) -> None:
    events = []
    for start in ("2027-01-02", "2027-01-03"):
        words = ("shifts", "manager-1", "--from", start, "--until", "+6d", "--format", "ics")
        events.append(icalendar.Calendar.from_ical(run(*words, workspace=example).out).walk("VEVENT"))
    first, second = ([str(event["UID"]) for event in found] for found in events)
    assert first == second
    assert "always on call" in str(events[0][0]["DESCRIPTION"])


def test_somebody_who_is_not_on_call_is_said_not_to_be(run: Run, example: Path) -> None:
    for how in ("plain", "rich", "markdown"):
        ran = run("shifts", "tech-5", "--from", "2026-11-02", "--until", "+1d", "--format", how, workspace=example)
        assert ran.status == 0
        assert "tech-5 is not on call in that time" in ran.out


def test_a_role_that_goes_from_one_rotation_to_another_of_the_same_person_is_one_whole_shift(
    run: Run, tmp_path: Path
) -> None:
    run("init", "two")
    root = tmp_path / "two"
    for name, start, end in (("day", "080000", "200000"), ("night", "200000", "230000")):
        (root / f"rotations/{name}.ics").write_text(
            f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:{name}\nSUMMARY:Ann Abel\nDTSTART:20261102T{start}\n"
            f"DTEND:20261102T{end}\nEND:VEVENT\nEND:VCALENDAR\n"
        )
    (root / "more.yaml").write_text(
        "people: {ann: {name: Ann Abel, contact_methods: [{channel: voice, address: '+12025550101'}]}}\n"
        "rotations: {day: {calendar: rotations/day.ics}, night: {calendar: rotations/night.ics}}\n"
        "accounts: {both: {name: Both, contacts: {primary: [{rotation: day}, {rotation: night}]}}}\n"
    )
    words = ("shifts", "both", "--from", "2026-11-02", "--until", "2026-11-03")
    calendar = icalendar.Calendar.from_ical(run(*words, "--format", "ics", workspace=root).out)
    spans = [(event["DTSTART"].dt.hour, event["DTEND"].dt.hour) for event in calendar.walk("VEVENT")]
    assert spans == [(13, 4)]


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
        (("shifts", "field-primary", "--until", "soon"), "can't read 'soon' as a time"),
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
