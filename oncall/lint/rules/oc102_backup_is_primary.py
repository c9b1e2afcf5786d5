"""OC102 backup-is-primary."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from operator import itemgetter

from oncall.errors import ERROR, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.lint.rules import oc101_missing_backup
from oncall.lint.walk import Span, Stretch, common, where
from oncall.lint.wording import few


def check(context: Context) -> Iterator[Problem]:
    without_backup = {one.place[:3] for one in oc101_missing_backup.check(context)}
    for name, account in context.workspace.accounts.items():
        policy, place = context.policy(account), context.place("accounts", name)
        if policy is None or place.at() in without_backup or not context.hours_known(account):
            continue
        if policy.tiers and oc101_missing_backup.misspells_one(account, policy):
            continue
        single = [one for one in context.within_reach(account, place) if len(one.state) == 1]
        alone = common(where(single, bool), context.open(account))
        if not alone:
            continue
        people = [who.strip() for who in dict.fromkeys(_people(single, alone))]
        whom = f"{people[0]} alone" if len(people) == 1 else f"one person at a time ({few(people)})"
        first = policy.tiers[0].notify
        further = [tier.notify for tier in policy.tiers if tier.notify != first and account.bindings(tier.notify)]
        role = next(iter(further), first)
        before, advice = f"every tier of {name} leads to {whom}", f"bind somebody else to {role}"
        key = f"every tier of {name} leads to one person"  # who that is changes as time goes on
        yield RULE.during(place.at("contacts", role), before, alone, context.horizon, advice, key)


def _people(single: list[Stretch[frozenset[str]]], alone: list[Span]) -> Iterator[str]:
    """Whom the tiers lead to in some stretches, in the order of time."""
    for one in single:
        index = bisect_right(alone, one.start, key=itemgetter(1))
        if index < len(alone) and alone[index][0] < one.end:
            yield from one.state


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
