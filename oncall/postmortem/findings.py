"""What to change after a dispatch: proposals from its cause and from where it left the policy, each tried out on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from oncall.errors import OncallError
from oncall.escalation.engine import policy_of
from oncall.plan import OutsideWindowError, Plan
from oncall.postmortem import practice, rules
from oncall.postmortem.fix import Case, Fix, Proposal
from oncall.postmortem.lessons import Lesson
from oncall.postmortem.proof import Proof, Prover
from oncall.postmortem.scenario import Rehearsal, rehearsal_of
from oncall.replay.counterfactual import counterfactual
from oncall.replay.record import Record
from oncall.replay.verdict import GOOD, Counterfactual, Verdict
from oncall.workspace.amend import Edit, amend

_MOST = 12
_OUTCOMES = ("unreachable", "busy", "declined", "voicemail", "no_answer", "no_response", "failed", "not_tried")


class Together(Struct, frozen=True):
    """Several proposals at once: the edits, what they would have made of the dispatch, and what came of them in a copy
    of the workspace."""

    edits: tuple[Edit, ...]
    effect: Counterfactual | None
    proof: Proof | None = None


class Findings(Struct, frozen=True):
    """What to change. `why_none` says why nothing can be proposed. `dropped` are edits that break something where they
    are made. `together` is what the edits come to at once, those aside that depend on a condition; `since` what today's
    files, where they are others than those of the time, would have made of the dispatch as they are. `rehearsal` is the
    dispatch as a scenario: by today's files with the edits in them. `lessons` are what lint finds by the files of the
    time that explains it."""

    proposals: tuple[Proposal, ...]
    rehearsal: Rehearsal | None
    why_none: str = ""
    together: Together | None = None
    since: Counterfactual | None = None
    plan: Plan | None = None
    dropped: tuple[Proposal, ...] = ()
    lessons: tuple[Lesson, ...] = ()


def findings_of(
    verdict: Verdict,
    record: Record,
    today: Plan | None,
    read: Callable[[str], bytes],
    prover: Prover | None,
    *,
    changed: bool,
) -> Findings:
    """What to change in today's files, which are `changed` since the time of the dispatch or not, each edit tried by
    `prover`. OutsideWindowError where the plan does not reach far enough."""
    if today is None:
        return Findings((), None, "today's files cannot be read")
    if verdict.account is None:
        return Findings((), None, "it is not known which account the call was for", plan=today)
    if verdict.account not in today.accounts:
        return Findings((), None, f"the account {verdict.account} is not in today's files", plan=today)
    try:
        policy = policy_of(today, verdict.account)
    except OncallError as error:
        return Findings((), None, str(error), plan=today)
    case = Case(verdict, record, today, verdict.account, today.accounts[verdict.account], policy, read)
    proposals, dropped = _proposals(case, prover, apart=False)
    if any(wish.copy_of for each in proposals for wish in each.fix.wishes):
        # Once the account has a policy of its own, whatever else is to change in its policy is to change there.
        broken = dropped
        proposals, dropped = _proposals(case, prover, apart=True)
        titles = {each.fix.title for each in (*proposals, *dropped)}
        dropped += [each for each in broken if each.fix.title not in titles]
    plan, together = _together(case, proposals, prover)
    since = _effect(case, today) if changed else None
    rehearsal = rehearsal_of(verdict, plan, today)
    return Findings(tuple(proposals), rehearsal, "", together, since, today, tuple(dropped))


def _fixes(case: Case) -> list[Fix]:
    """What is proposed, the cause's first; each once. Where the rules were not kept, keeping them comes first."""
    found: dict[str, Fix] = {}
    fixes = [*_of_cause(case), *_of_divergences(case)]
    if case.verdict.cause == "slow_escalation":
        fixes = [*_of_divergences(case), *_of_cause(case)]
    for fix in (*fixes, *_of_result(case)):
        found.setdefault(fix.title, fix)
    return list(found.values())[:_MOST]


def _of_cause(case: Case) -> Iterator[Fix]:
    cause = case.verdict.cause
    if cause == "schedule_gap" and case.policy.tiers:
        yield from rules.fill_gap(case, 0)
    elif cause == "no_backup":
        yield from rules.add_backup(case)
    elif cause in ("caller_patience", "slow_escalation"):
        yield from rules.shorten(case)
        yield from _roll_over(case)
    elif cause == "unconfirmed":
        yield from rules.ask_to_confirm(case)
    elif cause == "undetermined" and case.verdict.result not in GOOD:
        yield from practice.complete_the_log(case)
    elif cause in _OUTCOMES:
        yield from _roll_over(case)
        if cause in ("unreachable", "failed"):
            yield from practice.check_contact(case)
        yield from practice.second_method(case)
        yield from rules.shorten(case)


