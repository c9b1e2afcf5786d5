"""What other rules would have changed: the same dispatch by a candidate plan, with the responses that were recorded.

It is assumed that people respond to a try as they did, so long after it started, and that callers leave when they did
and else wait. What was never observed is not assumed: an attempt that nobody has ever made, ringing beyond the moment
at which we stopped it, an answer to a message after the record ended, a callback that was never owed. Where it could
make the verdict another, the verdict is `unknown`.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from msgspec.structs import replace

from oncall.errors import OncallError
from oncall.escalation.engine import policy_of
from oncall.escalation.responses import Response
from oncall.escalation.trace import Trace
from oncall.plan import Plan, PlanUsed
from oncall.replay.alignment import Aligned
from oncall.replay.causes import cause_of
from oncall.replay.chain import Chain, unread
from oncall.replay.expected import Expected, Seen, expected_of
from oncall.replay.record import Record
from oncall.replay.verdict import (
    GOOD,
    ActualAttempt,
    Cause,
    Change,
    Counterfactual,
    ExpectedAttempt,
    Result,
    Verdict,
)

_ACKNOWLEDGED = Response("acknowledged", 0)
_OTHERWISE = (
    Response("declined", 0),
    Response("busy", 0),
    Response("voicemail", 0),
    Response("answered", 0, "ends", 3600),
    _ACKNOWLEDGED,
)
_MOST_SINGLE = 8


def counterfactual(verdict: Verdict, record: Record, plan: Plan | None, used: PlanUsed | None) -> Counterfactual:
    """What a candidate plan would have made of a dispatch on which a verdict has been given. OutsideWindowError where
    that plan does not reach far enough."""
    try:
        chain = _chain(verdict, record, plan)
    except OncallError as error:
        return _nothing(verdict, used, str(error))
    as_recorded = Seen(verdict.actual, record.hung_up, record.callback, record.ended, record.shows)
    seen = replace(as_recorded, attempts=_as_far_as_seen(verdict, record))
    expected = _expected(chain, record, as_recorded)
    same = _waited(verdict.trace) == _waited(expected.trace)  # then no more of anything is wanted
    expected = expected if same else _expected(chain, record, seen)
    result = _result(expected)
    cause = None if result in ("reached", "answered") else _cause(chain, record, expected)
    worst = _change(verdict, result)
    best = _change(verdict, _best(chain, record, seen, expected, result))
    if same or _is_same(verdict, expected, result):
        change: Change = "unchanged"
        best = worst = "unchanged"
    elif not _is_good_or_bad(verdict) or any(
        one != worst for one in (best, *_others(verdict, chain, record, seen, expected))
    ):
        change = "unknown"
    else:
        change = worst
    return Counterfactual(change, result, cause, expected.attempts, expected.moved, used, best, worst, expected.trace)


def _as_far_as_seen(verdict: Verdict, record: Record) -> tuple[ActualAttempt, ...]:
    """The attempts, those that we stopped ourselves cut off where we did: ringing when its wait was over, and messages
    when the record was. What would have come after that nobody has seen."""
    waits: dict[tuple[str | None, str | None], list[float]] = {}
    for due in verdict.expected:
        waits.setdefault((due.attempt.person, due.attempt.channel), []).append(due.attempt.wait)
    found = []
    for one in verdict.actual:
        tries = waits.get((one.person, one.channel), [])
        found.append(_cut(one, tries.pop(0) if tries else 0, record.last))
    return tuple(found)


def _cut(one: ActualAttempt, wait: float, last: float) -> ActualAttempt:
    if one.outcome == "no_answer" and one.ended is not None and one.ended - one.started >= wait - 1:
        return replace(one, outcome="cancelled")
    if one.outcome == "no_response":
        return replace(one, outcome="cancelled", ended=max(last, one.started))
    return one


def _chain(verdict: Verdict, record: Record, plan: Plan | None) -> Chain:
    if plan is None:
        raise OncallError("the candidate cannot be loaded")
    for one in unread(plan, verdict.account or ""):
        raise OncallError(f"the candidate cannot be read as a whole: {one.file}:{one.line}: {one.message}")
    if verdict.account is None or verdict.account not in plan.accounts:
        raise OncallError("the candidate has no such account")
    if record.misfit is not None:
        raise OncallError(f"the log does not say {record.misfit}")
    return Chain(plan, verdict.account, policy_of(plan, verdict.account), record.start)


def _nothing(verdict: Verdict, used: PlanUsed | None, why: str) -> Counterfactual:
    """Where there is nothing to hold the dispatch against, anything may have come of it."""
    best, worst = _change(verdict, "reached"), _change(verdict, "missed")
    return Counterfactual("unknown", "undetermined", "undetermined", (), (), used, best, worst, None, why)


def _expected(chain: Chain, record: Record, seen: Seen, guess: Response | None = None, guessed: str = "") -> Expected:
    return expected_of(chain.plan, chain.name, record.start, seen, record.dispatch, guess, guessed)


def _result(expected: Expected) -> Result:
    """How the candidate's dispatch ends."""
    trace = expected.trace
    if trace.reached is not None:
        taken = next(one for one in trace.attempts if one.outcome == "acknowledged")
        return "answered" if taken.id in expected.picked_up else "reached"
    callback = trace.callback
    if (
        callback
        and callback.completed is not None
        and callback.completed <= (inf if callback.due is None else callback.due)
    ):
        return "recovered"
    return "abandoned" if trace.hung_up is not None else "missed"


