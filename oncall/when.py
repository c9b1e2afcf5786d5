"""Times as people type them, from `2am` to ISO 8601, and as our own output shows them.

Every rule that can read a text gives its reading. One reading is the answer; several are an error that shows them all;
so nothing with two meanings is ever accepted in silence. Three things are picked rather than refused, and a note says
which was picked: the day of a bare time of day (and the year of a bare date), the first of two equal local times when
clocks go back, and the time after the gap when they go forward.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from msgspec import Struct
from msgspec.structs import replace

from oncall import times
from oncall.days import (
    EVENING,
    FIRST_YEAR,
    LAST_YEAR,
    MONTHS,
    MORNING,
    WEEKDAY,
    WEEKDAYS,
    Days,
    Sense,
    UnreadableError,
    clocks_of,
    days_of,
)
from oncall.errors import OncallError
from oncall.output.words import day_and_time, distance, moment

EXAMPLES = "write e.g. 02:00, 2am, 'tomorrow 14:00' or 2026-11-24T02:00"

_UNITS = {"s": "s", "sec": "s", "second": "s", "m": "m", "min": "m", "minute": "m", "h": "h", "hr": "h", "hour": "h"}
_UNITS |= {"d": "d", "day": "d", "w": "w", "wk": "w", "week": "w", "mo": "mo", "month": "mo", "y": "y", "yr": "y"}
_UNITS |= {"year": "y"}
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_AMOUNT = r"(\d{1,9}(?:\.\d{1,3})?) ?([a-z]+)"
_LONGEST_TEXT = 100
_MOST_WORDS = 8
_RECENT = 6 * 3600  # seconds in which somebody may have meant what has only just been
_INVISIBLE = "\u200b\u200e\u200f\u2060\ufeff"
_OUT_OF_REACH = f"outside the years {FIRST_YEAR} to {LAST_YEAR} that can be asked about"


class Reading(Struct, frozen=True):
    """The instant a text means, and what has to be said of it: that its day is `picked` from several, or that
    clocks repeat or skip its local time."""

    instant: int
    notes: tuple[str, ...] = ()
    picked: bool = False


class _Frame(Struct, frozen=True):
    """From where a text is read. `today` and `ago` are seen from `now`; a bare time, weekday or date, and `+2h`, from
    `base`: now, or the start of the stretch whose end is read. `mark` is a zone's abbreviation that was written."""

    now: int
    base: int
    zone: tzinfo
    sense: Sense
    mark: str = ""


def read_when(text: str, now: int, zone: tzinfo, sense: Sense = "nearest") -> Reading:
    """What a text means, seen from `now` in a zone; OncallError where it means nothing, or more than one thing."""
    return _read(text, _Frame(now, now, zone, sense))


def read_end(text: str, start: int, now: int, zone: tzinfo) -> Reading:
    """The end of a stretch that begins at `start`. Days that are counted from now (`tomorrow 08:00`, `in 2 hours`) are;
    everything else counts from the start: `+12h`, the first `08:00` or `mon 08:00` after it."""
    return _read(text, _Frame(now, start, zone, "next"))


def _read(text: str, frame: _Frame) -> Reading:
    try:
        readings = list(_readings(text, frame)) if len(text) <= _LONGEST_TEXT else []
    except UnreadableError as hint:
        raise OncallError(f"can't read {text!r} as a time: {hint}") from None
    except OverflowError:
        raise OncallError(f"{text!r} is {_OUT_OF_REACH}") from None
    if not readings:
        raise OncallError(f"can't read {text!r} as a time{_hint(text, frame)}")
    usual = [reading for reading in readings if FIRST_YEAR <= times.at(reading.instant, frame.zone).year <= LAST_YEAR]
    if not usual:
        raise OncallError(f"{text!r} is in the year {times.at(readings[0].instant, frame.zone).year}, {_OUT_OF_REACH}")
    instants = sorted({reading.instant for reading in usual})
    if len(instants) > 1:
        raise OncallError(_ambiguity(text, instants, frame.zone))
    reading = min(usual, key=lambda one: len(one.notes))
    notes = (note.replace("{}", _shown(reading.instant, frame)) for note in reading.notes)
    return replace(reading, notes=tuple(f"{text.strip()!r} {note}" for note in notes))


def _shown(instant: int, frame: _Frame) -> str:
    """`Sun 22 Nov 2026 02:00 EST (in 5h30m)`; an end is told by how long it is after its start."""
    if frame.base != frame.now and instant > frame.base:
        return f"{moment(instant, frame.zone)} ({distance(instant - frame.base)} after the start)"
    away = instant - frame.now
    far = f"in {distance(away)}" if away > 0 else f"{distance(-away)} ago" if away < 0 else "now"
    return f"{moment(instant, frame.zone)} ({far})"


