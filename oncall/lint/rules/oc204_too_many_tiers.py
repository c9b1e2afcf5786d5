"""OC204 too-many-tiers."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import WARNING, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule


def check(context: Context) -> Iterator[Problem]:
    most = context.workspace.lint.max_tiers
    for name, policy in context.workspace.policies.items():
        if len(policy.tiers) > most:
            message = (
                f"{name} has {len(policy.tiers)} tiers, more than {most}: leave some out, or raise `lint.max_tiers`"
            )
            yield RULE.at(context.place("policies", name).at("tiers", most), message)
    for account in context.workspace.accounts:
        context.chains.of(account)
    for name in context.chains.unplayed:
        message = (
            f"{name} makes thousands of attempts, and what comes of them is not checked: "
            "use fewer rounds, tiers, people or contact methods"
        )
        yield RULE.at(context.place("policies", name).at("tiers"), message)


RULE = Rule(
    code="OC204",
    name="too-many-tiers",
    severity=WARNING,
    finds="A policy with more tiers than `lint.max_tiers`, by default 4; or one that makes thousands of attempts.",
    why="Nobody keeps a long chain in mind, and whoever comes fifth does not expect to be called. Callers have gone "
    "long before.",
    mend="Put people who can stand in for each other into one tier (`order: simultaneous` tries them side by side), "
    "and leave out who would never take the call.",
    check=check,
)
