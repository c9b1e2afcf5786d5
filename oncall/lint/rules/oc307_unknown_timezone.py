"""OC307 unknown-timezone."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import ERROR, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule


def check(context: Context) -> Iterator[Problem]:
    yield from context.reported.get("OC307", ())


RULE = Rule(
    code="OC307",
    name="unknown-timezone",
    severity=ERROR,
    finds="In a calendar, a time zone that cannot be resolved: no IANA name, no Windows name, and none that the file "
    "defines.",
    why="A shift in a zone that nobody knows may begin hours early or late, so it is left out and nobody is on call.",
    mend="Write an IANA name such as America/New_York as the TZID, or add the VTIMEZONE that the event refers to.",
    check=check,
)