def _ambiguity(text: str, instants: list[int], zone: tzinfo) -> str:
    """`'03/04' could be 4 March or 3 April: write 2027-03-04T00:00 (Thu 4 Mar 2027 00:00 EST) or …`."""
    local = [times.at(instant, zone) for instant in instants]
    if {f"{one:%H:%M:%S}" for one in local} == {"00:00:00", "12:00:00"} and len(local) == 2:
        names = ["noon" if one.hour else "midnight" for one in local]
    elif len({one.time() for one in local}) == 1 and len({(one.month, one.day) for one in local}) == len(local):
        names = [f"{one.day} {MONTHS[one.month - 1]}" for one in local]
    elif len({one.date() for one in local}) == 1:
        names = [f"{one:%H:%M}" for one in local]
    else:
        names = [day_and_time(instant, zone, instants[0]) for instant in instants]
    written = [
        f"{one.replace(tzinfo=None).isoformat(timespec='seconds' if one.second else 'minutes')}"
        f" ({moment(instant, zone)})"
        for one, instant in zip(local, instants, strict=True)
    ]
    return f"{text.strip()!r} could be {_either(names)}: write {_either(written)}"


def _either(texts: list[str]) -> str:
    """`a, b or c`."""
    return " or ".join(filter(None, (", ".join(texts[:-1]), texts[-1])))


# What to write instead of a text that cannot be read.


def _hint(text: str, frame: _Frame) -> str:
    words = _plain(text) if text.isascii() and len(text) <= _LONGEST_TEXT else ""
    hints = (hint(words, frame) for hint in (_without_direction, _wrong_weekday, _unknown_mark))
    return next(filter(None, hints), f"; {EXAMPLES}")


def _without_direction(words: str, frame: _Frame) -> str:
    """`3d` could be ahead or behind."""
    amounts = _amounts(words)
    try:
        both = [(mark, _moved(frame.base, amounts, sign, frame.zone)) for mark, sign in (("+", 1), ("-", -1))]
    except (ValueError, OverflowError):
        return ""
    shown = [f"{mark}{words.replace(' ', '')} ({moment(instant, frame.zone)})" for mark, instant in both]
    return f": it has no direction; write {_either(shown)}" if amounts else ""


def _wrong_weekday(words: str, frame: _Frame) -> str:
    """`Thu 27 Nov 2026` is a Friday."""
    match = re.fullmatch(rf"{WEEKDAY} (.*\d.*)", words)
    instants = {reading.instant for reading in _parsed(match[2], frame)} if match else set()
    if len(instants) != 1:
        return ""
    local = times.at(instants.pop(), frame.zone)
    return f": {local.date()} is a {WEEKDAYS[local.weekday()]}"


def _unknown_mark(words: str, frame: _Frame) -> str:
    """Abbreviations of zones mean many zones, so that only those of the reader's own are read."""
    head, _, last = words.rpartition(" ")
    if not re.fullmatch("[a-z]{3,5}", last) or re.fullmatch(WEEKDAY, last) or not _parsed(head, frame):
        return ""
    return f": {last.upper()!r} is not used in {frame.zone}; write an offset instead, as in '{head} +01:00'"


def _parsed(words: str, frame: _Frame) -> list[Reading]:
    try:
        return list(_readings(words, frame))
    except (UnreadableError, OverflowError):
        return []


# Readings.


def _readings(text: str, frame: _Frame) -> Iterator[Reading]:
    """Every reading of a text, by every rule."""
    written = " ".join("".join(letter for letter in text if letter not in _INVISIBLE).split())
    if not written.isascii():
        return
    iso = _iso(written, frame)
    if iso:
        yield iso
        return
    words = _plain(written)
    if words in ("now", "right now"):
        yield Reading(frame.now)
    elif words in ("eod", "cob", "end of day", "close of business"):
        for hour in (17, 24):
            yield _on_clock(_day(frame.base, frame.zone), hour * 3600, frame)
    else:
        yield from _counted(words, frame)
        words, inner = _without_zone(words, frame)
        for zone in dict.fromkeys((inner.zone, frame.zone)):  # whose `tomorrow` is it, in `tomorrow 02:00 UTC`
            yield from _combined(words.split(), inner, zone)


def _day(instant: int, zone: tzinfo) -> date:
    return times.at(instant, zone).date()


