"""OC006 unused-definition."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import INFO, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule


def check(context: Context) -> Iterator[Problem]:
    # To be written.
    yield from ()


RULE = Rule(
    code="OC006",
    name="unused-definition",
    severity=INFO,
    finds="",
    why="",
    mend="",
    check=check,
)
