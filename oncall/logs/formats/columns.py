"""Any table: a timeline typed into a spreadsheet by hand, or what another system exports, as CSV with a header.

Two kinds of rows are understood. A row that says what happened (`event`: called, no answer, hung up …) is one event.
A row that says when an attempt ended (`ended`) is a whole attempt: its start, its end, and `answered` between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from os.path import basename
from typing import IO, Any, get_args

from oncall.errors import OncallError
from oncall.fields import Flag
from oncall.logs.event import OUTCOMES, TYPES
from oncall.logs.importing import Asked, Format, Remark, Row, Telling
from oncall.logs.incoming import table, unpacked
from oncall.logs.stamps import StampError, as_iso
from oncall.model import Channel
from oncall.spelling import suggestion

UNUSED = "a column that is not used: --column FIELD=HEADER says which field it is"
NO_DISPATCH = "a row without a dispatch, in a file that has a column for it"
NO_TIME = "a row without a time"
NO_EVENT = "a row that says neither what happened nor how an attempt ended"
UNKNOWN_EVENT = "a word for what happened that is not known; kept as a note"
UNKNOWN_OUTCOME = "a word for how an attempt ended that is not known; left out"
UNKNOWN_CHANNEL = "a channel that is not known; the event is written without it"
UNKNOWN_ACCOUNT = "no account is called so; the event is written without an account"
WHEN = "how an attempt ended, but not when: that needs a column `ended`, or a row of its own"
NOT_A_NUMBER = "not a number; left out"
NEITHER = "neither yes nor no; left out"
TOO_MANY = "a row with more cells than the header; kept without them"

CHANNELS: tuple[str, ...] = get_args(Channel)
HEADERS: Mapping[str, tuple[str, ...]] = {
    "time": ("at", "timestamp", "datetime", "date time", "when", "started", "start", "start time", "started at"),
    "date": ("day",),
    "event": ("type", "what", "what happened", "action"),
    "dispatch": ("call", "call id", "callid", "id", "incident", "ticket", "dispatch id"),
    "account": ("client", "customer"),
    "line": ("called", "called number", "dialled line", "did", "published number"),
    "caller": ("from", "caller number", "caller id"),
    "person": ("who", "name", "agent", "technician"),
    "address": ("number", "phone", "to", "telephone", "contact"),
    "channel": ("by", "method", "medium"),
    "outcome": ("result", "status"),
    "answered": ("answered at", "picked up", "picked up at", "answer"),
    "ended": ("end", "end time", "ended at", "finished"),
    "attempt": ("attempt id", "leg"),
    "tier": ("role", "level"),
    "round": ("pass",),
    "text": ("note", "notes", "comment", "comments", "details", "description"),
    "operator": ("op", "taken by"),
    "recording": ("recording url", "audio"),
    "owner": ("callback owner",),
    "due": ("callback due",),
    "resolved": ("solved",),
    "disposition": (),
    "until": (),
    "recorded": ("entered at",),
    "provider_id": ("provider id", "sid"),
}
EVENTS: Mapping[str, tuple[str, ...]] = {
    "received": ("call", "call received", "incoming", "incoming call", "call came in", "came in", "new call"),
    "tier_started": ("escalated", "escalated to", "escalation"),
    "attempt_started": ("called", "calling", "dialled", "dialed", "tried", "paged", "texted", "notified", "attempt"),
    "attempt_ringing": ("ringing", "rang", "rings"),
    "attempt_answered": ("answered", "picked up", "connected"),
    "attempt_ended": ("ended", "call ended"),
    "acknowledged": ("accepted", "took it", "taken", "ack", "acked"),
    "caller_hung_up": ("hung up", "hang up", "abandoned", "caller left", "caller gave up"),
    "callback_opened": ("callback", "callback promised", "to call back", "callback due"),
    "callback_completed": ("called back", "callback done"),
    "resolved": ("solved",),
    "closed": ("call closed", "done"),
    "note": ("comment", "remark"),
}
WORDS: Mapping[str, tuple[str, ...]] = {
    "acknowledged": ("accepted", "ack", "took it"),
    "answered": ("completed", "picked up", "connected"),
    "no_answer": ("no reply", "noanswer", "unanswered", "rang out", "timeout", "missed"),
    "busy": ("engaged",),
    "declined": ("rejected", "refused"),
    "unreachable": ("unavailable", "out of reach", "switched off"),
    "failed": ("error", "congestion"),
    "voicemail": ("mailbox", "answering machine", "machine", "left voicemail"),
    "no_response": ("no reaction",),
    "cancelled": ("canceled", "cancelled by caller"),
}
_CHANNEL_WORDS = {"phone": "voice", "call": "voice", "telephone": "voice", "text": "sms", "mail": "email"}
_CLOCK = re.compile(r"\d{1,2}:\d\d(:\d\d)?(\s?[ap]\.?m\.?)?", re.IGNORECASE)
_IMPLIED = {"called": "voice", "calling": "voice", "dialled": "voice", "dialed": "voice", "texted": "sms"}
_INSTANTS = ("due", "until", "recorded")
_AS_WRITTEN = ("line", "caller", "tier", "operator", "recording", "disposition", "provider_id")


def _words(known: Sequence[str], others: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The word that each spelling stands for; a word's own spelling before any other's."""
    found = {_plain(other): word for word, said in others.items() for other in said}
    return found | {_plain(word): word for word in known}


