"""Messages about calendars are ours, whatever stands in a file: none has words of Python, dateutil or icalendar."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.errors import Problem

from .schedules import DAY, calendar, compiled, when

START = when("2026-03-10T00:00Z")
NOT_OURS = re.compile(
    r"unconverted data|does not match format|invalid literal|[Ee]xpected|out of range|not in list|must be in|NoneType|"
    r"object|<class|<function|Traceback|Error\b|Exception|datetime\.|tzinfo|zoneinfo|codec|bytes|strptime|base 10|"
    r"isoformat|rrule|dateutil|icalendar|vDDD|vRecur|unpack|unhashable|subscriptable|iterable|attribute|argument|"
    r"not enough values|too many values|None\b|True\b|False\b|nan\b|internal error"
)
VALUES = [
    "",
    "soon",
    "20261",
    "2026-13-45",
    "20260230",
    "20260310T",
    "20260310T99",
    "20260310T250000",
    "20260310T080000X",
    "20260310T080000+9900",
    "20260310T080000ZZ",
    "00000101T000000Z",
    "00010101T000000Z",
    "99991231T235959Z",
    "999999999999T000000",
    "20260310T080000Z/",
    "20260310T080000Z/PT",
    "20260310T080000Z/soon",
    "20260310T080000Z/P99999999D",
    "P",
    "P1",
    "PT",
    "P1Y",
    "P-1D",
    "PT99999999999999H",
    "-1",
    "0",
    "1e9",
    "nan",
    "\N{ARABIC-INDIC DIGIT TWO}" * 8,
    "\x00",
    "FREQ",
    "FREQ=",
    "FREQ=DAILY;COUNT=x",
    "FREQ=DAILY;COUNT=99999999999999999999",
    "FREQ=DAILY;INTERVAL=0",
    "FREQ=DAILY;UNTIL=soon",
    "FREQ=DAILY;UNTIL=202603",
    "FREQ=DAILY;UNTIL=99999999T999999Z",
    "FREQ=DAILY;UNTIL=P1D",
    "FREQ=DAILY;BYHOUR=25",
    "FREQ=DAILY;BYDAY=XX",
    "FREQ=MONTHLY;BYDAY=99FR",
    "FREQ=YEARLY;BYWEEKNO=99",
    "FREQ=YEARLY;BYMONTH=13",
    "FREQ=WEEKLY;WKST=8",
    "FREQ=DAILY;FREQ=DAILY",
    "FREQ=DAILY;RSCALE=HEBREW",
]
PROPERTIES = {
    "DTSTART": "20260310T080000Z",
    "DTEND": "20260310T090000Z",
    "DURATION": "",
    "RRULE": "",
    "RDATE": "",
    "EXDATE": "",
    "EXRULE": "",
    "RECURRENCE-ID": "",
    "DTSTAMP": "",
    "LAST-MODIFIED": "",
    "SEQUENCE": "",
    "STATUS": "",
    "ATTENDEE": "",
    "SUMMARY": "Ann",
    "UID": "1",
}
PARAMETERS = [
    "",
    ";VALUE=DATE",
    ";VALUE=DATE-TIME",
    ";VALUE=PERIOD",
    ";TZID=Nowhere",
    ";TZID=",
    ";TZID=(UTC+99:99) x",
    ";TZID=/",
    ";TZID",
    ';TZID="a',
    ";=",
]
IN_ZONES = ["DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE", "TZUNTIL", "TZID"]


def problems_of(data: bytes) -> list[Problem]:
    return compiled(data, (START, START + 2 * DAY))[1]


def check(problems: list[Problem], given: str) -> None:
    for problem in problems:
        ours = problem.message.replace(repr(given)[1:-1], "").replace(given.upper(), "") if given else problem.message
        assert not NOT_OURS.search(ours), problem.message


def event(name: str, parameter: str, value: str) -> bytes:
    lines = [f"{prop}:{usual}" for prop, usual in PROPERTIES.items() if usual and prop != name]
    return calendar("\n".join([*lines, f"{name}{parameter}:{value}"]))


def zoned(name: str, value: str) -> bytes:
    usual = {"DTSTART": "19700101T000000", "TZOFFSETFROM": "+0100", "TZOFFSETTO": "+0200", "TZID": "Site"}
    usual[name] = value
    before = "".join(f"{prop}:{usual.pop(prop)}\n" for prop in ("TZID", "TZUNTIL") if prop in usual)
    rest = "".join(f"{prop}:{text}\n" for prop, text in usual.items())
    zone = f"BEGIN:VTIMEZONE\n{before}BEGIN:STANDARD\n{rest}END:STANDARD\nEND:VTIMEZONE"
    return calendar(f"{zone}\n\nUID:1\nSUMMARY:Ann\nDTSTART;TZID=Site:20260310T080000\nDURATION:PT1H")


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_that_is_wrong_is_told_in_our_words_in_every_property(value: str) -> None:
    for name in PROPERTIES:
        for parameter in PARAMETERS:
            check(problems_of(event(name, parameter, value)), value)
    for name in IN_ZONES:
        check(problems_of(zoned(name, value)), value)
    check(problems_of(calendar(f"X-WR-TIMEZONE:{value}\n\nUID:1\nSUMMARY:Ann\nDTSTART;VALUE=DATE:20260310")), value)


@given(
    st.sampled_from(sorted(PROPERTIES)),
    st.sampled_from(PARAMETERS),
    st.from_regex(r"[0-9TZP;=:,/+. -]{0,24}", fullmatch=True),
)
def test_whatever_a_value_is_it_is_told_in_our_words(name: str, parameter: str, value: str) -> None:
    check(problems_of(event(name, parameter, value)), value)


@given(st.sampled_from(IN_ZONES), st.from_regex(r"[0-9TZP;=:,/+. -]{0,24}", fullmatch=True))
def test_whatever_a_zone_says_it_is_told_in_our_words(name: str, value: str) -> None:
    check(problems_of(zoned(name, value)), value)
