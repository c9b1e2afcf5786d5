"""Asterisk's call detail records, as cdr_csv and cdr_custom write them to Master.csv, or with a header of their own.

Records with one `linkedid` are one dispatch. Its start is that of the earliest record; the line is what the channel
that it began with dialled. A record of a `Dial` is an attempt, unless it leads to a `Local/` channel: that is a way
through the dial plan, and the record of what lies behind it is the attempt. Who hung up is not in these records, nor
which of several numbers that were dialled at once through one trunk a record is about. That the caller left is inferred
where a telephone stopped ringing before its time and the call ended with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import IO, Any

from oncall.logs.formats import dialled
from oncall.logs.formats.directions import MadeCall, called_out, tell_made
from oncall.logs.importing import REPEATED, Asked, Format, Remark, Row, Telling
from oncall.logs.incoming import Cells, first_cells, table, unpacked
from oncall.logs.shows import Shows
from oncall.logs.stamps import REWRITTEN, NoZoneError, StampError, parse_stamp
from oncall.spelling import suggestion

NO_ORDER = (
    "not a record in Asterisk's order: 17 to 21 columns, the disposition in the 15th (or 14th, as cdr_custom has it)"
)
NO_ID = "a record without a uniqueid or linkedid: set loguniqueid=yes in cdr.conf"
NO_START = "a record without a start"
NO_END = "a record without an end"
UNKNOWN_DISPOSITION = "a disposition that Asterisk does not have"
PASSED_ON = "the call went on to somebody else after it had been picked up"
OTHER_ZONE = "the times do not fit the epoch seconds in the record's id: is --timezone the zone of that machine?"

_HEAD = (
    "channel",
    "dstchannel",
    "lastapp",
    "lastdata",
    "start",
    "answer",
    "end",
    "duration",
    "billsec",
    "disposition",
    "amaflags",
)
_CDR_CSV = ["accountcode", "src", "dst", "dcontext", "clid", *_HEAD]
_CDR_CUSTOM = ["clid", "src", "dst", "dcontext", *_HEAD, "accountcode", "uniqueid", "userfield", "sequence"]
_NEW = ["peeraccount", "linkedid", "sequence"]
_TAILS = {0: [], 2: ["uniqueid", "userfield"], 3: _NEW, 5: ["uniqueid", "userfield", *_NEW]}
_USED = (
    "src",
    "dst",
    "channel",
    "dstchannel",
    "lastapp",
    "lastdata",
    "start",
    "answer",
    "end",
    "duration",
    "billsec",
    "disposition",
    "uniqueid",
    "linkedid",
    "sequence",
    "did",
    "recordingfile",
)
_OTHER_NAMES = {"calldate": "start"}
_OUTCOMES = {
    "ANSWERED": "answered",
    "NO ANSWER": "no_answer",
    "BUSY": "busy",
    "FAILED": "failed",
    "CONGESTION": "failed",
}
_NO_SECONDS = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", re.ASCII)
_QUARTER = 900
_ELSEWHERE = timedelta(seconds=1)
_ANY = datetime.max.replace(tzinfo=UTC)


def _rows(source: IO[bytes], asked: Asked) -> Iterator[Row | Remark]:
    header: list[str] | None = None
    begun = False
    for one in table(unpacked(source)):
        if isinstance(one, Remark):
            yield one
        elif begun or not (header := _header(one.cells)):
            yield _row(one, header)
        begun = True


def _header(cells: Sequence[str]) -> list[str] | None:
    names = [_OTHER_NAMES.get(cell.casefold(), cell.casefold()) for cell in cells]
    return names if {"start", "disposition"} <= set(names) else None


def _row(one: Cells, header: list[str] | None) -> Row | Remark:
    names = header or _order(one.cells)
    if names is None:
        return Remark(one.line, NO_ORDER, dialled.shown(",".join(one.cells))[:200])
    cells = {name: cell for name, cell in zip(names, one.cells, strict=False) if cell and name in _USED}
    dispatch = cells.get("linkedid") or cells.get("uniqueid")
    if not dispatch:
        return Remark(one.line, NO_ID)
    return Row(one.line, dispatch, cells)


def _order(cells: Sequence[str]) -> list[str] | None:
    """What the columns of a record without a header are, by where its disposition stands."""
    count = len(cells)
    if 16 <= count <= 21 and cells[14].upper() in _OUTCOMES:
        return [*_CDR_CSV, *_tail(cells[16:])]
    if 17 <= count <= 19 and cells[13].upper() in _OUTCOMES:
        return _CDR_CUSTOM
    return None


def _tail(cells: Sequence[str]) -> list[str]:
    """What follows the 16 columns that there always are: cdr.conf adds a uniqueid, a userfield, and three more."""
    named = bool(cells) and dialled.created(cells[0]) is not None
    if len(cells) in (1, 4):
        return ["uniqueid" if named else "userfield", *_NEW]
    if len(cells) == 3 and named and dialled.created(cells[1]) is None:
        return ["uniqueid"]
    return _TAILS[len(cells)]


def _tell(telling: Telling, rows: Sequence[Row]) -> None:
    timed = [(_time(telling, row, "start"), row) for row in _once(telling, rows)]
    begun = sorted(((start, row.line, row) for start, row in timed if start is not None), key=lambda one: one[:2])
    answers = [time for row in rows if row["answer"] and _is_attempt(row) and (time := _silent(telling, row["answer"]))]
    last: tuple[datetime, Row] | None = None
    if begun:
        start, _, row = begun[0]
        _check_zone(telling, row, start)
        if _made(telling, start, [one for _, _, one in begun], rows):
            return
        _received(telling, start, [one for _, _, one in begun])
    names: set[str] = set()
    for begin, row in sorted(timed, key=lambda one: (one[0] is None, one[0] or _ANY, one[1].line)):
        end = _time(telling, row, "end") or _lasted(begin, row["duration"], 1)
        if end is not None and (last is None or end >= last[0]):
            last = end, row
        if begin is None and not row["start"]:
            telling.remark(row, NO_START)
        if not _is_attempt(row):
            _note(telling, row, end or begin)
            continue
        name = f"{row['uniqueid'] or telling.dispatch}#{row['sequence'] or row.line}"
        if name in names:
            name += f"@{row.line}"
        names.add(name)
        _attempt(telling, row, name, (begin, end), answers)
        if end is not None and _is_passed_on(row, end, begun):
            telling.event(row, "transferred", end, inferred=PASSED_ON)
    if last is not None and begun:
        _end(telling, *last)


def _once(telling: Telling, rows: Sequence[Row]) -> Iterator[Row]:
    """The records, leaving out those that are there again word for word."""
    seen: list[dict[str, str]] = []
    for row in rows:
        if row["sequence"] and row.cells in seen:
            telling.remark(row, REPEATED, aside=True)
        else:
            seen.append(row.cells)
            yield row


def _time(telling: Telling, row: Row, cell: str) -> datetime | None:
    if _NO_SECONDS.fullmatch(row[cell]):  # Asterisk writes them
        telling.remark(row, REWRITTEN, row[cell])
        return None
    return telling.stamp(row, cell, not_before=dialled.created(row["uniqueid"]))


def _lasted(moment: datetime | None, seconds: str, sign: int) -> datetime | None:
    if moment is None or not re.fullmatch(r"\d{1,7}", seconds, re.ASCII):
        return None
    return moment + sign * timedelta(seconds=int(seconds))


def _check_zone(telling: Telling, row: Row, start: datetime) -> None:
    """The first record begins as its channel does; where it seems to begin whole quarters of an hour away from that,
    the zone is another."""
    created = dialled.created(row["uniqueid"])
    if created is None:
        return
    away = abs(start.timestamp() - created)
    if away > _QUARTER / 2 and min(away % _QUARTER, -away % _QUARTER) <= 5:
        telling.remark(row, OTHER_ZONE, row["start"])


def _made(telling: Telling, start: datetime, begun: Sequence[Row], rows: Sequence[Row]) -> bool:
    """Whether it is a call that somebody of ours made, which is then told."""
    row = next(iter(_own(telling, begun)), begun[0])
    number = None if row["did"] else called_out(telling, row["channel"], row["src"], (row["dst"],))
    if number is None:
        return False
    answers = [
        _silent(telling, row["answer"]) or _lasted(_silent(telling, row["start"]), _ringing(row), 1)
        for row in rows
        if row["disposition"].upper() == "ANSWERED" and _is_attempt(row)
    ]
    picked_up = min((time for time in answers if time is not None), default=None)
    tell_made(telling, rows, MadeCall(row["channel"], number, start, picked_up))
    return True


def _ringing(row: Row) -> str:
    """The seconds that an answered telephone rang: how long it took, less how long they talked."""
    whole, talked = _number(row["duration"]), _number(row["billsec"])
    return "" if whole is None or talked is None or talked > whole else str(whole - talked)


def _own(telling: Telling, rows: Sequence[Row]) -> list[Row]:
    """The records of the channel that the call began with."""
    return [row for row in rows if row["uniqueid"] == telling.dispatch and not dialled.is_local(row["channel"])]


def _received(telling: Telling, start: datetime, rows: Sequence[Row]) -> None:
    own = _own(telling, rows)
    row = next(iter(own), rows[0])
    line = row["did"] or (row["dst"] if own or not row["uniqueid"] else "")
    telling.received(row, start, line, caller=row["src"], provider_id=row["uniqueid"], recording=row["recordingfile"])


def _is_attempt(row: Row) -> bool:
    if row["dstchannel"]:
        return not dialled.is_local(row["dstchannel"])
    called = dialled.targets(row["lastdata"]) if row["lastapp"].casefold() == "dial" else []
    return any(not dialled.is_local(target) for target in called)


def _end(telling: Telling, end: datetime, row: Row) -> None:
    """How the call ended, by the record that ended last. A telephone that stopped ringing before its time did so
    because the caller left: had the exchange gone on, there would be a later record."""
    rang, timeout = _number(row["duration"]), _timeout(row)
    cut_short = rang is not None and timeout is not None and rang < timeout - 1
    if _is_attempt(row) and cut_short and row["disposition"].upper() == "NO ANSWER":
        why = "a telephone stopped ringing before its time, and the call ended with it"
        telling.event(row, "caller_hung_up", end, provider_id=row["uniqueid"], inferred=why)
    else:
        telling.event(row, "closed", end, provider_id=row["uniqueid"], text="the last record of the call ends")


def _is_passed_on(row: Row, end: datetime, begun: Sequence[tuple[datetime, int, Row]]) -> bool:
    """Whether a call that was picked up is then tried elsewhere, which it is by a transfer: were the other side's
    hanging up not the end of it, or were they asked whether they take it, the `Dial` would have an option that says
    so."""
    if row["disposition"].upper() != "ANSWERED" or row["lastapp"].casefold() != "dial":
        return False
    options = re.split(r"[,|]", row["lastdata"], maxsplit=2)[2:]
    if not dialled.targets(row["lastdata"]) or re.search("[gMUGPp]", re.sub(r"\(.*?\)", "", "".join(options))):
        return False
    return any(
        other["channel"] == row["channel"] and _is_attempt(other) and start >= end - _ELSEWHERE
        for start, _, other in begun
        if other is not row
    )


def _timeout(row: Row) -> int | None:
    """How long a `Dial` was to ring: its second argument."""
    arguments = re.split(r"[,|]", row["lastdata"])
    return _number(arguments[1].strip()) if row["lastapp"].casefold() == "dial" and len(arguments) > 1 else None


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,7}", text, re.ASCII) else None


def _silent(telling: Telling, text: str) -> datetime | None:
    """A time that is read for comparison alone: what is wrong with it is told where it belongs."""
    try:
        return parse_stamp(text, telling.asked.zone)[0]
    except (NoZoneError, StampError):
        return None


def _attempt(
    telling: Telling,
    row: Row,
    name: str,
    stretch: tuple[datetime | None, datetime | None],
    answers: Sequence[datetime],
) -> None:
    begin, end = stretch
    known: dict[str, Any] = {"attempt": name, "channel": "voice", "provider_id": row["uniqueid"]}
    if begin is not None or end is not None:  # else there is no event that could say who it was
        known |= _who(telling, row)
    disposition = row["disposition"].upper()
    outcome = _OUTCOMES.get(disposition)
    if outcome is None:
        telling.remark(row, UNKNOWN_DISPOSITION, row["disposition"] + suggestion(disposition, list(_OUTCOMES)))
    if outcome == "no_answer" and end is not None and any(abs(end - time) <= _ELSEWHERE for time in answers):
        outcome = "cancelled"  # somebody else picked up
    if begin is not None:
        telling.event(row, "attempt_started", begin, raw=row["disposition"] if end is None else "", **known)
    if outcome == "answered":
        answer = _time(telling, row, "answer") or _lasted(end, row["billsec"] if not row["answer"] else "", -1)
        if answer is not None:
            telling.event(row, "attempt_answered", answer, **known)
    if end is not None:
        telling.event(row, "attempt_ended", end, outcome=outcome, raw=row["disposition"], **known)
    elif not row["end"]:
        telling.remark(row, NO_END)


def _who(telling: Telling, row: Row) -> dict[str, Any]:
    called = dialled.targets(row["lastdata"]) if row["lastapp"].casefold() == "dial" else []
    if row["dstchannel"] and called:
        target = dialled.channel_target(row["dstchannel"], called)
    elif row["dstchannel"]:
        target = dialled.without_mark(row["dstchannel"])
    else:
        target = called[0] if len(called) == 1 else None
    if target is None:
        shown = dialled.shown(row["lastdata"])
        telling.remark(row, dialled.WHICH, shown)
        return {"text": shown}
    names = (dialled.shown(target), dialled.without_mark(row["dstchannel"]), dialled.peer(target))
    return telling.who(row, names, dialled.number(target))


def _note(telling: Telling, row: Row, time: datetime | None) -> None:
    text = f"{row['lastapp']} {dialled.shown(row['lastdata'])}".strip()
    if time is not None:
        telling.event(row, "note", time, raw=row["disposition"], provider_id=row["uniqueid"], text=text)


# The legs of a call with the seconds they lasted; who hung up, or pressed what, is not in them.
_SHOWS = Shows(channels=("voice",), callbacks=False, hang_ups=False, acknowledgements=False)


def _recognizes(start: str) -> bool:
    cells = first_cells(start)
    return _header(cells) is not None or _order(cells) is not None


FORMAT = Format(
    "asterisk-cdr",
    _rows,
    _tell,
    needs_zone=True,
    shows=_SHOWS,
    title="Asterisk's call detail records (CDR)",
    recognizes=_recognizes,
)
