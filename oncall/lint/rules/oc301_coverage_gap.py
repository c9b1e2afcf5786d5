"""OC301 coverage-gap."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import ERROR, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.lint.walk import Span, common, gaps, within
from oncall.model import ALWAYS, Rotation


def check(context: Context) -> Iterator[Problem]:
    for name in context.schedules.read:
        if nobody := gaps_of(context, name):
            place = context.place("rotations", name).at("calendar")
            advice = "fill it in the calendar, or with `oncall override`"
            yield RULE.during(place, f"nobody is on call in {name}", nobody, context.horizon, advice)


def gaps_of(context: Context, rotation: str) -> list[Span]:
    """The stretches of a rotation's hours with nobody on its schedule; none where its calendars cannot be read."""
    if rotation not in context.schedules.read:
        return []
    promised = _promised(context, context.workspace.rotations[rotation])
    covered = [(one.start, one.end) for one in context.schedules.segments(rotation)]
    return common(promised, gaps(covered, context.at, context.until))


def _promised(context: Context, rotation: Rotation) -> list[Span]:
    """When a rotation promises that somebody is on call; never where it promises nothing, or nothing that is known."""
    if rotation.hours == ALWAYS:
        return [(context.at, context.until)]
    return within(context.plan.open.get(rotation.hours or "", ()), context.at, context.until)


RULE = Rule(
    code="OC301",
    name="coverage-gap",
    severity=ERROR,
    finds="Stretches of a rotation's hours with nobody on its schedule.",
    why="A gap between two shifts is hard to see in a calendar, and everybody assumes that somebody else has it.",
    mend="Fill the gap in the calendar or with `oncall override`; where nobody has to be on call then, say so with the "
    "rotation's `hours`.",
    check=check,
)
