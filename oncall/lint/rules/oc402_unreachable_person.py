"""OC402 unreachable-person."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import ERROR, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.lint.wording import few, listed
from oncall.workspace import yaml


def check(context: Context) -> Iterator[Problem]:
    for person in context.on_call:
        profile = context.plan.people[person]
        if profile.usable_methods() or has_lost_methods(context, person):
            continue
        what = "contact method outside `never`" if profile.contact_methods else "contact method"
        place = context.place("people", person).at("contact_methods")
        yield RULE.at(place, f"{person} is on call and has no {what}: add one")
    for (name, index), people in _kept_out(context).items():
        tier = context.workspace.policies[name].tiers[index]
        message = f"tier {tier.notify} of {name} cannot reach {few(sorted(people))} by {listed(tier.channels)}"
        place = context.place("policies", name).at("tiers", index, "channels")
        yield RULE.at(place, f"{message}: allow a channel they have, or give them one of these")


def _kept_out(context: Context) -> dict[tuple[str, int], set[str]]:
    """Who is on call in a tier whose `channels` leave out all they have."""
    found: dict[tuple[str, int], set[str]] = {}
    for account in context.workspace.accounts.values():
        policy = context.policy(account)
        for index, tier in enumerate(policy.tiers if policy is not None else ()):
            for person in context.people_bound(account.bindings(tier.notify)) if tier.channels else ():
                if not context.here(person) or has_lost_methods(context, person):
                    continue
                profile = context.plan.people[person]
                if profile.usable_methods() and not profile.usable_methods(tier.channels):
                    found.setdefault((str(account.policy), index), set()).add(person)
    return found


def has_lost_methods(context: Context, person: str) -> bool:
    """Whether contact methods are written that could not be used: what is wrong with them is reported there."""
    kept = context.plan.people[person].contact_methods
    place = context.place("people", person)
    if not kept:
        return context.refused(place, "contact_methods") and not _is_empty_list(place.node)
    written = yaml.descend(place.node, ("contact_methods",))
    return isinstance(written, yaml.Sequence) and len(written.items) > len(kept)


def _is_empty_list(node: yaml.Node) -> bool:
    written = yaml.descend(node, ("contact_methods",))
    return isinstance(written, yaml.Sequence) and not written.items


RULE = Rule(
    code="OC402",
    name="unreachable-person",
    severity=ERROR,
    finds="Somebody on call without a contact method that may be used: none at all, none outside `never`, or none that "
    "the `channels` of their tier allow.",
    why="The schedule counts on somebody whom nothing can ring: the chain passes over them without a sound.",
    mend="Add a contact method to the person, take a channel out of their `never`, or allow one of theirs in the "
    "`channels` of the tier.",
    check=check,
)
