"""Twilio calls: pages of the REST API as JSON, or the same fields as CSV; status callbacks and Call Events.

A call with no parent that came in is the dispatch, `received`; the calls it is the parent of are the attempts. Ringing
begins when a call was created; a completed call's `start_time` is when it was picked up, which is its duration before
its end. Status callbacks (one JSON object a line) and the events of a call say the same state by state, exactly.

Who hung up is not in Twilio's records; that the caller did is inferred where a call that still rang was canceled as the
parent ended. An outgoing call without a parent is no call that came in: to the number of somebody who called within a
day it is a callback; to somebody of ours beside an incoming call it may be an attempt of that call, which then has a
gap there; anything else is told and left out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from io import BufferedReader
from typing import IO, Any

from msgspec.structs import replace

from oncall.errors import OncallError
from oncall.logs.callbacks import Callers
from oncall.logs.importing import REPEATED, UNRELATED, Asked, Format, OutgoingCall, Remark, Row, Telling
from oncall.logs.incoming import first_cells, first_letter, table, unpacked
from oncall.logs.records import records
from oncall.logs.shows import Shows
from oncall.logs.stamps import NoZoneError, StampError, parse_stamp
from oncall.spelling import suggestion

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
    "callduration": "call_duration",
    "answeredby": "answered_by",
    "timestamp": "timestamp",
    "sequencenumber": "sequence",
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


# Calls, who was dialled and how it ended; who ended it, and what was said or pressed, is not in them.
_SHOWS = Shows(channels=("voice",), callbacks=False, hang_ups=False, acknowledgements=False)
_HELD = 100_000  # outgoing calls without a parent that are brought together with incoming ones
_CALLBACK, _BESIDE = "callback", "beside"


def _rows(source: IO[bytes], asked: Asked) -> Iterator[Row | Remark]:
    content = unpacked(source)
    entries = _json(content) if first_letter(content) in ("{", "[") else _csv(content, asked)
    links = _Links(asked)
    for entry in entries:
        if isinstance(entry, Remark):
            yield entry
            continue
        line, cells = entry
        cells = {name: cell for name, cell in cells.items() if cell}
        if "sid" not in cells:
            yield Remark(line, NO_SID)
            continue
        row = Row(line, cells.get("parent") or cells["sid"], cells)
        if row["parent"] or not _outgoing(row):
            links.add_incoming(row)
            yield row
        elif not links.hold(row):
            yield row
    yield from links.related()


def _json(content: BufferedReader) -> Iterator[tuple[int, dict[str, str]] | Remark]:
    for record in records(content, ("calls", "events")):
        if isinstance(record, Remark):
            yield record
            continue
        cells = {}
        for name, value in _members(record.members).items():
            cell = _CELLS.get(_plain(name))
            if cell is None or value is None:
                continue
            if not isinstance(value, str | int):
                yield Remark(record.line, NOT_TEXT, name)
                continue
            cells[cell] = str(value).strip()
        yield record.line, cells


def _members(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields of a call, or of an event of one: what Twilio sent to the application, and when it was answered."""
    request = record.get("request")
    if not isinstance(request, dict) or not isinstance(request.get("parameters"), dict):
        return record
    response = record.get("response")
    answered = response.get("date_created") if isinstance(response, dict) else None
    return {"timestamp": answered, **request["parameters"]}


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


@dataclass
class _Incoming:
    """An incoming call that outgoing ones may belong to: its dispatch, and when it was, as far as is known."""

    dispatch: str
    start: float
    end: float


