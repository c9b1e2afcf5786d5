"""Which lines of the log, the policy and the calendars say what a verdict says."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.output.replay_words import actual_outcome, called, offset, tried
from oncall.output.trace_text import reason
from oncall.output.words import safe
from oncall.plan import Plan
from oncall.replay.run import Judged
from oncall.replay.verdict import TOLERANCE, ActualAttempt, Divergence, ExpectedAttempt, Verdict

Evidence = tuple[str, str]


def evidence_of(judged: Judged) -> list[Evidence]:
    """Places, and what each says: of the first divergence, then of the cause."""
    found: dict[Evidence, None] = {}
    verdict, plan = judged.verdict, judged.plan
    if verdict.first_divergence is not None:
        found.update(dict.fromkeys(_of_divergence(verdict.first_divergence, verdict, plan)))
    found.update(dict.fromkeys(_of_cause(verdict, plan)))
    return list(found)


def _of_divergence(one: Divergence, verdict: Verdict, plan: Plan | None) -> Iterator[Evidence]:
    if one.actual is not None:
        yield from _of_attempt(verdict.actual[one.actual], plan)
    if one.expected is not None and plan is not None:
        yield from _of_due(verdict.expected[one.expected], plan)
    elif one.file is not None:
        what = (
            "recovery: who owes a callback, by when" if "callback" in one.kind or "recovery" in one.kind else "policy"
        )
        yield f"{safe(one.file)}:{one.line}", what


def _of_attempt(one: ActualAttempt, plan: Plan | None) -> Iterator[Evidence]:
    by = f" by {safe(one.channel)}" if one.channel else ""
    said = f"{tried(one, plan)} tried{by} at {offset(one.started)}: {actual_outcome(one)}"
    yield f"log line {one.log_line}", said


def _of_due(one: ExpectedAttempt, plan: Plan) -> Iterator[Evidence]:
    """Why an attempt was due then, and what put its person on call."""
    attempt = one.attempt
    who = called(attempt.person, plan)
    place = plan.place(attempt.why.where)
    if place is not None:
        said = f"{who} is due by {attempt.channel} at {offset(attempt.started)}: {reason(attempt.why)}"
        yield f"{safe(place[0])}:{place[1]}", f"{said} (rule {attempt.why.rule})"
    if attempt.shift.file is not None:
        yield f"{safe(attempt.shift.file)}:{attempt.shift.line}", f"{who} is on call"


def _of_cause(verdict: Verdict, plan: Plan | None) -> Iterator[Evidence]:
    cause = verdict.cause
    if cause in ("schedule_gap", "no_backup"):
        yield from _of_bindings(verdict, plan, first=cause == "schedule_gap")
    elif cause == "slow_escalation" and plan is not None:
        late = next(iter(_too_late(verdict)), None)
        if late is not None:
            yield from _of_due(late, plan)
    elif cause is not None:
        for one in _with_outcome("answered" if cause == "unconfirmed" else cause, verdict):
            yield from _of_attempt(one, plan)


def _with_outcome(outcome: str, verdict: Verdict) -> list[ActualAttempt]:
    """The attempts that ended so: those of the first tier, where it is known which they are."""
    found = {place: one for place, one in enumerate(verdict.actual) if one.outcome == outcome}
    tiers = [one.attempt.tier for one in verdict.expected if one.beside in found]
    of_first = [one.beside for one in verdict.expected if one.beside in found and one.attempt.tier == tiers[0]]
    return [one for place, one in found.items() if place in of_first] or list(found.values())


def _of_bindings(verdict: Verdict, plan: Plan | None, *, first: bool) -> Iterator[Evidence]:
    """Who is bound to the tiers: the first, which had nobody; or those after it."""
    if plan is None or verdict.trace is None or verdict.account is None:
        return
    policy = plan.policies[verdict.trace.policy]
    tiers = list(enumerate(policy.tiers))[:1] if first else list(enumerate(policy.tiers))[1:]
    for index, tier in tiers:
        where = f"policies/{verdict.trace.policy}#tiers/{index}"
        yield from _placed(plan, where, f"the tier {safe(tier.notify)}")
        bound = bool(plan.accounts[verdict.account].bindings(tier.notify))
        says = f"{safe(tier.notify)} {'had nobody on call' if bound else 'is bound to nobody'}"
        yield from _placed(plan, f"accounts/{verdict.account}#contacts/{tier.notify}", says)
    if not tiers:
        yield from _placed(plan, f"policies/{verdict.trace.policy}#tiers", "the only tier there is")


def _placed(plan: Plan, where: str, says: str) -> Iterator[Evidence]:
    place = plan.place(where)
    if place is not None:
        yield f"{safe(place[0])}:{place[1]}", says


def _too_late(verdict: Verdict) -> Iterator[ExpectedAttempt]:
    """What was due when the caller left and had not been begun, or not with that person."""
    left = verdict.hung_up or 0.0
    for one in verdict.expected:
        if left - one.attempt.started <= TOLERANCE:
            continue
        actual = verdict.actual[one.beside] if one.beside is not None else None
        if actual is None or actual.started > left or actual.person != one.attempt.person:
            yield one
