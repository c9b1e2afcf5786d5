"""When a line promises a human: windows, open days and closed days, by cases and quarter after quarter of an hour."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oncall.errors import Problem
from oncall.model import Hours, OpenWindow
from oncall.rotations.hours import Stretch, merged, open_stretches
from oncall.rotations.ics import read_calendar
from oncall.schedule import Window
from tests.work import growth

from . import generate, oracles
from .schedules import DAY, calendar, when, zone

NEW_YORK = "America/New_York"


def weekly(days: str | tuple[str, ...], start: str | None = None, until: str | None = None) -> OpenWindow:
    minutes = [None if one is None else int(one[:2]) * 60 + int(one[3:]) for one in (start, until)]
    return OpenWindow(days, *minutes)  # type: ignore[arg-type]


def days_of(*days: str) -> str:
    return "\n\n".join(f"UID:{day}\nSUMMARY:Holiday\nDTSTART;VALUE=DATE:{day}" for day in days)


def open_in(
    start: str,
    end: str,
    *windows: OpenWindow,
    name: str = NEW_YORK,
    open_days: str | None = None,
    closed_days: str | None = None,
) -> tuple[list[Stretch], list[Problem]]:
    """The open time between two instants, clipped to them."""
    begins, ends = when(start), when(end)
    opened, closed = (
        None if text is None else read_calendar(calendar(text), f"{which}.ics")
        for which, text in (("open", open_days), ("closed", closed_days))
    )
    found, problems = open_stretches(Hours(open=windows), Window(begins, ends), zone(name), opened, closed)
    assert list(found) == merged(found)
    return oracles.joined(found, begins, ends), problems


def stretches(*written: str) -> list[Stretch]:
    split = [one.split() for one in written]
    return [(when(start), when(end)) for start, end in split]


def test_a_window_of_the_day_is_open_from_its_beginning_until_its_end() -> None:
    assert open_in("2026-03-09T00:00-04:00", "2026-03-15T00:00-04:00", weekly("mon-tue", "09:00", "17:00"))[0] == (
        stretches(
            "2026-03-09T09:00-04:00 2026-03-09T17:00-04:00",
            "2026-03-10T09:00-04:00 2026-03-10T17:00-04:00",
        )
    )


def test_a_night_belongs_to_the_day_it_begins_on_and_ends_on_the_next() -> None:
    assert open_in("2026-03-13T00:00-04:00", "2026-03-16T00:00-04:00", weekly("fri", "17:00", "08:00"))[0] == (
        stretches("2026-03-13T17:00-04:00 2026-03-14T08:00-04:00")
    )


def test_a_night_that_began_before_the_window_is_open_in_it() -> None:
    assert open_in("2026-03-14T00:00-04:00", "2026-03-14T12:00-04:00", weekly("fri", "17:00", "08:00"))[0] == (
        stretches("2026-03-14T00:00-04:00 2026-03-14T08:00-04:00")
    )


def test_days_without_times_are_whole_days_and_what_touches_is_one_stretch() -> None:
    nights = weekly("daily", "17:00", "08:00")
    assert open_in("2026-03-12T12:00-04:00", "2026-03-17T00:00-04:00", nights, weekly("sat-sun"))[0] == stretches(
        "2026-03-12T17:00-04:00 2026-03-13T08:00-04:00",
        "2026-03-13T17:00-04:00 2026-03-16T08:00-04:00",
        "2026-03-16T17:00-04:00 2026-03-17T00:00-04:00",
    )


def test_until_at_the_time_it_begins_is_a_whole_day_later() -> None:
    assert open_in("2026-03-09T00:00-04:00", "2026-03-12T00:00-04:00", weekly("mon", "08:00", "08:00"))[0] == (
        stretches("2026-03-09T08:00-04:00 2026-03-10T08:00-04:00")
    )


def test_until_midnight_is_the_end_of_the_day() -> None:
    assert open_in("2026-03-09T00:00-04:00", "2026-03-12T00:00-04:00", weekly(("mon", "tue"), "20:00", "00:00"))[0] == (
        stretches(
            "2026-03-09T20:00-04:00 2026-03-10T00:00-04:00",
            "2026-03-10T20:00-04:00 2026-03-11T00:00-04:00",
        )
    )


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-03-07T12:00-05:00", "2026-03-08T12:00-04:00", "2026-03-07T17:00-05:00 2026-03-08T08:00-04:00"),
        ("2026-10-31T12:00-04:00", "2026-11-01T12:00-05:00", "2026-10-31T17:00-04:00 2026-11-01T08:00-05:00"),
    ],
)
def test_a_night_in_which_clocks_change_ends_at_its_time_on_the_clock(start: str, end: str, expected: str) -> None:
    assert open_in(start, end, weekly("daily", "17:00", "08:00"))[0] == stretches(expected)


def test_a_window_in_the_skipped_hour_is_open_for_no_time() -> None:
    around = ("2026-03-07T12:00-05:00", "2026-03-09T12:00-04:00")
    assert open_in(*around, weekly("daily", "02:00", "03:00"))[0] == stretches(
        "2026-03-09T02:00-04:00 2026-03-09T03:00-04:00"
    )
    assert open_in(*around, weekly("daily", "02:30", "03:15"))[0] == stretches(
        "2026-03-09T02:30-04:00 2026-03-09T03:15-04:00"
    )


def test_an_open_day_is_open_from_midnight_to_midnight_of_the_zone() -> None:
    found, problems = open_in(
        "2026-03-07T00:00-05:00",
        "2026-03-10T00:00-04:00",
        weekly("mon", "09:00", "17:00"),
        open_days=days_of("20260308"),
    )
    assert found == stretches(
        "2026-03-08T00:00-05:00 2026-03-09T00:00-04:00", "2026-03-09T09:00-04:00 2026-03-09T17:00-04:00"
    )
    assert problems == []


def test_a_closed_day_is_taken_out_of_the_windows_and_of_the_nights_that_reach_into_it() -> None:
    found, _ = open_in(
        "2026-03-09T12:00-04:00",
        "2026-03-12T00:00-04:00",
        weekly("daily", "17:00", "08:00"),
        closed_days=days_of("20260310"),
    )
    assert found == stretches(
        "2026-03-09T17:00-04:00 2026-03-10T00:00-04:00",
        "2026-03-11T00:00-04:00 2026-03-11T08:00-04:00",
        "2026-03-11T17:00-04:00 2026-03-12T00:00-04:00",
    )


def test_where_a_day_is_both_open_and_closed_it_is_closed() -> None:
    found, _ = open_in(
        "2026-03-09T00:00-04:00",
        "2026-03-13T00:00-04:00",
        open_days=days_of("20260310", "20260311"),
        closed_days=days_of("20260310"),
    )
    assert found == stretches("2026-03-11T00:00-04:00 2026-03-12T00:00-04:00")


def test_days_may_be_several_and_recur() -> None:
    text = (
        "UID:1\nSUMMARY:Fair\nDTSTART;VALUE=DATE:20250309\nDTEND;VALUE=DATE:20250311\nRRULE:FREQ=YEARLY\n\n"
        "UID:2\nSUMMARY:Not held\nSTATUS:CANCELLED\nDTSTART;VALUE=DATE:20260312"
    )
    found, problems = open_in("2026-03-01T00:00-05:00", "2026-04-01T00:00-04:00", open_days=text)
    assert found == stretches("2026-03-09T00:00-04:00 2026-03-11T00:00-04:00")
    assert problems == []


def test_an_event_with_times_counts_for_no_day_and_is_reported_once() -> None:
    timed = "UID:t\nSUMMARY:Lunch\nDTSTART:20260309T120000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3"
    text = f"{days_of('20260310')}\n\n{timed}"
    around = ("2026-03-08T12:00-04:00", "2026-03-13T00:00-04:00")
    found, problems = open_in(*around, open_days=text)
    assert found == stretches("2026-03-10T00:00-04:00 2026-03-11T00:00-04:00")
    assert [(one.code, one.file, one.line) for one in problems] == [("OC304", "open.ics", 8)]
    assert "'Lunch'" in problems[0].message
    found, problems = open_in(*around, weekly("daily"), closed_days=timed)
    assert found == stretches("{} {}".format(*around))
    assert [(one.code, one.file, one.line) for one in problems] == [("OC304", "closed.ics", 3)]


def test_without_windows_and_days_a_line_is_never_open() -> None:
    assert open_in("2026-03-09T00:00-04:00", "2026-03-13T00:00-04:00") == ([], [])


clocks = st.integers(0, 23 * 4 + 3).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
weekdays = st.lists(st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), min_size=1, unique=True)
windows = st.one_of(
    st.builds(lambda days, start, until: (tuple(days), start, until), weekdays, clocks, clocks),
    weekdays.map(lambda days: (tuple(days), None, None)),
)


def open_quarters(
    name: str,
    windows: list[tuple[tuple[str, ...], str | None, str | None]],
    opened: set[date],
    closed: set[date],
    start: datetime,
    days: int,
) -> list[Stretch]:
    """The open time, every quarter of an hour asked by itself, which is as fine as the windows are."""
    names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    clock = oracles.clock(name)
    edges: list[Stretch] = []

    def inside(local: datetime, instant: int) -> bool:
        if local.date() in closed:
            return False
        if local.date() in opened:
            return True
        for weekdays, begins, ends in windows:
            for day in (local.date(), local.date() - timedelta(days=1)):
                if names[day.weekday()] not in weekdays:
                    continue
                midnight = datetime(day.year, day.month, day.day)
                first = midnight + _clock(begins)
                last = midnight + _clock(ends) + (timedelta() if _clock(ends) > _clock(begins) else timedelta(days=1))
                if oracles.localised(first, name) <= instant < oracles.localised(last, name):
                    return True
        return False

    begin = oracles.localised(start, name)
    for instant in range(begin, begin + days * DAY, 900):
        local = datetime.fromtimestamp(instant, clock).replace(tzinfo=None)
        if inside(local, instant):
            edges.append((instant, instant + 900))
    return oracles.joined(edges, begin, begin + days * DAY)


def _clock(written: str | None) -> timedelta:
    return timedelta(hours=int(written[:2]), minutes=int(written[3:])) if written else timedelta()


@settings(max_examples=15)
@given(
    st.sampled_from([name for name in sorted(generate.ZONES) if name != "Pacific/Apia"]),
    st.lists(windows, max_size=3),
    st.lists(st.integers(0, 7), max_size=2),
    st.lists(st.integers(0, 7), max_size=2),
    st.integers(0, 5),
)
def test_the_open_time_is_what_every_quarter_of_an_hour_says_of_itself(
    name: str,
    written: list[tuple[tuple[str, ...], str | None, str | None]],
    opened: list[int],
    closed: list[int],
    before: int,
) -> None:
    start = generate.ZONES[name][0] - timedelta(days=before)
    days = [{(start + timedelta(days=number)).date() for number in numbers} for numbers in (opened, closed)]
    expected = open_quarters(name, written, *days, start, 14)
    texts = [days_of(*(f"{day:%Y%m%d}" for day in sorted(some))) or None for some in days]
    begin = oracles.localised(start, name)
    found, problems = open_stretches(
        Hours(open=tuple(weekly(*one) for one in written)),
        Window(begin, begin + 14 * DAY),
        zone(name),
        *(None if text is None else read_calendar(calendar(text), "x.ics") for text in texts),
    )
    assert oracles.joined(found, begin, begin + 14 * DAY) == expected
    assert problems == []


def test_tens_of_thousands_of_windows_cost_as_much_as_there_are() -> None:
    def ask(count: int) -> None:
        clocks = ((f"{n // 60 % 24:02}:{n % 60:02}", f"{n // 55 % 24:02}:{n % 55:02}") for n in range(count))
        windows = tuple(weekly("daily", start, until) for start, until in clocks)
        closed = days_of(*(f"{date(2026, 3, 1) + timedelta(days=n):%Y%m%d}" for n in range(0, 90, 2)))
        open_in("2026-03-01T00:00-05:00", "2026-05-31T00:00-04:00", *windows, closed_days=closed)

    assert growth(ask, 10_000) < 3


def test_windows_that_fill_a_day_minute_by_minute_are_the_day_and_no_more_with_every_other_day_closed() -> None:
    windows = [
        weekly("daily", f"{n // 60:02}:{n % 60:02}", f"{(n + 1) // 60 % 24:02}:{(n + 1) % 60:02}") for n in range(1440)
    ]
    begins, ends = "2026-03-05T00:00-05:00", "2026-03-12T00:00-04:00"
    assert open_in(begins, ends, *windows, closed_days=days_of("20260306", "20260308", "20260310"))[0] == stretches(
        "2026-03-05T00:00-05:00 2026-03-06T00:00-05:00",
        "2026-03-07T00:00-05:00 2026-03-08T00:00-05:00",
        "2026-03-09T00:00-04:00 2026-03-10T00:00-04:00",
        "2026-03-11T00:00-04:00 2026-03-12T00:00-04:00",
    )
