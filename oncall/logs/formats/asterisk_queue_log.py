"""Asterisk's queue_log: `epoch|call|queue|agent|event|…`, one line an event of a queue; or the table of a database
that holds the same, as CSV or separated by tabs, with or without headings.

A call in a queue is a dispatch. Agents are found by an alias that is the agent as written (`SIP/0004f2`, `Agent/1001`),
by its name alone, or by the number in it. When an agent's telephone began to ring is reckoned back from how long it
rang, which RINGNOANSWER has in milliseconds and CONNECT in seconds. What is about agents or queues and not about a call
is set aside.

A telephone that stops ringing in the second somebody else picks up was answered elsewhere, one that rang for no time
at all could not be reached. A queue that gives up ends the call only where no other queue takes it on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from io import BufferedReader
from typing import IO, Any

from msgspec import Struct, field

from oncall.errors import OncallError
from oncall.logs.event import LEFT_BY_KEY
from oncall.logs.formats import dialled
from oncall.logs.importing import Asked, Format, Remark, Row, Telling
from oncall.logs.incoming import beginning, first_cells, lines, table, unpacked
from oncall.logs.shows import Shows
from oncall.logs.stamps import NoZoneError, StampError, epoch, parse_stamp
from oncall.spelling import suggestion

NOT_A_LINE = "not a line of a queue_log: epoch|call|queue|agent|event|…"
NOT_EPOCH = "a time that is not in seconds since 1970, as queue_log has them"
NO_CALL = "an event of a call, without the call"
UNKNOWN_EVENT = "an event that app_queue does not have; kept as a note"
DROPPED = "the agent hung up before speaking with the caller; which outcome that is is not known"
ANSWERED_ELSEWHERE = "somebody else picked up"
NO_RINGING = "nothing says how long the agent's telephone rang; the attempt is written without its start"

_ASIDE = {
    "QUEUESTART": "the queues were started",
    "CONFIGRELOAD": "the configuration was read again",
    "ADDMEMBER": "an agent was added to a queue",
    "REMOVEMEMBER": "an agent was removed from a queue",
    "AGENTLOGIN": "an agent signed in",
    "AGENTCALLBACKLOGIN": "an agent signed in",
    "AGENTLOGOFF": "an agent signed off",
    "AGENTCALLBACKLOGOFF": "an agent signed off",
    "PAUSE": "an agent paused",
    "PAUSEALL": "an agent paused",
    "UNPAUSE": "an agent was there again",
    "UNPAUSEALL": "an agent was there again",
    "PAUSEREASON": "an agent paused",
    "PENALTY": "an agent's penalty was changed",
    "MEMBERPENALTY": "an agent's penalty was changed",
    "RINGINUSE": "whether busy agents ring was changed",
}
_NO_CALLS = ("", "NONE", "CLI", "MANAGER", "REALTIME")
_NAMED = {"time", "queue", "agent", "event"}
_ENTERED = ("ENTERQUEUE", "JOINEMPTY", "FULL")
_WAITED = {"ABANDON": "2", "EXITWITHTIMEOUT": "2", "EXITEMPTY": "2", "EXITWITHKEY": "3", "CONNECT": "0"}
_LEFT = ("EXITWITHTIMEOUT", "EXITEMPTY", "EXITWITHKEY", "JOINEMPTY", "FULL")
_TRANSFERS = ("TRANSFER", "BLINDTRANSFER", "ATTENDEDTRANSFER")
_CONVERSATION_OVER = {
    **dict.fromkeys(("COMPLETEAGENT", "COMPLETECALLER", *_TRANSFERS), "answered"),
    "AGENTDUMP": None,
    "SYSCOMPAT": "failed",
}
_PLAIN = 10  # columns of a database's table, without its id and the old column `data`
_NOTED = ("DID", "ENTERQUEUE", "CALLSTATUS", "INFO", "HOLDTIME", "HOLD", "UNHOLD")
_RANG = {"RINGNOANSWER": "no_answer", "RINGCANCELED": "cancelled"}
_ELSEWHERE = timedelta(seconds=1)
_AT_ALL = 500  # milliseconds: a telephone that rang for less did not ring
_COLUMNS = {
    "time": "time",
    "callid": "call",
    "queuename": "queue",
    "queue": "queue",
    "agent": "agent",
    "event": "event",
    "data": "data",
    **{f"data{number}": str(number - 1) for number in range(1, 6)},
}
_TABLE = ("id", "time", "callid", "queuename", "agent", "event", "data", "data1", "data2", "data3", "data4", "data5")
_EVENTS = (*_RANG, *_CONVERSATION_OVER, *_LEFT, *_NOTED, *_ASIDE, "ABANDON", "CONNECT")


def _rows(source: IO[bytes], asked: Asked) -> Iterator[Row | Remark]:
    content = unpacked(source)
    if _is_table(content):
        yield from _table_rows(content, asked)
        return
    for entry in lines(content):
        yield entry if isinstance(entry, Remark) else _line_row(entry.number, entry.text)


def _is_table(content: BufferedReader) -> bool:
    """Whether the first line is of a database's table, and none of queue_log's own."""
    first = beginning(content).partition(b"\n")[0]
    return b"|" not in first and (b"\t" in first or b"," in first or b";" in first)


def _table_rows(content: BufferedReader, asked: Asked) -> Iterator[Row | Remark]:
    names: Sequence[str] | None = None
    for entry in table(content):
        if isinstance(entry, Remark):
            yield entry
            continue
        cells = [cell.strip() for cell in entry.cells]
        if names is None:
            headings = [_COLUMNS.get(cell.casefold().replace("_", ""), "") for cell in cells]
            if {"time", "call", "event"} <= set(headings):
                names = headings
                continue
            names = [_COLUMNS.get(name, "") for name in _TABLE[-len(cells) :] if len(cells) >= _PLAIN]
            if len(cells) in (_PLAIN, _PLAIN + 1):  # without the old column `data`
                names = [_COLUMNS.get(name, "") for name in _TABLE if name != "data"][-len(cells) :]
        yield _table_row(entry.line, dict(zip(names, cells, strict=False)), asked)


def _table_row(line: int, cells: Mapping[str, str], asked: Asked) -> Row | Remark:
    told = " ".join(cell for cell in cells.values() if cell)[:200]
    if not cells.get("call") or not cells.get("event"):
        return Remark(line, NOT_A_LINE, told)
    try:
        time, _ = parse_stamp(cells.get("time", ""), asked.zone, dialled.created(cells["call"]))
    except NoZoneError as error:
        raise OncallError(f"{asked.file or 'standard input'}:{line}: {error}") from None
    except StampError as error:
        return Remark(line, str(error), cells.get("time", "")[:200])
    data = [cells.get(str(place), "") for place in range(5)]
    if not any(data):
        data = cells.get("data", "").split("|")
    words = [f"{time.timestamp():.6f}", *(cells.get(name, "") for name in ("call", "queue", "agent", "event")), *data]
    return _row(line, words, told)


def _line_row(line: int, text: str) -> Row | Remark:
    return _row(line, [part.strip() for part in text.split("|")], text)


def _row(line: int, parts: Sequence[str], text: str) -> Row | Remark:
    if len(parts) < 5 or not parts[4]:
        return Remark(line, NOT_A_LINE, text[:200])
    time, call, queue, agent, event = parts[:5]
    if event.upper() in _ASIDE:
        return Remark(line, _ASIDE[event.upper()], text[:200], aside=True)
    if not re.fullmatch(r"\d{1,12}(\.\d{1,9})?", time, re.ASCII) or epoch(float(time)) is None:
        return Remark(line, NOT_EPOCH, time[:200])
    if call.upper() in _NO_CALLS:
        return Remark(line, NO_CALL, text[:200])
    cells = {"time": time, "queue": queue, "agent": agent, "event": event}
    cells |= {str(place): part for place, part in enumerate(parts[5:])}
    return Row(line, call, {name: cell for name, cell in cells.items() if cell and cell != "NONE"})


class _Attempts:
    """What the attempts of a call are called: the agent, and the how many-th time it is tried."""

    def __init__(self) -> None:
        self._tried: dict[str, int] = {}
        self._talking: dict[str, str] = {}

    def next(self, agent: str) -> str:
        """One more attempt of an agent."""
        self._tried[agent] = self._tried.get(agent, 0) + 1
        return f"{agent}#{self._tried[agent]}"

    def answered(self, agent: str) -> str:
        """One more, which is answered."""
        self._talking[agent] = self.next(agent)
        return self._talking[agent]

    def over(self, agent: str) -> str:
        """The one that was answered, which is over now."""
        return self._talking.pop(agent, None) or self.next(agent)


def _tell(telling: Telling, rows: Sequence[Row]) -> None:
    rows = sorted(rows, key=lambda row: (_at(row), row.line))
    entry = _received(telling, rows)
    call = _Call(
        entry,
        tuple(_at(row) for row in rows if _name(row) == "CONNECT"),
        frozenset(row.line for row, *later in _with_later(rows) if _name(row) in _LEFT and _goes_on(later)),
    )
    for row in rows:
        _event(telling, row, call)


def _with_later(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Each row with those after it."""
    return (rows[place:] for place in range(len(rows)))


