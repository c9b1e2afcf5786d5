"""PagerDuty's log entries as its REST API gives them: pages, one entry, or a list.

An incident is a dispatch. People are found by an alias that is their id in PagerDuty, by e-mail, or by name; else by
the address that was notified. The account is the one called like the service, where there is one. How a notification
ended is not told with a time, so that it stands in `raw` alone.
"""

from __future__ import annotations

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
_NOTED = (
    "annotate",
    "assign",
    "delegate",
    "exhaust_escalation_path",
    "priority_change",
    "reach_ack_limit",
    "reach_trigger_limit",
    "repeat_escalation_path",
    "snooze",
    "unacknowledge",
    "unsnooze",
    "urgency_change",
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
    for one in records(unpacked(source), ("log_entries", "log_entry")):
        yield one if isinstance(one, Remark) else _row(one.line, one.members)


def _row(line: int, members: Mapping[str, Any]) -> Row | Remark:
    cells = {name: text for name, path in _PATHS.items() if (text := _text(members, path))}
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
    timed = []
    for row in rows:
        if row["id"] and row["id"] in seen:
            telling.remark(row, REPEATED, row["id"], aside=True)
            continue
        seen.add(row["id"])
        time = telling.stamp(row, "time")
        if time is not None:
            timed.append((time, _ORDER.get(_kind(row), 1), -row.line, row))
    for time, _, _, row in sorted(timed, key=lambda one: one[:3]):  # the newest comes first in a page
        _TELLERS.get(_kind(row), _note)(telling, row, time)


def _kind(row: Row) -> str:
    kind = row["type"].removesuffix("_reference").removesuffix("_log_entry")
    return "acknowledge" if kind == "acknowledgement" else kind


def _triggered(telling: Telling, row: Row, time: datetime) -> None:
    service = row["service"] or (row["agent_summary"] if row["agent_type"].startswith("service") else "")
    text = row["title"] or row["summary"]
    telling.received(row, time, "", (service, row["service_id"]), **_known(row) | {"text": text})


def _notified(telling: Telling, row: Row, time: datetime) -> None:
    way, status = row["way"] or row["way_alone"], row["status"] or row["status_alone"]
    channel = _CHANNELS.get(way.casefold().replace(" ", "_"))
    if channel is None:
        telling.remark(row, UNKNOWN_CHANNEL, way)
    raw = f"{way} {status}".strip()
    who = telling.who(row, _named(row, "user"), row["address"] or row["address_alone"])
    telling.event(
        row,
        "attempt_started",
        time,
        attempt=row["id"] or f"line {row.line}",
        channel=channel,
        **who,
        **_known(row) | {"raw": raw},
    )


def _acknowledged(telling: Telling, row: Row, time: datetime) -> None:
    telling.event(row, "acknowledged", time, **_by(telling, row), **_known(row))


def _resolved(telling: Telling, row: Row, time: datetime) -> None:
    telling.event(row, "resolved", time, resolved=True, **_by(telling, row), **_known(row))


def _escalated(telling: Telling, row: Row, time: datetime) -> None:
    telling.event(row, "tier_started", time, text=row["summary"], **_known(row))


def _note(telling: Telling, row: Row, time: datetime) -> None:
    if _kind(row) not in _NOTED:
        telling.remark(row, UNKNOWN_TYPE, row["type"])
    text = row["content"] or row["note"] or row["summary"]
    telling.event(row, "note", time, text=text, **_known(row))


def _by(telling: Telling, row: Row) -> dict[str, Any]:
    """Who did it: a person, or a service or an integration, which is no fault of the log."""
    if row["agent_type"] and not row["agent_type"].startswith("user"):
        return {"text": row["summary"] or row["agent_summary"]}
    return telling.who(row, _named(row, "agent"))


def _named(row: Row, who: str) -> tuple[str, ...]:
    return tuple(row[f"{who}_{what}"] for what in ("id", "email", "summary", "name"))


def _known(row: Row) -> dict[str, Any]:
    return {"id": row["id"], "provider_id": row["id"], "raw": row["type"]}


_TELLERS: Mapping[str, Callable[[Telling, Row, datetime], None]] = {
    "trigger": _triggered,
    "notify": _notified,
    "acknowledge": _acknowledged,
    "resolve": _resolved,
    "escalate": _escalated,
}
_ORDER = {"trigger": 0, "notify": 2}

# Notifications and what came of them: whoever caused the incident is no caller who waits, and no phone is seen to ring.
_SHOWS = Shows(callbacks=False, hang_ups=False, ringing=False, pick_ups=False)

FORMAT = Format("pagerduty", _rows, _tell, shows=_SHOWS)
