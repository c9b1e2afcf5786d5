"""Laws of zones: names, held against the tables they come from, and VTIMEZONEs, held against the time-zone database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Timezone
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from oncall import times
from oncall.rotations.ics import Calendar, read_calendar
from oncall.rotations.zone_names import known_zone, likely_zone
from oncall.rotations.zones import differences

from .oracles import clock
from .schedules import DAY

ROWS = [
    tuple(line.split("\t"))
    for line in files("oncall.rotations").joinpath("windows_zones.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]
LABELS = [(WINDOWS_TO_OLSON[windows], label) for windows, _, label in ROWS if windows in WINDOWS_TO_OLSON]
YEAR = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
names = st.sampled_from([name for name in times.zone_names() if name != "Factory"])


def read(definition: str, name: str) -> Calendar:
    """A calendar with one event in a zone that it defines."""
    event = (
        f'BEGIN:VEVENT\nUID:1\nSUMMARY:Ann\nDTSTART;TZID="{name}":20260610T080000\n'
        f'DTEND;TZID="{name}":20260610T090000\nEND:VEVENT\n'
    )
    return read_calendar(f"BEGIN:VCALENDAR\n{definition}{event}END:VCALENDAR\n".encode(), "x.ics")


def fixed(name: str, offset: str) -> str:
    return (
        f"BEGIN:VTIMEZONE\nTZID:{name}\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:{offset}\n"
        f"TZOFFSETTO:{offset}\nEND:STANDARD\nEND:VTIMEZONE\n"
    )


@pytest.mark.parametrize(("windows", "iana"), sorted(WINDOWS_TO_OLSON.items()))
def test_every_name_of_windows_is_known_in_any_case(windows: str, iana: str) -> None:
    for name in (windows, windows.upper(), windows.replace("Standard Time", "Daylight Time"), f'"{windows}"'):
        assert str(known_zone(name)) == str(known_zone(iana))


@pytest.mark.parametrize(("iana", "label"), LABELS)
def test_every_label_of_windows_is_known_as_products_write_it(iana: str, label: str) -> None:
    slashes = label.replace(", ", " / ").replace("(UTC", "(GMT").replace(":", ".", 1)
    for name in (label, slashes, label.replace(",", "\\,"), label.replace("&", "&amp;"), label.replace("&", "and")):
        assert str(known_zone(name)).removeprefix("Etc/") == iana.removeprefix("Etc/")


@pytest.mark.parametrize(
    ("label", "iana"),
    [
        ("(GMT) Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London", "Europe/London"),
        ("(GMT-08.00) Pacific Time (US & Canada) / Tijuana", "America/Los_Angeles"),
        ("(UTC+04:00) Moscow, St. Petersburg, Volgograd", "Europe/Moscow"),
        ("(UTC+03:00) Kaliningrad, Minsk", "Europe/Minsk"),
        ("(GMT-03:00) Buenos Aires", "America/Argentina/Buenos_Aires"),
        ("(UTC-07:00) La Paz, Mazatlan", "America/Mazatlan"),
        ("(GMT-04:00) La Paz", "America/La_Paz"),
        ("(GMT-11:00) Midway Island, Samoa", "Pacific/Midway"),
        ("(UTC+12:00) Petropavlovsk-Kamchatsky - Old", "Asia/Kamchatka"),
        ("Kamchatka Standard Time", "Asia/Kamchatka"),
        ("Mid-Atlantic Standard Time", "Atlantic/South_Georgia"),
        ("Eastern Time (US & Canada)", "America/New_York"),
    ],
)
def test_labels_of_old_are_the_zone_of_their_places(label: str, iana: str) -> None:
    zone = known_zone(label) or likely_zone(label)
    assert zone is not None
    for day in range(365):
        moment = YEAR + day * DAY
        assert times.at(moment, zone).utcoffset() == times.at(moment, clock(iana)).utcoffset()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/",
        "Moon/Tranquility",
        "/Moon/Tranquility",
        "Customized Time Zone",
        "tzone://Microsoft/Custom",
        "PST",
        "CEST",
        "Berlin",
        "America",
        "../UTC",
        "W. Europe Standard Time 1",
        "(UTC+05:00) Astana",  # which has had two offsets under this label
        "(GMT+06:00) Almaty, Novosibirsk",  # which have gone different ways since
        "(GMT+25:00) Berlin",
        "GMT+99",
        "x/" * 100_000,
    ],
)
def test_what_could_be_any_zone_is_none(name: str) -> None:
    assert known_zone(name) is None
    assert likely_zone(name) is None


@given(names, st.sampled_from(["", "/", "/maker.example/20250101_1/", "https://maker.example/zoneinfo/"]))
def test_an_iana_name_is_known_in_any_case_and_at_the_end_of_a_global_id(name: str, before: str) -> None:
    if "/" not in name and before.startswith("https"):
        return
    for written in (name, name.lower(), name.upper()):
        assert str(known_zone(before + written)) == str(known_zone(name))


@given(st.text(max_size=300))
def test_no_name_of_a_zone_is_too_odd(name: str) -> None:
    known_zone(name)
    likely_zone(name)


@given(names)
def test_a_definition_has_the_clock_of_the_zone_it_was_written_from(name: str) -> None:
    written = Timezone.from_tzinfo(clock(name), "Site", date(2024, 1, 1), date(2029, 1, 1)).to_ical().decode()
    calendar = read(written, "Site")
    assert calendar.problems == ()
    (series,) = calendar.series
    assert series.master is not None
    zone = series.master.start.zone
    assert zone is not None
    for hour in range(0, 365 * 24, 7):
        around = {times.at(YEAR + (hour + away) * 3600, clock(name)).utcoffset() for away in (-3, 0, 3)}
        if len(around) == 1:  # icalendar may write a change of the clock an hour off
            assert {times.at(YEAR + hour * 3600, zone).utcoffset()} == around


@given(names)
def test_a_definition_that_agrees_with_the_time_zone_database_is_not_reported(name: str) -> None:
    written = Timezone.from_tzinfo(clock(name), name, date(2020, 1, 1), date(2029, 1, 1)).to_ical().decode()
    calendar = read(written, name)
    assert calendar.problems == ()
    assert differences(calendar.disputes, "x.ics", YEAR, YEAR + 365 * DAY) == []


@given(names, st.integers(-11, 13), st.integers(0, 300), st.integers(1, 60))
def test_a_definition_is_reported_if_and_only_if_its_clock_differs_in_the_window(
    name: str, hours: int, begin: int, days: int
) -> None:
    start = YEAR + begin * DAY
    end = start + days * DAY
    calendar = read(fixed(name, f"{hours:+03}00"), name)
    mine = timezone(timedelta(hours=hours))
    differ = [
        times.at(moment, mine).utcoffset() != times.at(moment, clock(name)).utcoffset()
        for moment in range(start, end, 3600)
    ]
    found = differences(calendar.disputes, "x.ics", start, end)
    if sum(differ) >= 24 or not any(differ):  # what is shorter may lie between the days that are looked at
        assert [(problem.code, problem.severity) for problem in found] == [("OC307", "warning")] * any(differ)


def test_where_and_how_far_a_definition_differs_does_not_depend_on_the_window() -> None:
    calendar = read(fixed("Europe/Berlin", "+0100"), "Europe/Berlin")
    for day in range(100, 280, 20):
        (found,) = differences(calendar.disputes, "x.ics", YEAR + day * DAY, YEAR + (day + 1) * DAY)
        assert "1h behind from 2026-03-29 to 2026-10-25" in found.message


def test_the_zones_of_many_calendars_in_one_file_are_one_problem() -> None:
    one = fixed("Europe/Berlin", "+0100")
    event = "BEGIN:VEVENT\nUID:{}\nSUMMARY:Ann\nDTSTART;TZID=Europe/Berlin:20260610T080000\nDURATION:PT1H\nEND:VEVENT\n"
    whole = "".join(f"BEGIN:VCALENDAR\n{one}{event.format(number)}END:VCALENDAR\n" for number in range(20))
    calendar = read_calendar(whole.encode(), "x.ics")
    assert [problem.line for problem in differences(calendar.disputes, "x.ics", YEAR, YEAR + 365 * DAY)] == [2]
