"""OC104 uncovered-hours."""

from __future__ import annotations

import operator
from collections.abc import Iterator

from oncall.errors import ERROR, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.lint.walk import common, where
from oncall.lint.wording import stretches


def check(context: Context) -> Iterator[Problem]:
    for name, account in context.workspace.accounts.items():
        place = context.place("accounts", name)
        if not context.hours_known(account):
            continue
        nobody = common(where(context.within_reach(account, place), operator.not_), context.open(account))
        if nobody:
            message = f"nobody can be reached on any tier of {name}: {stretches(nobody, context.zone)}"
            advice = "schedule somebody, or bind somebody by name to a later tier"
            yield RULE.at(place.at("contacts"), f"{message}; {advice}")


RULE = Rule(
    code="OC104",
    name="uncovered-hours",
    severity=ERROR,
    finds="Stretches of an account's hours in which no tier has anybody who can be reached.",
    why="The line promises a human, and a caller would find none: not late, but never.",
    mend="Close the gap in the calendar, add an override for it, or bind a manager by name as the last tier.",
    check=check,
)
