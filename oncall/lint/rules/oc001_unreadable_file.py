"""OC001 unreadable-file."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import ERROR, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule


def check(context: Context) -> Iterator[Problem]:
    yield from context.reported.get("OC001", ())


RULE = Rule(
    code="OC001",
    name="unreadable-file",
    severity=ERROR,
    finds="A file that is there and cannot be read: not YAML, not UTF-8, not iCalendar, cut off, too large, or closed "
    "to us. Also whatever oncall cannot read, or check, because of an internal error.",
    why="What stands in the file counts for nothing: shifts, people and policies may be missing, and nobody would "
    "know.",
    mend="Mend the file at the place named; save text as UTF-8, and fetch a calendar that was cut off again. An "
    "internal error is a fault of oncall: please report it.",
    check=check,
)
