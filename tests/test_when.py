"""Instants as people type them: every form, and the laws that hold for all of them."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from oncall import times
from oncall.errors import OncallError
from oncall.output.words import day_and_time, iso, moment
from oncall.when import Reading, read_end, read_when

NEW_YORK = times.zone("America/New_York")
assert NEW_YORK
NOW = times.instant(datetime(2026, 11, 21, 20, 30, 15), NEW_YORK)
ZONES = [times.zone(name) for name in ("America/New_York", "Europe/London", "Australia/Lord_Howe", "America/Sao_Paulo")]

GROUPS = yaml.load(Path(__file__).with_name("when.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)


def _cases(kind: str) -> list[Any]:
    return [
        pytest.param(
            group, text, group[kind][text] if isinstance(group[kind], dict) else None, id=f"{group['about']}: {text}"
        )
        for group in GROUPS
        for text in group.get(kind, ())
    ]


def _read(group: dict[str, Any], text: str) -> Reading:
    zone = times.zone(group.get("zone", "America/New_York"))
    assert zone
    now = times.instant(datetime.fromisoformat(group["now"]), zone)
    if "start" in group:
        return read_end(text, times.instant(datetime.fromisoformat(group["start"]), zone), now, zone)
    return read_when(text, now, zone, group.get("sense", "nearest"))


def _instant(group: dict[str, Any], written: str) -> str:
    zone = times.zone(group.get("zone", "America/New_York"))
    assert zone
    return times.at(times.instant(datetime.fromisoformat(written), zone), zone).isoformat()


def _shown(group: dict[str, Any], reading: Reading) -> str:
    zone = times.zone(group.get("zone", "America/New_York"))
    assert zone
    return times.at(reading.instant, zone).isoformat()


@pytest.mark.parametrize(("group", "text", "means"), _cases("reads"))
def test_a_text_means_one_instant_and_nothing_has_to_be_said(group: dict[str, Any], text: str, means: str) -> None:
    reading = _read(group, text)
    assert (_shown(group, reading), reading.notes) == (_instant(group, means), ())


@pytest.mark.parametrize(("group", "text", "means"), _cases("chosen"))
def test_a_text_without_a_day_means_one_and_it_is_said_which(group: dict[str, Any], text: str, means: str) -> None:
    reading = _read(group, text)
    assert _shown(group, reading) == _instant(group, means)
    (note,) = reading.notes
    assert note.startswith(f"{text.strip()!r} is read as ")


@pytest.mark.parametrize(("group", "text", "says"), _cases("says"))
def test_what_was_picked_is_said(group: dict[str, Any], text: str, says: str) -> None:
    assert _read(group, text).notes == (says,)


@pytest.mark.parametrize(("group", "text", "error"), _cases("errors"))
def test_a_text_is_refused_and_the_message_says_what_to_write(group: dict[str, Any], text: str, error: str) -> None:
    with pytest.raises(OncallError) as raised:
        _read(group, text)
    assert str(raised.value) == error


@pytest.mark.parametrize(("group", "text", "_"), _cases("unreadable"))
def test_anything_else_gets_examples(group: dict[str, Any], text: str, _: None) -> None:
    with pytest.raises(OncallError) as raised:
        _read(group, text)
    assert str(raised.value) == (
        f"can't read {text!r} as a time; write e.g. 02:00, 2am, 'tomorrow 14:00' or 2026-11-24T02:00"
    )


TABLE = re.findall(
    r"^\| (`.*`) \| (\S+) \| (\S+) \| (\S+) \|$",
    (Path(__file__).parents[1] / "docs/asking.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)


@pytest.mark.parametrize("row", TABLE, ids=[row[0] for row in TABLE])
def test_the_page_about_asking_says_what_times_mean(row: tuple[str, ...]) -> None:
    now = times.instant(datetime(2026, 11, 21, 20, 30), NEW_YORK)
    for text in re.findall("`(.*?)`", row[0]):
        for sense, means in zip(("nearest", "next", "last"), row[1:], strict=True):
            reading = read_when(text, now, NEW_YORK, sense)  # type: ignore[arg-type]
            assert times.at(reading.instant, NEW_YORK).isoformat()[:16] == means, (text, sense)


INSTANTS = st.integers(times.instant(datetime(1971, 1, 1), UTC), times.instant(datetime(2198, 12, 31), UTC))


@given(INSTANTS, INSTANTS, st.sampled_from(ZONES))
def test_what_is_printed_can_be_typed(instant: int, now: int, zone: Any) -> None:
    written = (moment(instant, zone), f"{moment(instant, zone)}  {zone}", str(iso(instant, zone)))
    assert [read_when(text, now, zone).instant for text in written] == [instant] * len(written)


@given(INSTANTS, st.integers(-180 * times.DAY, 180 * times.DAY), st.sampled_from(ZONES))
def test_a_time_printed_without_its_year_can_be_typed(now: int, away: int, zone: Any) -> None:
    written = day_and_time(now + away, zone, now)
    assert day_and_time(read_when(written, now, zone).instant, zone, now) == written


# fmt: off
WORDS = st.sampled_from((
    "2am", "12am", "13pm", "8", "17", "2:00", "08.00", "0200", "2026", "noon", "midnight", "now", "today", "tonight",
    "tomorrow", "yesterday", "night", "morning", "next", "last", "this", "mon", "fri", "Friday", "dec", "24", "24th",
    "3/4", "24.12.", "3.4", "2026-11-24", "2026-11-24T02:00", "+", "-", "+3d", "in", "ago", "2", "h", "3d", "hours",
    "an", "half", "of", "the", "at", "on", "EST", "CET", "Z", "+01:00", "UTC-3", "Europe/Vienna", ",", ".", "/", ":",
    "99999999", "999999999999", "eod", "week", "month", "0000-00-00",
))
# fmt: on
TEXTS = st.one_of(st.text(max_size=30), st.lists(WORDS, max_size=7).map(" ".join), st.lists(WORDS).map("".join))


@given(TEXTS, st.sampled_from(ZONES), st.sampled_from(["nearest", "next", "last"]))
def test_any_text_is_an_instant_or_an_error(text: str, zone: Any, sense: Any) -> None:
    for read in (lambda: read_when(text, NOW, zone, sense), lambda: read_end(text, NOW + times.DAY, NOW, zone)):
        with suppress(OncallError):
            reading = read()
            assert 1970 <= times.at(reading.instant, zone).year <= 2199


@given(st.lists(WORDS, max_size=5).map(" ".join), st.sampled_from(ZONES))
def test_case_and_spaces_do_not_count(text: str, zone: Any) -> None:
    results = []
    for spelling in (text, text.upper(), f"  {text.replace(' ', '   ')} "):
        try:
            results.append(read_when(spelling, NOW, zone).instant)
        except OncallError:
            results.append(-1)
    assert len(set(results)) == 1


@given(st.lists(WORDS, max_size=5).map(" ".join), st.sampled_from(ZONES))
def test_for_a_bare_time_the_nearest_is_the_next_or_the_last(text: str, zone: Any) -> None:
    readings = []
    for sense in ("nearest", "next", "last"):
        with suppress(OncallError):
            readings.append(read_when(text, NOW, zone, sense).instant)  # type: ignore[arg-type]
    assert not readings or readings[0] in readings[1:]