def _plain(text: str) -> str:
    """A text without what does not count: case, commas, `at`, `on`, `the`, the dots of `a.m.` and `Dec.`."""
    words = " ".join(text.lower().split())
    words = re.sub(r"(?<![a-z])([ap])\.? ?m\b\.?", r"\1m", words)
    words = re.sub(r"(?<=[a-z])\.(?= |$)|(?<=\d)\.(?= [a-z])|,(?= |$)", "", words)
    words = re.sub(r"^(\d{4}-\d\d-\d\d)t(?=\d)", r"\1 ", words)
    words = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b(?= (?:of )?[a-z])| of(?= [a-z])", "", words)
    words = re.sub(r"\bat (?!\d{1,2}$)|\bon (?=.)|\bthe |@ ?", "", words)
    if re.search(r"[a-z] \d{1,2} \d{1,2}:\d\d.* \d{4}$", words):  # as `date` prints it: Tue Nov 24 02:00:00 EST 2026
        head, _, year = words.rpartition(" ")
        words = re.sub(r"([a-z] \d{1,2}) ", rf"\1 {year} ", head, count=1)
    return words


def _iso(words: str, frame: _Frame) -> Reading | None:
    """ISO 8601 with a time, an offset or not; `2026-11-24 2am` and `2026-11-24T24:00` are read by other rules."""
    if not re.match(r"(\d{4}-\d\d-\d\d|\d{8})[Tt ]\d", words):
        return None
    try:
        local = datetime.fromisoformat(words.replace(" ", "T", 1).upper())
    except ValueError:
        return None
    return _local(local, frame)


def _without_zone(words: str, frame: _Frame) -> tuple[str, _Frame]:
    """A text without the zone at its end, and the frame that zone makes."""
    head, _, last = words.rpartition(" ")
    if not head:
        return words, frame
    if re.fullmatch("[a-z]{3,5}", last) and last.upper() in _marks(frame.zone):  # none is spelt like a weekday or month
        return head, replace(frame, mark=last.upper())
    zone = _zone_written(last)
    if zone is None:
        return words, frame
    if "/" not in last:
        return head, replace(frame, zone=zone)
    return _without_zone(head, replace(frame, zone=zone))  # 23:58 EST  America/New_York


def _marks(zone: tzinfo) -> set[str | None]:
    """The abbreviations a zone has used since 1970."""
    sampled = range(0, 70 * 365 * times.DAY, 60 * times.DAY)
    return {times.at(instant, zone).tzname() for instant in sampled} - {"UTC", "GMT"}


def _zone_written(word: str) -> tzinfo | None:
    """`z`, `utc`, `+01:00`, `utc-3`, `europe/london`."""
    if word in ("z", "utc", "gmt"):
        return UTC
    if offset := re.fullmatch(r"(?:utc|gmt)?([+-])(\d\d?)(?::?(\d\d))?", word):
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        return timezone(timedelta(minutes=minutes if offset[1] == "+" else -minutes)) if minutes < 24 * 60 else None
    if "/" not in word or not word[0].isalpha():
        return None
    zone = next((times.zone(name) for name in times.zone_names() if name.lower() == word), None)
    if zone is None:
        raise UnreadableError(f"{word!r} is not a time zone; write one such as Europe/London")
    return zone


# Counted from now.


def _counted(words: str, frame: _Frame) -> Iterator[Reading]:
    """`+3d`, `-45s`, `in 2 hours`, `1h ago`, `half an hour from now`."""
    for pattern, base, sign in (
        (r"\+ ?(.+)", frame.base, 1),
        (r"- ?(.+)", frame.base, -1),
        (r"in (.+)", frame.now, 1),
        (r"(.+) from now", frame.now, 1),
        (r"(.+) ago", frame.now, -1),
    ):
        match = re.fullmatch(pattern, words)
        amounts = _amounts(match[1]) if match else []
        if amounts:
            yield Reading(_moved(base, amounts, sign, frame.zone))


def _amounts(words: str) -> list[tuple[float, str]]:
    """`1h30m`, `2 hours and 5 minutes`, `an hour`, `half an hour` as numbers of units; none where it is no length."""
    text = re.sub(r"\bhalf an? ", "0.5 ", words)
    text = re.sub(r"\ban? ", "1 ", text)
    text = re.sub(r"\band\b|,", " ", text)
    if re.sub(_AMOUNT, "", text).strip():
        return []
    amounts = []
    for number, word in re.findall(_AMOUNT, text):
        unit = _UNITS.get(word) or _UNITS.get(word.removesuffix("s"))
        if unit is None or ("." in number and unit not in _SECONDS):
            return []
        amounts.append((float(number), unit))
    return amounts


def _moved(base: int, amounts: list[tuple[float, str]], sign: int, zone: tzinfo) -> int:
    """An instant some time away: days, weeks, months and years keep the time of day, whatever clocks do meanwhile."""
    days = sum(int(number) * (7 if unit == "w" else 1) for number, unit in amounts if unit in ("d", "w"))
    months = sum(int(number) * (12 if unit == "y" else 1) for number, unit in amounts if unit in ("mo", "y"))
    seconds = sign * round(sum(number * _SECONDS[unit] for number, unit in amounts if unit in _SECONDS))
    if not days and not months:
        return base + seconds
    local = times.at(base, zone)
    year, month = divmod(local.year * 12 + local.month - 1 + sign * months, 12)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise OverflowError
    following = date(year, month + 1, 28) + timedelta(days=4)
    last_day = (following - timedelta(days=following.day)).day
    then = local.replace(year=year, month=month + 1, day=min(local.day, last_day), tzinfo=None, fold=0)
    return times.instant(then + timedelta(days=sign * days), zone) + seconds


