"""OC309 long-stretch."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import WARNING, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule


def check(context: Context) -> Iterator[Problem]:
    # To be written.
    yield from ()


RULE = Rule(
    code="OC309",
    name="long-stretch",
    severity=WARNING,
    finds="",
    why="",
    mend="",
    check=check,
)
