"""Who was on call for a dispatch, tier by tier, and which line of which file says so."""

from __future__ import annotations

from msgspec import Struct

from oncall.answers import Entry, entries_bound
from oncall.escalation.engine import policy_of
from oncall.plan import Plan
from oncall.replay.verdict import Verdict


class Duty(Struct, frozen=True):
    """One person on call in a tier when it started (or would have: `started` is then None), by which file and line."""

    tier: str
    started: float | None
    entry: Entry | None
    file: str | None
    line: int | None


def duties_of(verdict: Verdict, plan: Plan) -> tuple[Duty, ...]:
    """Who was on call in each tier, in order; a tier that had nobody has one entry, without a person."""
    trace = verdict.trace
    if trace is None or verdict.account is None:
        return ()
    account, policy = plan.accounts[verdict.account], policy_of(plan, verdict.account)
    started: dict[int, float] = {}
    for run in trace.tiers:
        started.setdefault(run.index, run.started)
    found: list[Duty] = []
    for index, (name, tier) in enumerate(zip(policy.tier_names, policy.tiers, strict=True)):
        at = started.get(index)
        entries = entries_bound(plan, account.bindings(tier.notify), int(verdict.at + (at or 0)), tier.channels)
        written = plan.place(f"accounts/{verdict.account}#contacts/{tier.notify}") or (None, None)
        for entry in entries:
            place = (entry.shift.file, entry.shift.line) if entry.shift.file is not None else written
            found.append(Duty(name, at, entry, *place))
        if not entries:
            found.append(Duty(name, at, None, *written))
    return tuple(found)
