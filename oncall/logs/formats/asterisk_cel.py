"""Asterisk's channel event log, CEL: as cel_custom writes it to CSV, or the table of a database that holds the same, as
CSV, separated by tabs, or as psql and mysql show it.

Events with one `linkedid` are one dispatch. It begins with the channel of that id; what that channel called is the
line. Every other channel is an attempt: it begins to ring when it is made, and is picked up when it answers. A `Local/`
channel is a way through the dial plan and none. Who hung up stands in the `extra` of a HANGUP, beside the cause
(Q.850): a caller's channel that is its own `hangupsource` was hung up by the caller.

How channels are brought together (bridges, applications, events of the dial plan's own) says nothing that the others do
not, and is set aside.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from io import BufferedReader
from itertools import islice, takewhile
from typing import IO, Any

import msgspec
from msgspec.structs import replace

from oncall.logs.contacts import is_whole_number
from oncall.logs.formats import dialled
from oncall.logs.formats.directions import MadeCall, called_out, tell_made
from oncall.logs.importing import REPEATED, Asked, Format, Remark, Row, Telling
from oncall.logs.incoming import Cells, beginning, first_cells, lines, table, unpacked
from oncall.logs.shows import Shows
from oncall.logs.stamps import epoch

NO_ORDER = "not an event in the order of cel_custom.conf's sample: put a header above, as SELECT * FROM cel has one"
NO_ID = "an event without a linkedid or uniqueid"
NO_EVENT = "an event without a type"
NO_TIME = "an event without a time"
NO_BEGINNING = "the call began before the first event of it in this file"
NOT_OVER = "the call does not end in this file"
HOW = "how Asterisk put the call together: bridges, applications and the like"

_NAMES = {
    "eventtype": "event",
    "event": "event",
    "eventname": "event",
    "eventtime": "time",
    "time": "time",
    "channame": "channel",
    "channelname": "channel",
    "channel": "channel",
    "exten": "exten",
    "extension": "exten",
    "appname": "app",
    "app": "app",
    "application": "app",
    "appdata": "data",
    "peer": "peer",
    "bridgepeer": "peer",
    "uniqueid": "uniqueid",
    "linkedid": "linkedid",
    "accountcode": "accountcode",
    "userdeftype": "userdeftype",
    "extra": "extra",
    "eventextra": "extra",
    **{f"{start}{part}": part for start in ("cid", "callerid", "calleridcid", "") for part in ("ani", "dnid", "rdnis")},
    **{f"{start}{part}": f"caller{part}" for start in ("cid", "callerid") for part in ("num", "name")},
    "callernum": "callernum",
    "callername": "callername",
}
_SAMPLE = ("event", "time", "callername", "callernum", "ani", "rdnis", "dnid", "exten", "", "channel", "app", "data")
_EVENTS = (
    *("CHAN_START", "CHAN_END", "ANSWER", "HANGUP", "APP_START", "APP_END", "PARK_START", "PARK_END", "USER_DEFINED"),
    *("BRIDGE_START", "BRIDGE_END", "BRIDGE_UPDATE", "BRIDGE_ENTER", "BRIDGE_EXIT", "CONF_START", "CONF_END"),
    *("BLINDTRANSFER", "ATTENDEDTRANSFER", "TRANSFER", "PICKUP", "FORWARD", "LINKEDID_END", "LOCAL_OPTIMIZE"),
)
_PICKED_UP = ("ANSWER", "BRIDGE_ENTER", "BRIDGE_START")  # the others where cel.conf leaves ANSWER out
_TRANSFERS = ("BLINDTRANSFER", "ATTENDEDTRANSFER", "TRANSFER")
_ID = re.compile(r"(?:[^,;|\s]*-)?\d{9,10}\.\d+", re.ASCII)
_SECONDS = re.compile(r"(\d{9,10})(?:\.(\d{1,9}))?", re.ASCII)
_RULER = re.compile(r"[-+ ]+|\(\d+ rows?\)", re.ASCII)
_MANY = 5  # columns at least, of a table that psql or mysql shows
_INSIDE = ("local", "announcer", "recorder", "message", "cbann", "cbrec", "bridge", "surrogate", "snoop", "unicastrtp")
_CAUSES = {  # Q.850, of a telephone that was not picked up
    **dict.fromkeys((1, 2, 3, 22, 25, 28, 29, 34, 38, 41, 42, 44, 47, 50, 57, 58, 63, 65, 69, 79, 88), "failed"),
    **dict.fromkeys((20, 27), "unreachable"),
    **dict.fromkeys((18, 19), "no_answer"),
    17: "busy",
    21: "declined",  # 26, answered elsewhere, is told by whoever answered: Asterisk writes it for others as well
}
_STATUSES = {
    "BUSY": "busy",
    "NOANSWER": "no_answer",
    "CANCEL": "cancelled",
    "CONGESTION": "failed",
    "CHANUNAVAIL": "unreachable",
    "DONTCALL": "declined",
    "TORTURE": "declined",
}
_ELSEWHERE = timedelta(seconds=1)
_AT_ONCE = timedelta(seconds=2)
_NEAREST = 50  # dials or pick-ups that are looked at, of those nearest in time


def _rows(source: IO[bytes], asked: Asked) -> Iterator[Row | Remark]:
    names: Sequence[str] | None = None
    begun = False
    for entry in _cells(unpacked(source)):
        if isinstance(entry, Remark):
            yield entry
            continue
        if not begun:
            names = _header(entry.cells)
        if begun or names is None:
            yield _row(entry, names or _order(entry.cells))
        begun = True


def _cells(content: BufferedReader) -> Iterator[Cells | Remark]:
    """The rows of a table: as CSV, or as a database's client shows them."""
    first = beginning(content).lstrip().partition(b"\n")[0]
    if not first.startswith(b"+-") and first.count(b"|") < max(_MANY, first.count(b",")):
        yield from table(content)
        return
    for entry in lines(content):
        if isinstance(entry, Remark):
            yield entry
        elif not _RULER.fullmatch(text := entry.text.strip()):
            yield Cells(entry.number, [cell.strip() for cell in text.removeprefix("|").removesuffix("|").split("|")])


