"""OC304 broken-event."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import ERROR, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule


def check(context: Context) -> Iterator[Problem]:
    yield from context.reported.get("OC304", ())


RULE = Rule(
    code="OC304",
    name="broken-event",
    severity=ERROR,
    finds="An event that could not be read or was refused: without an end, ending before it begins, with a rule "
    "nobody could work by, cut off, or twice under one UID.",
    why="The event is left out, so whoever it names is not on call, and the calendar still looks as if they were.",
    mend="Mend the event in the program that the calendar comes from, and save or fetch the calendar again.",
    check=check,
)
