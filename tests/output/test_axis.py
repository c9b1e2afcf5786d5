"""The time of a dispatch as a line: to scale, but where it says that it is not."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from oncall.output.axis import axis_of

INSTANTS = st.lists(st.one_of(st.integers(-20, 400), st.integers(0, 300_000)), min_size=1, max_size=40)
WIDTHS = st.sampled_from([63.0, 320.0, 940.0])


@given(INSTANTS, WIDTHS)
def test_the_line_is_as_long_as_it_should_be_and_never_runs_backwards(instants: list[int], width: float) -> None:
    axis = axis_of(instants, width, 4)
    places = [axis.at(second) for second in sorted(instants)]
    assert places[0] == 0
    assert abs(places[-1] - width) < 0.001 or len(set(instants)) == 1
    assert all(before <= after for before, after in pairwise(places))


@given(INSTANTS, WIDTHS)
def test_what_is_not_left_out_has_one_scale(instants: list[int], width: float) -> None:
    axis = axis_of(instants, width, 4)
    scales = [(piece.right - piece.left) / (piece.end - piece.start) for piece in axis.pieces if not piece.left_out]
    assert max(scales) - min(scales) < 0.000_001 * max(scales)


@given(INSTANTS, WIDTHS)
def test_nothing_lies_in_what_is_left_out(instants: list[int], width: float) -> None:
    axis = axis_of(instants, width, 4)
    for piece in axis.breaks:
        assert not [second for second in instants if piece.start < second < piece.end]
        assert abs(piece.right - piece.left - 4) < 0.001
    assert len(axis.breaks) <= 3


@given(INSTANTS, WIDTHS)
def test_ticks_keep_their_distance(instants: list[int], width: float) -> None:
    axis = axis_of(instants, width, 4)
    places = [axis.at(tick) for tick in axis.ticks(40)]
    assert all(after - before >= 39.999 for before, after in pairwise(places))


def test_a_short_call_is_to_scale_throughout() -> None:
    assert axis_of([0, 25, 45, 70, 90, 107], 940, 28).breaks == ()


def test_a_callback_hours_later_leaves_the_call_its_room() -> None:
    axis = axis_of([0, 25, 45, 90, 990, 10_800], 940, 28)
    assert [(piece.start, piece.end) for piece in axis.breaks] == [(90, 990), (990, 10_800)]
    assert axis.at(45) > 400


def test_three_days_of_attempts_every_hour_are_to_scale() -> None:
    assert axis_of(range(0, 259_200, 3600), 940, 28).breaks == ()
