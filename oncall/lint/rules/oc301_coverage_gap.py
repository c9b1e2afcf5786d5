"""OC301 coverage-gap."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import ERROR, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.lint.walk import Span, common, gaps, within
from oncall.lint.wording import stretches
from oncall.model import ALWAYS, Rotation


def check(context: Context) -> Iterator[Problem]:
    for name in context.schedules.read:
        promised = _promised(context, context.workspace.rotations[name])
        covered = [(one.start, one.end) for one in context.schedules.segments(name)]
        nobody = common(promised, gaps(covered, context.at, context.until))
        if nobody:
            message = f"nobody is on call in {name}: {stretches(nobody, context.zone)}"
            place = context.place("rotations", name).at("calendar")
            yield RULE.at(place, f"{message}; fill it in the calendar, or with `oncall override`")


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
