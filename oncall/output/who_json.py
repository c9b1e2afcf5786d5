"""`oncall who --format json`: oncall.who/1."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from oncall.answers import Answer, Entry, TierAnswer
from oncall.errors import Problem
from oncall.model import ContactMethod
from oncall.output.words import iso
from oncall.plan import Absence


def who_document(answers: Sequence[Answer], zone: tzinfo) -> dict[str, Any]:
    """The document scripts rely on: keys may be added to it, never changed."""
    return {"schema": "oncall.who/1", "answers": [_answer(answer, zone) for answer in answers]}


def _answer(answer: Answer, zone: tzinfo) -> dict[str, Any]:
    document = {
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
    return document | _presence(answer, zone) if answer.kind == "person" else document


def _presence(answer: Answer, zone: tzinfo) -> dict[str, Any]:
    """Whether a person can be reached, and how."""
    return {
        "reachable": answer.why_not is None,
        "why_not": answer.why_not,
        "away": _away(answer.absence, zone),
        "contact_methods": _methods(answer.contact_methods),
    }


def _away(absence: Absence | None, zone: tzinfo) -> dict[str, Any] | None:
    return {"until": iso(absence.end, zone), "reason": absence.reason} if absence else None


def _methods(methods: Sequence[ContactMethod]) -> list[dict[str, Any]]:
    return [{"channel": method.channel, "address": method.address, "wait": method.seconds} for method in methods]


def _tier(tier: TierAnswer, zone: tzinfo) -> dict[str, Any]:
    following = tier.next
    document = {
        "role": tier.role,
        "in_policy": tier.in_policy,
        "on_call": [entry_object(entry, zone) for entry in tier.on_call],
        "next": {"at": iso(following.at, zone), "on_call": [entry_object(one, zone) for one in following.on_call]}
        if following
        else None,
    }
    if tier.serves:
        document["serves"] = [
            {"account": one.account, "role": one.role, "in_policy": one.in_policy} for one in tier.serves
        ]
    return document


def entry_object(entry: Entry, zone: tzinfo) -> dict[str, Any]:
    """Somebody on call, as every document shows them."""
    shift = entry.shift
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
        "reason": shift.reason or None,
        "away": _away(entry.absence, zone),
        "contact_methods": _methods(entry.contact_methods),
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
