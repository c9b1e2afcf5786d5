"""OC104 uncovered-hours."""

from __future__ import annotations

import operator
from collections.abc import Iterator

from oncall.errors import ERROR, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.lint.walk import common, where
from oncall.model import Policy
from oncall.workspace.load import Place


def check(context: Context) -> Iterator[Problem]:
    for name, account in context.workspace.accounts.items():
        place = context.place("accounts", name)
        policy = context.policy(account)
        if not context.hours_known(account) or policy is None:
            continue
        if not any(account.bindings(tier.notify) for tier in policy.tiers) and _is_backless(context, place, policy):
            continue  # nobody is bound at all, which is OC101
        nobody = common(where(context.within_reach(account, place), operator.not_), context.open(account))
        if nobody:
            before = f"nobody can be reached on any tier of {name}"
            advice = "schedule somebody, or bind somebody by name to a later tier"
            yield RULE.during(place.at("contacts"), before, nobody, context.horizon, advice)


def _is_backless(context: Context, place: Place, policy: Policy) -> bool:
    """Whether OC101 is reported of an account that binds nobody."""
    first = policy.tiers[0].notify if policy.tiers else None
    return not any(context.refused(place, "contacts", tier.notify) for tier in policy.tiers if tier.notify != first)


RULE = Rule(
    code="OC104",
    name="uncovered-hours",
    severity=ERROR,
    finds="Stretches of an account's hours in which no tier has anybody who can be reached.",
    why="The line promises a human, and a caller would find none: not late, but never.",
    mend="Close the gap in the calendar, add an override for it, or bind a manager by name as the last tier.",
    check=check,
)