def _roll_over(case: Case) -> Iterator[Fix]:
    for outcome in dict.fromkeys(one.outcome for one in case.verdict.actual):
        yield from rules.roll_over(case, outcome)


def _of_divergences(case: Case) -> Iterator[Fix]:
    seen = set()
    for one in case.verdict.divergences:
        if one.kind in seen or (one.kind == "no_recovery" and case.verdict.taken_later is not None):
            continue  # who called again and was reached needs no callback
        seen.add(one.kind)
        if one.kind == "callback_late":
            yield from rules.escalate_the_callback(case)
        yield from practice.follow(case, one)
        if one.kind == "unknown_contact":
            yield from practice.take_the_number(case, one)


def _of_result(case: Case) -> Iterator[Fix]:
    yield from practice.keep_the_line(case)
    yield from rules.go_round(case)
    yield from rules.owe_a_callback(case)


# What comes of them.


def _proposals(case: Case, prover: Prover | None, *, apart: bool) -> tuple[list[Proposal], list[Proposal]]:
    """What is proposed, and what is not because it breaks something; with `apart`, changes of the policy in one of the
    account's own."""
    proposals: list[Proposal] = []
    dropped: list[Proposal] = []
    for fix in _fixes(case):
        kept, left = _judged(case, _variants(case, fix, apart=apart), prover)
        proposals += [kept] if kept is not None else []
        dropped += left
    return proposals, dropped


def _judged(case: Case, variants: Iterable[Fix], prover: Prover | None) -> tuple[Proposal | None, list[Proposal]]:
    """The first variant of a fix that breaks nothing, and those before it that do."""
    dropped: list[Proposal] = []
    for variant in variants:
        proposal = _tried(case, variant)
        if _is_idle(proposal):
            continue
        proposal = _proven(case, proposal, prover)
        if proposal.proof is None or not proposal.proof.harm:
            return proposal, dropped
        dropped.append(proposal)
    return None, dropped


def _variants(case: Case, fix: Fix, *, apart: bool) -> list[Fix]:
    """A fix and what may be done instead, then each of them for this account alone; with `apart` those first."""
    found = [fix, *fix.instead]
    own = [each for each in (rules.apart(case, variant) for variant in found) if each is not None]
    return [*own, *found] if apart else [*found, *own]


def _tried(case: Case, fix: Fix) -> Proposal:
    if not fix.is_edit:
        return Proposal(fix)
    amended = amend(case.plan, fix.wishes, case.read) if fix.wishes else None
    if fix.wishes and amended is None:
        return Proposal(fix)
    plan = rules.with_shifts(amended.plan if amended else case.plan, fix.shifts)
    return Proposal(fix, amended, _effect(case, plan))


def _proven(case: Case, proposal: Proposal, prover: Prover | None) -> Proposal:
    """With what came of it in a copy of the workspace; as it is where it is no edit of a text."""
    fix = proposal.fix
    if prover is None or not fix.is_edit or (fix.wishes and proposal.amended is None):
        return proposal
    edits = proposal.amended.edits if proposal.amended else ()
    return replace(proposal, proof=prover.proof(edits, fix.wishes, fix.shifts, case.plan))


def _is_idle(proposal: Proposal) -> bool:
    """Whether an edit would have changed nothing: neither who is tried when, nor what becomes of a callback."""
    of_callbacks = any(wish.path[:1] == ("recovery",) for wish in proposal.fix.wishes)
    return proposal.effect is not None and proposal.effect.verdict == "unchanged" and not of_callbacks


def _together(case: Case, proposals: Sequence[Proposal], prover: Prover | None) -> tuple[Plan, Together | None]:
    """The plan with everything that is proposed without a condition; and what that comes to, where it is more than one
    thing."""
    edits = [one for one in proposals if one.fix.is_edit and not one.fix.only_if and one.effect is not None]
    wishes = tuple(dict.fromkeys(wish for one in edits for wish in one.fix.wishes))
    amended = amend(case.plan, wishes, case.read) if wishes else None
    if wishes and amended is None:
        return case.plan, None
    shifts = tuple(shift for one in edits for shift in one.fix.shifts)
    plan = rules.with_shifts(amended.plan if amended else case.plan, shifts)
    if len(edits) < 2:
        return plan, None
    texts = amended.edits if amended else ()
    proof = prover.proof(texts, wishes, shifts, case.plan) if prover is not None else None
    return plan, Together(texts, _effect(case, plan), proof)


def _effect(case: Case, plan: Plan) -> Counterfactual | None:
    """What a plan would have made of the dispatch; None where that cannot be asked."""
    try:
        return replace(counterfactual(case.verdict, case.record, plan, None), trace=None)
    except OutsideWindowError:
        raise
    except OncallError:
        return None
