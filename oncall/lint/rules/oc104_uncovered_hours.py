"""OC104 uncovered-hours."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import ERROR, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.lint.walk import common, where
from oncall.lint.wording import stretches


def check(context: Context) -> Iterator[Problem]:
    for name, account in context.workspace.accounts.items():
        nobody = common(where(context.reach(account), lambda tiers: not any(tiers)), context.open(account))
        if nobody:
            message = f"nobody can be reached on any tier of {name}: {stretches(nobody, context.zone)}"
            place = context.place("accounts", name).at("contacts")
            yield RULE.at(place, f"{message}; schedule somebody, or bind somebody by name to a later tier")


RULE = Rule(
    code="OC104",
    name="uncovered-hours",
    severity=ERROR,
    finds="Stretches of an account's hours in which no tier has anybody who can be reached.",
    why="The line promises a human, and a caller would find none: not late, but never.",
    mend="Close the gap in the calendar, add an override for it, or bind a manager by name as the last tier.",
    check=check,
)
