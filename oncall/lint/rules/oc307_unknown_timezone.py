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
    finds="In a calendar, a time zone that cannot be resolved: not an IANA name, not a Windows name, and not defined "
    "in the file, or defined twice and differently. As a warning: a VTIMEZONE whose clock is not that of the time-zone "
    "database, which counts.",
    why="A shift in an unknown zone may begin hours early or late, so it is left out and nobody is on call. If a file "
    "has rules that a country has given up, other programs may show the shift at another hour than oncall does.",
    mend="Write an IANA name such as America/New_York as the TZID, or add the VTIMEZONE that the event refers to. If a "
    "VTIMEZONE differs from the database, export the calendar again from an up-to-date program.",
    check=check,
)
