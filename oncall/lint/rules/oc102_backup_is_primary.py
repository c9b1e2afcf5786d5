"""OC102 backup-is-primary."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import ERROR, Problem
from oncall.lint.context import Context, Reach
from oncall.lint.rule import Rule
from oncall.lint.rules import oc101_missing_backup
from oncall.lint.walk import common, where
from oncall.lint.wording import stretches


def check(context: Context) -> Iterator[Problem]:
    without_backup = {one.place for one in oc101_missing_backup.check(context)}
    for name, account in context.workspace.accounts.items():
        policy = context.policy(account)
        place = context.place("accounts", name)
        if policy is None or any(one[:3] == place.at() for one in without_backup):
            continue
        alone = common(where(context.reach(account), _is_one), context.open(account))
        if not alone:
            continue
        (person,) = frozenset().union(*next(one.state for one in context.reach(account) if one.end > alone[0][0]))
        first = policy.tiers[0].notify
        role = next((tier.notify for tier in policy.tiers if tier.notify != first), first)
        message = f"every tier of {name} leads to {person} alone: {stretches(alone, context.zone)}"
        yield RULE.at(place.at("contacts", role), f"{message}; bind somebody else to {role}")


def _is_one(tiers: Reach) -> bool:
    return len(frozenset().union(*tiers)) == 1


RULE = Rule(
    code="OC102",
    name="backup-is-primary",
    severity=ERROR,
    finds="Stretches of an account's hours in which all tiers together lead to exactly one human who can be reached.",
    why="A backup who turns out to be the primary is no backup: the same phone rings twice.",
    mend="Bind somebody to the second role who is never in the first one's rotation, or schedule somebody else for the "
    "stretch with `oncall override`.",
    check=check,
)
