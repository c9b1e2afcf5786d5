"""What holds for every calendar: laws of schedules, over generated calendars round the days when clocks change."""

from __future__ import annotations

import locale
import os
import random
import time
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.rotations.ics import read_calendar
from oncall.rotations.occurrences import occurrences
from oncall.rotations.titles import priority
from oncall.schedule import AHEAD, Schedule, Window, window_around

from . import generate
from .schedules import DAY, calendar, compiled, names_of, rows, when, zone

NEAR = 12 * DAY


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, str, str, int]:
    """A zone, a planned calendar, overrides or none, and an instant near a change of the clock."""
    name = draw(generate.zones)
    planned = draw(generate.calendars(name))
    overrides = draw(st.one_of(st.just(""), generate.calendars(name, most=2, first=100)))
    middle = random_instant(draw, name)
    return name, planned, overrides, middle


def random_instant(draw: st.DrawFn, name: str) -> int:
    moment = draw(generate.moments(name, days=9))
    return int((moment - datetime(1970, 1, 1)).total_seconds()) + draw(st.integers(-1, 1))


def schedule_of(name: str, planned: str, overrides: str, window: Window) -> Schedule:
    return compiled(calendar(planned), window, zone(name), [calendar(overrides)] if overrides else [])[0]


def around(middle: int, days: int = 12) -> Window:
    return Window(middle - days * DAY, middle + days * DAY)


def scan(name: str, planned: str, overrides: str, window: Window, instant: int) -> list[str]:
    """Who is on call, asked of every occurrence one by one."""
    for text in filter(None, (overrides, planned)):
        found, _ = occurrences(read_calendar(calendar(text), "x.ics"), window.start, window.end, zone(name))
        there = [priority(one.event.summary) for one in found if one.start <= instant < one.end]
        if there:
            highest = max(rank for rank, _ in there)
            return sorted({who for rank, who in there if rank == highest})
    return []


@given(cases())
def test_segments_are_sorted_never_overlap_and_are_never_empty(case: tuple[str, str, str, int]) -> None:
    name, planned, overrides, middle = case
    schedule = schedule_of(name, planned, overrides, around(middle))
    for segment in schedule.segments:
        assert segment.start < segment.end
        assert segment.shifts
        assert len(segment.people) == len(segment.shifts)
    for before, after in zip(schedule.segments, schedule.segments[1:], strict=False):
        assert before.end <= after.start


@given(cases())
def test_somebody_is_on_call_exactly_when_a_shift_says_so(case: tuple[str, str, str, int]) -> None:
    name, planned, overrides, middle = case
    window = around(middle)
    schedule = schedule_of(name, planned, overrides, window)
    covered: list[list[int]] = []
    stretches = sorted(
        (one.start, one.end)
        for text in filter(None, (planned, overrides))
        for one in occurrences(read_calendar(calendar(text), "x.ics"), window.start, window.end, zone(name))[0]
    )
    for start, end in stretches:
        start, end = max(start, window.start), min(end, window.end)
        if covered and start <= covered[-1][1]:
            covered[-1][1] = max(end, covered[-1][1])
        else:
            covered.append([start, end])
    ours: list[list[int]] = []
    for start, end, _ in schedule.between(window.start, window.end):
        if ours and ours[-1][1] == start:
            ours[-1][1] = end
        else:
            ours.append([start, end])
    assert ours == covered


@given(cases())
def test_a_look_up_equals_a_linear_scan_of_every_occurrence_at_every_edge(case: tuple[str, str, str, int]) -> None:
    name, planned, overrides, middle = case
    window = around(middle)
    schedule = schedule_of(name, planned, overrides, window)
    edges = {instant for segment in schedule.segments for instant in (segment.start, segment.end)}
    for edge in sorted(one for one in edges if window.holds(one - 1) and window.holds(one)):
        for instant in (edge - 1, edge):
            assert names_of(schedule.at(instant)) == scan(name, planned, overrides, window, instant)
    assert names_of(schedule.at(middle)) == scan(name, planned, overrides, window, middle)


@given(cases())
def test_next_is_the_first_instant_at_which_other_people_or_people_again_are_on_call(
    case: tuple[str, str, str, int],
) -> None:
    name, planned, overrides, middle = case
    schedule = schedule_of(name, planned, overrides, around(middle, 40))
    following = schedule.next(middle)
    here = names_of(schedule.at(middle))
    edges = [one.start for one in schedule.segments if one.start > middle]
    changes = [edge for edge in edges if names_of(schedule.at(edge)) != here or not schedule.at(edge - 1)]
    expected = next(iter(changes), None)
    assert (following[0] if following else None) == expected
    if following:
        assert following[1] == schedule.at(following[0])