def _best(chain: Chain, record: Record, seen: Seen, expected: Expected, result: Result) -> Result:
    """How it ends if everything nobody has seen goes well."""
    if result in GOOD:
        return result
    if expected.callback_unknown:
        return "recovered"
    if any(one.unknown for one in expected.attempts):
        best = _expected(chain, record, seen, _ACKNOWLEDGED)
        return "recovered" if best.callback_unknown else _result(best)
    return result


def _others(verdict: Verdict, chain: Chain, record: Record, seen: Seen, expected: Expected) -> Iterator[Change]:
    """The verdict if what nobody has seen went otherwise: all of it in one way, or one attempt alone."""
    unknown = [one.attempt.id for one in expected.attempts if one.unknown]
    if not unknown:
        return
    if len(unknown) > _MOST_SINGLE:
        yield "unknown"
        return
    for guess in _OTHERWISE:
        for guessed in ("", *unknown):
            yield _change(verdict, _result(_expected(chain, record, seen, guess, guessed)))


def _is_good_or_bad(verdict: Verdict) -> bool:
    """Whether a dispatch ended well, or did not, whichever of its possible results it was."""
    return len({result in GOOD for result in verdict.possible}) == 1


def _change(verdict: Verdict, result: Result) -> Change:
    """What a result would be beside the one there was."""
    if verdict.result in GOOD:
        return "unchanged" if result in GOOD else "worse"
    return "saved" if result in GOOD else "still_missed"


def _is_same(verdict: Verdict, expected: Expected, result: Result) -> bool:
    """Whether the candidate wants what the plan in force wanted, and it comes to the same."""
    if verdict.trace is None or _tries(verdict.expected) != _tries(expected.attempts):
        return False
    if expected.callback_unknown and _owed(verdict.trace) != _owed(expected.trace):
        return False
    in_force = Expected(verdict.trace, verdict.expected, (), expected.picked_up, expected.callback_unknown)
    return _result(in_force) == result


def _waited(trace: Trace | None) -> object:
    """All that was tried, how long each attempt and each tier was given, and what was owed."""
    if trace is None:
        return None
    tries = [
        (one.person, one.channel, one.address, one.started, one.wait, one.waited_until, one.ended, one.outcome)
        for one in trace.attempts
    ]
    return tries, [(one.started, one.window_until, one.ended) for one in trace.tiers], trace.callback and _owed(trace)


def _owed(trace: Trace) -> tuple[str | None, float, float | None] | None:
    """What a caller is owed: by whom, from when, by when."""
    callback = trace.callback
    return (callback.owner, callback.opened, callback.due) if callback else None


def _tries(attempts: tuple[ExpectedAttempt, ...]) -> list[tuple[object, ...]]:
    """All that can be said of attempts but what they are called."""
    return [
        (*(getattr(one.attempt, name) for name in ("person", "channel", "address", "started", "ended")), one.outcome)
        for one in attempts
    ]


def _cause(chain: Chain, record: Record, expected: Expected) -> Cause:
    """Why it still ends badly, or would have had to be recovered: as if all had gone as expected."""
    attempts = tuple(_as_actual(one) for one in expected.attempts)
    aligned = Aligned({place: place for place in range(len(attempts))}, ())
    return cause_of(chain, record, expected.trace, expected.attempts, aligned, attempts)


def _as_actual(one: ExpectedAttempt) -> ActualAttempt:
    attempt = one.attempt
    return ActualAttempt(
        attempt.id,
        attempt.person,
        attempt.channel,
        attempt.address,
        attempt.tier,
        attempt.round,
        attempt.started,
        attempt.picked_up,
        attempt.ended,
        one.outcome,
        attempt.confirmed,
    )
