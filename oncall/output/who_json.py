"""`oncall who --format json`: oncall.who/1."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from oncall.answers import Answer, Entry, TierAnswer
from oncall.errors import Problem
from oncall.output.words import iso


def who_document(answers: Sequence[Answer], zone: tzinfo) -> dict[str, Any]:
    """The document scripts rely on: keys may be added to it, never changed."""
    return {"schema": "oncall.who/1", "answers": [_answer(answer, zone) for answer in answers]}


def _answer(answer: Answer, zone: tzinfo) -> dict[str, Any]:
    return {
        answer.kind: answer.name,
        "title": answer.title,
        "at": iso(answer.at, zone),
        "timezone": str(zone),
        "lines": list(answer.lines),
        "promised": answer.promised,
        "tiers": [_tier(tier, zone) for tier in answer.tiers],
        "runbook": answer.runbook,
        "calendars": [{"file": file, "written": iso(written, zone)} for file, written in answer.calendars],
        "problems": [problem_object(one) for one in answer.problems],
    }


def _tier(tier: TierAnswer, zone: tzinfo) -> dict[str, Any]:
    following = tier.next
    return {
        "role": tier.role,
        "in_policy": tier.in_policy,
        "on_call": [entry_object(entry, zone) for entry in tier.on_call],
        "next": {"at": iso(following.at, zone), "on_call": [entry_object(one, zone) for one in following.on_call]}
        if following
        else None,
    }


def entry_object(entry: Entry, zone: tzinfo) -> dict[str, Any]:
    """Somebody on call, as every document shows them."""
    shift = entry.shift
    away = entry.absence
    return {
        "person": shift.person,
        "label": shift.label,
        "since": iso(entry.since, zone),
        "until": iso(entry.until, zone),
        "layer": shift.layer,
        "priority": shift.priority,
        "uid": shift.uid,
        "source": {"file": shift.file, "line": shift.line} if shift.file else None,
        "reachable": entry.reachable,
        "why_not": entry.why_not,
        "away": {"until": iso(away.end, zone), "reason": away.reason} if away else None,
        "contact_methods": [
            {"channel": method.channel, "address": method.address, "wait": method.seconds}
            for method in entry.contact_methods
        ],
    }


def problem_object(one: Problem) -> dict[str, Any]:
    """A problem, as every document shows it."""
    return {
        "code": one.code,
        "severity": one.severity,
        "message": one.message,
        "file": one.file,
        "line": one.line,
        "column": one.column,
    }
