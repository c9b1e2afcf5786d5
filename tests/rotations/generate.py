"""Generated calendars: events as people and products write them, round the days when clocks change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from hypothesis import strategies as st

ZONES = {
    "America/New_York": [datetime(2026, 3, 8), datetime(2026, 11, 1)],
    "Europe/London": [datetime(2026, 3, 29), datetime(2026, 10, 25)],
    "Australia/Lord_Howe": [datetime(2026, 4, 5), datetime(2026, 10, 4)],
    "America/Sao_Paulo": [datetime(2018, 11, 4), datetime(2019, 2, 17)],
    "Asia/Kolkata": [datetime(2026, 3, 8)],
    "Pacific/Auckland": [datetime(2026, 4, 5), datetime(2026, 9, 27)],
    "Africa/Casablanca": [datetime(2026, 2, 15), datetime(2026, 3, 22)],
    "Pacific/Apia": [datetime(2011, 12, 30), datetime(2011, 9, 24), datetime(2012, 4, 1)],
}
WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
PEOPLE = ["Ann", "Ben", "Cem"]

zones = st.sampled_from(sorted(ZONES))


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%S")


@st.composite
def moments(draw: st.DrawFn, zone: str, days: int = 6) -> datetime:
    """A wall-clock time near a change of the zone's clock, on a quarter of an hour as a rule."""
    change = draw(st.sampled_from(ZONES[zone]))
    away = timedelta(days=draw(st.integers(-days, days)), hours=draw(st.integers(0, 23)))
    return change + away + timedelta(minutes=draw(st.sampled_from([0, 0, 15, 30, 45, 59])))