def _header(cells: Sequence[str]) -> list[str] | None:
    names = [_NAMES.get(re.sub("[^a-z]", "", cell.casefold()), "") for cell in cells]
    return names if {"event", "time"} <= set(names) else None


def _order(cells: Sequence[str]) -> list[str] | None:
    """What the columns of a row without a header are: those of the sample, after which each version has others, and
    before which a database has a number."""
    first = ["", *_SAMPLE] if len(cells) > 1 and cells[0].isdigit() else [*_SAMPLE]
    by_name = dict(zip(first, cells, strict=False))
    ids = [place for place in range(len(first), len(cells) - 1) if all(map(_ID.fullmatch, cells[place : place + 2]))]
    if not ids or "/" not in by_name.get("channel", "") or by_name["event"].upper() not in _EVENTS:
        return None
    names = [*first, *[""] * (len(cells) - len(first))]
    names[ids[0] : ids[0] + 2] = ["uniqueid", "linkedid"]
    for place in range(len(first), len(cells)):
        if cells[place].startswith("{"):
            names[place] = "extra"
    return names


def _row(entry: Cells, names: Sequence[str] | None) -> Row | Remark:
    shown = ",".join(entry.cells)[:200]
    if names is None:
        return Remark(entry.line, NO_ORDER, dialled.shown(shown))
    cells = {name: cell for name, cell in zip(names, entry.cells, strict=False) if name and cell and cell != r"\N"}
    for name, reason in (("event", NO_EVENT), ("time", NO_TIME)):
        if name not in cells:
            return Remark(entry.line, reason, dialled.shown(shown))
    dispatch = cells.get("linkedid") or cells.get("uniqueid")
    return Row(entry.line, dispatch, cells) if dispatch else Remark(entry.line, NO_ID, dialled.shown(shown))


