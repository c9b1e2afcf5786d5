"""OC103 shared-endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from oncall.errors import WARNING, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.model import Account, Policy

_MOST_PAIRS = 1000
_Pair = tuple[str, str, str]


def check(context: Context) -> Iterator[Problem]:
    for name, account in context.workspace.accounts.items():
        policy = context.policy(account)
        backup = _backup(account, policy) if policy is not None else None
        pairs = _pairs(context, account, policy, backup) if policy is not None and backup is not None else []
        if pairs:
            one, other, address = pairs[0]
            more = f" (and so {len(pairs) - 1} more like them)" if len(pairs) > 1 else ""
            message = f"the primary {one} and the backup {other} of {name} can only be reached on {address}{more}"
            place = context.place("accounts", name).at("contacts", str(backup))
            yield RULE.at(place, f"{message}: give one of them another contact method, or bind somebody else")


def _backup(account: Account, policy: Policy) -> str | None:
    """The first role after the policy's first that is bound."""
    roles = [tier.notify for tier in policy.tiers]
    return next((role for role in roles if role != roles[0] and account.bindings(role)), None)


def _pairs(context: Context, account: Account, policy: Policy, backup: str) -> list[_Pair]:
    """Who is primary and who backup at the same time, with the one address that both have there."""
    primary = policy.tiers[0].notify
    ones, others = (_with_one_address(context, account, policy, role) for role in (primary, backup))
    there: dict[str, list[str]] = {}
    for other, address in sorted(others.items()):
        there.setdefault(address, []).append(other)
    pairs = ((one, other, here) for one, here in sorted(ones.items()) for other in there.get(here, ()) if one != other)
    alike = list(islice(pairs, _MOST_PAIRS))
    if not alike:
        return []
    met: set[tuple[str, str]] = set()
    for stretch in context.reach(account):
        tiers = list(zip(policy.tiers, stretch.state, strict=True))
        first = {person for tier, people in tiers if tier.notify == primary for person in people}
        then = {person for tier, people in tiers if tier.notify == backup for person in people}
        met |= {(one, other) for one, other, _ in alike if one in first and other in then}
    return [pair for pair in alike if pair[:2] in met]


def _with_one_address(context: Context, account: Account, policy: Policy, role: str) -> dict[str, str]:
    """Whom a role leads to that has no more than one address in its tiers."""
    channels = {tier.channels for tier in policy.tiers if tier.notify == role}
    found: dict[str, str] = {}
    for person in context.people_bound(account.bindings(role)):
        profile = context.plan.people[person]
        usable = {method for some in channels for method in profile.usable_methods(some)}
        pairs = zip(profile.contact_methods, context.plan.endpoints[person], strict=True)
        addresses = {address for method, address in pairs if method in usable}
        if len(addresses) == 1:
            found[person] = addresses.pop()
    return found


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
