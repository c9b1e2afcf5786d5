"""The scenario that a dry run amounts to, as YAML ready to paste."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from oncall.escalation.responses import written_responses
from oncall.escalation.simulate import Assumed
from oncall.escalation.trace import Attempt, Trace
from oncall.output.words import iso
from oncall.times import show_duration


def scenario_yaml(name: str, trace: Trace, assumed: Assumed, zone: tzinfo) -> str:
    """A `scenarios:` section with one scenario, which passes as long as the same comes of it."""
    import yaml  # here: nothing else that is printed needs it

    document = {"scenarios": {name: _scenario(trace, assumed, zone)}}
    text: str = yaml.safe_dump(document, sort_keys=False, default_flow_style=None, allow_unicode=True, width=120)
    return text


def _scenario(trace: Trace, assumed: Assumed, zone: tzinfo) -> dict[str, Any]:
    written: dict[str, Any] = {"account": str(trace.account), "at": iso(trace.at, zone)}
    if assumed.given:
        written["given"] = {str(person): written_responses(said) for person, said in assumed.given.items()}
    if assumed.hang_up is not None:
        written["caller_hangs_up"] = show_duration(assumed.hang_up)
    if assumed.callbacks:
        written["callbacks"] = {str(person): show_duration(delay) for person, delay in assumed.callbacks.items()}
    written["expect"] = _expect(trace)
    return written


def _expect(trace: Trace) -> dict[str, Any]:
    expect: dict[str, Any] = {"disposition": trace.disposition}
    if trace.reached is not None and trace.after is not None:
        expect |= {"reached": str(trace.reached), "within": show_duration(trace.after)}
    if trace.skipped:
        expect["skipped"] = [_skip(one.tier, one.person, one.reason) for one in trace.skipped]
    if trace.callback and trace.callback.owner is not None:
        callback = trace.callback
        times = {"opened": callback.opened, "due": callback.due, "completed": callback.completed}
        expect["callback"] = {"owner": str(callback.owner)} | {
            key: show_duration(at) for key, at in times.items() if at is not None
        }
        if callback.escalated_to is not None:
            expect["callback"]["escalated_to"] = str(callback.escalated_to)
    expect["attempts"] = [_attempt(one) for one in trace.attempts]
    return expect


def _skip(tier: str, person: str | None, reason: str) -> dict[str, Any]:
    return {"tier": str(tier), **({"person": str(person)} if person is not None else {}), "reason": reason}


def _attempt(one: Attempt) -> dict[str, Any]:
    return {
        "at": show_duration(one.started),
        "person": str(one.person),
        "channel": one.channel,
        "outcome": one.outcome,
    }