class _Extra(msgspec.Struct, rename={"cause": "hangupcause", "source": "hangupsource", "status": "dialstatus"}):
    """What a HANGUP says besides: its Q.850 cause, the channel that asked for it, and what became of its last Dial."""

    cause: int | str | None = None
    source: str | None = None
    status: str | None = None

    @property
    def number(self) -> int | None:
        """The cause as a number."""
        cause = str(self.cause)
        return int(cause) if re.fullmatch(r"\d{1,3}", cause, re.ASCII) else None


_EXTRA = msgspec.json.Decoder(_Extra)
_ANYTHING = msgspec.json.Decoder(dict[str, Any])


def _hangup(text: str) -> _Extra:
    """The extra of a HANGUP: JSON, or before Asterisk 12 three values."""
    try:
        return _EXTRA.decode(text.encode("utf-8", "replace"))
    except msgspec.DecodeError:
        old = re.fullmatch(r"(\d{1,3}),([^,{}]*),([A-Z]*)", text.strip(), re.ASCII)
        return _Extra(*old.groups()) if old else _Extra()


def _extra(row: Row, *names: str) -> str:
    """The first of some members of an event's extra that is there."""
    try:
        members = _ANYTHING.decode(row["extra"].encode("utf-8", "replace"))
    except msgspec.DecodeError:
        return ""
    return next((str(members[name]) for name in names if members.get(name)), "")


@dataclass
class _Channel:
    """One channel of a call, and its events in the order of their times."""

    id: str
    events: list[tuple[datetime, Row]] = field(default_factory=list)

    @cached_property
    def name(self) -> str:
        """What it is called, as `PJSIP/7004-0000001a`."""
        return next((row["channel"] for _, row in self.events if row["channel"]), "").removesuffix("<ZOMBIE>")

    @property
    def first(self) -> tuple[datetime, Row]:
        """Its first event."""
        return self.events[0]

    def event(self, *names: str) -> tuple[datetime, Row] | None:
        """The first event of some type."""
        return next(((time, row) for time, row in self.events if _kind(row) in names), None)

    @cached_property
    def end(self) -> tuple[datetime, Row] | None:
        """When it was hung up."""
        return self.event("HANGUP") or self.event("CHAN_END")

    @cached_property
    def hangup(self) -> _Extra:
        """How it was hung up."""
        ended = self.event("HANGUP")
        return _hangup(ended[1]["extra"]) if ended else _Extra()

    @property
    def is_inside(self) -> bool:
        """Whether it is part of the exchange, and leads to nobody by itself."""
        return self.name.casefold().partition("/")[0] in _INSIDE

    def cells(self, name: str) -> Iterator[str]:
        """What its events have in a column, as it comes."""
        yield from (row[name] for _, row in self.events if row[name])


@dataclass
class _Dial:
    """One `Dial` of a channel: to what, and which of that has been found to have become channels."""

    time: datetime
    row: Row
    channel: _Channel
    targets: Sequence[str]
    taken: set[str] = field(default_factory=set)
    is_unclear: bool = False