def _goes_on(later: Sequence[Row]) -> bool:
    """Whether a call that left a queue is in one again."""
    return any(_name(row) in (*_ENTERED, *_RANG, "CONNECT", "ABANDON") for row in later)


class _Call(Struct, frozen=True):
    """What the events of one call mean together: the one it came in with, when somebody picked up, and the lines of
    those at which it left a queue for another one."""

    entry: Row | None
    picked_up: tuple[datetime, ...]
    overflows: frozenset[int]
    attempts: _Attempts = field(default_factory=_Attempts)

    def is_answered_elsewhere(self, row: Row) -> bool:
        """Whether a telephone stopped ringing as somebody else picked up."""
        return any(abs(_at(row) - time) <= _ELSEWHERE for time in self.picked_up)


def _received(telling: Telling, rows: Sequence[Row]) -> Row | None:
    """The call came in when it entered the queue; where that is not in the file, as long before as it is said to have
    waited."""
    entry = next((row for row in rows if _name(row) in _ENTERED), None)
    waited = 0.0
    for row in rows if entry is None else ():
        found = _number(row[_WAITED.get(_name(row), "")])
        if found is not None:
            entry, waited = row, found
            break
    if entry is not None:
        line = next((row["0"] for row in rows if _name(row) == "DID"), "") or entry["queue"]
        caller = entry["1"] if _name(entry) == "ENTERQUEUE" else ""
        came = _at(entry) - timedelta(seconds=waited)
        telling.received(entry, came, line, (entry["queue"],), caller=caller, raw=entry["event"])
    return entry


