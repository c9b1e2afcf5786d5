"""OC308 crowded-shift."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import WARNING, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.lint.walk import Stretch, where
from oncall.lint.wording import few


def check(context: Context) -> Iterator[Problem]:
    for name in context.schedules.read:
        meant = context.workspace.rotations[name].at_once
        if meant is None:
            continue
        segments = context.schedules.segments(name)
        crowded = [Stretch(one.start, one.end, one.people) for one in segments if len(one.people) > meant]
        if not crowded:
            continue
        people = few(sorted(who.strip() for who in crowded[0].state))
        place = context.place("rotations", name).at("at_once")
        key = f"{name} has more than {meant} on call at once"
        before, advice = f"{key}, {people} first", "take somebody off, or raise `at_once`"
        yield RULE.during(place, before, where(crowded, bool), context.horizon, advice, key)


RULE = Rule(
    code="OC308",
    name="crowded-shift",
    severity=WARNING,
    finds="More people on call in a rotation at the same time than its `at_once`.",
    why="Two shifts that overlap are often one that was moved and one that was forgotten. Each of the two may leave it "
    "to the other, and one of them is there for nothing.",
    mend="Shorten or delete one of the shifts, or raise the rotation's `at_once` if both are meant.",
    check=check,
)
