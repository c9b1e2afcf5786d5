"""Our schedules beside those of other expansions, on both sides of every change of the clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import icalendar
import pytest
import recurring_ical_events
from dateutil.rrule import rruleset, rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from . import generate, oracles
from .schedules import DAY, calendar, compiled, zone

LONGEST = 400


@st.composite
def series(
    draw: st.DrawFn, zones: st.SearchStrategy[str] = generate.zones
) -> tuple[str, datetime, dict[str, str], timedelta]:
    """A zone, a start near a change of its clock, a rule, and how long its shifts are."""
    name = draw(zones)
    start = draw(generate.moments(name, days=40))
    length = timedelta(minutes=draw(st.sampled_from([15, 30, 60, 61, 120, 480, 720, 1440, 1500, 7 * 1440])))
    return name, start, draw(generate.rules(start)), length


def event(name: str, start: datetime, length: timedelta, rule: dict[str, str], *more: str) -> str:
    return "\n".join(
        [
            "UID:1",
            "SUMMARY:Ann",
            f"DTSTART;TZID={name}:{generate.stamp(start)}",
            f"DTEND;TZID={name}:{generate.stamp(start + length)}",
            f"RRULE:{generate.written(rule)}",
            *more,
        ]
    )


def ours(text: str, name: str, window: tuple[int, int]) -> list[tuple[int, int]]:
    schedule, _ = compiled(calendar(text), window, zone(name))
    return [(start, end) for start, end, _ in schedule.between(*window)]


def without_end(rule: dict[str, str]) -> dict[str, str]:
    return {part: value for part, value in rule.items() if part not in ("COUNT", "UNTIL")}


def recurs(rule: dict[str, str], start: datetime) -> bool:
    """Whether a rule has days at all, to dateutil as well: otherwise that looks for one until the year 9999."""
    numbered = {len(day) > 2 for day in rule.get("BYDAY", "").split(",")}
    return len(numbered) == 1 and len(list(islice(_days_of(rule, start), 2))) == 2


def _days_of(rule: dict[str, str], start: datetime) -> Iterator[datetime]:
    return oracles.starts(without_end(rule), start, start + timedelta(days=6000))


def window_of(name: str, start: datetime) -> tuple[int, int]:
    first = oracles.localised(start, name)
    return first - 5 * DAY, first + LONGEST * DAY


@settings(max_examples=120)
@given(series())
def test_rules_give_the_days_that_rfc_5545_names(case: tuple[str, datetime, dict[str, str], timedelta]) -> None:
    name, start, rule, length = case
    window = window_of(name, start)
    local = oracles.starts(rule, start, start + timedelta(days=LONGEST + 3))
    expected = [(oracles.localised(one, name), oracles.localised(one + length, name)) for one in local]
    assert ours(event(name, start, length, rule), name, window) == oracles.joined(expected, *window)


@settings(max_examples=150)
@given(
    rule=generate.all_rules(),
    day=st.dates(date(2023, 12, 1), date(2028, 3, 1)),
    later=st.integers(0, 5),
    on_the_rule=st.booleans(),
)
def test_every_part_of_a_rule_means_what_rfc_5545_says(
    rule: dict[str, str], day: date, later: int, *, on_the_rule: bool
) -> None:
    """In UTC, over years, seen from a window that opens years after the start."""
    start = datetime(day.year, day.month, day.day, 8)
    if on_the_rule:
        start = next(islice(oracles.starts(without_end(rule), start, start + timedelta(days=800)), 1, 2), start)
    last = start + timedelta(days=4 * LONGEST)
    opens = int((start.replace(tzinfo=UTC) + timedelta(days=300 * later)).timestamp())
    window = opens, int(last.replace(tzinfo=UTC).timestamp())
    text = f"UID:1\nSUMMARY:Ann\nDTSTART:{generate.stamp(start)}Z\nDURATION:PT1H\nRRULE:{generate.written(rule)}"
    expected = [int(one.replace(tzinfo=UTC).timestamp()) for one in oracles.starts(rule, start, last)]
    assert ours(text, "UTC", window) == oracles.joined(((one, one + 3600) for one in expected), *window)


@given(series(), st.integers(1, 3))
def test_a_duration_of_hours_is_exact_and_one_of_days_nominal(
    case: tuple[str, datetime, dict[str, str], timedelta], days: int
) -> None:
    name, start, rule, length = case
    window = window_of(name, start)
    local = list(oracles.starts(rule, start, start + timedelta(days=LONGEST + 3)))
    seconds = int(length.total_seconds())
    exact = [(oracles.localised(one, name), oracles.localised(one, name) + seconds) for one in local]
    nominal = [(oracles.localised(one, name), oracles.localised(one + timedelta(days=days), name)) for one in local]
    for duration, expected in ((f"PT{seconds}S", exact), (f"P{days}D", nominal)):
        lines = [
            line if not line.startswith("DTEND") else f"DURATION:{duration}"
            for line in event(name, start, length, rule).split("\n")
        ]
        assert ours("\n".join(lines), name, window) == oracles.joined(expected, *window)


@given(series(), st.booleans())
def test_whole_days_and_floating_times_are_those_of_the_zone(
    case: tuple[str, datetime, dict[str, str], timedelta], whole: bool
) -> None:
    name, start, rule, length = case
    if whole:
        start = start.replace(hour=0, minute=0)
        length = timedelta(days=max(1, length.days))
        rule = {part: value[:8] if part == "UNTIL" else value for part, value in rule.items()}
    window = window_of(name, start)
    by_definition = {
        part: f"{value}T000000" if part == "UNTIL" and len(value) == 8 else value for part, value in rule.items()
    }
    local = oracles.starts(by_definition, start, start + timedelta(days=LONGEST + 3))
    expected = [(oracles.localised(one, name), oracles.localised(one + length, name)) for one in local]
    text = event(name, start, length, rule).replace(f";TZID={name}", "")
    if whole:
        text = "\n".join(
            line.replace("DTSTART:", "DTSTART;VALUE=DATE:").replace("DTEND:", "DTEND;VALUE=DATE:").split("T0000")[0]
            if line.startswith("DT")
            else line
            for line in text.split("\n")
        )
    assert ours(text, name, window) == oracles.joined(expected, *window)


@given(series(), st.lists(st.integers(0, 30), max_size=4), st.lists(st.integers(0, 60 * 24), max_size=3))
def test_sets_of_rules_dates_and_exceptions_are_those_of_dateutil(
    case: tuple[str, datetime, dict[str, str], timedelta], out: list[int], extra: list[int]
) -> None:
    name, start, rule, length = case
    window = window_of(name, start)
    last = start + timedelta(days=LONGEST + 3)
    added = [start + timedelta(hours=hours, days=1) for hours in extra]
    wanted = rruleset()
    assume(recurs(rule, start))
    naive = dict(rule)
    unbounded = generate.written(without_end(rule))
    if "COUNT" in rule and rrulestr(unbounded, dtstart=start)[0] != start:
        naive["COUNT"] = str(int(rule["COUNT"]) - 1)  # dateutil does not count a start beside the rule
    if naive.get("COUNT") != "0":
        wanted.rrule(rrulestr(generate.written(naive), dtstart=start))
    if "UNTIL" not in rule or rule["UNTIL"] >= generate.stamp(start):
        wanted.rdate(start)
    for one in added:
        wanted.rdate(one)
    possible = wanted.between(start, last, inc=True)
    gone = [possible[number % len(possible)] for number in out] if possible else []
    for one in gone:
        wanted.exdate(one)
    instants = {oracles.localised(one, name) for one in gone}  # two local times may be one instant
    local = [one for one in wanted.between(start, last, inc=True) if oracles.localised(one, name) not in instants]
    expected = [(oracles.localised(one, name), oracles.localised(one + length, name)) for one in local]
    more = [f"RDATE;TZID={name}:{generate.stamp(one)}" for one in added]
    more += [f"EXDATE;TZID={name}:{generate.stamp(one)}" for one in gone]
    assert ours(event(name, start, length, rule, *more), name, window) == oracles.joined(expected, *window)


PLAIN = ["America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Europe/London", "Pacific/Auckland"]


@settings(max_examples=40)
@given(series(st.sampled_from(PLAIN)))  # it knows zones by the machine's data, which may be older
def test_plain_series_are_those_of_recurring_ical_events(
    case: tuple[str, datetime, dict[str, str], timedelta],
) -> None:
    name, start, rule, length = case
    assume(recurs(rule, start))
    rule.pop("UNTIL", None)  # which it refuses without the zone of the start
    first = rrulestr(generate.written({**rule, "COUNT": "1"}), dtstart=start)[0]  # it counts a start beside the rule
    text = event(name, first, length, rule)
    window = window_of(name, first)
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(calendar(text))).between(
        datetime.fromtimestamp(window[0] - 9 * DAY, UTC), datetime.fromtimestamp(window[1] + 9 * DAY, UTC)
    )
    theirs = [(int(one["DTSTART"].dt.timestamp()), int(one["DTEND"].dt.timestamp())) for one in found]
    assert ours(text, name, window) == oracles.joined(theirs, *window)


@pytest.mark.parametrize("name", sorted(generate.ZONES))
def test_every_quarter_of_an_hour_round_a_change_of_the_clock_is_the_instant_that_shows_it(name: str) -> None:
    for change in generate.ZONES[name]:
        for quarter in range(3 * 96):
            start = change - timedelta(days=1) + timedelta(minutes=15 * quarter)
            text = f"SUMMARY:Ann\nDTSTART;TZID={name}:{generate.stamp(start)}\nDURATION:PT1S"
            instant = oracles.localised(start, name)
            assert ours(text, name, (instant - 2 * DAY, instant + 2 * DAY)) == [(instant, instant + 1)]