@dataclass
class _Links:
    """Which incoming calls the outgoing ones without a parent belong to."""

    asked: Asked
    callers: Callers = field(default_factory=Callers)
    incoming: list[_Incoming] = field(default_factory=list)
    held: list[Row] = field(default_factory=list)

    def add_incoming(self, row: Row) -> None:
        """Remember an incoming call by its caller."""
        if row["parent"] or len(self.incoming) >= _HELD:
            return
        start = _instant(row, ("created", "start", "timestamp"), self.asked.zone)
        if start is not None:
            end = _instant(row, ("end", "timestamp"), self.asked.zone)
            call = _Incoming(row.dispatch, start, start if end is None else end)
            self.incoming.append(call)
            self.callers.add(row["from"], row.dispatch, _moment(start))

    def hold(self, row: Row) -> bool:
        """Keep an outgoing call until all incoming ones are known; False where there are too many of them."""
        if len(self.held) >= _HELD:
            return False
        self.held.append(row)
        return True

    def related(self) -> Iterator[Row | Remark]:
        """The outgoing calls, as part of the dispatches they belong to. One that belongs to none is told."""
        self.incoming.sort(key=lambda call: call.start)
        for row in self.held:
            start = _instant(row, ("created", "start", "timestamp"), self.asked.zone)
            if start is None:
                yield Remark(row.line, NO_TIME, row["sid"])
                continue
            called = self.callers.called(row["to"], _moment(start))
            if called is not None:
                yield Row(row.line, called, {**row.cells, "role": _CALLBACK})
                continue
            beside = self._beside(start) if self.asked.contacts.recognized(row["to"]) else []
            for call in beside:
                yield Row(row.line, call.dispatch, {**row.cells, "role": _BESIDE})
            yield Remark(row.line, NO_LINK if beside else UNRELATED, row["sid"], aside=not beside)

    def _beside(self, start: float) -> list[_Incoming]:
        """The incoming calls that were under way at an instant: few of the last ones before it, at most."""
        until = bisect_right(self.incoming, start, key=lambda call: call.start)
        return [call for call in self.incoming[max(0, until - 50) : until] if call.end >= start]


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _instant(row: Row, cells: Sequence[str], zone: tzinfo | None) -> float | None:
    """The first of some times of a row that can be read, without a word about those that cannot."""
    for cell in cells:
        try:
            return parse_stamp(row[cell], zone)[0].timestamp()
        except (NoZoneError, StampError):
            continue
    return None


@dataclass
class _Call:
    """One call, put together from its record or from its states: the row to show for it, and what is known of it.

    `rang` is when it began to ring, None where the record does not say; `began` the first that is known of it.
    """

    row: Row
    status: str
    answered_by: str
    began: datetime | None = None
    rang: datetime | None = None
    picked_up: datetime | None = None
    ended: datetime | None = None
    outcome: str | None = None

    def __getitem__(self, name: str) -> str:
        return self.row[name]

    @property
    def raw(self) -> str:
        """Twilio's own words for how it ended."""
        return f"{self.row['status']} {self.answered_by}".strip()


def _tell(telling: Telling, rows: Sequence[Row]) -> None:
    related = [row for row in rows if row["role"]]
    calls = _calls(telling, [row for row in rows if not row["role"]])
    parent = calls.pop(telling.dispatch, None)
    if parent is not None and not parent["parent"] and not _outgoing(parent.row):
        _received(telling, parent)
        for call in calls.values():
            _leg(telling, call)
        _end(telling, parent, tuple(calls.values()))
    else:
        if parent is not None:
            telling.remark(parent.row, NO_LINK, parent["sid"])
        elif calls:
            telling.remark(rows[0], NO_PARENT, telling.dispatch)
        for call in [parent, *calls.values()] if parent is not None else calls.values():
            _leg(telling, call)
    for call in _calls(telling, [row for row in related if row["role"] == _CALLBACK]).values():
        _called_back(telling, call)
    for call in _calls(telling, [row for row in related if row["role"] == _BESIDE]).values():
        _beside(telling, call)


def _calls(telling: Telling, rows: Sequence[Row]) -> dict[str, _Call]:
    """Each call once, by its sid: pages overlap while calls come in, and states come one by one."""
    entries: dict[str, list[Row]] = {}
    for row in rows:
        known = entries.setdefault(row["sid"], [])
        if any(other.cells == row.cells for other in known):
            telling.remark(row, REPEATED, row["sid"], aside=True)
        else:
            known.append(row)
    return {sid: _call(telling, of_call) for sid, of_call in entries.items()}


