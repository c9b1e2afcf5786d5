"""OC103 shared-endpoint."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import WARNING, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.model import Account, Policy

_Pair = tuple[str, str, str]


def check(context: Context) -> Iterator[Problem]:
    owners: dict[str, set[str]] = {}
    for person, addresses in context.plan.endpoints.items():
        for address in addresses:
            owners.setdefault(address, set()).add(person)
    shared = {person for people in owners.values() if len(people) > 1 for person in people}
    for name, account in context.workspace.accounts.items():
        policy = context.policy(account)
        backup = _backup(account, policy) if policy is not None and shared else None
        pairs = _pairs(context, account, policy, backup, shared) if policy is not None and backup is not None else set()
        if pairs:
            one, other, address = min(pairs)
            more = f" (and so {len(pairs) - 1} more like them)" if len(pairs) > 1 else ""
            message = f"the primary {one} and the backup {other} of {name} can only be reached on {address}{more}"
            place = context.place("accounts", name).at("contacts", str(backup))
            yield RULE.at(place, f"{message}: give one of them another contact method, or bind somebody else")


def _backup(account: Account, policy: Policy) -> str | None:
    """The first role after the policy's first that is bound."""
    roles = [tier.notify for tier in policy.tiers]
    return next((role for role in roles if role != roles[0] and account.bindings(role)), None)


def _pairs(context: Context, account: Account, policy: Policy, backup: str, shared: set[str]) -> set[_Pair]:
    """Who is primary and who backup at the same time, with the one address that both have there."""
    found: set[_Pair] = set()
    for stretch in context.reach(account):
        ways: dict[str, dict[str, set[str]]] = {policy.tiers[0].notify: {}, backup: {}}
        for tier, people in zip(policy.tiers, stretch.state, strict=True):
            for person in people & shared if tier.notify in ways else ():
                ways[tier.notify].setdefault(person, set()).update(_addresses(context, person, tier.channels))
        for one, here in ways[policy.tiers[0].notify].items():
            for other, there in ways[backup].items():
                if one != other and here == there and len(here) == 1:
                    found.add((one, other, min(here)))
    return found


def _addresses(context: Context, person: str, channels: tuple[str, ...]) -> Iterator[str]:
    profile = context.plan.people[person]
    usable = profile.usable_methods(channels)
    for method, address in zip(profile.contact_methods, context.plan.endpoints[person], strict=True):
        if method in usable:
            yield address


RULE = Rule(
    code="OC103",
    name="shared-endpoint",
    severity=WARNING,
    finds="A primary and a backup, on call at the same time, who can both be reached on one address alone, and "
    "on the same one.",
    why="Two names that end at one phone are one chance: if it is flat, lost or engaged, the backup rings the"
    " same silence.",
    mend="Give one of the two a contact method of their own, or bind a backup who answers something else.",
    check=check,
)
