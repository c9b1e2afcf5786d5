"""OC105 missing-ack-window."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from oncall import times
from oncall.errors import WARNING, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.model import Account, ContactMethod, Policy, Tier


def check(context: Context) -> Iterator[Problem]:
    by_policy: dict[str, list[Account]] = {name: [] for name in context.workspace.policies}
    for name, account in context.workspace.accounts.items():
        if account.policy in by_policy:
            by_policy[account.policy].append(account)
        if account.ack_window is not None:
            yield from _account(context, name, account, account.ack_window)
    for name, accounts in by_policy.items():
        concerned = [account for account in accounts if account.ack_window is None]
        if concerned or not accounts:  # else every account replaces what the policy says
            yield from _policy(context, name, concerned)


def _policy(context: Context, name: str, accounts: list[Account]) -> Iterator[Problem]:
    place = context.place("policies", name)
    for index, tier in enumerate(context.workspace.policies[name].tiers):
        what = f"tier {tier.notify} of {name}"
        if tier.ack_window is not None:
            where = place.at("tiers", index, "ack_window")
            firsts = _first_steps(context, ((account, tier) for account in accounts))
            for fault in _faults(context, tier.ack_window, firsts):
                yield RULE.at(where, f"the window of {what}, {times.show_duration(tier.ack_window)}, {fault}")
        elif not context.refused(place, "tiers", index, "ack_window"):
            yield RULE.at(place.at("tiers", index), f"{what} has no `ack_window`: say how long it is given")


def _account(context: Context, name: str, account: Account, window: int) -> Iterator[Problem]:
    policy = context.policy(account) or Policy(())
    firsts = _first_steps(context, ((account, tier) for tier in policy.tiers))
    for fault in _faults(context, window, firsts):
        place = context.place("accounts", name).at("ack_window")
        yield RULE.at(place, f"the window of every tier of {name}, {times.show_duration(window)}, {fault}")


def _first_steps(context: Context, tiers: Iterable[tuple[Account, Tier]]) -> dict[str, ContactMethod]:
    """By what everybody who can be reached in some tiers is tried first: the one of the longest wait."""
    found: dict[str, ContactMethod] = {}
    for bindings, channels in {(account.bindings(tier.notify), tier.channels) for account, tier in tiers}:
        for person in context.people_bound(bindings):
            first = next(iter(context.plan.people[person].usable_methods(channels)), None)
            if first is not None and context.here(person):
                known = found.get(person)
                found[person] = first if known is None or first.seconds > known.seconds else known
    return found


def _faults(context: Context, window: int, firsts: dict[str, ContactMethod]) -> Iterator[str]:
    """What is wrong with a window."""
    person, first = max(firsts.items(), key=lambda one: (one[1].seconds, one[0]), default=("", None))
    if first is not None and first.seconds > window:
        wait = times.show_duration(first.seconds)
        yield f"is over before the first step of {person}, {first.channel} for {wait}: make it {wait} or more"
    most = context.workspace.lint.max_ack_window
    if window > most:
        yield f"is longer than {times.show_duration(most)}: shorten it, or raise `lint.max_ack_window`"


RULE = Rule(
    code="OC105",
    name="missing-ack-window",
    severity=WARNING,
    finds="A tier for which neither its policy nor an account says how long it is given, or whose "
    "acknowledgement window is shorter than the `wait` of the first step of somebody it tries, or longer "
    "than `lint.max_ack_window` (30m).",
    why="The window decides when the next person is tried. Left out it is a guess, too short it cuts the "
    "first ring off, and too long it keeps a caller with somebody who is asleep.",
    mend="Write an `ack_window` on every tier of the policy, or one on the account: long enough for the first "
    "contact method, short enough to reach somebody else in time.",
    check=check,
)
