"""OC116 empty-tier."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, reduce
from itertools import chain

from oncall.errors import WARNING, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.lint.rules.oc301_coverage_gap import gaps_of
from oncall.lint.walk import Span, common, gaps, without
from oncall.lint.wording import few, listed
from oncall.model import Binding
from oncall.rotations.hours import merged

Bindings = tuple[Binding, ...]


def check(context: Context) -> Iterator[Problem]:
    # Accounts that lack the same rotations at the same time share a finding.
    alike: dict[tuple[str, Bindings, tuple[Span, ...]], list[str]] = {}
    nobody = cache(lambda bindings: _nobody(context, bindings))
    reported = cache(lambda bindings: _reported(context, bindings))
    for name, account in context.workspace.accounts.items():
        policy = context.policy(account)
        if policy is None or not context.hours_known(account):
            continue
        roles = dict.fromkeys(tier.notify for tier in policy.tiers)
        bound = {role: bindings for role in roles if (bindings := account.bindings(role))}
        written = context.place("accounts", name)
        unread = any(context.refused(written, "contacts", role) for role in roles if role not in bound)
        nowhere = [] if unread or not bound else reduce(common, map(nobody, bound.values()))  # which is OC104
        for role, bindings in bound.items():
            spans = common(nobody(bindings), context.open(account))
            spans = without(without(spans, nowhere), reported(bindings))
            if spans:
                alike.setdefault((role, bindings, tuple(spans)), []).append(name)
    for (empty, bindings, stretches), names in alike.items():
        place = context.place("accounts", names[0]).at("contacts", empty)
        before = f"nobody is on the schedule as {empty} of {few(names)}"
        yield RULE.during(place, before, stretches, context.horizon, _advice(bindings))


def _nobody(context: Context, bindings: Bindings) -> list[Span]:
    """When a role leads to nobody."""
    there = merged(chain.from_iterable(context.schedules.bound(bindings).values()))
    return gaps(there, context.at, context.until)


def _reported(context: Context, bindings: Bindings) -> list[Span]:
    """When one of its rotations lacks somebody whom it promises, which is OC301 and nearer the cause."""
    return merged(chain.from_iterable(gaps_of(context, one.rotation) for one in bindings if one.rotation is not None))


def _advice(bindings: Bindings) -> str:
    rotations = list(dict.fromkeys(str(one.rotation) for one in bindings))
    return f"fill it in the calendar of {listed(rotations)}, or bind somebody else as well"


RULE = Rule(
    code="OC116",
    name="empty-tier",
    severity=WARNING,
    finds="Stretches of an account's hours in which a role that a tier notifies has nobody on the schedule, although "
    "another tier has: where none has, that is OC104, and where a rotation promises somebody by its `hours`, OC301.",
    why="The chain begins with somebody else, and nobody notices: the backup is called as if they were the primary, "
    "and there is one fewer behind them.",
    mend="Fill the stretch in the calendar or with `oncall override`, and write the rotation's `hours`, so that a gap "
    "is found whoever uses it; where the line promises nobody then, say so with the account's `hours`.",
    check=check,
)