def _call(telling: Telling, rows: Sequence[Row]) -> _Call:
    states = [row for row in rows if row["timestamp"] and not row["end"]]
    records = [row for row in rows if row not in states]
    if not records:
        return _from_states(telling, states)
    newest = max(records, key=lambda row: _updated(telling, row))
    for row in records:
        if row is not newest:
            telling.remark(row, OLDER, row["sid"], aside=True)
    call = _from_record(telling, newest)
    if states:  # they hold exact times
        exact = _from_states(telling, states)
        call.rang, call.picked_up = exact.rang or call.rang, exact.picked_up or call.picked_up
    return call


def _from_record(telling: Telling, row: Row) -> _Call:
    """A call by its record. Ringing begins at `date_created`; `start_time` of a call that was taken is the pick-up,
    which is `duration` before the end. Without `date_created` the start is the one where the two differ."""
    call = _Call(row, _status(row["status"]), row["answered_by"].casefold())
    call.outcome = _outcome(call)
    created, start, end = (telling.stamp(row, cell) for cell in ("created", "start", "end"))
    call.began, call.ended = min((time for time in (created, start) if time is not None), default=None), end
    call.rang = created
    talked = _talked_from(row, end)
    if call.outcome not in ("answered", "voicemail") or start is None:
        call.rang = created or start
    elif created is not None:
        call.picked_up = talked if start <= created and talked is not None and talked > created else start
    elif talked is not None and end is not None and start < talked < end:
        call.rang, call.picked_up = start, talked
    else:
        call.picked_up = start
    return call


def _from_states(telling: Telling, rows: Sequence[Row]) -> _Call:
    """A call by its states, each with the time at which it began."""
    times_of = [(telling.stamp(row, "timestamp"), row) for row in rows]
    timed = [(time, _STATES.get(_status(row["status"]), 9), row) for time, row in times_of if time is not None]
    timed.sort(key=lambda entry: entry[:2])
    last = timed[-1][2] if timed else rows[-1]
    answered_by = next((row["answered_by"] for _, _, row in timed if row["answered_by"]), "")
    call = _Call(last, _status(last["status"]), answered_by.casefold())
    call.outcome = _outcome(call)
    times = {_status(row["status"]): time for time, _, row in reversed(timed)}
    call.began = timed[0][0] if timed else None
    call.rang = times.get("initiated") or times.get("queued") or times.get("ringing")
    call.picked_up = times.get("in-progress") or times.get("answered")
    if call.status not in _NOT_OVER and timed:
        call.ended = timed[-1][0]
        if len(timed) == 1:  # the end alone: its length says when it began, if it was an incoming one
            call.began = _talked_from(last, call.ended) or call.began
    return call


def _talked_from(row: Row, end: datetime | None) -> datetime | None:
    """When the conversation began by its length."""
    length = row["call_duration"] or row["duration"]  # a status callback's `Duration` is minutes
    if end is None or re.fullmatch(r"\d{1,6}", length, re.ASCII) is None:
        return None
    return end - timedelta(seconds=int(length))


def _outcome(call: _Call) -> str | None:
    outcome = _OUTCOMES.get(call.status)
    return "voicemail" if outcome == "answered" and call.answered_by.startswith(("machine", "fax")) else outcome


def _updated(telling: Telling, row: Row) -> float:
    time = telling.stamp(row, "updated")
    return time.timestamp() if time else 0


def _outgoing(row: Row) -> bool:
    return row["direction"].casefold().startswith(("outbound", "outgoing", "trunking-terminating"))


def _status(text: str) -> str:
    return re.sub("[ _]+", "-", text.casefold())


def _received(telling: Telling, call: _Call) -> None:
    if call.began is None:
        telling.remark(call.row, NO_TIME, call["sid"])
        return
    known: dict[str, Any] = {"raw": call["status"], "provider_id": call["sid"]}
    telling.received(call.row, call.began, call["to"], caller=call["from"], **known)


