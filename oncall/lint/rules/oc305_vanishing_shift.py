"""OC305 vanishing-shift."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import WARNING, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule


def check(context: Context) -> Iterator[Problem]:
    for reading in context.readings:
        if reading.kind == "rotations":
            yield from (one for one in reading.problems if one.code == "OC305")


RULE = Rule(
    code="OC305",
    name="vanishing-shift",
    severity=WARNING,
    finds="A shift in the horizon that a change of the clocks collapses to nothing, or makes at least twice as long as "
    "the clock says.",
    why="In the hour that the clocks skip nobody is on call, and in the one they show twice somebody works it twice.",
    mend="Let the shift begin or end outside the hour in which the clocks change, or write its times in UTC.",
    check=check,
)
