"""Asterisk's queue_log: `epoch|call|queue|agent|event|…`, one line an event of a queue.

A call in a queue is a dispatch. Agents are found by an alias that is the agent as written (`SIP/0004f2`, `Agent/1001`),
by its name alone, or by the number in it. When an agent's telephone began to ring is reckoned back from how long it
rang, which RINGNOANSWER has in milliseconds and CONNECT in seconds. What is about agents or queues and not about a call
is set aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import IO, Any

from oncall.fields import suggestion
from oncall.logs.formats import dialled
from oncall.logs.importing import Asked, Format, Remark, Row, Telling
from oncall.logs.incoming import lines, unpacked
from oncall.logs.shows import Shows
from oncall.logs.stamps import epoch

NOT_A_LINE = "not a line of a queue_log: epoch|call|queue|agent|event|…"
NOT_EPOCH = "a time that is not in seconds since 1970, as queue_log has them"
NO_CALL = "an event of a call, without the call"
UNKNOWN_EVENT = "an event that app_queue does not have; kept as a note"
DROPPED = "the agent hung up before speaking with the caller; which outcome that is is not known"
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
_CALL_TIME = re.compile(r"(?:.*-)?(\d{9,10})\.\d+", re.ASCII)
_NAMED = {"time", "queue", "agent", "event"}
_ENTERED = ("ENTERQUEUE", "JOINEMPTY", "FULL")
_WAITED = {"ABANDON": "2", "EXITWITHTIMEOUT": "2", "EXITEMPTY": "2", "EXITWITHKEY": "3", "CONNECT": "0"}
_LEFT = ("EXITWITHTIMEOUT", "EXITEMPTY", "EXITWITHKEY", "JOINEMPTY", "FULL")
_TALKED = ("COMPLETEAGENT", "COMPLETECALLER", "TRANSFER", "BLINDTRANSFER", "ATTENDEDTRANSFER")
_NOTED = ("DID", "ENTERQUEUE", "CALLSTATUS", "INFO", "HOLDTIME", "HOLD", "UNHOLD")
_RANG = {"RINGNOANSWER": "no_answer", "RINGCANCELED": "cancelled"}
_EVENTS = (*_RANG, *_TALKED, *_LEFT, *_NOTED, *_ASIDE, "ABANDON", "CONNECT", "AGENTDUMP", "SYSCOMPAT")


def _rows(source: IO[bytes], asked: Asked) -> Iterator[Row | Remark]:
    for one in lines(unpacked(source)):
        yield one if isinstance(one, Remark) else _row(one.number, one.text)


def _row(line: int, text: str) -> Row | Remark:
    parts = [part.strip() for part in text.split("|")]
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


def _tell(telling: Telling, rows: Sequence[Row]) -> None:
    rows = sorted(rows, key=lambda row: (_at(row), row.line))
    entry = _received(telling, rows)
    attempts = _Attempts()
    for row in rows:
        _event(telling, row, attempts, is_entry=row is entry)


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


def _event(telling: Telling, row: Row, attempts: _Attempts, *, is_entry: bool) -> None:
    name, time = _name(row), _at(row)
    if name in _RANG:
        _rang(telling, row, attempts.next(row["agent"]))
    elif name == "CONNECT":
        _connected(telling, row, attempts.answered(row["agent"]))
    elif name in _TALKED:
        _over(telling, row, attempts.over(row["agent"]), "answered")
    elif name == "AGENTDUMP":
        telling.remark(row, DROPPED, row["agent"])
        _over(telling, row, attempts.over(row["agent"]), None)
    elif name == "SYSCOMPAT":
        _over(telling, row, attempts.over(row["agent"]), "failed")
    elif name == "ABANDON":
        telling.event(row, "caller_hung_up", time, raw=row["event"])
    elif name in _LEFT:
        telling.event(row, "closed", time, raw=row["event"])
    elif not (is_entry and name == "ENTERQUEUE"):
        if name not in _NOTED:
            telling.remark(row, UNKNOWN_EVENT, row["event"] + suggestion(name, _EVENTS))
        telling.event(row, "note", time, raw=row["event"], text=_words(row))


def _rang(telling: Telling, row: Row, attempt: str) -> None:
    """An agent's telephone rang, and stopped."""
    known, rang = _agent(telling, row, attempt), _number(row["0"])
    if rang is None:
        telling.remark(row, NO_RINGING, row["event"])
    else:
        telling.event(row, "attempt_started", _at(row) - timedelta(milliseconds=rang), **known)
    telling.event(row, "attempt_ended", _at(row), outcome=_RANG[_name(row)], raw=row["event"], **known)


def _connected(telling: Telling, row: Row, attempt: str) -> None:
    """An agent picks up. How long it rang is said, or follows from when the agent's channel came to be."""
    known, rang = _agent(telling, row, attempt), _number(row["2"])
    channel = _CALL_TIME.fullmatch(row["1"])
    began = epoch(int(channel[1])) if channel else None
    if rang is not None:
        began = _at(row) - timedelta(seconds=rang)
    if began is None or began > _at(row):
        telling.remark(row, NO_RINGING, row["event"])
    else:
        telling.event(row, "attempt_started", began, **known)
    telling.event(row, "attempt_answered", _at(row), raw=row["event"], **known)


def _over(telling: Telling, row: Row, attempt: str, outcome: str | None) -> None:
    """An attempt is over."""
    known = _agent(telling, row, attempt)
    if row["event"].upper().endswith("TRANSFER"):
        known["text"] = _words(row)
    telling.event(row, "attempt_ended", _at(row), outcome=outcome, raw=row["event"], **known)


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

FORMAT = Format("asterisk-queue-log", _rows, _tell, shows=_SHOWS)
