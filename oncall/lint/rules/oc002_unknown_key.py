"""OC002 unknown-key."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import ERROR, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule


def check(context: Context) -> Iterator[Problem]:
    yield from context.reported.get("OC002", ())


RULE = Rule(
    code="OC002",
    name="unknown-key",
    severity=ERROR,
    finds="A key that nothing reads, with the nearest one that is read.",
    why="A misspelt key says nothing, and what it was meant to change stays as it was: the longer window, the second "
    "number.",
    mend="Spell the key as suggested, or take it out; words for people belong in a comment.",
    check=check,
)
