"""What replay says as JSON: oncall.replay/1."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, tzinfo
from typing import Any

import msgspec

from oncall import fields, times
from oncall.output.replay_words import ASSUMPTION
from oncall.output.told import told
from oncall.output.trace_json import attempt_document
from oncall.output.words import iso, safe_json
from oncall.plan import EnteredEvent, Plan, PlanUsed
from oncall.replay.run import Judged
from oncall.replay.summary import Summary
from oncall.replay.verdict import (
    RULES_VERSION,
    ActualAttempt,
    ActualCallback,
    Counterfactual,
    Divergence,
    ExpectedAttempt,
    Verdict,
)

SCHEMA = "oncall.replay/1"


def head_document() -> dict[str, Any]:
    """What a document begins with, before its `dispatches` and `summary`."""
    return {"schema": SCHEMA, "rules": RULES_VERSION}


def dispatch_document(judged: Judged, zone: tzinfo) -> dict[str, Any]:
    """One dispatch."""
    verdict, plan = judged.verdict, judged.plan
    first = verdict.first_divergence
    return {
        "dispatch": verdict.dispatch,
        "account": verdict.account,
        "at": iso(verdict.at, zone),
        "result": verdict.result,
        "cause": verdict.cause,
        "also": list(verdict.also),
        "missing": [{"what": one.what, "log_line": one.log_line} for one in verdict.missing],
        "disposition": verdict.disposition,
        "ended": _seconds(verdict.ended),
        "acknowledged": _seconds(verdict.acknowledged),
        "by": verdict.by,
        "hung_up": _seconds(verdict.hung_up),
        "resolved": verdict.resolved,
        "line": verdict.line,
        "caller": verdict.caller,
        "operator": verdict.operator,
        "recordings": list(verdict.recordings),
        "shows": msgspec.structs.asdict(verdict.shows),
        "log_line": verdict.log_line,
        "plan": _plan(verdict.plan, zone),
        "told": told(verdict, zone, plan),
        "first_divergence": _divergence(first) if first else None,
        "divergences": [_divergence(one) for one in verdict.divergences],
        "expected": _expected(verdict.expected, plan),
        "actual": [_actual(one, plan) for one in verdict.actual],
        "callback": _callback(verdict.callback) if verdict.callback else None,
        "counterfactual": _counterfactual(verdict, judged.other, zone),
        "related": _related(verdict, zone),
    }


def summary_document(summary: Summary) -> dict[str, Any]:
    """All of them, counted."""
    bounds = {"best": _counted(summary.best), "worst": _counted(summary.worst)}
    return {
        "dispatches": summary.dispatches,
        "result": _counted(summary.result),
        "cause": _counted(summary.cause),
        "also": _counted(summary.also),
        "accounts": {name: _counted(results) for name, results in sorted(summary.accounts.items())},
        "plans": {"revisions": _counted(summary.revisions), "today": _counted(summary.today)},
        "verdict": _counted(summary.verdict) if summary.verdict else None,
        "bounds": bounds if summary.verdict else None,
        "assumption": ASSUMPTION if summary.verdict else None,
    }


def _counted(found: Mapping[str, int]) -> dict[str, int]:
    """The most frequent first."""
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def _plan(used: PlanUsed | None, zone: tzinfo) -> dict[str, Any] | None:
    if used is None:
        return None
    return {
        "digest": used.digest,
        "as_of": used.as_of,
        "revision": used.revision,
        "why_today": used.why_today,
        "by_file": [_entered(event, zone) for event in used.entered],
        "in_doubt": [_entered(event, zone) for event in used.in_doubt],
        "entered_later": [_entered(event, zone) for event in used.later],
    }


def _related(verdict: Verdict, zone: tzinfo) -> list[dict[str, Any]] | None:
    if verdict.related is None:
        return None
    return [
        {"dispatch": call.dispatch, "at": iso(call.at, zone), "result": call.result, "taken": iso(call.taken, zone)}
        for call in verdict.related
    ]


def _entered(event: EnteredEvent, zone: tzinfo) -> dict[str, Any]:
    return {
        "file": event.file,
        "uid": event.uid,
        "summary": event.summary,
        "edited" if event.edited else "entered": iso(event.entered, zone),
        "committed": iso(event.committed, zone),
    }


def _divergence(one: Divergence) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "at": _seconds(one.at),
        "message": one.message,
        "log_line": one.log_line,
        "file": one.file,
        "line": one.line,
        "expected": one.expected,
        "actual": one.actual,
    }


def _expected(attempts: tuple[ExpectedAttempt, ...], plan: Plan | None) -> list[dict[str, Any]]:
    return [_due(one, plan) for one in attempts] if plan else []


def _due(one: ExpectedAttempt, plan: Plan) -> dict[str, Any]:
    """An attempt as in a trace. How and when one ended that nobody has seen is not known."""
    found = attempt_document(one.attempt, plan)
    found["started"] = _seconds(one.attempt.started)
    found["outcome"] = one.outcome
    found["ended"] = None if one.unknown else _seconds(one.attempt.ended)
    found["picked_up"] = None if one.unknown else _seconds(one.attempt.picked_up)
    found["depends"] = one.depends
    found["beside"] = one.beside
    return found


def _actual(one: ActualAttempt, plan: Plan | None) -> dict[str, Any]:
    return {
        "id": one.id,
        "tier": one.tier,
        "round": one.round,
        "person": one.person,
        "label": _label(one.person, plan),
        "channel": one.channel,
        "address": one.address,
        "started": _seconds(one.started),
        "ended": _seconds(one.ended),
        "outcome": one.outcome,
        "confirmed": one.confirmed,
        "picked_up": _seconds(one.picked_up),
        "why": None,
        "raw": one.raw,
        "recording": one.recording,
        "log_line": one.log_line,
    }


def _label(person: str | None, plan: Plan | None) -> str | None:
    known = plan.people.get(person) if plan and person is not None else None
    return known.name if known else person


def _callback(one: ActualCallback) -> dict[str, Any]:
    return {
        "owner": one.owner,
        "opened": _seconds(one.opened),
        "due": _seconds(one.due),
        "escalated_to": one.escalated_to,
        "escalated": _seconds(one.escalated),
        "completed": _seconds(one.completed),
        "completed_by": one.completed_by,
        "log_line": one.log_line,
    }


def _counterfactual(verdict: Verdict, plan: Plan | None, zone: tzinfo) -> dict[str, Any] | None:
    found: Counterfactual | None = verdict.counterfactual
    if found is None:
        return None
    return {
        "verdict": found.verdict,
        "result": found.result,
        "cause": found.cause,
        "expected": _expected(found.expected, plan),
        "unknown": list(found.unknown),
        "moved": [
            {"person": one.person, "channel": one.channel, "from": _seconds(one.start), "to": _seconds(one.to)}
            for one in found.moved
        ],
        "best": found.best,
        "worst": found.worst,
        "why": found.why,
        "plan": _plan(found.plan, zone),
    }


def _seconds(value: float | None) -> float | None:
    """Whole seconds as such; what is left of a fraction after it went through the epoch is no evidence."""
    if value is None:
        return None
    rounded = round(value, 3)
    return int(rounded) if rounded == int(rounded) else rounded


def dispatch_text(judged: Judged, zone_name: str) -> str:
    """One dispatch on one line, for a document that is written as it comes."""
    document = dispatch_document(judged, times.zone(zone_name) or UTC)
    try:
        text = msgspec.json.encode(document, enc_hook=fields.encode).decode()
    except UnicodeEncodeError:  # the name of a file that is no Unicode
        text = json.dumps(document, default=fields.encode, separators=(",", ":"))
    return safe_json(text)