def _event(telling: Telling, row: Row, call: _Call) -> None:
    name = _name(row)
    if name in _RANG:
        _rang(telling, row, call)
    elif name == "CONNECT":
        _connected(telling, row, call.attempts.answered(row["agent"]))
    elif name in _CONVERSATION_OVER:
        _over(telling, row, call.attempts.over(row["agent"]))
    elif name == "ABANDON":
        telling.event(row, "caller_hung_up", _at(row), raw=row["event"])
    elif name in _LEFT:
        _left(telling, row, call)
    elif not (row is call.entry and name == "ENTERQUEUE"):
        if name not in _NOTED:
            telling.remark(row, UNKNOWN_EVENT, row["event"] + suggestion(name, _EVENTS))
        telling.event(row, "note", _at(row), raw=row["event"], text=_words(row))


def _left(telling: Telling, row: Row, call: _Call) -> None:
    """A call left the queue: for another queue, because the caller chose so, or because the queue gave up."""
    known: dict[str, Any] = {"raw": row["event"]}
    if row.line in call.overflows:
        telling.event(row, "tier_started", _at(row), text=_words(row), **known)
    elif _name(row) == "EXITWITHKEY":
        telling.event(row, "caller_hung_up", _at(row), text=LEFT_BY_KEY, **known)
    else:
        telling.event(row, "closed", _at(row), **known)


