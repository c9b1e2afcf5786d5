"""Laws of dates and times, held against Python's own reading of ISO 8601."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from oncall.rotations.text import Line
from oncall.rotations.values import read_stamp, value_start

moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).map(lambda moment: moment.replace(microsecond=0))
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(moments)
def test_the_forms_of_rfc_5545_are_read_and_are_not_odd(moment: datetime) -> None:
    written = moment.isoformat().replace("-", "").replace(":", "")
    for text, offset in ((written, None), (f"{written}Z", 0), (written.lower(), None), (f"{written}z", 0)):
        stamp = read_stamp(text)
        assert stamp is not None
        assert (stamp.local, stamp.is_date, stamp.offset, stamp.usual) == (moment, False, offset, "")
    day = read_stamp(written[:8])
    assert day is not None
    assert (day.local.date(), day.is_date, day.usual) == (moment.date(), True, "")


@given(moments, offsets, st.sampled_from(["T", " "]), st.sampled_from(["auto", "minutes", "milliseconds"]))
def test_iso_8601_means_the_same_and_says_how_rfc_5545_writes_it(
    moment: datetime, zone: timezone, between: str, detail: str
) -> None:
    whole = moment.replace(second=0) if detail == "minutes" else moment
    aware = whole.replace(tzinfo=zone)
    stamp = read_stamp(aware.isoformat(between, detail))
    assert stamp is not None
    assert stamp.local == whole
    assert timedelta(seconds=stamp.offset or 0) == aware.utcoffset()
    usual = read_stamp(stamp.usual)
    assert usual is not None
    assert (usual.local, usual.usual) == (aware.astimezone(UTC).replace(tzinfo=None), "")


@given(st.text(max_size=40) | st.from_regex(r"[0-9TZtz:+. /-]{1,30}", fullmatch=True))
def test_any_other_text_is_none_or_a_time_and_never_a_fault(text: str) -> None:
    stamp = read_stamp(text)
    assert stamp is None or stamp.is_date or stamp.local is not None


@given(st.text(max_size=60).filter(lambda text: "\n" not in text), moments)
def test_a_value_is_found_behind_parameters_of_any_kind(parameter: str, moment: datetime) -> None:
    value = moment.isoformat().replace("-", "").replace(":", "")
    text = f"DTSTART;TZID=x{parameter}x:{value}"
    start = value_start(text)
    assert start is not None
    assert text[start:].endswith(value)


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=9), min_size=1)
)
def test_every_letter_of_a_folded_line_has_its_place_in_the_file(pieces: list[str]) -> None:
    line = Line(5, "".join(pieces), "\n ".join(pieces).encode() if len(pieces) > 1 else b"")
    index = 0
    for number, piece in enumerate(pieces):
        for column in range(len(piece)):
            assert line.place(index) == (5 + number, column + 1 + (number > 0))
            index += 1
