"""OC101 missing-backup."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import ERROR, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.lint.rules.oc005_unresolved_reference import alike
from oncall.lint.wording import listed
from oncall.model import Account, Policy


def check(context: Context) -> Iterator[Problem]:
    for name, account in context.workspace.accounts.items():
        policy = context.policy(account)
        place = context.place("accounts", name)
        if account.policy is None and not context.refused(place, "policy"):
            yield RULE.at(place.at(), f"{name} has no policy, so nobody is tried at all: write one under `policy:`")
        if policy is None or not policy.tiers:
            if policy is not None and not context.refused(context.place("policies", str(account.policy)), "tiers"):
                where = context.place("policies", str(account.policy)).at("tiers")
                yield RULE.at(where, f"the policy {account.policy} has no tiers, so nobody is tried: add some to it")
            continue
        first, others = policy.tiers[0].notify, further_roles(policy)
        if any(account.bindings(role) or context.refused(place, "contacts", role) for role in others):
            continue
        if misspells_one(account, policy):
            continue  # which is a finding by itself
        if others:
            yield RULE.at(place.at(), f"{name} binds nobody to {listed(others)}: add them under `contacts:`")
        else:
            yield RULE.at(
                place.at(), f"the policy of {name}, {account.policy}, never goes beyond {first}: add a tier to it"
            )


def further_roles(policy: Policy) -> list[str]:
    """The roles of a policy beyond its first."""
    return list(dict.fromkeys(str(tier.notify) for tier in policy.tiers if tier.notify != policy.tiers[0].notify))


def misspells_one(account: Account, policy: Policy) -> bool:
    """Whether an account binds a role that can only be a misspelling of a further one, none of which it binds."""
    others = further_roles(policy)
    named = (*others, policy.tiers[0].notify)
    bound = any(account.bindings(role) for role in others)
    return not bound and any(alike(role, others) for role in account.contacts if role not in named)


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