@given(cases())
def test_since_and_until_are_the_edges_of_a_stretch_without_a_break(case: tuple[str, str, str, int]) -> None:
    name, planned, overrides, middle = case
    schedule = schedule_of(name, planned, overrides, around(middle, 40))
    for one in schedule.at(middle):
        assert one.since is not None
        assert one.since <= middle
        who = one.shift.label
        inside = [edge for edge in schedule.starts if edge >= one.since and (one.until is None or edge < one.until)]
        assert all(who in names_of(schedule.at(edge)) for edge in [*inside, one.since])
        assert who not in names_of(schedule.at(one.since - 1))
        if one.until is not None:
            assert middle < one.until <= middle + AHEAD
            assert who not in names_of(schedule.at(one.until))


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_events_does_not_matter(case: tuple[str, str, str, int], shuffler: random.Random) -> None:
    name, planned, overrides, middle = case
    blocks = planned.split("\n\n")
    shuffler.shuffle(blocks)
    window = around(middle)
    schedule = schedule_of(name, planned, overrides, window)
    other = schedule_of(name, "\n\n".join(blocks), overrides, window)
    assert rows(schedule, window.start, window.end) == rows(other, window.start, window.end)


@given(cases(), st.integers(-200, 200), st.integers(1, 200))
def test_an_override_changes_nothing_outside_itself(case: tuple[str, str, str, int], hours: int, length: int) -> None:
    name, planned, overrides, middle = case
    window = around(middle)
    start = middle + hours * 3600
    end = start + length * 1800
    stamps = [time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(instant)) for instant in (start, end)]
    extra = f"UID:extra\nSUMMARY:[L999] Zoe\nDTSTART:{stamps[0]}\nDTEND:{stamps[1]}"
    before = schedule_of(name, planned, overrides, window)
    after = schedule_of(name, planned, "\n\n".join(filter(None, [overrides, extra])), window)
    inside = (max(start, window.start), min(end, window.end))
    if inside[0] < inside[1]:
        assert rows(after, *inside) == [(*inside, ["Zoe"])]
    for first, last in ((window.start, min(start, window.end)), (max(end, window.start), window.end)):
        assert rows(before, first, last) == rows(after, first, last)


@given(cases(), st.integers(0, 60), st.integers(1, 60), st.integers(0, 3), st.integers(1, 400))
def test_the_answer_does_not_depend_on_the_window(
    case: tuple[str, str, str, int], before: int, after: int, less: int, more: int
) -> None:
    name, planned, overrides, middle = case
    windows = [
        Window(middle - before * DAY, middle + after * DAY),
        Window(middle - less, middle + more * DAY),
        Window(middle, middle + 1),
        window_around(middle),
    ]
    schedules = [schedule_of(name, planned, overrides, window) for window in windows]
    list(schedules[0].between(windows[0].start, windows[0].end))  # nor on what was asked before
    for schedule in schedules[1:]:
        assert schedule.at(middle) == schedules[0].at(middle)
        assert schedule.next(middle) == schedules[0].next(middle)


@given(cases())
def test_the_answer_does_not_depend_on_the_machine(case: tuple[str, str, str, int]) -> None:
    name, planned, overrides, middle = case
    window = around(middle)
    at_home = schedule_of(name, planned, overrides, window)
    language = locale.setlocale(locale.LC_ALL)
    with pytest.MonkeyPatch.context() as patch:
        for there in ("Pacific/Apia", "America/New_York"):
            patch.setenv("TZ", there)
            time.tzset()
            assert schedule_of(name, planned, overrides, window).segments == at_home.segments
        patch.setenv("TZ", os.environ.get("TZ", "UTC"))
        locale.setlocale(locale.LC_ALL, "C")
        assert schedule_of(name, planned, overrides, window).segments == at_home.segments
    time.tzset()
    locale.setlocale(locale.LC_ALL, language)


@given(st.integers(-62_000_000_000, 250_000_000_000))
def test_the_window_around_an_instant_holds_it_and_its_month(instant: int) -> None:
    window = window_around(instant)
    assert window.holds(instant)
    assert window.end - window.start <= (31 + 4) * DAY


def test_an_end_that_is_not_in_sight_within_two_years_is_none_whatever_the_window() -> None:
    shift = "UID:1\nSUMMARY:Ann\nDTSTART:20260101T000000Z\nDTEND:20300101T000000Z"
    late = "UID:2\nSUMMARY:Ben\nDTSTART:20310101T000000Z\nDTEND:20310102T000000Z"
    instant = when("2026-03-10T00:00Z")
    for window in (Window(instant, instant + 1), Window(instant - DAY, instant + 700 * DAY), around(instant)):
        schedule = compiled(calendar(f"{shift}\n\n{late}"), window)[0]
        assert [(one.since, one.until) for one in schedule.at(instant)] == [(when("2026-01-01T00:00Z"), None)]
        assert schedule.next(instant) is None


def test_a_shift_made_of_many_events_is_one_stretch_from_its_true_beginning() -> None:
    daily = "UID:1\nSUMMARY:Ann\nDTSTART:20200101T000000Z\nDTEND:20200102T000000Z\nRRULE:FREQ=DAILY;UNTIL=20261231"
    instant = when("2026-03-10T12:00Z")
    schedule = compiled(calendar(daily), Window(instant, instant + 1))[0]
    assert [(one.since, one.until) for one in schedule.at(instant)] == [
        (when("2020-01-01T00:00Z"), when("2027-01-01T00:00Z"))
    ]