@dataclass
class _Call:
    """The channels of one call, and what they mean together."""

    channels: Mapping[str, _Channel]
    caller: _Channel
    dials: Sequence[_Dial]

    @cached_property
    def legs(self) -> list[_Channel]:
        """The channels to somebody. One that was made in another call, as for a consultation, is none."""
        is_whole = self.caller.event("CHAN_START") is not None
        others = (one for one in self.channels.values() if one is not self.caller and not one.is_inside)
        return [one for one in others if not is_whole or one.event("CHAN_START") is not None]

    @cached_property
    def pickups(self) -> list[tuple[datetime, str]]:
        """When somebody picked up, and on which channel."""
        found = ((one.event(*_PICKED_UP, "PICKUP"), one) for one in self.legs)
        return sorted((event[0], one.id) for event, one in found if event is not None)

    def is_picked_up_elsewhere(self, leg: _Channel, end: datetime) -> bool:
        """Whether another telephone was picked up as one stopped ringing."""
        start = bisect_left(self.pickups, end - _ELSEWHERE, key=lambda pickup: pickup[0])
        near = takewhile(lambda pickup: pickup[0] <= end + _ELSEWHERE, islice(self.pickups, start, None))
        return any(id_ != leg.id for _, id_ in islice(near, _NEAREST))

    @cached_property
    def shown_of_caller(self) -> frozenset[str]:
        """The numbers and names that the caller's channel shows."""
        return frozenset((*self.caller.cells("callernum"), *self.caller.cells("callername")))

    def dialled_before(self, leg: _Channel) -> Sequence[_Dial]:
        """What was dialled last before a channel was made, by others than itself; else what was dialled first."""
        until = bisect_right(self.dials, leg.first[0], key=lambda dial: dial.time)
        before = [dial for dial in self.dials[max(0, until - _NEAREST) : until] if dial.channel is not leg]
        return before or self.dials[:_NEAREST]

    @property
    def is_taken_unseen(self) -> bool:
        """Whether somebody picked up in a log that has no events for that."""
        return not self.pickups and self.caller.hangup.status == "ANSWER"

    @cached_property
    def left(self) -> datetime | None:
        """When the caller hung up; None where somebody else did, or nobody says who."""
        ended = self.caller.event("HANGUP")
        if ended is None:
            return None
        if self.caller.hangup.status == "CANCEL":
            return ended[0]
        return ended[0] if self._source(ended[0]) == self.caller.name else None

    def _source(self, end: datetime) -> str:
        """The channel that ended the call: the first that did so within a second. An exchange that hangs up the caller
        next may write that the caller did."""
        names = {one.name for one in self.channels.values() if not one.is_inside}
        ended = sorted((one.end[0], one.hangup.source or "") for one in self.channels.values() if one.end is not None)
        return next((source for time, source in ended if time >= end - _ELSEWHERE and source in names), "")


def _tell(telling: Telling, rows: Sequence[Row]) -> None:
    timed = _timed(telling, rows)
    if not timed:
        return
    channels: dict[str, _Channel] = {}
    for time, row in timed:
        id_ = row["uniqueid"] or row["channel"]
        channels.setdefault(id_, _Channel(id_)).events.append((time, row))
    caller = channels.get(telling.dispatch) or next(iter(channels.values()))
    call = _Call(channels, caller, _dials(channels.values()))
    made = _made(telling, call)
    if made is not None:
        tell_made(telling, [row for _, row in timed], made)
        return
    with telling.showing(_shows(call)):
        _received(telling, call)
        for leg in call.legs:
            _leg(telling, call, leg)
        for dial in call.dials:
            _unplaced(telling, dial)
        for time, row in timed:
            _noted(telling, row, time)
        _end(telling, call)
    for row in telling.untold(row for _, row in timed):
        telling.remark(row, HOW, row["event"], aside=True)


def _timed(telling: Telling, rows: Sequence[Row]) -> list[tuple[datetime, Row]]:
    """The events in the order of their times, without those that are there again."""
    seen: set[frozenset[tuple[str, str]]] = set()
    timed: list[tuple[datetime, Row]] = []
    for row in rows:
        cells = frozenset(row.cells.items())
        if cells in seen:
            telling.remark(row, REPEATED, row["event"], aside=True)
            continue
        seen.add(cells)
        time = _time(telling, row)
        if time is not None:
            timed.append((time, row))
    newest_first = len(timed) > 1 and timed[0][0] > timed[-1][0]
    return sorted(timed, key=lambda entry: (entry[0], -entry[1].line if newest_first else entry[1].line))


