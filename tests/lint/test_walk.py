"""Stretches of time against the same time counted second by second, and how findings speak of them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall import times
from oncall.lint.walk import Span, Stretch, common, gaps, together, walk, where, within, without
from oncall.lint.wording import Horizon, few, listed
from tests.rotations.schedules import when, zone

instants = st.integers(0, 40)
NEVER = 2**40


@st.composite
def spans(draw: st.DrawFn) -> list[Span]:
    """Sorted spans without overlaps; some touch."""
    edges = sorted(draw(st.lists(instants, max_size=12, unique=True)))
    pairs = list(pairwise(edges))
    return [pair for pair in pairs if draw(st.booleans())]


def seconds(found: list[Span]) -> list[int]:
    return [second for start, end in found for second in range(start, end)]


@given(spans(), spans())
def test_what_two_have_in_common_is_in_both(one: list[Span], other: list[Span]) -> None:
    assert seconds(common(one, other)) == sorted(set(seconds(one)) & set(seconds(other)))


@given(spans(), instants, instants)
def test_gaps_and_spans_fill_the_time_between(found: list[Span], start: int, end: int) -> None:
    inside = within(found, start, end)
    assert seconds(inside) == [second for second in seconds(found) if start <= second < end]
    assert sorted(seconds(inside) + seconds(gaps(found, start, end))) == list(range(start, end))


@given(spans(), spans())
def test_what_is_left_without_others_is_in_the_one_and_not_in_the_other(one: list[Span], other: list[Span]) -> None:
    assert seconds(without(one, other)) == sorted(set(seconds(one)) - set(seconds(other)))


@given(st.lists(st.booleans(), min_size=41, max_size=41), st.sets(instants), instants, instants)
def test_a_walk_finds_every_change_and_nothing_twice(holds: list[bool], more: set[int], start: int, end: int) -> None:
    changes = {second for second in range(1, 41) if holds[second] != holds[second - 1]}
    found = list(walk(start, end, changes | more, holds.__getitem__))
    assert [one.state for one in found for _ in range(one.start, one.end)] == holds[start:end]
    assert all(one.end == two.start and one.state != two.state for one, two in pairwise(found))
    assert seconds(where(found, bool)) == [second for second in range(start, end) if holds[second]]


@given(st.dictionaries(st.sampled_from("abc"), spans()), instants, instants)
def test_together_are_those_whose_spans_hold_the_moment(theirs: dict[str, list[Span]], start: int, end: int) -> None:
    found = list(together(theirs, start, end))
    there = {who: set(seconds(one)) for who, one in theirs.items()}
    expected = [{who for who in there if second in there[who]} for second in range(start, end)]
    assert [one.state for one in found for _ in range(one.start, one.end)] == expected
    assert all(one.state != two.state for one, two in pairwise(found))


def test_neighbours_in_which_something_holds_are_one_stretch() -> None:
    assert where([Stretch(0, 5, "a"), Stretch(5, 9, "b"), Stretch(10, 12, "a")], bool) == [(0, 9), (10, 12)]


def test_a_stretch_over_a_change_of_the_clock_shows_its_true_length() -> None:
    new_york = zone("America/New_York")
    back = (when("2026-11-01T00:30:00-04:00"), when("2026-11-01T02:30:00-05:00"))
    ahead = (when("2026-03-08T01:00:00-05:00"), when("2026-03-09T01:00:00-04:00"))
    twice = (when("2026-11-01T01:30:00-04:00"), when("2026-11-01T01:30:00-05:00"))
    horizon = Horizon(0, NEVER, new_york)
    assert horizon.stretch(back) == "2026-11-01 00:30 to 02:30 (3h)"
    assert horizon.stretch(ahead) == "2026-03-08 01:00 to 2026-03-09 01:00 (23h)"
    assert horizon.stretch(twice) == "2026-11-01 01:30 EDT to 01:30 EST (1h)"


def test_seconds_are_shown_where_there_are_any() -> None:
    horizon = Horizon(0, NEVER, zone("UTC"))
    start = when("2026-11-26T02:00:00+00:00")
    assert horizon.stretch((start, start + 90)) == "2026-11-26 02:00:00 to 02:01:30 (1m30s)"
    assert horizon.stretch((start, start + times.DAY)) == "2026-11-26 02:00 to 2026-11-27 02:00 (1d)"


def test_the_ends_of_the_horizon_are_no_moments_of_the_schedule() -> None:
    at, until = when("2026-11-26T02:00:17+00:00"), when("2027-02-24T02:00:17+00:00")
    horizon = Horizon(at, until, zone("UTC"))
    assert horizon.stretch((at, until - 47)) == "2026-11-26 02:00:00 to 2027-02-24 01:59:30 (90d)"
    assert horizon.stretch((at, when("2026-11-27T03:30:00+00:00"))) == "2026-11-26 02:00 to 2026-11-27 03:30 (1d1h)"
    assert horizon.stretch((at, until)) == "2026-11-26 02:00 to 2027-02-24 or later (90d)"
    assert horizon.stretch((until - 77, until)) == "2027-02-24 01:59 to 2027-02-24 or later (1m17s)"


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0s"),
        (59, "59s"),
        (90, "1m30s"),
        (3599, "59m59s"),
        (3600, "1h"),
        (5400 + 29, "1h30m"),
        (5400 + 30, "1h31m"),
        (86_400 - 30, "1d"),
        (3_547_950, "41d2h"),
        (2 * 86_400 - 1, "2d"),
    ],
)
def test_a_duration_for_people_has_two_units_at_most(seconds: int, shown: str) -> None:
    assert times.show_about(seconds) == shown


def test_the_first_few_are_shown_and_the_others_counted() -> None:
    horizon = Horizon(-1, NEVER, zone("UTC"))
    hours = [(3600 * number, 3600 * number + 60) for number in range(5)]
    shown = "1970-01-01 00:00 to 00:01 (1m), 1970-01-01 01:00 to 01:01 (1m), 1970-01-01 02:00 to 02:01 (1m)"
    assert horizon.stretches(hours[:3]) == shown
    assert horizon.stretches(hours) == f"{shown} and 2 more"
    assert [listed("a"), listed("ab"), listed("abc"), listed("")] == ["a", "a and b", "a, b and c", ""]
    assert [few("abc"), few("abcde")] == ["a, b and c", "a, b, c and 2 more"]
