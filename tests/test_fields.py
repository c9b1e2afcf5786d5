"""What the texts of a file mean by the field they stand in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.fields import Clock, Duration, Flag, Instant, Name, Pattern, parse_days
from oncall.output.words import distance, safe, safe_json
from oncall.times import show_duration


@pytest.mark.parametrize(
    ("text", "seconds"), [("45s", 45), ("2m", 120), ("1h30m", 5400), ("90d", 7_776_000), ("0s", 0)]
)
def test_a_duration_is_seconds(text: str, seconds: int) -> None:
    assert Duration.parse(text) == seconds


@given(st.integers(0, 36_500 * 86_400))
def test_a_duration_is_read_as_it_is_shown(seconds: int) -> None:
    assert Duration.parse(show_duration(seconds)) == seconds


@pytest.mark.parametrize(
    ("text", "minutes"), [("8:00", 480), ("08:00", 480), ("0:00", 0), ("23:59", 1439), ("24:00", 0)]
)
def test_a_time_of_day_is_minutes(text: str, minutes: int) -> None:
    assert Clock.parse(text) == minutes


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("daily", range(7)),
        ("mon", [0]),
        ("mon-fri", range(5)),
        ("sat-sun", [5, 6]),
        ("fri-mon", [4, 5, 6, 0]),
        ("Sun", [6]),
    ],
)
def test_days_are_weekdays(text: str, days: list[int]) -> None:
    assert parse_days(text) == tuple(days)


@pytest.mark.parametrize(("text", "flag"), [("true", 1), ("NO", 0), ("on", 1), ("False", 0), ("yes", 1), ("off", 0)])
def test_a_flag_is_what_people_write(text: str, flag: int) -> None:
    assert Flag.parse(text) == flag


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Duration, "45"),
        (Clock, "8"),
        (Clock, "24:01"),
        (Flag, "maybe"),
        (Name, "a b"),
        (Name, ""),
        (Instant, "2026-11-20"),
    ],
)
def test_what_means_nothing_is_refused(kind: type[Duration], text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        kind.parse(text)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-5, "0s"),
        (59, "59s"),
        (60, "1m"),
        (3599, "59m"),
        (3600, "1h"),
        (3900, "1h05m"),
        (86_400, "1d"),
        (534_600, "6d4h"),
    ],
)
def test_a_distance_has_two_units_at_most(seconds: int, shown: str) -> None:
    assert distance(seconds) == shown


@given(st.text())
def test_a_safe_text_is_one_line_that_does_nothing(text: str) -> None:
    shown = safe(text)
    assert all(letter.isprintable() or letter.isspace() or ord(letter) > 0x2FF for letter in shown)
    assert not set(shown) & set("\n\r\t\x1b\x9b\u202e\u200b\u2028\ufeff")
    assert len(shown) <= 300 * 10 + 1


def test_a_safe_text_keeps_what_people_are_called() -> None:
    for name in ("Zoë Lindgren", "林 小明", "نادية", "O’Brien [bold] <b>", "👩‍🚒"):
        assert safe(name) == name


def test_safe_json_is_the_same_document() -> None:
    assert safe_json('{\n "a": "\x9b\u202e\U000e0041ë"\n}') == '{\n "a": "\\u009b\\u202e\\udb40\\udc41ë"\n}'


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "text",
    [
        "[[](?P<who>.*)",
        r"\[\[(?P<who>[^\]{}()]+)\]{2}",
        r"(?P<who>\d{4}-\d{2} .{1,500})",
        "(?P<who>a{2,})",
        "(?P<who>){",
    ],
)
def test_a_pattern_is_read_without_a_warning(text: str) -> None:
    assert Pattern.parse(text) == text


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "text",
    [
        "(" * 200 + "(?P<who>a)" + ")" * 200,
        "(?P<who>(((a{1000}){1000}){1000}))",
        "(?P<who>a{99999999})",
        "(?P<who>(?:a|[b{]{9}){1,9999}{2})",
        "(?P<who>a{" + "9" * 310 + "})",
        "(?P<who>" + "a" * 5000 + ")",
        "(?P<who>(?R)?a)",
        "(?P<who>a",
        "(?P<other>a)",
        ")" * 300,
    ],
)
def test_a_pattern_that_could_take_all_memory_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"pattern|regular expression"):
        Pattern.parse(text)