def _time(telling: Telling, row: Row) -> datetime | None:
    written = _SECONDS.fullmatch(row["time"])
    if written is None:
        return telling.stamp(row, "time", not_before=dialled.created(row["uniqueid"]))
    whole = epoch(int(written[1]))
    return whole and whole + timedelta(microseconds=int((written[2] or "0")[:6].ljust(6, "0")))


def _kind(row: Row) -> str:
    return row["event"].upper()


def _dials(channels: Iterable[_Channel]) -> list[_Dial]:
    """What the channels dialled, by time. Without APP_START in the log, a `Dial` is known from the events in it."""
    dials: list[_Dial] = []
    for channel in channels:
        data = ""
        for time, row in channel.events:
            if row["app"].casefold() == "dial" and row["data"] and (_kind(row) == "APP_START" or row["data"] != data):
                data = row["data"]
                dials.append(_Dial(time, row, channel, dialled.targets(data)))
    return sorted(dials, key=lambda dial: dial.time)


def _shows(call: _Call) -> Shows:
    """What this call's events show: cel.conf says which types of them are written."""
    kinds = {_kind(row) for channel in call.channels.values() for _, row in channel.events}
    return replace(
        _SHOWS,
        hang_ups=call.caller.hangup.source is not None or call.caller.hangup.status == "CANCEL",
        ringing="CHAN_START" in kinds or all(_created(leg) for leg in call.legs),
        pick_ups=bool(kinds.intersection(_PICKED_UP)) or call.caller.hangup.status != "ANSWER",
    )


def _made(telling: Telling, call: _Call) -> MadeCall | None:
    """The call as one that somebody of ours made, from a telephone or by having the exchange call both; or None."""
    caller = call.caller
    began = caller.first[0]
    if caller.is_inside:
        targets = [target for dial in call.dials for target in dial.targets]
        numbers = [*filter(None, map(dialled.number, targets)), *_extens(call.channels.values())]
        number = next((one for one in numbers if is_whole_number(one) and not telling.is_line(one)), None)
        if number is None or any(telling.is_line(one) for one in numbers):
            return None
    else:
        number = called_out(telling, caller.name, next(caller.cells("callernum"), ""), _extens([caller]))
        if number is None:
            return None
    answers = [time for time, _ in call.pickups]
    return MadeCall(
        caller.name,
        number,
        began,
        max(answers) if caller.is_inside and len(answers) > 1 else min(answers, default=None),
    )


def _extens(channels: Iterable[_Channel]) -> Iterator[str]:
    for channel in channels:
        yield from channel.cells("exten")
        yield from channel.cells("dnid")


def _received(telling: Telling, call: _Call) -> None:
    """The call came in on the number that its channel called: that of a line, if one of them is."""
    caller = call.caller
    time, row = caller.event("CHAN_START") or caller.first
    unseen = None if _kind(row) == "CHAN_START" else _created(caller)
    numbers = list(filter(None, dict.fromkeys((row["exten"], *caller.cells("dnid"), *caller.cells("exten")))))
    likely = (number for number in numbers if is_whole_number(number) or number.isdigit())
    line = next((number for number in numbers if telling.is_line(number)), None) or next(likely, "")
    queues = [one["data"].partition(",")[0] for _, one in caller.events if one["app"].casefold() == "queue"]
    number = next(caller.cells("callernum"), "") or next(caller.cells("ani"), "")
    names = (*queues, *caller.cells("accountcode"))
    known: dict[str, Any] = {"caller": number, "provider_id": caller.id}
    telling.received(row, unseen or time, line, names, **known)
    if _kind(row) != "CHAN_START":
        telling.remark(row, NO_BEGINNING, row["event"])
        first = min(channel.first[0] for channel in call.channels.values())
        if unseen is not None and unseen < first:
            telling.event(row, "gap", unseen, until=first, text=NO_BEGINNING)


