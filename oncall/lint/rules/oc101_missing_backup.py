"""OC101 missing-backup."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import ERROR, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.lint.wording import listed


def check(context: Context) -> Iterator[Problem]:
    for name, account in context.workspace.accounts.items():
        policy = context.policy(account)
        place = context.place("accounts", name)
        if account.policy is None and not context.refused(place, "policy"):
            yield RULE.at(place.at(), f"{name} has no policy, so nobody is tried at all: write one under `policy:`")
        if policy is None or not policy.tiers:
            continue
        first = policy.tiers[0].notify
        others = list(dict.fromkeys(tier.notify for tier in policy.tiers if tier.notify != first))
        if any(account.bindings(role) or context.refused(place, "contacts", role) for role in others):
            continue
        if others:
            yield RULE.at(place.at(), f"{name} binds nobody to {listed(others)}: add them under `contacts:`")
        else:
            yield RULE.at(
                place.at(), f"the policy of {name}, {account.policy}, never goes beyond {first}: add a tier to it"
            )


RULE = Rule(
    code="OC101",
    name="missing-backup",
    severity=ERROR,
    finds="An account whose policy never goes beyond its first role, or whose further roles are bound to nobody; or "
    "that has no policy at all.",
    why="The first night the primary sleeps through a call is the night nobody answers it. A chain of one is no chain.",
    mend="Give the policy a second tier with another role, and bind somebody to that role under the account's "
    "`contacts:`.",
    check=check,
)
