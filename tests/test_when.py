"""Instants as people type them, seen from a Saturday evening in New York."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall import times
from oncall.errors import OncallError
from oncall.when import parse_when

NEW_YORK = times.zone("America/New_York")
assert NEW_YORK
NOW = times.instant(datetime(2026, 11, 21, 20, 30, 15), NEW_YORK)


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("now", "2026-11-21T20:30:15-05:00"),
        (" NOW ", "2026-11-21T20:30:15-05:00"),
        ("today", "2026-11-21T00:00:00-05:00"),
        ("today 23:58", "2026-11-21T23:58:00-05:00"),
        ("tomorrow", "2026-11-22T00:00:00-05:00"),
        ("Tomorrow 02:00", "2026-11-22T02:00:00-05:00"),
        ("tomorrow 24:00", "2026-11-23T00:00:00-05:00"),
        ("yesterday 7:05", "2026-11-20T07:05:00-05:00"),
        ("23:58", "2026-11-21T23:58:00-05:00"),
        ("2:00", "2026-11-21T02:00:00-05:00"),
        ("fri 17:00", "2026-11-27T17:00:00-05:00"),
        ("Friday", "2026-11-27T00:00:00-05:00"),
        ("sat 21:00", "2026-11-21T21:00:00-05:00"),
        ("sat 20:00", "2026-11-28T20:00:00-05:00"),
        ("sunday 2:30", "2026-11-22T02:30:00-05:00"),
        ("+3d", "2026-11-24T20:30:15-05:00"),
        ("+1h30m", "2026-11-21T22:00:15-05:00"),
        ("-45s", "2026-11-21T20:29:30-05:00"),
        ("2026-11-27", "2026-11-27T00:00:00-05:00"),
        ("2026-11-27T02:00", "2026-11-27T02:00:00-05:00"),
        ("2026-11-27 02:00", "2026-11-27T02:00:00-05:00"),
        ("2026-11-27T02:00:30Z", "2026-11-26T21:00:30-05:00"),
        ("2026-11-27T02:00+01:00", "2026-11-26T20:00:00-05:00"),
        ("2026-07-01T12:00", "2026-07-01T12:00:00-04:00"),
        ("2026-03-08T02:30", "2026-03-08T03:30:00-04:00"),  # skipped: an hour later
        ("2026-11-01T01:30", "2026-11-01T01:30:00-04:00"),  # comes twice: the first
    ],
)
def test_a_form_means(text: str, means: str) -> None:
    assert times.at(parse_when(text, NOW, NEW_YORK), NEW_YORK).isoformat() == means


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "someday",
        "monkey 17:00",
        "fri 25:00",
        "tomorrow at noon",
        "+3",
        "+",
        "3d",
        "2026-13-01",
        "2026-02-30T00:00",
        "25:00",
        "17",
        "5pm",
        "fri fri",
        "2026-11-27T02:00Q",
        "+99999999d",
        "20:30:15:00",
        "today ٢٣:٠٠",
        "2026-W48-5",
    ],
)
def test_anything_else_says_which_forms_there_are(text: str) -> None:
    with pytest.raises(OncallError, match="write 2026-11-27T02:00, now, tomorrow 02:00"):
        parse_when(text, NOW, NEW_YORK)


@pytest.mark.parametrize("text", ["9999-12-31", "0001-01-01T00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_the_ends_of_the_calendar_are_refused(text: str) -> None:
    with pytest.raises(OncallError, match=r"calendar|is no time"):
        parse_when(text, NOW, NEW_YORK)


@given(st.text(max_size=30), st.sampled_from([NEW_YORK, UTC]))
def test_any_text_is_an_instant_or_an_error(text: str, zone: object) -> None:
    with suppress(OncallError):
        assert isinstance(parse_when(text, NOW, zone), int)  # type: ignore[arg-type]
