"""PagerDuty's log entries as its REST API gives them: pages, one entry, or a list.

An incident is a dispatch. People are found by an alias that is their id in PagerDuty, by e-mail, or by name; else by
the address that was notified. The account is the one called like the service, where there is one.

PagerDuty knows everything about acknowledgements: an incident whose path is exhausted was missed, one that a person
resolves without having acknowledged it was taken then, and an acknowledgement says by its channel which attempt it came
from. How a notification ended is on record, when it ended is not: the start carries the outcome, and a call that went
through without an acknowledgement is one that nobody responded to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import IO, Any

from oncall.logs.importing import REPEATED, Asked, Format, Remark, Row, Telling
from oncall.logs.incoming import unpacked
from oncall.logs.records import records
from oncall.logs.shows import Shows

NO_INCIDENT = "a log entry without the id of its incident"
NO_TIME = "a log entry without created_at"
NO_TYPE = "a log entry without a type"
UNKNOWN_TYPE = "a type of log entry that is not known; kept as a note"
WEBHOOK = "a webhook, not a log entry: import the answer to GET /incidents/ID/log_entries"
INCIDENT = "an incident, which does not say who was notified: import the answer to GET /incidents/ID/log_entries"
UNKNOWN_CHANNEL = "a way of notifying that is not known; the attempt is written without a channel"

_CHANNELS = {
    "phone": "voice",
    "voice": "voice",
    "sms": "sms",
    "email": "email",
    "push": "push",
    "push_notification": "push",
    "ios": "push",
    "android": "push",
    "ios_push_notification": "push",
    "android_push_notification": "push",
    "whatsapp": "whatsapp",
    "slack": "chat",
    "chat": "chat",
    "pager": "pager",
}
_ACKNOWLEDGED_FROM = {
    "phone": "voice",
    "sms": "sms",
    "email": "email",
    "mobile": "push",
    "push": "push",
    "slack": "chat",
    "chat": "chat",
    "whatsapp": "whatsapp",
}
_ENDINGS = {
    "success": "no_response",
    "no_answer": "no_answer",
    "busy": "busy",
    "failed": "failed",
    "undelivered": "failed",
    "invalid_number": "failed",
    "blacklisted": "failed",
    "bounced": "failed",
}
_NOTED = (
    "add_note",
    "annotate",
    "assign",
    "custom_field_value_change",
    "custom_fields_value_change",
    "delegate",
    "field_value_change",
    "incident_type_change",
    "link",
    "merge",
    "responder_accept",
    "responder_decline",
    "responder_request",
    "responder_request_for_escalation_policy",
    "resolve_alert",
    "run_response_play",
    "stakeholder_subscribe",
    "status_update",
    "status_update_published",
    "title_change",
    "trigger_alert",
    "unlink",
    "workflow_started",
    "workflow_completed",
    "notify_responder",
    "priority_change",
    "reach_ack_limit",
    "reach_trigger_limit",
    "repeat_escalation_path",
    "snooze",
    "unacknowledge",
    "unsnooze",
    "urgency_change",
    "trigger",
    "exhaust_escalation_path",
)
_PATHS = {
    "id": ("id",),
    "type": ("type",),
    "time": ("created_at",),
    "summary": ("summary",),
    "note": ("note",),
    "incident": ("incident", "id"),
    "title": ("incident", "summary"),
    "service": ("service", "summary"),
    "service_id": ("service", "id"),
    "agent_type": ("agent", "type"),
    "channel": ("channel", "type"),
    "content": ("channel", "content"),
    "way": ("channel", "notification", "type"),
    "address": ("channel", "notification", "address"),
    "status": ("channel", "notification", "status"),
    "way_alone": ("notification", "type"),
    "address_alone": ("notification", "address"),
    "status_alone": ("notification", "status"),
    **{f"{who}_{what}": (who, what) for who in ("agent", "user") for what in ("id", "email", "summary", "name")},
}


def _rows(source: IO[bytes], asked: Asked) -> Iterator[Row | Remark]:
    for record in records(unpacked(source), ("log_entries", "log_entry", "incidents")):
        yield record if isinstance(record, Remark) else _row(record.line, record.members)


def _row(line: int, members: Mapping[str, Any]) -> Row | Remark:
    if isinstance(members.get("event"), dict) or "event_type" in members or "messages" in members:
        return Remark(line, WEBHOOK, _text(members, ("event", "event_type")))
    cells = {name: text for name, path in _PATHS.items() if (text := _text(members, path))}
    if cells.get("type") in ("incident", "incident_reference") or "incident_number" in members:
        return Remark(line, INCIDENT, cells.get("id", ""))
    if "incident" not in cells:
        return Remark(line, NO_INCIDENT, cells.get("id", ""))
    if "time" not in cells:
        return Remark(line, NO_TIME, cells.get("id", ""))
    if "type" not in cells:
        return Remark(line, NO_TYPE, cells.get("id", ""))
    return Row(line, cells["incident"], cells)


def _text(members: Any, path: Sequence[str]) -> str:
    """The text at the end of a path of names, if there is one."""
    for name in path:
        members = members.get(name) if isinstance(members, dict) else None
    return str(members).strip() if isinstance(members, str | int) else ""


def _tell(telling: Telling, rows: Sequence[Row]) -> None:
    seen: set[str] = set()
    timed: list[tuple[datetime, int, int, Row]] = []
    for row in rows:
        if row["id"] and row["id"] in seen:
            telling.remark(row, REPEATED, row["id"], aside=True)
            continue
        seen.add(row["id"])
        time = telling.stamp(row, "time")
        if time is not None:
            timed.append((time, _ORDER.get(_kind(row), 1), -row.line, row))
    timed.sort(key=lambda entry: entry[:3])  # the newest comes first in a page
    history = _History(telling, tuple((time, row) for time, _, _, row in timed))
    for time, _, _, row in timed:
        history.add(row, time)


class _History:
    """The entries of one incident becoming events, in the order of their times."""

    def __init__(self, telling: Telling, entries: Sequence[tuple[datetime, Row]]) -> None:
        self._telling = telling
        self._last_acknowledged = max((time for time, row in entries if _kind(row) == "acknowledge"), default=None)
        self._triggered = False
        self._acknowledged = False
        self._attempts: dict[tuple[str, str], str] = {}
        self._people: dict[str, str] = {}

    def add(self, row: Row, time: datetime) -> None:
        """One more entry."""
        handlers: Mapping[str, Callable[[Row, datetime], None]] = {
            "trigger": self._trigger,
            "notify": self._notify,
            "acknowledge": self._acknowledge,
            "resolve": self._resolve,
            "escalate": self._escalate,
            "assign": self._assign,
            "unacknowledge": self._pass_on,
            "exhaust_escalation_path": self._exhaust,
        }
        handlers.get(_kind(row), self._note)(row, time)

    def _trigger(self, row: Row, time: datetime) -> None:
        if self._triggered:  # the same again: the incident stays the one it was
            self._note(row, time)
            return
        self._triggered = True
        service = row["service"] or (row["agent_summary"] if row["agent_type"].startswith("service") else "")
        text = row["title"] or row["summary"]
        self._telling.received(row, time, "", (service, row["service_id"]), **_known(row) | {"text": text})

    def _notify(self, row: Row, time: datetime) -> None:
        way, status = row["way"] or row["way_alone"], row["status"] or row["status_alone"]
        channel = _CHANNELS.get(way.casefold().replace(" ", "_"))
        if channel is None:
            self._telling.remark(row, UNKNOWN_CHANNEL, way)
        attempt = row["id"] or f"line {row.line}"
        if channel is not None:
            self._attempts[row["user_id"] or row["user_summary"], channel] = attempt
        who = self._telling.who(row, _named(row, "user"), row["address"] or row["address_alone"])
        if who["person"] and row["user_id"]:
            self._people[row["user_id"]] = who["person"]
        outcome = _ENDINGS.get(status.casefold().replace(" ", "_"), "no_response")
        known = _known(row) | {"raw": f"{way} {status}".strip(), "outcome": outcome}
        self._telling.event(row, "attempt_started", time, attempt=attempt, channel=channel, **who, **known)

    def _acknowledge(self, row: Row, time: datetime) -> None:
        self._acknowledged = True
        channel = _ACKNOWLEDGED_FROM.get(row["channel"].casefold(), "")
        attempt = self._attempts.get((row["agent_id"] or row["agent_summary"], channel))
        by = self._by(row)
        self._telling.event(row, "acknowledged", time, attempt=attempt, **by, **_known(row))

    def _resolve(self, row: Row, time: datetime) -> None:
        by = self._by(row)
        if row["agent_type"].startswith("user") and not self._acknowledged:
            why = "a person resolved it without acknowledging it first"
            self._telling.event(row, "acknowledged", time, inferred=why, **by, **_known(row))
        self._telling.event(row, "resolved", time, resolved=True, **by, **_known(row))

    def _escalate(self, row: Row, time: datetime) -> None:
        if self._acknowledged and row["agent_type"].startswith("user"):
            self._pass_on(row, time)
            return
        self._telling.event(row, "tier_started", time, text=row["summary"], **_known(row))

    def _assign(self, row: Row, time: datetime) -> None:
        by_person = row["agent_type"].startswith("user")
        (self._pass_on if by_person and self._acknowledged else self._note)(row, time)

    def _pass_on(self, row: Row, time: datetime) -> None:
        """Somebody had taken it, and has no more: others are notified, which is no part of the chain that led there."""
        if not self._acknowledged:
            self._note(row, time)
            return
        self._telling.event(row, "transferred", time, text=row["summary"], **_known(row))

    def _exhaust(self, row: Row, time: datetime) -> None:
        if self._acknowledged or (self._last_acknowledged is not None and self._last_acknowledged >= time):
            self._note(row, time)  # somebody took it all the same
            return
        self._telling.event(row, "closed", time, disposition="exhausted", text=row["summary"], **_known(row))

    def _note(self, row: Row, time: datetime) -> None:
        if _kind(row) not in _NOTED:
            self._telling.remark(row, UNKNOWN_TYPE, row["type"])
        text = row["content"] or row["note"] or row["summary"]
        self._telling.event(row, "note", time, text=text, **_known(row))

    def _by(self, row: Row) -> dict[str, Any]:
        """Who did it: a person, or a service or an integration, which is no fault of the log."""
        if row["agent_type"] and not row["agent_type"].startswith("user"):
            return {"text": row["summary"] or row["agent_summary"]}
        if row["agent_id"] in self._people:
            return {"person": self._people[row["agent_id"]]}
        return self._telling.who(row, _named(row, "agent"))


def _kind(row: Row) -> str:
    kind = row["type"].removesuffix("_reference").removesuffix("_log_entry")
    return "acknowledge" if kind == "acknowledgement" else kind


def _named(row: Row, who: str) -> tuple[str, ...]:
    return tuple(row[f"{who}_{what}"] for what in ("id", "email", "summary", "name"))


def _known(row: Row) -> dict[str, Any]:
    return {"id": row["id"], "provider_id": row["id"], "raw": row["type"]}


_ORDER = {"trigger": 0, "notify": 2}

# Notifications, when they were sent, and every acknowledgement. Nobody waits on a line, and no pick-up is seen.
_SHOWS = Shows(
    channels=("voice", "sms", "whatsapp", "push", "chat", "email"), callbacks=False, hang_ups=False, pick_ups=False
)

_OWN = re.compile(r'_log_entry(_reference)?"|"log_entr(y|ies)"|"incident_number"|"event(_type)?":\s*"incident\.')


def _recognizes(start: str) -> bool:
    return start.lstrip()[:1] in ("{", "[") and _OWN.search(start) is not None


FORMAT = Format(
    "pagerduty",
    _rows,
    _tell,
    shows=_SHOWS,
    title="a log of PagerDuty's",
    recognizes=_recognizes,
)