# A day and a time of day, in either order.


def _combined(words: list[str], frame: _Frame, days_in: tzinfo) -> Iterator[Reading]:
    """Every way to take a text as a day and a time of day. `days_in` is the zone whose days `today` and `fri` are."""
    if len(words) > _MOST_WORDS:
        return
    today, from_day = _day(frame.now, days_in), _day(frame.base, days_in)
    for cut in range(len(words) + 1):
        first, second = " ".join(words[:cut]), " ".join(words[cut:])
        for day, clock in dict.fromkeys(((first, second), (second, first))):
            for days in days_of(day, today, from_day, frame.sense):
                if clock:
                    for seconds in clocks_of(clock, dated=bool(day)):
                        yield from _dated(days, seconds, frame, days.said)
                elif days.default is not None:
                    yield from _dated(days, days.default, frame, "reading" if days.night else days.said)


def _dated(days: Days, seconds: int, frame: _Frame, said: str) -> Iterator[Reading]:
    """The instant of a time of day on the day that is meant."""
    if not days.hours[0] <= seconds < days.hours[1] or (days.night and MORNING <= seconds < EVENING):
        return
    dates = (_of_night(day, seconds, frame) if days.night else day for day in days.dates)
    readings = [_on_clock(day, seconds, frame) for day in dates]
    reading, note = readings[0], "is read as {}"
    if days.pick is not None:
        reading = _picked(readings, days.pick, frame)
        note = f"is read as {{}}, the {days.pick} one{_just_past(readings, days.pick, frame)}"
    yield replace(reading, notes=(note, *reading.notes), picked=said == "pick") if said else reading


def _of_night(day: date, seconds: int, frame: _Frame) -> date:
    """The date of a time in the night of a day: the hours of its evening, or of the next morning. In the small hours
    `tonight` is the night that has begun."""
    if seconds >= EVENING:
        return day
    local = times.at(frame.now, frame.zone)
    has_begun = day == local.date() and local.hour * 3600 < MORNING
    return day if has_begun else day + timedelta(days=1)


def _picked(readings: list[Reading], sense: Sense, frame: _Frame) -> Reading:
    """The one of several days that is meant. The minute that has begun counts as still to come."""
    asked_at = frame.base // 60 * 60 if frame.base == frame.now else frame.base + 1
    if sense == "nearest":
        return min(readings, key=lambda one: (abs(one.instant - frame.base), -one.instant))
    if sense == "next":
        ahead = (one for one in readings if one.instant >= asked_at)
        return min(ahead, key=lambda one: one.instant, default=readings[-1])
    behind = (one for one in readings if one.instant <= frame.base)
    return max(behind, key=lambda one: one.instant, default=readings[0])


def _just_past(readings: list[Reading], sense: Sense, frame: _Frame) -> str:
    """What is said where the next one is a day away because the last one has only just been."""
    ago = min((frame.now - one.instant for one in readings if one.instant <= frame.now), default=_RECENT)
    if sense != "next" or frame.base != frame.now or ago >= _RECENT:
        return ""
    past = times.at(frame.now - ago, frame.zone)
    return f"; the last one was {distance(ago)} ago, at {past:%Y-%m-%dT%H:%M}"


def _on_clock(day: date, seconds: int, frame: _Frame) -> Reading:
    return _local(datetime(day.year, day.month, day.day) + timedelta(seconds=seconds), frame)


def _local(local: datetime, frame: _Frame) -> Reading:
    """A local time as an instant, with a note where clocks go back or forward over it."""
    if local.tzinfo is not None:
        return Reading(times.instant(local, frame.zone))
    first, second = (local.replace(tzinfo=frame.zone, fold=fold) for fold in (0, 1))
    if frame.mark:
        marked = [one for one in (first, second) if one.tzname() == frame.mark]
        if not marked:
            raise UnreadableError(f"{frame.zone} is on {first.tzname()} then, not {frame.mark}")
        return Reading(times.instant(marked[0].astimezone(UTC), UTC))
    instant = times.instant(local, frame.zone)
    before, after = first.utcoffset() or timedelta(), second.utcoffset() or timedelta()
    if before < after:
        return Reading(instant, ("does not exist, as clocks go forward: it is read as {}",))
    if before > after:
        return Reading(
            instant,
            (f"comes twice, as clocks go back: it is read as the first, {{}}; the second is {second.isoformat()}",),
        )
    return Reading(instant)
