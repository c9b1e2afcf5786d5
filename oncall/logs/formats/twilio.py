"""Twilio calls: pages of the REST API as JSON, or the same fields as CSV.

A call with no parent that came in is the dispatch, `received`; the calls it is the parent of are the attempts. What is
known of an attempt is when it started, how it ended, and, where the conversation is shorter than the call, when it was
picked up. That the caller hung up is known where a call that still rang was canceled as the parent ended.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from io import BufferedReader
from typing import IO, Any

from msgspec import Struct

from oncall.errors import OncallError
from oncall.fields import suggestion
from oncall.logs.importing import REPEATED, Asked, Format, Remark, Row, Telling
from oncall.logs.incoming import first_letter, table, unpacked
from oncall.logs.records import records
from oncall.logs.shows import Shows

NO_SID = "a call without a sid"
NOT_TEXT = "a value that is neither text nor a number"
OLDER = "an earlier state of a call that is there again"
NO_TIME = "a call without a start"
NO_PARENT = "the call this one belongs to is not in the file: export the incoming calls as well"
NO_LINK = "an outgoing call that names no parent: which incoming call it was for is not known"
NOT_OVER = "the call had not ended when it was exported: export it again"
NO_END = "the call has no end"
UNKNOWN_STATUS = "a status that Twilio does not have"

_CELLS = {
    "sid": "sid",
    "callsid": "sid",
    "parentcallsid": "parent",
    "from": "from",
    "to": "to",
    "status": "status",
    "callstatus": "status",
    "direction": "direction",
    "starttime": "start",
    "endtime": "end",
    "datecreated": "created",
    "dateupdated": "updated",
    "duration": "duration",
    "callduration": "duration",
    "answeredby": "answered_by",
}
_OUTCOMES = {
    "completed": "answered",
    "in-progress": "answered",
    "no-answer": "no_answer",
    "busy": "busy",
    "failed": "failed",
    "canceled": "cancelled",
    "cancelled": "cancelled",
}
_NOT_OVER = ("queued", "initiated", "ringing", "in-progress")
_AT_ONCE = timedelta(seconds=2)


class _Leg(Struct, frozen=True):
    """One attempt, as far as the end of the parent depends on it."""

    outcome: str | None
    ended: datetime | None


def _rows(source: IO[bytes], asked: Asked) -> Iterator[Row | Remark]:
    content = unpacked(source)
    found = _json(content) if first_letter(content) in ("{", "[") else _csv(content, asked)
    for one in found:
        if isinstance(one, Remark):
            yield one
            continue
        line, cells = one
        cells = {name: cell for name, cell in cells.items() if cell}
        if "sid" not in cells:
            yield Remark(line, NO_SID)
        else:
            yield Row(line, cells.get("parent") or cells["sid"], cells)


def _json(content: BufferedReader) -> Iterator[tuple[int, dict[str, str]] | Remark]:
    for one in records(content, ("calls",)):
        if isinstance(one, Remark):
            yield one
            continue
        cells = {}
        for name, value in one.members.items():
            cell = _CELLS.get(_plain(name))
            if cell is None or value is None:
                continue
            if not isinstance(value, str | int):
                yield Remark(one.line, NOT_TEXT, name)
                continue
            cells[cell] = str(value).strip()
        yield one.line, cells


def _csv(content: BufferedReader, asked: Asked) -> Iterator[tuple[int, dict[str, str]] | Remark]:
    names: list[str] | None = None
    for one in table(content):
        if isinstance(one, Remark):
            yield one
        elif names is None:
            names = [_CELLS.get(_plain(cell), "") for cell in one.cells]
            if "sid" not in names:
                where = asked.file or "standard input"
                raise OncallError(f"{where}: neither Twilio's JSON nor a CSV file with a column for the call's sid")
        else:
            cells = dict(zip(names, one.cells, strict=False))
            yield one.line, {name: cell for name, cell in cells.items() if name}


def _plain(heading: str) -> str:
    return re.sub("[^a-z]", "", heading.casefold())


def _tell(telling: Telling, rows: Sequence[Row]) -> None:
    calls = _calls(telling, rows)
    parent = calls.pop(telling.dispatch, None)
    incoming = parent is not None and not parent["parent"] and not _outgoing(parent)
    legs = []
    if parent is not None and incoming:
        _received(telling, parent)
    elif parent is not None:
        telling.remark(parent, NO_LINK, parent["sid"])
        legs.append(_leg(telling, parent))
    else:
        telling.remark(rows[0], NO_PARENT, telling.dispatch)
    legs.extend(_leg(telling, call) for call in calls.values())
    if parent is not None and incoming:
        _end(telling, parent, legs)


def _calls(telling: Telling, rows: Sequence[Row]) -> dict[str, Row]:
    """Each call once, by its sid: pages overlap while calls come in. The state that was updated last is the one."""
    calls: dict[str, Row] = {}
    for row in rows:
        before = calls.get(row["sid"])
        if before is None:
            calls[row["sid"]] = row
        elif before.cells == row.cells:
            telling.remark(row, REPEATED, row["sid"], aside=True)
        else:
            older, newer = (row, before) if _updated(telling, row) < _updated(telling, before) else (before, row)
            telling.remark(older, OLDER, row["sid"], aside=True)
            calls[row["sid"]] = newer
    return calls


def _updated(telling: Telling, call: Row) -> float:
    time = telling.stamp(call, "updated")
    return time.timestamp() if time else 0


def _outgoing(call: Row) -> bool:
    return call["direction"].casefold().startswith(("outbound", "outgoing", "trunking-terminating"))


def _status(call: Row) -> str:
    return re.sub("[ _]+", "-", call["status"].casefold())


def _start(telling: Telling, call: Row) -> datetime | None:
    start = telling.stamp(call, "start") or telling.stamp(call, "created")
    if start is None:
        telling.remark(call, NO_TIME, call["sid"])
    return start


def _received(telling: Telling, call: Row) -> None:
    start = _start(telling, call)
    if start is not None:
        known: dict[str, Any] = {"raw": call["status"], "provider_id": call["sid"]}
        telling.received(call, start, call["to"], caller=call["from"], **known)


def _leg(telling: Telling, call: Row) -> _Leg:
    """What one attempt was, told."""
    status, machine = _status(call), call["answered_by"].casefold()
    outcome = _OUTCOMES.get(status)
    if outcome == "answered" and machine.startswith(("machine", "fax")):
        outcome = "voicemail"
    start, end = _start(telling, call), telling.stamp(call, "end")
    raw = f"{call['status']} {call['answered_by']}".strip()
    known: dict[str, Any] = {"attempt": call["sid"], "channel": "voice", "provider_id": call["sid"]}
    if start is not None or end is not None:  # else there is no event that could say who it was
        known |= telling.who(call, address=call["to"])
    if start is not None:
        telling.event(call, "attempt_started", start, raw=raw if end is None else "", **known)
    picked_up = _picked_up(call, start, end) if outcome in ("answered", "voicemail") else None
    if picked_up is not None:
        telling.event(call, "attempt_answered", picked_up, raw=call["answered_by"], **known)
    if outcome is None and status not in _NOT_OVER:
        telling.remark(call, UNKNOWN_STATUS, call["status"] + suggestion(status, [*_OUTCOMES, *_NOT_OVER]))
    if end is not None:
        telling.event(call, "attempt_ended", end, outcome=outcome, raw=raw, **known)
    else:
        telling.remark(call, NOT_OVER if status in _NOT_OVER else NO_END, call["sid"])
    return _Leg(outcome, end)


def _picked_up(call: Row, start: datetime | None, end: datetime | None) -> datetime | None:
    """When a conversation began: its length before the end, where that is later than the start of the call."""
    if start is None or end is None or not re.fullmatch(r"\d{1,6}", call["duration"], re.ASCII):
        return None
    began = end - timedelta(seconds=int(call["duration"]))
    return began if start < began < end else None


def _end(telling: Telling, parent: Row, legs: Sequence[_Leg]) -> None:
    """The end of the incoming call. The caller hung up if a call that rang was canceled by it, or if it was canceled
    itself before any began; otherwise nothing says who ended it."""
    end = telling.stamp(parent, "end")
    if end is None:
        if _status(parent) in _NOT_OVER:
            telling.remark(parent, NOT_OVER, parent["sid"])
        return
    known: dict[str, Any] = {"raw": parent["status"], "provider_id": parent["sid"]}
    near = [leg for leg in legs if leg.ended is not None and abs(leg.ended - end) <= _AT_ONCE]
    canceled = any(leg.outcome == "cancelled" for leg in near)
    talking = any(leg.outcome == "answered" for leg in near)
    if (canceled and not talking) or (_OUTCOMES.get(_status(parent)) == "cancelled" and not legs):
        telling.event(parent, "caller_hung_up", end, **known)
    else:
        telling.event(parent, "note", end, text="the incoming call ended", **known)


# Calls, each with who was dialled and how it ended; who ended it, and what was said or pressed, is not in them.
_SHOWS = Shows(channels=("voice",), callbacks=False, hang_ups=False, acknowledgements=False)

FORMAT = Format("twilio", _rows, _tell, shows=_SHOWS)
