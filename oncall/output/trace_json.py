"""A trace as JSON: oncall.trace/1."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from oncall.escalation.trace import Attempt, Callback, Skip, TierRun, Trace, Why
from oncall.output.trace_text import why_text
from oncall.output.words import iso
from oncall.plan import Plan


def trace_document(trace: Trace, plan: Plan, zone: tzinfo) -> dict[str, Any]:
    """The document scripts rely on: keys may be added to it, never changed."""
    return {
        "schema": "oncall.trace/1",
        "dispatch": trace.dispatch,
        "account": trace.account,
        "policy": trace.policy,
        "plan": plan.digest,
        "at": iso(trace.at, zone),
        "disposition": trace.disposition,
        "reached": trace.reached,
        "after": trace.after,
        "ended": trace.ended,
        "hung_up": trace.hung_up,
        "attempts": [attempt_document(one, plan) for one in trace.attempts],
        "skipped": [_skip(one) for one in trace.skipped],
        "tiers": [_tier(one, plan) for one in trace.tiers],
        "callback": _callback(trace.callback) if trace.callback else None,
        "why": why_text(trace.why, plan) if trace.why else None,
    }


def attempt_document(one: Attempt, plan: Plan) -> dict[str, Any]:
    """One attempt."""
    shift = one.shift
    return {
        "id": one.id,
        "tier": one.tier,
        "round": one.round,
        "person": one.person,
        "label": shift.label,
        "channel": one.channel,
        "address": one.address,
        "started": one.started,
        "ended": one.ended,
        "outcome": one.outcome,
        "confirmed": one.confirmed,
        "picked_up": one.picked_up,
        "wait": one.wait,
        "why": why_text(one.why, plan),
        "rule": one.why.rule,
        "written": _written(one.why, plan),
        "source": {"file": shift.file, "line": shift.line} if shift.file else None,
    }


def _written(why: Why, plan: Plan) -> dict[str, Any] | None:
    place = plan.place(why.where)
    return {"file": place[0], "line": place[1]} if place else None


def _skip(one: Skip) -> dict[str, Any]:
    return {
        "at": one.at,
        "tier": one.tier,
        "round": one.round,
        "person": one.person,
        "label": one.label,
        "reason": one.reason,
    }


def _tier(one: TierRun, plan: Plan) -> dict[str, Any]:
    return {
        "tier": one.tier,
        "round": one.round,
        "started": one.started,
        "ended": one.ended,
        "window_until": one.window_until,
        "why": why_text(one.why, plan),
    }


def _callback(one: Callback) -> dict[str, Any]:
    return {
        "owner": one.owner,
        "opened": one.opened,
        "due": one.due,
        "escalated_to": one.escalated_to,
        "escalated": one.escalated,
        "completed": one.completed,
        "completed_by": one.completed_by,
        "told": [{"at": at, "person": person} for at, person in one.told],
    }