def _created(channel: _Channel) -> datetime | None:
    """When a channel was made, to the second, which its id begins with; None where that cannot be."""
    created = dialled.created(channel.id)
    began = None if created is None else epoch(created)
    return began if began is not None and began <= channel.first[0] else None


def _leg(telling: Telling, call: _Call, leg: _Channel) -> None:
    """A channel to somebody: an attempt."""
    known: dict[str, Any] = {"attempt": leg.id, "channel": "voice", "provider_id": leg.id}
    known |= _who(telling, call, leg)
    begun, answered, picked = leg.event("CHAN_START"), leg.event(*_PICKED_UP), leg.event("PICKUP")
    began = begun[0] if begun is not None else _created(leg)
    if began is not None:
        telling.event((begun or leg.first)[1], "attempt_started", began, **known)
    if picked is not None:  # by another telephone, which takes this one's place
        telling.event(picked[1], "attempt_ended", picked[0], outcome="cancelled", raw="PICKUP", **known)
        name = _extra(picked[1], "pickup_channel", "pickup_channel_name") or picked[1]["peer"]
        way = dialled.without_mark(name)
        known |= {"attempt": name or f"{leg.id} PICKUP", "text": None, "person": None, "address": None}
        known |= telling.who(picked[1], (way, dialled.peer(way)), dialled.number(way))
        answered = picked
    if answered is not None:
        telling.event(answered[1], "attempt_answered", answered[0], raw=answered[1]["event"], **known)
    if leg.end is None:
        telling.remark(leg.first[1], NOT_OVER, leg.name)
        return
    time, row = leg.end
    outcome = "answered" if answered is not None else _outcome(call, leg, time)
    raw = " ".join(filter(None, (str(leg.hangup.number or ""), leg.hangup.status))) or row["event"]
    telling.event(row, "attempt_ended", time, outcome=outcome, raw=raw, **known)


def _outcome(call: _Call, leg: _Channel, end: datetime) -> str:
    """How a telephone stopped ringing. The cause of one that the exchange itself stopped says little: somebody else
    picked up, or the caller left, or it had rung long enough. Nor is a call answered elsewhere that nobody answered."""
    if call.is_picked_up_elsewhere(leg, end):
        return "cancelled"
    over = call.caller.end
    if call.is_taken_unseen:
        return "answered" if over is not None and abs(over[0] - end) <= _AT_ONCE else "cancelled"
    outcome = _CAUSES.get(leg.hangup.number or 0)
    if outcome is None and call.left is not None and abs(call.left - end) <= _AT_ONCE:
        return "cancelled"
    return outcome or _STATUSES.get(leg.hangup.status or "", "no_answer")


def _who(telling: Telling, call: _Call, leg: _Channel) -> dict[str, Any]:
    """Whom a channel leads to: what was dialled, else what the channel is called, else the number it shows."""
    way, row = dialled.without_mark(leg.name), leg.first[1]
    numbers = [*leg.cells("dnid"), row["callernum"]]
    targets = _targets(call, leg, numbers)
    if len(targets) > 1:
        shown = dialled.shown("&".join(targets))
        telling.remark(row, dialled.WHICH, shown)
        return {"text": shown}
    target = targets[0] if targets else way
    number = dialled.number(target)
    if not number:
        shown_numbers = (
            one for one in numbers if one not in call.shown_of_caller and telling.asked.contacts.recognized(one)
        )
        number = next(shown_numbers, "")
    name = row["callername"] if row["callername"] not in call.shown_of_caller else ""
    person = telling.asked.contacts.person_named(name) if name and not number else None
    return telling.who(row, (dialled.shown(target), way, dialled.peer(target), name if person else ""), number)


