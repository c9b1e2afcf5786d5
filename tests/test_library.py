"""`import oncall`."""

from __future__ import annotations

import doctest
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import oncall
import oncall.library

EXAMPLE = Path(__file__).resolve().parents[1] / "schedules"
AT = datetime.fromisoformat("2026-11-24T23:58-05:00")


def test_the_example_in_the_documentation_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLE.parent)
    assert doctest.testmod(oncall.library).failed == 0


def test_everything_offered_is_there_and_documented() -> None:
    for name in oncall.__all__:
        assert getattr(oncall, name).__doc__, name


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = (
        "import sys, oncall; print([m for m in ('typer', 'icalendar', 'yaml', 'msgspec', 'rich') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_bare_calendar_is_asked_from_bytes() -> None:
    rota = (EXAMPLE / "rotations/field-primary.ics").read_bytes()
    swap = (EXAMPLE / "rotations/field-overrides.ics").read_bytes()
    noon = datetime.fromisoformat("2027-01-04T12:00-05:00")
    answers = [
        oncall.who_in_calendar(rota, noon, overrides=overrides, timezone="America/New_York")
        for overrides in ((), (swap,))
    ]
    assert [answer.tiers[0].on_call[0].shift.label for answer in answers] == ["Zoe Lindgren", "Ines Duarte"]


def test_json_is_what_the_command_prints() -> None:
    document = oncall.to_json([oncall.who(EXAMPLE, "field-primary", AT)], "America/New_York")
    assert document["schema"] == "oncall.who/1"
    assert document["answers"][0]["tiers"][0]["on_call"][0]["until"] == "2026-11-25T00:00:00-05:00"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(oncall.OncallError, match="aware datetime"):
        oncall.who(EXAMPLE, "field-primary", datetime(2026, 11, 24))


def test_unknown_names_and_folders_say_so() -> None:
    with pytest.raises(oncall.NotFoundError, match="did you mean 'field-support'"):
        oncall.who(EXAMPLE, "field-suport", AT)
    with pytest.raises(oncall.OncallError, match="is no folder"):
        oncall.who(EXAMPLE / "nowhere", "field-support", AT)
    with pytest.raises(oncall.OncallError, match="is not after"):
        oncall.shifts(EXAMPLE, "field-support", AT, datetime(2026, 1, 1, tzinfo=UTC))