@st.composite
def rules(draw: st.DrawFn, start: datetime) -> dict[str, str]:
    """A rule that any reading of RFC 5545 agrees on."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    rule = {"FREQ": frequency}
    interval = draw(st.integers(1, 4))
    if interval > 1:
        rule["INTERVAL"] = str(interval)
    if frequency == "WEEKLY" and draw(st.booleans()):
        rule["BYDAY"] = ",".join(draw(st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=4, unique=True)))
        rule["WKST"] = draw(st.sampled_from(["MO", "SU", "WE"]))
    if frequency in ("MONTHLY", "YEARLY"):
        kind = draw(st.sampled_from(["", "BYMONTHDAY", "BYDAY"]))
        if kind and (frequency == "YEARLY" or draw(st.booleans())):
            rule["BYMONTH"] = ",".join(
                map(str, draw(st.lists(st.integers(1, 12), min_size=1, max_size=4, unique=True)))
            )
        if kind == "BYMONTHDAY":
            days = st.sampled_from([1, 2, 15, 28, 29, 30, 31, -1, -2, -30])
            rule[kind] = ",".join(map(str, draw(st.lists(days, min_size=1, max_size=3, unique=True))))
        elif kind:
            places = st.sampled_from(["", "1", "2", "4", "5", "-1", "-2"])
            both = st.tuples(places, st.sampled_from(WEEKDAYS)).map("".join)
            rule[kind] = ",".join(draw(st.lists(both, min_size=1, max_size=3, unique=True)))
    if frequency == "DAILY" and draw(st.booleans()):
        rule["BYDAY"] = ",".join(draw(st.lists(st.sampled_from(WEEKDAYS), min_size=2, max_size=6, unique=True)))
    bound = draw(st.sampled_from(["", "COUNT", "UNTIL"]))
    if bound == "COUNT":
        rule[bound] = str(draw(st.integers(1, 12)))
    elif bound:
        rule[bound] = stamp(start + timedelta(days=draw(st.integers(0, 60)), minutes=draw(st.sampled_from([-1, 0, 1]))))
    return rule


_ORDINALS = {"MONTHLY": ["", "", "1", "2", "5", "-1", "-5"], "YEARLY": ["", "", "1", "10", "53", "-1", "-20", "-53"]}


@st.composite
def all_rules(draw: st.DrawFn) -> dict[str, str]:
    """Any rule that RFC 5545 allows for days, however odd; most name days that are rare, or never come."""

    def some(values: list[int] | list[str], most: int = 4) -> str:
        return ",".join(map(str, draw(st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True))))

    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    rule = {"FREQ": frequency}
    possible: dict[str, list[int]] = {
        "BYMONTH": list(range(1, 13)),
        "BYMONTHDAY": [] if frequency == "WEEKLY" else [*range(1, 32), -1, -2, -30, -31],
        "BYYEARDAY": [1, 2, 59, 60, 100, 200, 365, 366, -1, -2, -365, -366] if frequency == "YEARLY" else [],
        "BYWEEKNO": [1, 2, 20, 40, 52, 53, -1, -2, -20, -52, -53] if frequency == "YEARLY" else [],
        "BYHOUR": [1, 8, 20],
    }
    for part, values in possible.items():
        if values and draw(st.integers(0, 2)) == 0:
            rule[part] = some(values)
    if draw(st.booleans()):
        kind = "MONTHLY" if "BYMONTH" in rule and frequency == "YEARLY" else frequency
        ordinals = [""] if "BYWEEKNO" in rule else _ORDINALS.get(kind, [""])
        rule["BYDAY"] = some([f"{ordinal}{day}" for ordinal in ordinals for day in WEEKDAYS])
    optional = {
        "INTERVAL": lambda: str(draw(st.integers(2, 4))),
        "BYSETPOS": lambda: some([1, 2, 3, 10, -1, -2, -3, -10], 2),
        "WKST": lambda: draw(st.sampled_from(WEEKDAYS)),
        "COUNT": lambda: str(draw(st.integers(1, 9))),
    }
    for part, value in optional.items():
        if draw(st.booleans()):
            rule[part] = value()
    return rule


def written(rule: dict[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in rule.items())


def _end(draw: st.DrawFn, start: datetime, at: Callable[[str, datetime], str]) -> str:
    minutes = draw(st.sampled_from([15, 30, 60, 90, 180, 480, 720, 1440, 2880, 7 * 1440, 10]))
    if draw(st.booleans()):
        return at("DTEND", start + timedelta(minutes=minutes))
    days, rest = divmod(minutes, 1440)
    return "DURATION:P" + (f"{days}D" if days else "") + (f"T{rest}M" if rest else "")


@st.composite
def events(draw: st.DrawFn, zone: str, number: int, *, marks: bool = True) -> str:
    """One event, or a series and one change of it, as blocks of lines."""
    name = draw(st.sampled_from(PEOPLE))
    mark = draw(st.sampled_from(["", "", "", "[L1] ", "[L2] "])) if marks else ""
    start = draw(moments(zone))
    kind = draw(st.sampled_from(["zoned", "zoned", "floating", "utc", "day"]))

    def at(prop: str, moment: datetime) -> str:
        if kind == "day":
            return f"{prop};VALUE=DATE:{moment:%Y%m%d}"
        return (
            f"{prop};TZID={zone}:{stamp(moment)}"
            if kind == "zoned"
            else (f"{prop}:{stamp(moment)}" + ("Z" if kind == "utc" else ""))
        )

    head = [f"UID:{number}", f"SUMMARY:{mark}{name}", at("DTSTART", start)]
    if kind == "day":
        end = [at("DTEND", start + timedelta(days=draw(st.integers(1, 8))))] if draw(st.booleans()) else []
    else:
        end = [_end(draw, start, at)]
    lines = [*head, *end]
    if not draw(st.booleans()):
        return "\n".join(lines)
    lines.append("RRULE:" + written(draw(rules(start))))
    if draw(st.booleans()):
        lines.append(at("EXDATE", start + timedelta(days=draw(st.sampled_from([0, 1, 2, 7])))))
    if draw(st.booleans()):
        lines.append(at("RDATE", start + timedelta(days=draw(st.integers(1, 20)), hours=draw(st.integers(0, 5)))))
    series = "\n".join(lines)
    if not draw(st.booleans()):
        return series
    moved = start + timedelta(days=draw(st.sampled_from([1, 2, 7, 14])))
    place = at("RECURRENCE-ID", moved)
    if draw(st.booleans()):
        place = place.replace("RECURRENCE-ID", "RECURRENCE-ID;RANGE=THISANDFUTURE")
    there = moved + timedelta(days=draw(st.integers(-9, 9)), hours=draw(st.integers(0, 3)))
    change = [
        f"UID:{number}",
        f"SUMMARY:{draw(st.sampled_from(PEOPLE))}",
        place,
        at("DTSTART", there),
        *_again(end, at, there),
    ]
    return series + "\n\n" + "\n".join(change)


def _again(end: list[str], at: Callable[[str, datetime], str], start: datetime) -> list[str]:
    if end and end[0].startswith("DTEND"):
        return [at("DTEND", start + timedelta(days=1))]
    return end


@st.composite
def calendars(draw: st.DrawFn, zone: str, *, most: int = 6, first: int = 0) -> str:
    """A calendar of several events, as blocks of lines."""
    count = draw(st.integers(1, most))
    return "\n\n".join(draw(events(zone, first + number)) for number in range(count))