def _rang(telling: Telling, row: Row, call: _Call) -> None:
    """An agent's telephone rang, and stopped."""
    known, rang = _agent(telling, row, call.attempts.next(row["agent"])), _number(row["0"])
    outcome = _RANG[_name(row)]
    is_elsewhere = call.is_answered_elsewhere(row)
    if is_elsewhere:
        outcome = "cancelled"
    elif outcome == "no_answer" and rang is not None and rang < _AT_ALL:
        outcome = "unreachable"
    if rang is None:
        telling.remark(row, NO_RINGING, row["event"])
    else:
        telling.event(row, "attempt_started", _at(row) - timedelta(milliseconds=rang), **known)
    known |= {"text": ANSWERED_ELSEWHERE} if is_elsewhere else {}
    telling.event(row, "attempt_ended", _at(row), outcome=outcome, raw=row["event"], **known)


def _connected(telling: Telling, row: Row, attempt: str) -> None:
    """An agent picks up. How long it rang is said, or follows from when the agent's channel came to be."""
    known, rang = _agent(telling, row, attempt), _number(row["2"])
    created = dialled.created(row["1"])
    began = epoch(created) if created is not None else None
    if rang is not None:
        began = _at(row) - timedelta(seconds=rang)
    if began is None or began > _at(row):
        telling.remark(row, NO_RINGING, row["event"])
    else:
        telling.event(row, "attempt_started", began, **known)
    telling.event(row, "attempt_answered", _at(row), raw=row["event"], **known)


def _over(telling: Telling, row: Row, attempt: str) -> None:
    """A conversation is over, or an attempt that failed as somebody picked up."""
    name, time = _name(row), _at(row)
    if name == "AGENTDUMP":
        telling.remark(row, DROPPED, row["agent"])
    outcome = _CONVERSATION_OVER[name]
    telling.event(row, "attempt_ended", time, outcome=outcome, raw=row["event"], **_agent(telling, row, attempt))
    if name in _TRANSFERS:
        telling.event(row, "transferred", time, raw=row["event"], text=_words(row))
    elif name == "COMPLETECALLER":
        telling.event(row, "caller_hung_up", time, raw=row["event"])


def _agent(telling: Telling, row: Row, attempt: str) -> dict[str, Any]:
    agent = row["agent"]
    who = telling.who(row, (agent, dialled.peer(agent)), dialled.number(agent))
    return {"attempt": attempt, "channel": "voice", **who}


def _name(row: Row) -> str:
    return row["event"].upper()


def _at(row: Row) -> datetime:
    time = epoch(float(row["time"]))
    assert time is not None  # _row has seen to that
    return time


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d{1,9}(\.\d{1,6})?", text, re.ASCII) else None


def _words(row: Row) -> str:
    parts = (row[name] for name in ("event", "queue", "agent", *sorted(set(row.cells) - _NAMED)))
    return " ".join(part for part in parts if part)


# What a queue did with its callers: it knows when one leaves, and nothing of what happens outside the queue.
_SHOWS = Shows(channels=("voice",), callbacks=False, acknowledgements=False)


def _recognizes(start: str) -> bool:
    if re.match(r"\s*\d{9,11}(\.\d+)?\|[^|\n]*\|[^|\n]*\|[^|\n]*\|[A-Z]", start, re.ASCII):
        return True
    cells = [cell.casefold().replace("_", "") for cell in first_cells(start)]
    return {"callid", "queuename", "event"} <= set(cells) or (
        len(cells) >= _PLAIN and any(cell.upper() in _EVENTS for cell in cells[4:7])
    )


FORMAT = Format(
    "asterisk-queue-log",
    _rows,
    _tell,
    shows=_SHOWS,
    title="a queue_log of Asterisk's",
    recognizes=_recognizes,
)
