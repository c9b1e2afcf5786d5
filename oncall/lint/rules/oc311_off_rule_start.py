"""OC311 off-rule-start."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import WARNING, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule


def check(context: Context) -> Iterator[Problem]:
    for reading in context.readings:
        yield from (one for one in reading.problems if one.code == "OC311")


RULE = Rule(
    code="OC311",
    name="off-rule-start",
    severity=WARNING,
    finds="A series whose start is not one that its own RRULE gives, where that changes who is on call in the horizon.",
    why="RFC 5545 leaves open what such a series means, and programs disagree: for some the start is an occurrence, "
    "for others it is not, and some that have it add another at the end of COUNT. Here it is one, and counts, but the "
    "person may look at another program.",
    mend="Begin the series on the first day that its RRULE gives. If the odd day is meant, give it its own event.",
    check=check,
)
