"""OC206 too-slow."""

from __future__ import annotations

from collections.abc import Iterator

from oncall import times
from oncall.errors import WARNING, Problem
from oncall.lint.chains import Chain
from oncall.lint.context import Context
from oncall.lint.rule import Place, Rule
from oncall.lint.wording import few
from oncall.model import Policy


def check(context: Context) -> Iterator[Problem]:
    late: dict[tuple[Place, str, str], dict[str, float]] = {}
    for name, account in context.workspace.accounts.items():
        policy = context.policy(account)
        if policy is None or account.policy is None:
            continue
        starts = [_last_start(context, policy, chain) for chain in context.chains.of(name)]
        latest = max(starts, default=0)
        if latest > _most(context, account.kind):
            place: Place = context.place("policies", account.policy).at("tiers", len(policy.tiers) - 1)
            if account.ack_window is not None:
                place = context.place("accounts", name).at("ack_window")
            late.setdefault((place, account.policy, account.kind), {})[name] = latest
    for (place, used, kind), accounts in late.items():
        setting = "caller_patience" if kind == "call" else "max_time_to_last_tier"
        last = context.workspace.policies[used].tier_names[-1]
        after = times.show_duration(max(accounts.values()))
        most = f"`lint.{setting}` ({times.show_duration(_most(context, kind))})"
        message = f"when nobody responds {last}, the last tier of {used}, starts after {after}, later than {most}"
        yield RULE.at(place, f"{message}, for {few(list(accounts))}: shorten the windows before it")


def _most(context: Context, kind: str) -> int:
    lint = context.workspace.lint
    return lint.caller_patience if kind == "call" else lint.max_time_to_last_tier


def _last_start(context: Context, policy: Policy, chain: Chain) -> float:
    """When the last tier first starts. What takes longer than any window may is OC105."""
    first = [tier for tier in chain.tiers if tier.round == 1]
    if any(tier.ended - tier.started > context.workspace.lint.max_ack_window for tier in first[:-1]):
        return 0
    return first[-1].started if first and len(first) == len(policy.tiers) else 0


RULE = Rule(
    code="OC206",
    name="too-slow",
    severity=WARNING,
    finds="A policy whose last tier starts later than `lint.caller_patience` (90s, for accounts of `kind: call`) or "
    "`lint.max_time_to_last_tier` (30m, for `kind: message`) when nobody before it responds, with anybody who can be "
    "on call.",
    why="The last tier is there for the night when nobody else responds, and it helps nobody who has hung up: after "
    "two minutes more than a quarter of those who hold are gone.",
    mend="Shorten the acknowledgement windows before the last tier, try people of one tier side by side, or leave a "
    "tier out.",
    check=check,
)