def _leg(telling: Telling, call: _Call) -> None:
    """What one attempt was, told."""
    row = call.row
    if call.began is None:
        telling.remark(row, NO_TIME, call["sid"])
    if call.outcome is None and call.status not in _NOT_OVER:
        telling.remark(row, UNKNOWN_STATUS, row["status"] + suggestion(call.status, [*_OUTCOMES, *_NOT_OVER]))
    known: dict[str, Any] = {"attempt": call["sid"], "channel": "voice", "provider_id": call["sid"]}
    if call.began is not None or call.ended is not None:  # else there is no event that could say who it was
        known |= telling.who(row, address=call["to"])
    with telling.showing(replace(_SHOWS, ringing=call.rang is not None)):
        if call.began is not None:
            raw = call.raw if call.ended is None else ""
            telling.event(row, "attempt_started", call.rang or call.began, raw=raw, **known)
        if call.picked_up is not None:
            telling.event(row, "attempt_answered", call.picked_up, raw=call.answered_by, **known)
        if call.ended is not None:
            telling.event(row, "attempt_ended", call.ended, outcome=call.outcome, raw=call.raw, **known)
        else:
            telling.remark(row, NOT_OVER if call.status in _NOT_OVER else NO_END, call["sid"])


def _end(telling: Telling, parent: _Call, legs: Sequence[_Call]) -> None:
    """The end of the incoming call. The caller hung up if a call that rang was canceled by it, or if it was canceled
    itself before any began; otherwise nothing says who ended it."""
    end = parent.ended
    if end is None:
        if parent.status in _NOT_OVER:
            telling.remark(parent.row, NOT_OVER, parent["sid"])
        return
    known: dict[str, Any] = {"raw": parent["status"], "provider_id": parent["sid"]}
    near = [leg for leg in legs if leg.ended is not None and abs(leg.ended - end) <= _AT_ONCE]
    talking = any(leg.outcome == "answered" for leg in near)
    if any(leg.outcome == "cancelled" for leg in near) and not talking:
        why = "a call that still rang was canceled as the incoming one ended"
        telling.event(parent.row, "caller_hung_up", end, inferred=why, **known)
    elif parent.outcome == "cancelled" and not legs:
        telling.event(parent.row, "caller_hung_up", end, **known)
    else:
        telling.event(parent.row, "closed", end, text="the incoming call ended", **known)


def _called_back(telling: Telling, call: _Call) -> None:
    """An outgoing call to somebody who had called within a day."""
    if call.began is None:
        telling.remark(call.row, NO_TIME, call["sid"])
        return
    known: dict[str, Any] = {"raw": call.raw, "provider_id": call["sid"]}
    picked_up = call.picked_up if call.outcome == "answered" else None
    telling.called_back(OutgoingCall(call.row, call["to"], call.began, picked_up, known))


def _beside(telling: Telling, call: _Call) -> None:
    """An outgoing call to somebody of ours that names no parent, while this call was under way."""
    if call.began is not None:
        until = call.ended if call.ended is not None and call.ended > call.began else call.began + _AT_ONCE
        text = f"an outgoing call to {call['to']} that names no parent ran beside this one"
        telling.event(call.row, "gap", call.began, until=until, text=text, provider_id=call["sid"])


# How far a call has come.
_STATES = {"queued": 0, "initiated": 1, "ringing": 2, "in-progress": 3, "answered": 3}


def _recognizes(start: str) -> bool:
    if start.lstrip()[:1] in ("{", "["):
        return re.search(r'"(parent_?call_?sid|CallSid|call_sid)"', start, re.IGNORECASE) is not None
    return {"callsid", "direction", "status"} <= set(map(_plain, first_cells(start)))


FORMAT = Format(
    "twilio",
    _rows,
    _tell,
    shows=_SHOWS,
    title="a log of Twilio's calls",
    recognizes=_recognizes,
)
