"""A trace as the event log that a live dispatch would have written of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from oncall.escalation.trace import Attempt, Callback, Skip, Trace
from oncall.logs.event import LogEvent, Source

Clock = Callable[[float], datetime]  # from seconds since the dispatch's start

# At one instant: how things ended, then what was begun because of it.
_RANKS = {
    "received": 0,
    "attempt_answered": 1,
    "acknowledged": 2,
    "attempt_ended": 3,
    "caller_hung_up": 4,
    "callback_completed": 5,
    "tier_started": 6,
    "skipped": 7,
    "no_one_on_call": 7,
    "attempt_started": 8,
    "callback_opened": 11,
    "callback_escalated": 12,
    "closed": 13,
    "resolved": 14,
}
_ENDED_AT_ONCE = 9  # after it began


# The words of the telephone exchange, SIP's, for how a call ended.
RAW = {
    "no_answer": "408 Request Timeout",
    "busy": "486 Busy Here",
    "declined": "603 Decline",
    "unreachable": "480 Temporarily Unavailable",
    "failed": "503 Service Unavailable",
    "cancelled": "487 Request Terminated",
    "voicemail": "200 OK, machine",
    "answered": "200 OK",
    "acknowledged": "200 OK",
}
TALKED = ("acknowledged", "answered")


class Front(Struct, frozen=True):
    """What is known where a call comes in: the line it came in on, who called, who answered."""

    line: str | None = None
    caller: str | None = None
    operator: str | None = None


NOTHING_KNOWN = Front()


def events_of(trace: Trace, clock: Clock, front: Front = NOTHING_KNOWN, plan: str | None = None) -> list[LogEvent]:
    """What happened in a trace, in the order it did. `plan` is the digest of the plan that was in force."""
    writing = _Writing(trace, clock)
    writing.all(front, plan)
    return [event for _, _, _, event in sorted(writing.written, key=lambda one: one[:3])]


class _Writing:
    """The events of one trace, each with its time and its place among those of one instant."""

    def __init__(self, trace: Trace, clock: Clock) -> None:
        self.written: list[tuple[datetime, int, int, LogEvent]] = []
        self._trace = trace
        self._clock = clock
        self._name = trace.dispatch

    def all(self, front: Front, plan: str | None) -> None:
        trace, account = self._trace, self._trace.account
        start = LogEvent(
            time=self._clock(0),
            type="received",
            dispatch=self._name,
            account=account,
            line=front.line,
            caller=front.caller,
            operator=front.operator,
            plan=plan,
        )
        self._add(start)
        for run in trace.tiers:
            self._add(self._event(run.started, "tier_started", account=account, tier=run.tier, round=run.round))
        for skip in trace.skipped:
            self._add(self._skipped(skip))
        for one in trace.attempts:
            began, *rest = self._attempt(one)
            self._add(began)
            for event in rest:
                self._add(event, _ENDED_AT_ONCE if event.time == began.time else None)
        if trace.hung_up is not None:
            self._add(self._event(trace.hung_up, "caller_hung_up"))
        if trace.callback:
            for event in self._callback(trace.callback):
                self._add(event)
        if trace.ended is not None:
            self._add(self._event(trace.ended, "closed", account=account, disposition=trace.disposition))

    def _add(self, event: LogEvent, rank: int | None = None) -> None:
        rank = _RANKS[event.type] if rank is None else rank
        self.written.append((event.time, rank, len(self.written), event))

    def _event(self, at: float, kind: str, **fields: object) -> LogEvent:
        return LogEvent(time=self._clock(at), type=kind, dispatch=self._name, **fields)  # type: ignore[arg-type]

    def _skipped(self, skip: Skip) -> LogEvent:
        if skip.person is None and skip.reason == "no_one_on_call":
            return self._event(skip.at, "no_one_on_call", tier=skip.tier, round=skip.round)
        text = skip.reason if skip.label is None else f"{skip.reason}: {skip.label}"
        return self._event(skip.at, "skipped", tier=skip.tier, round=skip.round, person=skip.person, text=text)

    def _attempt(self, one: Attempt) -> Iterator[LogEvent]:
        yield self._event(
            one.started,
            "attempt_started",
            attempt=one.id,
            round=one.round,
            tier=one.tier,
            person=one.person,
            address=one.address,
            channel=one.channel,
        )
        if one.picked_up is not None:
            yield self._event(one.picked_up, "attempt_answered", attempt=one.id)
        if one.ended is None:
            return
        outcome = one.outcome
        if outcome == "acknowledged" and not one.confirmed:
            outcome = "answered"
            yield self._event(one.ended, "attempt_answered", attempt=one.id)
        elif outcome == "acknowledged":
            yield self._event(one.ended, "acknowledged", attempt=one.id, person=one.person)
        yield self._event(one.ended, "attempt_ended", attempt=one.id, outcome=outcome)

    def _callback(self, callback: Callback) -> Iterator[LogEvent]:
        owner = callback.told[0][1] if callback.told else None
        promised = None if callback.due is None else timedelta(seconds=callback.due - callback.opened)
        yield self._event(
            callback.opened,
            "callback_opened",
            account=self._trace.account,
            owner=owner,
            due=None if promised is None else self._clock(callback.opened) + promised,
        )
        if callback.escalated is not None and promised is not None:
            due = self._clock(callback.escalated) + promised
            yield self._event(callback.escalated, "callback_escalated", owner=callback.escalated_to, due=due)
        if callback.completed is not None:
            yield self._event(callback.completed, "callback_completed", person=callback.completed_by)


def as_recorded(events: Iterable[LogEvent]) -> Iterator[LogEvent]:
    """The same with what the systems add that wrote it: numbers, their names, their own words, recordings."""
    channels: dict[str, str | None] = {}
    for count, one in enumerate(events, 1):
        if one.type == "attempt_started" and one.attempt:
            channels[one.attempt] = one.channel
        voice = one.attempt is not None and channels.get(one.attempt) == "voice"
        if one.type in ("received", "caller_hung_up") or (voice and one.type != "acknowledged"):
            system = "exchange"
        else:
            system = "messenger" if one.attempt is not None else "console"
        one = replace(one, id=f"e{count:05}", source=Source(system))
        if one.type == "attempt_ended" and one.attempt:
            channels.pop(one.attempt, None)
        if voice and one.type == "attempt_ended" and one.outcome:
            taken = one.outcome in TALKED
            recording = f"https://recordings.harbor.example/{one.dispatch}.mp3" if taken and count % 3 else None
            one = replace(one, raw=RAW[one.outcome], recording=recording)
        yield one
