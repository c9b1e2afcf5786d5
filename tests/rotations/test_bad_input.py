"""Files that are damaged, hostile or no calendars: each gives an answer or problems, soon, and never an exception."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import pytest

from oncall.errors import Problem
from oncall.model import Person
from oncall.rotations.ics import read_calendar
from oncall.rotations.names import Reader, directory
from oncall.rotations.text import MOST_BYTES
from oncall.rotations.zones import MOST_RULES
from oncall.schedule import Schedule
from tests.work import growth

from .schedules import DAY, calendar, compiled, names_of, when

START = when("2026-03-10T00:00Z")
ANN = "BEGIN:VEVENT\nUID:1\nSUMMARY:Ann\nDTSTART:20260310T080000Z\nDTEND:20260310T090000Z\nEND:VEVENT\n"
GOOD = f"BEGIN:VCALENDAR\n{ANN}END:VCALENDAR\n"
STAMP = "%Y%m%dT%H%M%SZ"
SECONDS = 20  # far more than any of these takes, and far less than one that hangs


def schedule_of(data: bytes) -> tuple[Schedule, list[Problem]]:
    began = time.process_time()
    schedule, problems = compiled(data, (START, START + 2 * DAY))
    assert time.process_time() - began < SECONDS
    return schedule, problems


def read_and_ask(data: bytes) -> None:
    schedule, _ = compiled(data, (START, START + 2 * DAY))
    list(schedule.between(START, START + 2 * DAY))


def who(data: bytes) -> list[str]:
    return names_of(schedule_of(data)[0].at(when("2026-03-10T08:30Z")))


def places(problems: Iterable[Problem]) -> list[tuple[str, int | None]]:
    return [(one.code, one.line) for one in problems]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b" \r\n\t\n", "is empty"),
        (b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", "web page"),
        (b"\n  <HTML>", "web page"),
        (b"<?xml version='1.0'?><icalendar/>", "XML"),
        (b'{"items": []}', "JSON"),
        (b"[1]", "JSON"),
        (b"on-call: Ann\n", "no BEGIN:VCALENDAR"),
        (b"\x00\x01\x02\xff", "no BEGIN:VCALENDAR"),
        (ANN.encode(), "no BEGIN:VCALENDAR"),
        (GOOD.encode("utf-16"), "UTF-16"),
        (GOOD.encode("utf-16-le"), "UTF-16"),
        (GOOD.encode("utf-16-be"), "UTF-16"),
        (b"BEGIN:VCALENDAR\n" + b" " * MOST_BYTES, "too large"),
    ],
    ids=str,
)
def test_a_file_that_is_no_calendar_is_one_problem_that_says_what_it_is(data: bytes, says: str) -> None:
    schedule, problems = schedule_of(data)
    assert schedule.segments == ()
    assert [one.code for one in problems] == ["OC001"]
    assert says in problems[0].message


def test_a_calendar_cut_off_inside_an_event_keeps_the_events_before_it() -> None:
    data = f"BEGIN:VCALENDAR\n{ANN}BEGIN:VEVENT\nUID:2\nSUMMARY:Ben\nDTSTART:20260310T080000Z\nDTEND:20260310T09"
    schedule, problems = schedule_of(data.encode())
    assert places(problems) == [("OC001", 1), ("OC304", 8)]
    assert "event '2' is left out" in problems[1].message
    assert names_of(schedule.at(when("2026-03-10T08:30Z"))) == ["Ann"]


def test_wherever_a_calendar_is_cut_off_that_is_said_and_a_shift_is_whole_or_left_out() -> None:
    for length in range(len(GOOD.rstrip())):
        schedule, problems = schedule_of(GOOD[:length].encode())
        assert any(one.code == "OC001" for one in problems)
        assert [(one.start, one.end) for one in schedule.segments] == (
            [(when("2026-03-10T08:00Z"), when("2026-03-10T09:00Z"))] if "END:VEVENT" in GOOD[:length] else []
        )


def test_an_event_without_its_end_is_left_out_and_the_next_one_stands() -> None:
    lost = "BEGIN:VEVENT\nUID:2\nSUMMARY:Ben\nDTSTART:20260310T080000Z\nDTEND:20260310T100000Z\n"
    schedule, problems = schedule_of(f"BEGIN:VCALENDAR\n{lost}{ANN}END:VCALENDAR\n".encode())
    assert places(problems) == [("OC304", 2)]
    assert "END:VEVENT" in problems[0].message
    assert names_of(schedule.at(when("2026-03-10T08:30Z"))) == ["Ann"]


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace("\n", "\r").encode(),
        GOOD.replace("\n", "\r\n").encode(),
        GOOD.replace("\n", "\n\n").encode(),
        GOOD.lower().replace("ann", "Ann").encode(),
        GOOD.replace("SUMMARY:Ann", "SUM\n MARY:A\n\tnn").encode(),
        GOOD.replace("SUMMARY:Ann", "SUMMARY:A\r\n nn").encode(),
        GOOD.replace("UID:1", "UID:1\n?? not a line\n:\n;;\nX-\x00Y:\x00").encode(),
        GOOD.replace("UID:1", "UID:1\nDESCRIPTION:" + "x" * 200_000).encode(),
        GOOD.replace("UID:1", "UID:1\nATTENDEE;CN=" + "\\,x" * 60_000 + ":mailto:a@b").encode(),
        GOOD.replace("UID:1", "UID:1\nATTENDEE" + ';A="b"' * 30_000 + ":mailto:a@b").encode(),
        GOOD.replace("UID:1", "UID:1\nDESCRIPTION;=;;broken:x").encode(),
        GOOD.replace("UID:1", "UID:" + "é" * 100_000).encode(),
        GOOD.rstrip().encode(),
    ],
    ids=lambda data: repr(data[:70]),
)
def test_what_is_only_odd_is_read(data: bytes) -> None:
    schedule, problems = schedule_of(data)
    assert problems == []
    assert names_of(schedule.at(when("2026-03-10T08:30Z"))) == ["Ann"]


def test_a_fold_may_stand_inside_a_letter() -> None:
    name = "Zoé".encode()
    folded = GOOD.encode().replace(b"SUMMARY:Ann", b"SUMMARY:" + name[:3] + b"\r\n " + name[3:])
    assert who(folded) == ["Zoé"]


def test_letters_that_are_not_utf_8_are_a_problem_on_their_line_and_the_shift_stands() -> None:
    schedule, problems = schedule_of(GOOD.replace("Ann", "Zoé").encode("latin-1"))
    assert places(problems) == [("OC001", 4)]
    assert names_of(schedule.at(when("2026-03-10T08:30Z"))) == ["Zo\N{REPLACEMENT CHARACTER}"]


def test_a_name_of_200_kilobytes_is_a_name() -> None:
    assert who(GOOD.replace("Ann", "x, " * 70_000 + "y").encode()) == ["x, " * 70_000 + "y"]
    people = {"ann": Person(name="Ann")}
    schedule, problems = compiled(GOOD.replace("Ann", "On Call - a - " * 20_000).encode(), (START, START + DAY), None)
    assert problems == []
    schedule, problems = compiled(
        GOOD.replace("Ann", "On Call - a: " * 20_000).encode(), (START, START + DAY), None, (), people
    )
    assert len(schedule.segments) == 1
    assert [one.code for one in problems] == ["OC303"]
    assert len(problems[0].message) < 1000


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("[bold]Ann[/bold]", "[bold]Ann[/bold]"),
        ("\x1b[31mAnn\x1b[0m", "\x1b[31mAnn\x1b[0m"),
        ("Ann\\nBen", "Ann\nBen"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}nnA", "\N{RIGHT-TO-LEFT OVERRIDE}nnA"),
        ("A\x00nn", "A\x00nn"),
        ("\\;\\,\\\\", ";,\\"),
        ("[L99999999999999999999] Ann", "[L99999999999999999999] Ann"),
        ("[L2]", ""),
    ],
)
def test_a_name_is_kept_as_it_was_written_whatever_it_holds(written: str, name: str) -> None:
    assert who(GOOD.replace("Ann", written).encode()) == [name]


def test_components_in_components_without_end_cost_little() -> None:
    data = b"BEGIN:VCALENDAR\n" + b"BEGIN:X\n" * 50_000 + b"END:Y\n" * 50_000
    assert places(schedule_of(data)[1]) == [("OC001", 1)]


def events(count: int, *lines: str) -> bytes:
    """So many events, each of another person, that have these lines."""
    return calendar("\n\n".join("\n".join([f"UID:{n}", f"SUMMARY:P{n}", *lines]) for n in range(count)))


TODAY = ("DTSTART:20260309T080000Z", "DTEND:20260309T090000Z")
LONG_AGO = ("DTSTART:19000101T080000Z", "DTEND:19000101T090000Z")


@pytest.mark.parametrize(
    ("start", "rule"),
    [
        (TODAY, "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"),
        (LONG_AGO, "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=2"),
        (LONG_AGO, "FREQ=DAILY;BYMONTH=4,6,9,11;BYMONTHDAY=31,-31"),
        (("DTSTART:19800101T080000Z", "DURATION:PT1H"), "FREQ=DAILY;BYMONTH=2;BYYEARDAY=300;COUNT=2"),
        (LONG_AGO, "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1"),
        (LONG_AGO, "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6;COUNT=2"),
        (LONG_AGO, "FREQ=YEARLY;INTERVAL=1000000000"),
        (LONG_AGO, "FREQ=DAILY;INTERVAL=1000000000;COUNT=1000000000"),
        (TODAY, "FREQ=DAILY;BYSETPOS=" + ",".join(["1", "-1"] * 20_000)),
        (TODAY, "FREQ=YEARLY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYDAY=MO,TU,WE,TH,FR,SA,SU"),
    ],
)
def test_a_rule_that_never_ends_or_never_begins_cannot_hang(start: tuple[str, str], rule: str) -> None:
    schedule_of(events(1, *start, f"RRULE:{rule}"))


def test_a_rule_that_recurs_hourly_since_long_ago_is_answered_for_now_and_reported() -> None:
    schedule, problems = schedule_of(events(1, *LONG_AGO, "RRULE:FREQ=HOURLY"))
    assert names_of(schedule.at(START)) == ["P0"]
    assert "more than 50,000 times" in problems[0].message


@pytest.mark.parametrize(
    ("start", "rule"),
    [
        (TODAY, "FREQ=HOURLY"),
        (LONG_AGO, "FREQ=HOURLY;COUNT=999999999"),
    ],
)
def test_thousands_of_hostile_rules_are_given_up_and_reported_and_single_events_after_them_stand(
    start: tuple[str, str], rule: str
) -> None:
    hostile = events(1500, *start, f"RRULE:{rule}")
    schedule, problems = schedule_of(hostile.replace(b"END:VCALENDAR\n", ANN.encode() + b"END:VCALENDAR\n"))
    assert "Ann" in names_of(schedule.at(when("2026-03-10T08:30Z")))
    assert len(problems) > 1000
    assert {one.code for one in problems} == {"OC304"}
    assert any("recur too often for one calendar" in one.message for one in problems)


def test_one_event_of_thousands_of_rules_is_refused() -> None:
    _, problems = schedule_of(events(1, *TODAY, *["RRULE:FREQ=HOURLY"] * 2000))
    assert [one.code for one in problems] == ["OC304"]
    assert "recur too often" in problems[0].message


def test_thousands_of_never_matching_rules_are_answered() -> None:
    """Each stands once, on the day it begins, whatever its rule never finds."""
    begins = ("DTSTART:20260310T080000Z", "DTEND:20260310T090000Z")
    schedule, problems = schedule_of(events(1000, *begins, "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=3"))
    assert len(schedule.at(when("2026-03-10T08:30Z"))) == 1000
    assert (schedule.at(when("2026-03-10T09:00Z")), schedule.next(when("2026-03-10T09:00Z"))) == ((), None)
    assert {one.code for one in problems} == {"OC311"}


def test_hundreds_of_changes_that_each_hold_for_all_that_follows_are_answered() -> None:
    changes = [
        f"UID:1\nSUMMARY:P{day}-{hour}\nRECURRENCE-ID;RANGE=THISANDFUTURE:202603{day:02}T{hour:02}0000Z\n"
        f"DTSTART:202603{day:02}T{hour:02}0000Z\nDURATION:PT1H"
        for day in range(1, 29)
        for hour in range(24)
    ]
    master = "UID:1\nSUMMARY:Ann\nDTSTART:20260301T000000Z\nDURATION:PT1H\nRRULE:FREQ=HOURLY"
    assert who(calendar("\n\n".join([master, *changes]))) == ["P10-8"]


def test_hundreds_of_people_on_call_at_once_are_all_on_call() -> None:
    shifts = [
        f"SUMMARY:P{n}\nDTSTART:20260310T{n // 60:02}{n % 60:02}00Z\nDTEND:20260311T{n // 60:02}{n % 60:02}00Z"
        for n in range(300)
    ]
    assert len(who(calendar("\n\n".join(shifts)))) == 300


def zone_of(rule: str, number: int) -> str:
    return (
        f"BEGIN:VTIMEZONE\nTZID:Z{number}\nBEGIN:STANDARD\nDTSTART:19700101T0000{number % 60:02}\nTZOFFSETFROM:+0100\n"
        f"TZOFFSETTO:+0200\nRRULE:{rule}\nX-N:{number}\nEND:STANDARD\nEND:VTIMEZONE\n"
    )


IMPOSSIBLE_RULES = [
    ("FREQ=WEEKLY;UNTIL=202403Z", "UNTIL=202403Z in the rule is not a date or time"),
    ("FREQ=WEEKLY;UNTIL=P1D", "UNTIL=P1D in the rule is not"),
    ("FREQ=WEEKLY;UNTIL=20240101/20240102", "UNTIL=20240101/20240102 in the rule is not"),
    ("FREQ=WEEKLY;UNTIL=20240101T000000Z/PT1H", "UNTIL=20240101T000000Z/PT1H in the rule is not"),
    ("FREQ=WEEKLY;UNTIL=20240230", "UNTIL=20240230 in the rule is not"),
    ("FREQ=WEEKLY;UNTIL=", "UNTIL= in the rule is not"),
    ("FREQ=WEEKLY;UNTIL=+0100", "UNTIL=+0100 in the rule is not"),
    ("FREQ=WEEKLY;UNTIL=20240101,20240102", "UNTIL=20240101,20240102 in the rule is not"),
    ("FREQ=MONTHLY;BYDAY=99FR", "BYDAY=99FR in the rule is not possible: write 1 to 5 or -1 to -5"),
    ("FREQ=MONTHLY;BYDAY=31FR", "BYDAY=31FR in the rule is not possible"),
    ("FREQ=MONTHLY;BYDAY=MO,-6FR", "BYDAY=-6FR in the rule is not possible"),
    ("FREQ=MONTHLY;BYDAY=0FR", "BYDAY=0FR in the rule is not possible"),
    ("FREQ=YEARLY;BYMONTH=11;BYDAY=31SU", "BYDAY=31SU in the rule is not possible: write 1 to 5 or -1 to -5"),
    ("FREQ=YEARLY;BYDAY=54SU", "BYDAY=54SU in the rule is not possible: write 1 to 53 or -1 to -53"),
    ("FREQ=YEARLY;BYDAY=-99SU", "BYDAY=-99SU in the rule is not possible"),
    ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO", "BYDAY=1MO can't be used with BYWEEKNO"),
    ("FREQ=WEEKLY;BYDAY=2MO", "BYDAY=2MO can't be used with FREQ=WEEKLY"),
    ("FREQ=DAILY;BYDAY=1MO", "BYDAY=1MO can't be used with FREQ=DAILY"),
    ("FREQ=WEEKLY;BYDAY=MO,", "BYDAY= in the rule is not a weekday"),
    ("FREQ=WEEKLY;BYDAY=1", "BYDAY=1 in the rule is not a weekday"),
    ("FREQ=MONTHLY;BYWEEKNO=20", "BYWEEKNO can't be used with FREQ=MONTHLY"),
    ("FREQ=WEEKLY;BYMONTHDAY=13", "BYMONTHDAY can't be used with FREQ=WEEKLY"),
    ("FREQ=MONTHLY;BYYEARDAY=13", "BYYEARDAY can't be used with FREQ=MONTHLY"),
    ("FREQ=YEARLY;BYWEEKNO=54", "BYWEEKNO=54 in the rule is not possible: write 1 to 53 or -1 to -53"),
    ("FREQ=YEARLY;BYWEEKNO=0", "BYWEEKNO=0 in the rule is not possible"),
    ("FREQ=YEARLY;BYMONTH=-1", "BYMONTH=-1 in the rule is not possible: write 1 to 12"),
    ("FREQ=YEARLY;BYMONTH=5L", "BYMONTH=5L in the rule is not possible"),
    ("FREQ=YEARLY;BYMONTH=P1D", "BYMONTH=P1D in the rule is not possible"),
    ("FREQ=YEARLY;BYMONTHDAY=1.5", "BYMONTHDAY=1.5 in the rule is not possible"),
    ("FREQ=YEARLY;BYMONTHDAY=١", "in the rule is not possible"),
    ("FREQ=DAILY;BYHOUR=", "BYHOUR= in the rule is not possible"),
    ("FREQ=DAILY;BYHOUR=20260101", "BYHOUR=20260101 in the rule is not possible"),
    ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=367", "BYSETPOS=367 in the rule is not possible"),
    ("FREQ=WEEKLY;WKST=1MO", "WKST=1MO in the rule is not a weekday"),
    ("FREQ=WEEKLY;WKST=MO,SU", "WKST=MO,SU in the rule is not a weekday"),
    ("FREQ=DAILY;INTERVAL=1.5", "INTERVAL=1.5 in the rule is not a number from 1 to 10,000"),
    ("FREQ=DAILY;INTERVAL=-1", "INTERVAL=-1 in the rule is not"),
    ("FREQ=DAILY;INTERVAL=20260101T000000Z", "INTERVAL=20260101T000000Z in the rule is not"),
    ("FREQ=DAILY;COUNT=0", "COUNT=0 in the rule is not"),
    ("FREQ=DAILY;COUNT=PT1H", "COUNT=PT1H in the rule is not"),
    ("FREQ=DAILY,WEEKLY", "FREQ=DAILY,WEEKLY in the rule is unknown"),
    ("FREQ=FORTNIGHTLY", "FREQ=FORTNIGHTLY in the rule is unknown"),
    ("FREQ", "the rule has no FREQ"),
    ("D1 #10", "D1 #10 in a rule is not understood"),
    ("RSCALE=HEBREW;FREQ=YEARLY", "counts by another calendar"),
    ("FREQ=YEARLY;SKIP=FORWARD", "counts by another calendar"),
    ("FREQ=DAILY;BYMONTHDAY=" + ",".join(["1"] * 2000), "the rule is longer than 2,000 characters"),
]


@pytest.mark.parametrize(("rule", "says"), IMPOSSIBLE_RULES, ids=lambda text: text[:40])
def test_a_rule_with_an_impossible_value_takes_down_its_event_alone(rule: str, says: str) -> None:
    broken = events(1, *TODAY, f"RRULE:{rule}")
    data = broken.replace(b"END:VCALENDAR\n", ANN.encode() + b"END:VCALENDAR\n")
    _, problems = schedule_of(data)
    assert [one.code for one in problems] == ["OC304"]
    assert says in problems[0].message
    assert who(data) == ["Ann"]


@pytest.mark.parametrize(("rule", "says"), IMPOSSIBLE_RULES, ids=lambda text: text[:40])
def test_a_zone_with_an_impossible_rule_takes_down_itself_alone(rule: str, says: str) -> None:
    data = f"BEGIN:VCALENDAR\n{zone_of(rule, 1)}{ANN}END:VCALENDAR\n".encode()
    _, problems = schedule_of(data)
    assert [one.code for one in problems] == ["OC307"]
    assert says in problems[0].message
    assert who(data) == ["Ann"]


@pytest.mark.parametrize("rule", ["FREQ=DAILY", "FREQ=HOURLY;COUNT=99999", "FREQ=DAILY;COUNT=0", "FREQ=MINUTELY"])
def test_a_zone_whose_clock_changes_all_the_time_is_refused(rule: str) -> None:
    _, problems = schedule_of(f"BEGIN:VCALENDAR\n{zone_of(rule, 1)}END:VCALENDAR\n".encode())
    assert places(problems) == [("OC307", 2)]


def test_thousands_of_zones_are_given_up_and_reported() -> None:
    zones = "".join(zone_of("FREQ=YEARLY", number) for number in range(MOST_RULES + 300))
    _, problems = schedule_of(f"BEGIN:VCALENDAR\n{zones}{ANN}END:VCALENDAR\n".encode())
    assert len(problems) == 300
    assert {one.code for one in problems} == {"OC307"}


def test_the_same_zone_in_thousands_of_calendars_is_no_problem() -> None:
    zoned = ANN.replace("DTSTART:20260310T080000Z", "DTSTART;TZID=Z1:20260310T100000")
    one = f"BEGIN:VCALENDAR\n{zone_of('FREQ=YEARLY', 1)}{zoned}END:VCALENDAR\n"
    whole = "".join(one.replace("UID:1", f"UID:{number}") for number in range(500))
    schedule, problems = schedule_of(whole.encode())
    assert problems == []
    assert names_of(schedule.at(when("2026-03-10T08:30Z"))) == ["Ann"]


@pytest.mark.parametrize(
    "part",
    [
        "TZOFFSETFROM:+0100\nTZOFFSETTO:+9900\nDTSTART:19700101T000000",
        "TZOFFSETFROM:+0100\nTZOFFSETTO:soon\nDTSTART:19700101T000000",
        "TZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nDTSTART:yesterday",
        "TZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nDTSTART:19700101T000000\nRRULE:FREQ=NEVER",
        "TZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nDTSTART:19700101T000000\nRDATE:soon",
    ],
)
def test_a_zone_that_cannot_be_read_is_reported_and_others_stand(part: str) -> None:
    broken = f"BEGIN:VTIMEZONE\nTZID:Z\nBEGIN:STANDARD\n{part}\nEND:STANDARD\nEND:VTIMEZONE\n"
    schedule, problems = schedule_of(f"BEGIN:VCALENDAR\n{broken}{ANN}END:VCALENDAR\n".encode())
    assert places(problems) == [("OC307", 2)]
    assert names_of(schedule.at(when("2026-03-10T08:30Z"))) == ["Ann"]


def test_a_pattern_that_would_take_years_is_given_up_after_a_moment() -> None:
    reader = Reader(directory({"ann": Person(name="Ann")})[0], r"^(?P<who>(\w|\w\w|.)+)\d$")
    began = time.process_time()
    assert reader.read("a" * 500 + "!", ()).people == ()
    assert reader.slow_patterns
    assert reader.read("Ann", ()).people == ("ann",)
    assert time.process_time() - began < SECONDS


def test_every_message_is_one_line_and_names_its_line() -> None:
    broken = ["DTSTART:x\\ny\x00", "DTSTART;TZID=a\x1b[0m:20260310T080000", "RRULE:FREQ=\x07", "DTSTART"]
    for line in broken:
        found = read_calendar(GOOD.replace("UID:1", f"UID:1\n{line}").replace("SUMMARY:Ann\n", "").encode(), "x.ics")
        for problem in found.problems:
            assert re.fullmatch(r"[^\n]+", problem.message)
            assert problem.line is not None


def test_an_event_with_more_dates_than_anybody_writes_is_refused() -> None:
    dates = ",".join(f"20{n % 90 + 10:02}0{n % 9 + 1}01T{n % 24:02}0000Z" for n in range(12_000))
    for name in ("RDATE", "EXDATE"):
        _, problems = schedule_of(events(1, *TODAY, f"{name}:{dates}"))
        assert [one.code for one in problems] == ["OC304"]
        assert f"more than 10,000 dates in {name}" in problems[0].message


def overlapping(count: int, name: str = "P{}") -> bytes:
    """So many shifts of a month, each a minute later than the one before."""
    started = datetime(2026, 3, 1, tzinfo=UTC)
    shifts = []
    for number in range(count):
        start = started + timedelta(minutes=number)
        end = start + timedelta(days=30)
        shifts.append(f"UID:{number}\nSUMMARY:{name.format(number)}\nDTSTART:{start:{STAMP}}\nDTEND:{end:{STAMP}}")
    return calendar("\n\n".join(shifts))


def test_thousands_of_people_on_call_at_once_are_the_first_of_them_and_that_is_said() -> None:
    schedule, problems = schedule_of(overlapping(3000))
    assert names_of(schedule.at(START)) == sorted(f"P{number}" for number in range(333))
    assert [one.code for one in problems] == ["OC304"]
    assert problems[0].message == (
        "more than 333 people are on call at once from 2026-03-01 05:33: 2,667 shifts are left out, "
        "that of 'P333' first"
    )


def test_an_override_stands_whatever_crowd_the_plan_has() -> None:
    window = (START, START + 2 * DAY)
    override = calendar("UID:o\nSUMMARY:Zoe\nDTSTART:20260310T080000Z\nDTEND:20260310T090000Z")
    schedule, _ = compiled(overlapping(3000), window, overrides=override)
    assert names_of(schedule.at(when("2026-03-10T08:30Z"))) == ["Zoe"]


@pytest.mark.parametrize("name", ["P{}", "Ann", "[L{}] Ann"])
def test_overlapping_shifts_cost_as_much_as_there_are(name: str) -> None:
    assert growth(lambda count: read_and_ask(overlapping(count, name)), 1500) < 3


@pytest.mark.parametrize("part", ["EXDATE", "RDATE"])
def test_dates_of_series_cost_as_much_as_there_are(part: str) -> None:
    def ask(count: int) -> None:
        dates = ",".join(f"{datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=n):{STAMP}}" for n in range(count))
        read_and_ask(events(3, *TODAY, "RRULE:FREQ=HOURLY;INTERVAL=5", f"{part}:{dates}"))

    assert growth(ask, 2000) < 3


def test_changes_of_one_series_cost_as_much_as_there_are() -> None:
    def ask(count: int) -> None:
        stamps = [f"{datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=n):{STAMP}}" for n in range(count)]
        changes = [f"UID:1\nSUMMARY:P\nRECURRENCE-ID:{at}\nDTSTART:{at}\nDURATION:PT1H" for at in stamps]
        read_and_ask(calendar("\n\n".join([f"UID:1\nSUMMARY:A\nDTSTART:{stamps[0]}\nDURATION:PT1H", *changes])))

    assert growth(ask, 2000) < 3


def test_a_fault_that_nobody_foresaw_takes_down_one_event_one_zone_or_one_rotation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever a library raises: it is said, and the rest stands."""
    hourly = ("UID:2", "SUMMARY:Ben", "DTSTART:20260310T080000Z", "DURATION:PT1H", "RRULE:FREQ=HOURLY")
    data = calendar("\n".join(hourly)).replace(b"END:VCALENDAR\n", ANN.encode() + b"END:VCALENDAR\n")
    data = data.replace(b"BEGIN:VEVENT", zone_of("FREQ=YEARLY", 1).encode() + b"BEGIN:VEVENT", 1)

    def fail(*_: object, **__: object) -> None:
        raise AttributeError("no such thing")

    monkeypatch.setattr("dateutil.rrule.rrule.__init__", fail)
    schedule, problems = schedule_of(data)
    assert names_of(schedule.at(when("2026-03-10T08:30Z"))) == ["Ann"]
    assert [one.code for one in problems] == ["OC307", "OC304"]
    for one in problems:
        assert "internal error (AttributeError: no such thing); please report it, with the calendar" in one.message


