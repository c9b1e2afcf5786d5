"""Any bytes give a schedule and problems, never an exception, in bounded time."""

from __future__ import annotations

import time

from hypothesis import example, given, settings
from hypothesis import strategies as st

from oncall.errors import SEVERITIES
from oncall.model import Person
from oncall.schedule import Window

from . import generate
from .schedules import DAY, calendar, compiled, when, zone

START = when("2026-03-08T05:00Z")
WINDOW = Window(START - 10 * DAY, START + 10 * DAY)
PEOPLE = {"ann": Person(name="Ann", email="ann@harbor.example"), "ben": Person(name="Ben", aliases=("B",))}
SECONDS = 30

NAMES = [
    "UID", "SUMMARY", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID", "STATUS",
    "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "ATTENDEE", "DESCRIPTION", "TZID", "X-WR-TIMEZONE", "BEGIN", "END",
    "TZOFFSETFROM", "TZOFFSETTO",
]  # fmt: skip
PARAMETERS = [
    "", ";VALUE=DATE", ";VALUE=PERIOD", ";TZID=America/New_York", ';TZID="Eastern Standard Time"', ";TZID=Own",
    ";RANGE=THISANDFUTURE", ";PARTSTAT=DECLINED", ';CN="a', ";", ";=", ';X="y:z"', ";TZID=/a/b/Europe/London",
    ";TZID=", ";TZID=(UTC) x", ";TZID=../../etc/passwd",
]  # fmt: skip
VALUES = [
    "", "1", "Ann", "[L2] ben", "20260308", "20260308T023000", "20260308T070000Z", "20260229", "00010101T000000Z",
    "99991231T235959Z", "99991231", "19691231T235959", "20260308T000000/PT1H", "20260308T000000Z/20260309T000000Z", "/",
    "PT1H", "P1D", "-P1D", "P999999D", "PT999999999S", "P", "20260308,20260309T020000,", "FREQ=DAILY", "CANCELLED",
    "FREQ=WEEKLY;BYDAY=MO,-1SU;UNTIL=20260401T000000Z", "FREQ=MONTHLY;BYDAY=-1FR;BYSETPOS=1,-1;COUNT=9",
    "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=2", "FREQ=HOURLY;INTERVAL=2",
    "FREQ=YEARLY;UNTIL=99991231T235959Z", "FREQ=DAILY;UNTIL=00010101", "FREQ=HOURLY;INTERVAL=7;BYHOUR=3",
    "FREQ=DAILY;INTERVAL=99999999999999999999", "FREQ=WEEKLY;WKST=XX", "FREQ=;COUNT=", ";;;===", "FREQ=MINUTELY", "Own",
    "mailto:ann@harbor.example", "UTC", "+0100", "-2359", "+9999", "VEVENT", "VCALENDAR", "VTIMEZONE", "STANDARD",
]  # fmt: skip

RULE_VALUES = [
    "DAILY", "WEEKLY", "MONTHLY", "YEARLY", "HOURLY", "0", "1", "-1", "2", "12", "31", "53", "-53", "366", "10000",
    "MO", "SU", "1SU", "31SU", "99FR", "-5FR", "MO,TU,WE", "20260401", "20260401T000000Z", "202604Z", "P1D", "PT1H", "",
]  # fmt: skip
RULE_PARTS = [
    "FREQ", "COUNT", "UNTIL", "INTERVAL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYWEEKNO", "BYYEARDAY", "BYSETPOS",
    "BYHOUR", "BYMINUTE", "WKST", "SKIP",
]  # fmt: skip
rules = st.tuples(
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY", "HOURLY"]),
    st.lists(st.tuples(st.sampled_from(RULE_PARTS), st.sampled_from(RULE_VALUES)).map("=".join), max_size=4),
).map(lambda rule: f"RRULE:FREQ={rule[0]};{';'.join(rule[1])}")
property_lines = st.one_of(
    rules,
    st.tuples(
        st.sampled_from(NAMES), st.sampled_from(PARAMETERS), st.one_of(st.sampled_from(VALUES), st.text(max_size=20))
    ).map(lambda parts: f"{parts[0]}{parts[1]}:{parts[2]}"),
    st.text(max_size=30),
)
TIMES = ["DTSTART:20260308T070000Z", "DTSTART;VALUE=DATE:20260308", "DTSTART;TZID=Own:20260308T023000"]


@st.composite
def line_soups(draw: st.DrawFn) -> str:
    """Events, a zone and a header of generated lines; most have a start, so that something is expanded."""
    zoned = "\n".join(draw(st.lists(property_lines, max_size=3)))
    parts = [f"BEGIN:VTIMEZONE\nTZID:Own\nBEGIN:STANDARD\n{zoned}\nEND:STANDARD\nEND:VTIMEZONE"]
    for _ in range(draw(st.integers(1, 4))):
        lines = draw(st.lists(property_lines, max_size=6))
        start = draw(st.sampled_from([*TIMES, ""]))
        end = draw(st.sampled_from(["DURATION:PT1H", "DTEND:20260309T070000Z", ""]))
        parts.append("\n".join(["BEGIN:VEVENT", "UID:1", start, end, *lines, "END:VEVENT"]))
    header = "\n".join(draw(st.lists(property_lines, max_size=1)))
    return "\n".join(["BEGIN:VCALENDAR", header, *parts, "END:VCALENDAR"])


def check(data: bytes) -> None:
    """The one sentence."""
    began = time.process_time()
    schedule, problems = compiled(data, WINDOW, zone("America/New_York"), data[::-1], PEOPLE, "^(?P<who>[^-]+) -")
    list(schedule.between(WINDOW.start, WINDOW.end))
    schedule.at(START)
    schedule.next(START)
    for problem in problems:
        assert problem.code in SEVERITIES
        assert problem.message
        assert "internal error" not in problem.message  # which a fault of ours is reported as
        assert problem.line is None or 1 <= problem.line <= max(data.count(b"\n"), data.count(b"\r")) * 2 + 1
    assert time.process_time() - began < SECONDS


@given(st.binary(max_size=400))
@example(b"BEGIN:VCALENDAR")
@example(b"\x00" * 100)
def test_any_bytes_give_a_schedule_and_problems(data: bytes) -> None:
    check(data)


@given(st.text(max_size=400))
def test_any_text_in_an_event_gives_a_schedule_and_problems(text: str) -> None:
    check(calendar("\n".join([TIMES[0], "DURATION:PT1H", text])))


@settings(max_examples=120)
@given(line_soups())
def test_any_property_lines_give_a_schedule_and_problems(text: str) -> None:
    check(text.encode(errors="surrogatepass"))


@settings(max_examples=120)
@given(
    generate.calendars("America/New_York"),
    st.lists(
        st.tuples(st.integers(0, 5000), st.sampled_from(["cut", "set", "insert", "double"]), st.binary(max_size=6))
    ),
)
def test_a_valid_calendar_that_was_damaged_gives_a_schedule_and_problems(
    text: str, damage: list[tuple[int, str, bytes]]
) -> None:
    data = calendar(text)
    for place, kind, junk in damage:
        place %= len(data) + 1
        if kind == "cut":
            data = data[:place] + data[place + len(junk) :]
        elif kind == "set":
            data = data[:place] + junk + data[place + len(junk) :]
        elif kind == "insert":
            data = data[:place] + junk + data[place:]
        else:
            data = data[:place] + data[max(0, place - 40) : place] + data[place:]
    check(data)