def _targets(call: _Call, leg: _Channel, numbers: Sequence[str]) -> list[str]:
    """What may have been dialled to make a channel: one target, several where nothing says which, or none."""
    before = call.dialled_before(leg)
    leading = [(dial, target) for dial in before for target in dial.targets if dialled.leads_to(leg.name, target)]
    if not leading and before and len(before[-1].targets) == 1:
        leading = [(before[-1], target) for target in before[-1].targets if not dialled.is_local(target)]
    hinted = [(dial, target) for dial, target in leading if dialled.number(target) in filter(None, numbers)]
    matches = hinted[-1:] or [(dial, target) for dial, target in leading if target not in dial.taken]
    if matches:
        newest = matches[-1][0].time
        matches = [(dial, target) for dial, target in matches if newest - dial.time <= _ELSEWHERE]
    for dial, target in matches[:1]:
        dial.taken.add(target)
    for dial, _ in matches[1:]:
        dial.is_unclear = True
    return list(dict.fromkeys(target for _, target in matches))


def _unplaced(telling: Telling, dial: _Dial) -> None:
    """A `Dial` of which nothing became a channel, as where a telephone is not registered: nobody was rung."""
    if dial.taken or dial.is_unclear or any(map(dialled.is_local, dial.targets)):
        return
    outcome = _STATUSES.get(dial.channel.hangup.status or "")
    if outcome in (None, "no_answer", "cancelled"):
        return
    after = bisect_left(dial.channel.events, dial.time, key=lambda event: event[0])
    later = next((time for time, row in islice(dial.channel.events, after, None) if row is not dial.row), None)
    if later is None:
        return
    for target in dial.targets:
        known: dict[str, Any] = {"attempt": f"{dial.channel.id} {target}", "channel": "voice"}
        known |= telling.who(dial.row, (dialled.shown(target), dialled.peer(target)), dialled.number(target))
        telling.event(dial.row, "attempt_started", dial.time, **known)
        status = dial.channel.hangup.status
        telling.event(dial.row, "attempt_ended", later, outcome=outcome, raw=status, **known)


def _noted(telling: Telling, row: Row, time: datetime) -> None:
    """What happens besides: a call is passed on or forwarded, or a machine takes it."""
    kind = _kind(row)
    if kind in _TRANSFERS:
        to = _extra(row, "extension", "transfer_target_channel_name", "channel2_name")
        telling.event(row, "transferred", time, raw=row["event"], text=f"{kind} {dialled.shown(to)}".strip())
    elif kind == "FORWARD":
        telling.event(row, "note", time, raw=row["event"], text=f"forwarded to {_extra(row, 'forward')}".strip())
    elif kind == "APP_START" and row["app"].casefold() == "voicemail":
        telling.event(row, "note", time, raw=row["event"], text=f"VoiceMail {dialled.shown(row['data'])}".strip())


def _end(telling: Telling, call: _Call) -> None:
    """How the call ended: the caller hung up, or it was over otherwise."""
    over = call.caller.end or next(
        ((time, row) for one in call.channels.values() for time, row in one.events if _kind(row) == "LINKEDID_END"),
        None,
    )
    if over is None:
        telling.remark(call.caller.first[1], NOT_OVER, call.caller.name)
        return
    time, row = over
    raw = call.caller.hangup.status or row["event"]
    known: dict[str, Any] = {"raw": raw, "provider_id": call.caller.id}
    if call.left is not None:
        telling.event(row, "caller_hung_up", time, **known)
    else:
        telling.event(row, "closed", time, text="the caller's channel was hung up", **known)


# Every channel from when it is made until it is hung up, and who asked for that; nothing of what was said or pressed.
_SHOWS = Shows(channels=("voice",), callbacks=False, acknowledgements=False)


def _recognizes(start: str) -> bool:
    first = start.lstrip().partition("\n")[0].casefold()
    if "eventtype" in first and "linkedid" in first:
        return True
    cells = first_cells(start)
    return "linkedid" in (_header(cells) or ()) or _order(cells) is not None


FORMAT = Format(
    "asterisk-cel",
    _rows,
    _tell,
    shows=_SHOWS,
    title="Asterisk's channel event log (CEL)",
    recognizes=_recognizes,
)
