"""OC304 broken-event."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import ERROR, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule


def check(context: Context) -> Iterator[Problem]:
    # To be written.
    yield from ()


RULE = Rule(
    code="OC304",
    name="broken-event",
    severity=ERROR,
    finds="",
    why="",
    mend="",
    check=check,
)
