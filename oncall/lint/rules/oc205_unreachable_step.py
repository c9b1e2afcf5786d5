"""OC205 unreachable-step."""

from __future__ import annotations

from collections.abc import Iterator

from oncall import times
from oncall.errors import WARNING, Problem
from oncall.lint.chains import Chain, CutOff
from oncall.lint.context import Context
from oncall.lint.rule import Place, Rule
from oncall.lint.wording import few
from oncall.model import CALL_WINDOW, MESSAGE_WINDOW, Account, Tier


def check(context: Context) -> Iterator[Problem]:
    missed: dict[tuple[Place, str], set[str]] = {}
    for name, account in context.workspace.accounts.items():
        policy = context.policy(account)
        if policy is None:
            continue
        for chain in context.chains.of(name):
            for played in chain.tiers:
                found = {text for one in played.cut_off if not one.at_once for text in _missed(context, chain, one)}
                if found:
                    tier = policy.tiers[played.index]
                    where = _window(context, name, account, played.index, tier, policy.tier_names[played.index])
                    missed.setdefault(where, set()).update(found)
    for (place, window), people in missed.items():
        message = f"when nobody responds {window} is over before {few(sorted(people))} can be tried"
        yield RULE.at(place, f"{message}: lengthen it, shorten a `wait`, or leave out what is never tried")


def _missed(context: Context, chain: Chain, one: CutOff) -> Iterator[str]:
    """Somebody, or their contact methods by channel. Which window is shorter than the first `wait` is OC105."""
    person = chain.people[one.who]
    if one.entirely:
        yield person
        return
    for step in one.steps:
        yield f"{person} by {context.workspace.people[person].contact_methods[step - 1].channel}"


def _window(context: Context, name: str, account: Account, index: int, tier: Tier, called: str) -> tuple[Place, str]:
    """Where the window of a tier is written, and what it is."""
    if account.ack_window is not None:
        window = f"the `ack_window` of {name}, {times.show_duration(account.ack_window)},"
        return context.place("accounts", name).at("ack_window"), window
    seconds: int = CALL_WINDOW if account.kind == "call" else MESSAGE_WINDOW
    if tier.ack_window is not None:
        seconds = tier.ack_window
    window = f"the window of {called} in {account.policy}, {times.show_duration(seconds)},"
    return context.place("policies", str(account.policy)).at("tiers", index, "ack_window"), window


RULE = Rule(
    code="OC205",
    name="unreachable-step",
    severity=WARNING,
    finds="A person, or a contact method of theirs, that is not tried when nobody responds, because the tier's "
    "acknowledgement window is over before their turn comes, with anybody who can be on call.",
    why="Whoever wrote it down counts on it: the second number, the colleague who comes next. On the night it matters "
    "the chain has long gone on without it.",
    mend="Lengthen the tier's `ack_window`, shorten a `wait` before the step, put the step further up, try the people "
    "of the tier side by side, or leave out what is never tried.",
    check=check,
)