def _plain(text: str) -> str:
    return " ".join(re.sub("[^a-z0-9]", " ", text.casefold()).split())


_OWN_NAMES = _words(list(HEADERS), {})
_FIELDS = _words(list(HEADERS), HEADERS)
_OUTCOMES = _words(OUTCOMES, WORDS)
_TYPES = _words(TYPES, EVENTS)
_CHANNELS = {**{name: name for name in CHANNELS}, **_CHANNEL_WORDS}


def _rows(source: IO[bytes], asked: Asked) -> Iterator[Row | Remark]:
    names: list[str] | None = None
    damaged = False
    alone = _dispatch(asked.file)
    for one in table(unpacked(source), across=True):
        if isinstance(one, Remark):
            damaged = True
            yield one
        elif names is None:
            names = _header(one.cells, asked)
            unused = (cell for name, cell in zip(names, one.cells, strict=True) if cell and not name)
            yield from (Remark(one.line, UNUSED, cell, aside=True) for cell in unused)
        else:
            if any(one.cells[len(names) :]):
                yield Remark(one.line, TOO_MANY, ",".join(one.cells[len(names) :])[:200])
            cells = {name: cell for name, cell in zip(names, one.cells, strict=False) if name and cell}
            dispatch = cells.get("dispatch") if "dispatch" in names else alone
            yield (
                Row(one.line, dispatch, cells) if dispatch else Remark(one.line, NO_DISPATCH, ",".join(one.cells)[:200])
            )
    if names is None and not damaged:
        raise OncallError(f"{asked.file or 'standard input'}: it is empty: the first line has to name the columns")


def _dispatch(file: str | None) -> str:
    """The dispatch that a file without a column for it is about: what the file is called."""
    name = basename(file or "").removesuffix(".gz")
    return name.rpartition(".")[0] or name or "dispatch"


def _header(cells: Sequence[str], asked: Asked) -> list[str]:
    """The field of each column; empty where there is none."""
    where = asked.file or "standard input"
    headings = [_plain(cell) for cell in cells]
    for field, heading in asked.columns.items():
        if field not in HEADERS:
            raise OncallError(
                f"--column {field}={heading}: there is no field {field!r}{suggestion(field, list(HEADERS))}"
            )
        if _plain(heading) not in headings:
            raise OncallError(f"{where}: there is no column {heading!r}{suggestion(heading, [c for c in cells if c])}")
    chosen = {_plain(heading): field for field, heading in asked.columns.items()}
    names = [chosen.get(heading, "") for heading in headings]
    for known in (_OWN_NAMES, _FIELDS):  # a heading that is a field's own name goes before one that may mean it
        taken = set(names)
        for place, heading in enumerate(headings):
            field = known.get(heading, "")
            if not names[place] and field not in taken:
                names[place] = field
    _check(names, where)
    return names


def _check(names: Sequence[str], where: str) -> None:
    twice = {name for name in names if name and names.count(name) > 1}
    if twice:
        raise OncallError(f"{where}: two columns are {min(twice)!r}: say which with --column {min(twice)}=HEADER")
    if "time" not in names:
        raise OncallError(f"{where}: no column says when: call it `time`, or name it with --column time=HEADER")
    if not {"event", "outcome", "ended"} & set(names):
        raise OncallError(
            f"{where}: no column says what happened: call it `event`, or name it with --column event=HEADER"
        )


def _tell(telling: Telling, rows: Sequence[Row]) -> None:
    timed = []
    for row in rows:
        if not row["time"]:
            telling.remark(row, NO_TIME)
        elif (time := _moment(telling, row, "time")) is not None:
            timed.append((time, row.line, row))
    attempts = _Attempts()
    for time, _, row in sorted(timed, key=lambda one: one[:2]):
        _tell_row(telling, row, time, attempts)


class _Attempts:
    """What attempts are called where the file does not say: whom, and the how many-th time. What follows a start is
    about the attempt that was last started."""

    def __init__(self) -> None:
        self._count: dict[str, int] = {}
        self._open: set[str] = set()
        self._picked_up: set[str] = set()

    def of(self, row: Row, type: str) -> str:
        """The attempt that an event is of."""
        whom = _plain(row["person"]) or row["address"] or "attempt"
        if type == "attempt_started" or whom not in self._open:
            self._count[whom] = self._count.get(whom, 0) + 1
            self._open.add(whom)
        if type == "attempt_ended":
            self._open.discard(whom)
        attempt = row["attempt"] or f"{whom}#{self._count[whom]}"
        if type == "attempt_answered":
            self._picked_up.add(attempt)
        return attempt

    def is_picked_up(self, attempt: str) -> bool:
        """Whether an attempt was answered before now."""
        return attempt in self._picked_up


