"""OC004 duplicate-name."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import ERROR, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule


def check(context: Context) -> Iterator[Problem]:
    yield from context.reported.get("OC004", ())


RULE = Rule(
    code="OC004",
    name="duplicate-name",
    severity=ERROR,
    finds="A key that stands twice in one mapping, a name that is defined twice, or a spelling that means two people.",
    why="Only one of the two counts, and whoever edits the other one changes nothing.",
    mend="Keep one of the two places shown, or give the other a name of its own.",
    check=check,
)
