"""The example workspace stays whole for years."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import oncall

EXAMPLE = Path(__file__).resolve().parents[1] / "schedules"
ROTATIONS = (
    "field-primary",
    "follow-the-sun",
    "bayside-maintenance",
    "clinic-doctors",
    "courier-desk",
    "floor-supervisors",
)


@pytest.mark.parametrize("year", [2026, 2028, 2031])
def test_nothing_is_wrong_with_any_file(year: int) -> None:
    for month in (3, 6, 11):
        assert oncall.problems(EXAMPLE, datetime(year, month, 15, tzinfo=UTC)) == []


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_a_rotation_has_exactly_one_person_on_call_at_every_instant_of_five_years(rotation: str) -> None:
    start = datetime(2026, 1, 12, tzinfo=UTC)
    (table,) = oncall.shifts(EXAMPLE, rotation, start, start + timedelta(days=5 * 365))
    assert table.gaps == []
    assert {len(stretch.on_call) for stretch in table.stretches} == {1}


def test_at_two_minutes_to_midnight_the_field_line_is_about_to_be_handed_over() -> None:
    answer = oncall.who(EXAMPLE, "field-support", datetime.fromisoformat("2026-11-24T23:58-05:00"))
    primary = answer.tiers[0]
    assert [entry.shift.person for entry in primary.on_call] == ["tech-1"]
    assert primary.next is not None
    assert primary.next.at - answer.at == 120
    assert [entry.shift.person for entry in primary.next.on_call] == ["tech-2"]