def _moment(telling: Telling, row: Row, cell: str) -> datetime | None:
    """When a cell says; a time of day is one of the day in the row's `date`."""
    text = row[cell]
    if row["date"] and _CLOCK.fullmatch(text):
        text = f"{row['date']} {text}"
    try:
        return telling.stamp_of(row, as_iso(text, telling.asked.date_order)) if text else None
    except StampError as error:
        telling.remark(row, str(error), text)
        return None


def _tell_row(telling: Telling, row: Row, time: datetime, attempts: _Attempts) -> None:
    kind, outcome = _what(telling, row)
    known = _known(telling, row, kind)
    if kind == "received":
        telling.received(row, time, row["line"], (row["account"],), **known)
        return
    if row["account"]:
        known["account"] = telling.account_named(row["account"])
        if known["account"] is None:
            telling.remark(row, UNKNOWN_ACCOUNT, row["account"])
    known["line"] = row["line"]
    if not kind.startswith("attempt_"):
        telling.event(row, kind, time, outcome=outcome, **known)
        return
    known["attempt"] = attempts.of(row, kind)
    if kind == "attempt_started" and row["ended"]:
        _whole(telling, row, time, outcome, known)
        attempts.of(row, "attempt_ended")
    else:
        if kind != "attempt_ended" and row["outcome"]:
            telling.remark(row, WHEN, row["outcome"])
            outcome = None
        elif not row["outcome"] and outcome is None and kind == "attempt_ended":
            outcome = "answered" if attempts.is_picked_up(known["attempt"]) else None
        telling.event(row, kind, time, outcome=outcome, **known)


def _whole(telling: Telling, row: Row, start: datetime, outcome: str | None, known: dict[str, Any]) -> None:
    """A row that is an attempt from its start to its end."""
    telling.event(row, "attempt_started", start, **{**known, "raw": ""})
    answered, ended = _moment(telling, row, "answered"), _moment(telling, row, "ended")
    if answered is not None:
        telling.event(row, "attempt_answered", answered, **{**known, "raw": ""})
        if not row["outcome"]:
            outcome = "answered"
    if ended is not None:
        telling.event(row, "attempt_ended", ended, outcome=outcome, **known)


def _what(telling: Telling, row: Row) -> tuple[str, str | None]:
    """The type of event a row is, and the outcome it says."""
    outcome = _OUTCOMES.get(_plain(row["outcome"]))
    if row["outcome"] and outcome is None:
        telling.remark(row, UNKNOWN_OUTCOME, row["outcome"] + suggestion(row["outcome"], list(_OUTCOMES)))
    word = _plain(row["event"])
    if word in _TYPES:
        return _TYPES[word], outcome
    if word in _OUTCOMES:
        return "attempt_ended", outcome or _OUTCOMES[word]
    if word:
        telling.remark(row, UNKNOWN_EVENT, row["event"] + suggestion(word, [*_TYPES, *_OUTCOMES]))
    elif row["ended"]:
        return "attempt_started", outcome
    elif row["outcome"]:
        return "attempt_ended", outcome
    else:
        telling.remark(row, NO_EVENT)
    return "note", None


def _known(telling: Telling, row: Row, type: str) -> dict[str, Any]:
    """The fields of an event that a row says whatever the type."""
    known: dict[str, Any] = {name: row[name] for name in _AS_WRITTEN if name != "line"}
    known |= {name: _moment(telling, row, name) for name in _INSTANTS}
    known |= {"raw": row["outcome"] or row["event"], "text": row["text"]}
    known["channel"] = _channel(telling, row)
    if row["person"] or row["address"] or type.startswith("attempt_"):
        who = telling.who(row, (row["person"],), row["address"])
        known |= {**who, "text": ": ".join(filter(None, (who["text"], row["text"])))}
    if row["owner"]:
        owner = telling.who(row, (row["owner"],))
        known |= {"owner": owner["person"], "text": ": ".join(filter(None, (owner["text"], known["text"])))}
    if row["round"]:
        known["round"] = _round(telling, row)
    known["resolved"] = _flag(telling, row, type)
    return known


def _channel(telling: Telling, row: Row) -> str | None:
    word = _plain(row["channel"])
    if word and word not in _CHANNELS:
        telling.remark(row, UNKNOWN_CHANNEL, row["channel"] + suggestion(word, list(_CHANNELS)))
    return _CHANNELS.get(word) or (_IMPLIED.get(_plain(row["event"])) if not word else None)


def _round(telling: Telling, row: Row) -> int | None:
    if re.fullmatch(r"\d{1,6}", row["round"], re.ASCII):
        return int(row["round"])
    telling.remark(row, NOT_A_NUMBER, row["round"])
    return None


def _flag(telling: Telling, row: Row, type: str) -> bool | None:
    if not row["resolved"]:
        return True if type == "resolved" else None
    try:
        return bool(Flag.parse(row["resolved"]))
    except ValueError:
        telling.remark(row, NEITHER, row["resolved"])
        return None


FORMAT = Format("csv", _rows, _tell)