@pytest.mark.parametrize(
    "lines",
    [
        lambda count: "SUMMARY:A" + "\n n" * count,
        lambda count: "a\n" * count + "SUMMARY:Ann",
        lambda count: "SUMMARY:Ann\n" + "UID:1\n" * count,
        lambda count: "SUMMARY:Ann\nATTENDEE" + ';A="b"' * count + ":mailto:a@b",
        lambda count: "SUMMARY:Ann\n" + "ATTENDEE:mailto:a@b\n" * count,
        lambda count: "SUMMARY:" + "\\n" * count,
        lambda count: "SUMMARY:Ann\n" + "BEGIN:X\n" * count + "END:X\n" * count,
    ],
    ids=["folds", "broken lines", "UIDs", "parameters", "attendees", "escapes", "components"],
)
def test_whatever_an_event_is_made_of_costs_as_much_as_there_is(lines: Callable[[int], str]) -> None:
    def ask(count: int) -> None:
        read_and_ask(calendar("\n".join(["UID:1", *TODAY, lines(count)])))

    assert growth(ask, 10_000) < 3


def test_dates_of_all_events_together_are_bounded_and_the_events_before_stand() -> None:
    first = datetime(2030, 1, 1, tzinfo=UTC)
    dates = ",".join(f"{first + timedelta(hours=number):{STAMP}}" for number in range(9000))
    schedule, problems = schedule_of(events(13, *TODAY, f"RDATE:{dates}"))
    assert [one.message.partition(": ")[2] for one in problems] == [
        "the calendar has more than 100,000 dates in EXDATE and RDATE"
    ] * 2
    assert len(schedule.at(when("2026-03-09T08:30Z"))) == 0
    assert (
        len(compiled(events(11, *TODAY, f"RDATE:{dates}"), (START - DAY, START))[0].at(when("2026-03-09T08:30Z"))) == 11
    )
