"""OC302 runs-out."""

from __future__ import annotations

from collections.abc import Iterator

from oncall import times
from oncall.errors import WARNING, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule

_WEEK = 7 * times.DAY


def check(context: Context) -> Iterator[Problem]:
    last_week = max(context.at, context.until - _WEEK)
    for name in context.schedules.read:
        segments = context.schedules.segments(name)
        if segments and segments[-1].end > last_week:
            continue
        after = f" after {times.at(segments[-1].end, context.zone):%Y-%m-%d %H:%M}" if segments else ""
        span = (segments[-1].end if segments else context.at, context.until)
        place = context.place("rotations", name).at("calendar")
        what = f"{name} has no shift{after} up to the end of the horizon on {context.horizon.last_date}"
        yield RULE.at(place, f"{what}: extend its calendar", key=f"{name} runs out", spans=[span])


RULE = Rule(
    code="OC302",
    name="runs-out",
    severity=WARNING,
    finds="A rotation without a shift in the last week of the horizon.",
    why="A calendar that was filled in up to some date is complete until then and empty from then on, and whoever "
    "filled it in does not think of it any more.",
    mend="Schedule further ahead, or let the shifts recur without an end.",
    check=check,
)
