"""A recorded dispatch as a scenario: everybody responds as they did, and nobody else does."""

from __future__ import annotations

from msgspec import Struct

from oncall.errors import OncallError
from oncall.escalation.responses import Response, Tries
from oncall.escalation.simulate import Assumed, simulate
from oncall.escalation.trace import Trace
from oncall.plan import OutsideWindowError, Plan
from oncall.replay.expected import counts_as_taken, is_answered, needs_proof
from oncall.replay.verdict import UNKNOWN, ActualAttempt, Verdict

_LONGEST = 60


class Rehearsal(Struct, frozen=True):
    """A scenario's name, what it assumes, and what comes of it by the rules it is made for; whether today's rules come
    to the same."""

    name: str
    assumed: Assumed
    trace: Trace
    passes_today: bool = True


def rehearsal_of(verdict: Verdict, plan: Plan, today: Plan) -> Rehearsal | None:
    """The dispatch once more, by a plan; None where that has no such account, or no policy for it."""
    if verdict.account is None or verdict.account not in plan.accounts:
        return None
    assumed = assumed_of(verdict, plan)
    name = scenario_name(verdict.dispatch)
    try:
        trace = simulate(plan, verdict.account, int(verdict.at), assumed, name)
        now = trace if plan is today else simulate(today, verdict.account, int(verdict.at), assumed, name)
    except OutsideWindowError:
        raise
    except OncallError:
        return None
    return Rehearsal(name, assumed, trace, _told(trace) == _told(now))


def _told(trace: Trace) -> object:
    """What a scenario says of a dispatch."""
    callback = trace.callback
    owed = callback and (callback.owner, callback.opened, callback.due, callback.completed, callback.escalated_to)
    attempts = [(one.started, one.person, one.channel, one.outcome) for one in trace.attempts]
    skipped = [(one.tier, one.person, one.reason) for one in trace.skipped]
    return trace.disposition, trace.reached, trace.after, attempts, skipped, owed


def scenario_name(dispatch: str) -> str:
    """A name made of what a dispatch is called."""
    letters = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in dispatch)
    words = "-".join(word for word in letters.split("-") if word)
    return f"postmortem-{words[:_LONGEST].strip('-') or 'dispatch'}"


def assumed_of(verdict: Verdict, plan: Plan) -> Assumed:
    """What a dry run has to assume so that people respond as they did. Who is not in the plan any more is left out."""
    proof_needed = bool(verdict.account and needs_proof(plan.accounts[verdict.account], verdict.shows))
    tries: dict[str, dict[str, list[Response]]] = {}
    for one in verdict.actual:
        if one.person is None or one.person not in plan.people or one.channel is None:
            continue
        if one.channel in {method.channel for method in plan.people[one.person].contact_methods}:
            response = _response(one, verdict.actual, proof_needed)
            tries.setdefault(one.person, {}).setdefault(one.channel, []).append(response)
    given = {person: _given(by_channel) for person, by_channel in tries.items() if _says_anything(by_channel)}
    left = verdict.hung_up
    return Assumed(given, None if left is None else max(0, round(left)), _callbacks(verdict, plan))


def _response(one: ActualAttempt, attempts: tuple[ActualAttempt, ...], proof_needed: bool) -> Response:
    """How somebody responded to a try, as far as it was seen."""
    ended = one.ended if one.ended is not None else one.picked_up
    after = None if ended is None else max(0, round(ended - one.started))
    if is_answered(one, proof_needed):
        picked_up = after if one.picked_up is None else max(0, round(one.picked_up - one.started))
        taken = counts_as_taken(attempts, one, proof_needed)
        return Response("acknowledged" if taken else "voicemail", picked_up or 0)
    if one.outcome in ("cancelled", "no_response", UNKNOWN) or after is None:
        return Response("no_response")
    return Response(one.outcome, after)


def _says_anything(by_channel: dict[str, list[Response]]) -> bool:
    return any(one.outcome != "no_response" for responses in by_channel.values() for one in responses)


def _given(by_channel: dict[str, list[Response]]) -> dict[str, Tries]:
    found = {}
    for channel, responses in by_channel.items():
        last = max((place for place, one in enumerate(responses) if one.outcome != "no_response"), default=-1)
        if last >= 0:
            found[channel] = Tries(tuple(responses[: last + 1]))
    return found


def _callbacks(verdict: Verdict, plan: Plan) -> dict[str, int]:
    """Who called back, how long after they were told."""
    callback = verdict.callback
    if callback is None or callback.completed is None or callback.completed_by not in plan.people:
        return {}
    told = callback.opened if callback.opened is not None else verdict.ended
    if callback.escalated is not None and callback.completed_by == callback.escalated_to:
        told = callback.escalated
    return {str(callback.completed_by): max(0, round(callback.completed - told))}
