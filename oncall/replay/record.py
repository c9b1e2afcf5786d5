"""A dispatch as a log has it: its events, put together, and what is wrong or missing among them.

Nothing is held against a policy here. All times are seconds from the dispatch's start, which is when it was received;
where the log does not say so, its first event. Events are taken by their time, whatever their order in the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from math import inf

from msgspec import Struct
from msgspec.structs import replace

from oncall.logs.event import LogEvent, encode
from oncall.logs.faults import Fault
from oncall.logs.shows import EVERYTHING, Shows, union
from oncall.replay.verdict import TOLERANCE, UNKNOWN, ActualAttempt, ActualCallback, Missing, Transfer
from oncall.times import DAY, show_duration

Numbered = tuple[int, LogEvent]
_Timed = tuple[float, int, int, LogEvent]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SAME_SECOND = 1
_LATELY = 50  # attempts that an event which names none may be of
_MOST_ATTEMPTS = 300
_LONGEST = 92 * DAY  # from the start to whatever is tried, taken or given up, before and after
_OF_ATTEMPTS = ("attempt_started", "attempt_ringing", "attempt_answered", "attempt_ended")

_AFTERWARDS = ("callback_opened", "callback_escalated", "callback_completed", "resolved", "gap", "note")

# At one instant: the call, then what was begun, how it ended, who took it, and what came of it.
_RANKS = {
    "received": 0,
    "tier_started": 1,
    "skipped": 2,
    "no_one_on_call": 3,
    "attempt_started": 4,
    "attempt_ringing": 5,
    "attempt_answered": 6,
    "acknowledged": 7,
    "attempt_ended": 8,
    "transferred": 9,
    "caller_hung_up": 10,
    "callback_opened": 11,
    "callback_escalated": 12,
    "callback_completed": 13,
    "closed": 14,
    "resolved": 15,
    "gap": 16,
    "note": 17,
}


class Doubt(Struct, frozen=True):
    """A stretch in which something may have happened that the log does not have."""

    start: float
    until: float
    missing: Missing


class Taken(Struct, frozen=True):
    """Somebody took responsibility: when, who, and by which attempt, as far as the log says."""

    at: float
    person: str | None
    attempt: str | None
    log_line: int


class Record(Struct, frozen=True):
    """A recorded dispatch. `start` is its instant in seconds since the epoch.

    `over` is when the caller could no longer be reached at once: the first of hang-up, callback and close; `inf` where
    there is none. `ended` is when the dispatch did: the first of acknowledgement and these, else the end of its last
    attempt. `waited_until` is the end of what the caller experienced, from which a callback is counted: the hang-up,
    else the end of the last attempt; while a message is unanswered, `ended`. `last` is its last event.
    `shows` is what its sources can show at all: of what they cannot, the record proves nothing. `systems` are what the
    sources call themselves.
    `left` is how the caller left, where that was not by hanging up.
    `transfer` is what became of the call once somebody who had picked up passed it on, no part of the chain.
    `doubts` may hide anything; `unsure` is evidence without which a cause cannot be proved, though the result can.
    `reported` is what was found wrong with its lines.
    """

    dispatch: str
    account: str | None
    line: str | None
    caller: str | None
    operator: str | None
    start: float
    log_line: int
    last: float
    attempts: tuple[ActualAttempt, ...]
    transfer: Transfer | None
    taken: tuple[Taken, ...]
    hung_up: float | None
    left: str | None
    callback: ActualCallback | None
    closed: float | None
    disposition: str | None
    resolved: bool | None
    recordings: tuple[str, ...]
    shows: Shows
    systems: tuple[str, ...]
    over: float
    ended: float
    waited_until: float
    doubts: tuple[Doubt, ...]
    unsure: tuple[Missing, ...]
    reported: tuple[Fault, ...]

    @property
    def first_taken(self) -> Taken | None:
        """Who took it first."""
        return self.taken[0] if self.taken else None

    @property
    def misfit(self) -> str | None:
        """What has to be known before it can be held against a policy: there are more attempts than one dispatch has,
        or they lie further apart."""
        if len(self.attempts) > _MOST_ATTEMPTS:
            return f"which of them are of this dispatch: {len(self.attempts):,} attempts have its id"
        if self.is_scattered:
            return (
                "which of its events are of this dispatch: they lie months apart (clocks that differ, or an id reused)"
            )
        return None

    @property
    def is_scattered(self) -> bool:
        """Whether somebody was tried, or took it, or the caller left, months before it started or after."""
        times = [time for one in self.attempts for time in (one.started, one.picked_up, one.ended)]
        times += [self.hung_up, *(one.at for one in self.taken)]
        return any(time is not None and abs(time) > _LONGEST for time in times)


def record_of(numbered: Sequence[Numbered], faults: Sequence[Fault] = ()) -> Record:
    """The events of one dispatch, with their lines in the log, as one record. `faults` are those of its lines that
    could not be read. ValueError where there is no event at all."""
    events, twins = _in_order(numbered)
    return _Putting(events, twins, faults).record()


def _in_order(numbered: Sequence[Numbered]) -> tuple[list[_Timed], bool]:
    """By time, and by what they say where that is the same: two logs with the same events give the same record. And
    whether two of a kind come at one instant."""
    # Instants of one offset are quickly subtracted from each other.
    epoch = _EPOCH.astimezone(numbered[0][1].time.tzinfo) if numbered else _EPOCH
    found = [((one.time - epoch).total_seconds(), _RANKS[one.type], number, one) for number, one in numbered]
    found.sort()  # a line has one event: they are never compared themselves
    twins = any(one[0] == other[0] and one[1] == other[1] for one, other in pairwise(found))
    if twins:
        found.sort(key=_order)
    return found, twins


def _order(entry: _Timed) -> tuple[float, int, str, str, str, str, str]:
    time, rank, _, one = entry
    said = (one.attempt or "", one.person or "", one.address or "", one.channel or "", one.outcome or "")
    return (time, rank, *said)


class _Draft:
    """An attempt while its events are being put together."""

    __slots__ = (
        "address",
        "channel",
        "end",
        "first",
        "id",
        "lines",
        "outcome",
        "person",
        "picked_up",
        "start",
        "taken",
    )

    def __init__(self, name: str, first: float) -> None:
        self.id = name
        self.first = first
        self.person: str | None = None
        self.address: str | None = None
        self.channel: str | None = None
        self.start: tuple[float, LogEvent] | None = None
        self.picked_up: float | None = None
        self.end: tuple[float, LogEvent] | None = None
        self.outcome: str | None = None
        self.taken: float | None = None
        self.lines: list[int] = []

    def learn(self, number: int, event: LogEvent) -> None:
        """What an event says of whom it tries."""
        self.lines.append(number)
        self.person = self.person or event.person
        self.address = self.address or event.address
        self.channel = self.channel or event.channel

    def may_be_of(self, event: LogEvent) -> bool:
        """Whether an event that names no attempt can be of this one."""
        return self.end is None and all(
            mine is None or theirs is None or mine == theirs
            for mine, theirs in (
                (self.person, event.person),
                (self.address, event.address),
                (self.channel, event.channel),
            )
        )


class _Putting:
    """Events becoming a record."""

    def __init__(self, events: list[_Timed], twins: bool, faults: Sequence[Fault]) -> None:
        if not events:
            raise ValueError("a dispatch without any event")
        self._faults: list[Fault] = list(faults)
        self._unsure: list[Missing] = []
        self._doubts: list[tuple[float, float, Missing]] = []
        self._drafts: dict[str, _Draft] = {}
        self._begun: list[_Draft] = []
        self._taken: list[Taken] = []
        self._said: dict[str, tuple[str, int]] = {}
        self._two_accounts = False
        self._recordings: dict[str, None] = {}
        self._resolved: bool | None = None
        self._transfers: list[tuple[float, int]] = []
        self._callback: ActualCallback | None = None
        self._hung_up: float | None = None
        self._left: str | None = None
        self._closed: tuple[float, str | None] | None = None
        self._events = self._without_doubles(events) if twins else events
        self._start = self._received()

    def record(self) -> Record:
        for time, _, number, event in self._events:
            self._hear(number, event)
            self._take(time - self._start, number, event)
        for fault in self._faults:
            if fault.weighs:
                at = None if fault.time is None else fault.time - self._start
                missing = Missing(fault.what, fault.line)
                self._doubts.append((-inf, inf, missing) if at is None else (at, at, missing))
        every_attempt = sorted((self._attempt(draft) for draft in self._drafts.values()), key=_turn)
        attempts, transfer = self._split_at_transfer(every_attempt)
        first = self._events[0][3]
        last = self._events[-1][0] - self._start
        taken = sorted(self._taken, key=lambda one: (one.at, one.person or ""))
        over = self._over()
        ended = min(over, taken[0].at) if taken else over
        attempts_over = self._attempts_over(attempts)
        if ended == inf:
            ended = attempts_over if attempts_over is not None else self._last_of_chain()
        said = {name: value for name, (value, _) in self._said.items()}
        return Record(
            dispatch=first.dispatch,
            account=said.get("account"),
            line=said.get("line"),
            caller=said.get("caller"),
            operator=said.get("operator"),
            start=self._start,
            log_line=min([number for _, _, number, _ in self._events]),
            last=last,
            attempts=tuple(attempts),
            transfer=transfer,
            taken=tuple(taken),
            hung_up=self._hung_up,
            left=self._left,
            callback=self._callback,
            closed=self._closed[0] if self._closed else None,
            disposition=self._closed[1] if self._closed else None,
            resolved=self._resolved,
            recordings=tuple(self._recordings),
            shows=self._shown(),
            systems=self._systems(),
            over=over,
            ended=ended,
            waited_until=next((at for at in (self._hung_up, attempts_over) if at is not None), ended),
            doubts=tuple(Doubt(*one) for one in sorted(self._doubts, key=lambda one: one[:2])),
            unsure=tuple(self._unsure),
            reported=tuple(self._faults),
        )

    def _split_at_transfer(self, attempts: Sequence[ActualAttempt]) -> tuple[list[ActualAttempt], Transfer | None]:
        """The attempts of the chain, and the transfer that ended it: the first after somebody had picked up, or had
        taken it."""
        picked_up = min((one.picked_up for one in attempts if one.picked_up is not None), default=inf)
        picked_up = min([picked_up, *(taken.at for taken in self._taken)])
        first = next(((at, number) for at, number in self._transfers if at >= picked_up), None)
        if first is None:
            return list(attempts), None
        chain = [one for one in attempts if one.started < first[0] - _SAME_SECOND or one.started <= picked_up]
        after = [one for one in attempts if one not in chain]
        return chain, Transfer(first[0], tuple(after), first[1])

    @staticmethod
    def _attempts_over(attempts: Sequence[ActualAttempt]) -> float | None:
        """When the last attempt ended; None where one has no end: a message nobody answered, or a call whose end is
        lost."""
        ends = [attempt.ended for attempt in attempts]
        return max((end for end in ends if end is not None), default=None) if None not in ends else None

    def _last_of_chain(self) -> float:
        """The last event of the chain itself: what was added afterwards, such as a callback, is not of it."""
        times = [time for time, _, _, event in self._events if event.type not in _AFTERWARDS]
        return (times[-1] if times else self._events[0][0]) - self._start

    def _systems(self) -> tuple[str, ...]:
        sources = (event.source for _, _, _, event in self._events if event.source is not None)
        return tuple(sorted({source.system for source in sources if source.system is not None}))

    def _shown(self) -> Shows:
        """What the sources show together. An event that somebody added by hand to an imported record proves itself and
        nothing more; a record that begins without a source is whole."""
        marks = {event.type: event.source for _, _, _, event in reversed(self._events)}
        first = marks.get("received", self._events[0][3].source)
        if first is None or first.shown is None:
            return EVERYTHING
        sources = (event.source for _, _, _, event in self._events if event.source is not None)
        return union(source.shown or EVERYTHING for source in sources)

    def _over(self) -> float:
        opened = self._callback.opened if self._callback else None
        closed = self._closed[0] if self._closed else None
        return min([time for time in (self._hung_up, opened, closed) if time is not None], default=inf)

    # Before anything is put together.

    def _without_doubles(self, events: list[_Timed]) -> list[_Timed]:
        kept: list[_Timed] = []
        said: dict[bytes, int] = {}
        for entry in events:
            what = encode(replace(entry[3], id=None, recorded=None, source=None))
            twin = said.setdefault(what, entry[2])
            if twin == entry[2]:
                kept.append(entry)
                continue
            first, second = sorted((twin, entry[2]))
            self._faults.append(Fault(second, f"the same event as on line {first}, counted once"))
        return kept

    def _received(self) -> float:
        """When the dispatch came in, as far as that is known."""
        calls = [entry for entry in self._events if entry[3].type == "received"]
        if not calls:
            line = self._events[0][2]
            self._unsure.append(Missing("when the call came in: no `received` is in the log", line))
            return self._events[0][0]
        if len(calls) > 1:
            what = f"received on line {calls[0][2]} and again here: two dispatches with one id?"
            self._faults.append(Fault(calls[1][2], what, weighs=True))
        start = calls[0][0]
        time, _, number, event = self._events[0]
        if time < start - TOLERANCE and event.type not in ("gap", "note"):
            what = f"{_seconds(start - time)} before the call came in (line {calls[0][2]}): clocks that differ?"
            self._faults.append(Fault(number, what))
            self._unsure.append(Missing(f"times that can be trusted: an event {what}", number))
        return start

    # One event after the other.

    def _hear(self, number: int, event: LogEvent) -> None:
        """What an event says of the dispatch as a whole."""
        if event.account is not None:
            self._say("account", event.account, number)
        if event.line is not None:
            self._say("line", event.line, number)
        if event.caller is not None:
            self._say("caller", event.caller, number)
        if event.operator is not None:
            self._say("operator", event.operator, number)
        if event.recording is not None:
            self._recordings[event.recording] = None

    def _take(self, at: float, number: int, event: LogEvent) -> None:
        kind = event.type
        if kind in _OF_ATTEMPTS:
            self._try(at, number, event)
        elif kind == "acknowledged":
            self._acknowledge(at, number, event)
        elif kind == "transferred" or (kind == "note" and "transfer" in (event.text or "").casefold()):
            self._transfers.append((at, number))
        elif kind == "caller_hung_up":
            if self._hung_up is None:
                self._hung_up, self._left = max(at, 0.0), event.text
        elif kind.startswith("callback_"):
            self._call_back(at, number, event)
        elif kind == "closed":
            self._closed = self._closed or (at, event.disposition)
        elif kind == "resolved":
            self._resolved = event.resolved if event.resolved is not None else True
        elif kind == "gap":
            until = inf if event.until is None else _offset(event.until, self._start)
            self._doubts.append((at, until, Missing("the record is incomplete here: a `gap`", number)))

    def _say(self, name: str, value: str, number: int) -> None:
        known = self._said.setdefault(name, (value, number))
        if known[0] != value and name == "account":
            if not self._two_accounts:
                what = f"another account than on line {known[1]}"
                self._faults.append(Fault(number, what))
                self._unsure.append(Missing(f"which account it was for: {what}", number))
            self._two_accounts = True

    def _try(self, at: float, number: int, event: LogEvent) -> None:
        draft = self._draft(at, number, event)
        draft.learn(number, event)
        if event.type == "attempt_started":
            if draft.start is not None:
                self._faults.append(
                    Fault(number, "this attempt has started before", weighs=True, time=self._start + at)
                )
                return
            draft.start = at, event
        elif event.type == "attempt_answered":
            draft.picked_up = at if draft.picked_up is None else draft.picked_up
        elif event.type == "attempt_ended":
            if draft.end is not None and draft.end[1].outcome != event.outcome:
                self._faults.append(
                    Fault(number, "this attempt has ended before, otherwise", weighs=True, time=self._start + at)
                )
            draft.end = draft.end or (at, event)

    def _draft(self, at: float, number: int, event: LogEvent) -> _Draft:
        """The attempt an event is of: the one it names, else the last that it can be of."""
        name = event.attempt
        if name is None and event.type != "attempt_started":
            last = next((one for one in self._lately() if one.may_be_of(event)), None)
            if last is not None:
                return last
        name = name if name is not None else f"line {number}"
        draft = self._drafts.get(name)
        if draft is None:
            draft = self._drafts[name] = _Draft(name, at)
            self._begun.append(draft)
        return draft

    def _lately(self) -> Iterable[_Draft]:
        """The attempts that an event which names none may be of, the last one first."""
        return reversed(self._begun[-_LATELY:])

    def _acknowledge(self, at: float, number: int, event: LogEvent) -> None:
        draft = self._drafts.get(event.attempt) if event.attempt is not None else None
        if draft is None and event.person is not None:
            draft = next((one for one in self._lately() if one.person == event.person), None)
        if draft is not None and draft.taken is None:
            draft.taken = at
        person = event.person or (draft.person if draft else None)
        self._taken.append(Taken(at, person, draft.id if draft else event.attempt, number))

    def _call_back(self, at: float, number: int, event: LogEvent) -> None:
        known = self._callback or ActualCallback(event.owner, None, None, log_line=number)
        if event.type == "callback_opened" and known.opened is None:
            due = None if event.due is None else _offset(event.due, self._start)
            known = replace(known, owner=event.owner or event.person, opened=at, due=due, log_line=number)
        elif event.type == "callback_escalated" and known.escalated is None:
            known = replace(known, escalated=at, escalated_to=event.owner or event.person)
        elif event.type == "callback_completed" and known.completed is None:
            known = replace(known, completed=at, completed_by=event.person or event.owner)
        self._callback = known

    # Attempts.

    def _attempt(self, draft: _Draft) -> ActualAttempt:
        start = draft.start[0] if draft.start else draft.first
        begun = draft.start[1] if draft.start else None
        line = min(draft.lines)
        if draft.start is None:
            self._miss(line, "when this attempt started")
        if draft.channel is None:
            self._miss(line, "by which channel this attempt was made")
        if draft.person is None and draft.address is None:
            self._miss(line, "whom this attempt tried")
        ended, outcome = self._end(draft, start, line)
        picked_up = draft.picked_up
        if picked_up is None and outcome == "answered":
            picked_up = ended
        pick_up_known = draft.picked_up is not None or (draft.end is not None and draft.end[1].source is None)
        return ActualAttempt(
            id=draft.id,
            person=draft.person,
            channel=draft.channel,
            address=draft.address,
            tier=begun.tier if begun else None,
            round=begun.round if begun else None,
            started=start,
            picked_up=None if picked_up is None else max(picked_up, start),
            ended=ended,
            outcome=outcome,
            confirmed=outcome == "acknowledged" and draft.taken is not None,
            raw=draft.end[1].raw if draft.end else None,
            recording=draft.end[1].recording if draft.end else None,
            log_line=line,
            pick_up_known=pick_up_known,
        )

    def _end(self, draft: _Draft, start: float, line: int) -> tuple[float | None, str]:
        """When an attempt ended and how; for a call the log lost, nobody knows."""
        if draft.taken is not None and not _is_over(draft, draft.taken):
            return max(draft.taken, start), "acknowledged"
        if draft.end is not None and draft.end[1].outcome is None and draft.picked_up is not None:
            return max(draft.end[0], start), "answered"
        if draft.end is None or draft.end[1].outcome is None:
            told = draft.start[1].outcome if draft.start is not None else None  # by a source that does not say when
            silent = UNKNOWN if draft.channel in (None, "voice") else "no_response"
            return None, told or silent
        ended, outcome = draft.end[0], draft.end[1].outcome
        if ended < start - _SAME_SECOND:
            self._faults.append(Fault(line, f"this attempt ends {_seconds(start - ended)} before it starts"))
            return None, UNKNOWN
        ended = max(ended, start)  # two clocks within a second
        if outcome == "acknowledged":
            self._taken.append(Taken(ended, draft.person, draft.id, draft.lines[-1]))
        return (None if outcome == "no_response" else ended), outcome

    def _miss(self, line: int, what: str) -> None:
        self._faults.append(Fault(line, f"the log does not say {what}"))
        self._unsure.append(Missing(what, line))


def _is_over(draft: _Draft, at: float) -> bool:
    """Whether nothing can be acknowledged by an attempt any more: a call that has ended, or somebody declined."""
    if draft.end is None or draft.end[0] >= at:
        return False
    return draft.channel in (None, "voice") or draft.end[1].outcome == "declined"


def _turn(one: ActualAttempt) -> tuple[float, str, str, str, str]:
    return (one.started, one.person or "", one.channel or "", one.address or "", one.id)


def _offset(instant: datetime, start: float) -> float:
    return instant.timestamp() - start


def _seconds(length: float) -> str:
    return f"{length:g}s" if length < 120 else show_duration(length)


def lines_out_of_order(numbered: Sequence[Numbered]) -> list[Fault]:
    """The lines of a dispatch that are earlier than the line before them: nothing is lost by it."""
    return [
        Fault(number, f"earlier than line {before}, which is of the same dispatch; events are taken by their time")
        for (before, one), (number, other) in pairwise(numbered)
        if other.time < one.time
    ]
