"""What the tests of replay share: logs written tersely, and a dispatch of the engine's as the log of it.

A line of a log is `SECOND TYPE WHO WHAT KEY=VALUE…`, the second counted from the start. WHO is a person, or an address
(`+1…`, that of nobody said to be anybody); `-` stands for nobody. WHAT is a channel, and the outcome of an end.

    0 received
    0 attempt_started ann voice
    20 attempt_ended ann no_answer
    31 acknowledged ben sms
    40 callback_opened ann due=640
    55 gap 70

An event of an attempt is about the last one that was started, above it, of that person and channel.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, get_args

import msgspec

from oncall.escalation.trace import Trace
from oncall.logs.event import OUTCOMES, LogEvent
from oncall.model import Channel
from tests.escalation.plans import ACCOUNT, AT, DISPATCH

CHANNELS = get_args(Channel)
OF_ATTEMPTS = ("attempt_started", "attempt_ringing", "attempt_answered", "attempt_ended", "acknowledged")
OF_CALLBACKS = {"callback_opened": "owner", "callback_escalated": "owner", "callback_completed": "person"}


def moment(second: float, at: int = AT) -> datetime:
    return datetime.fromtimestamp(at + second, UTC)


def event(second: float, kind: str, at: int = AT, **more: Any) -> LogEvent:
    """An event, so many seconds after the start."""
    return msgspec.convert(
        {"time": moment(second, at), "type": kind, "dispatch": DISPATCH, "account": ACCOUNT, **more}, LogEvent
    )


class Writer:
    """Events out of terse lines. Attempts are called a1, a2 … as they are started."""

    def __init__(self, account: str | None = ACCOUNT, at: int = AT) -> None:
        self.account, self.at = account, at
        self.started: list[tuple[str, str, str]] = []

    def events(self, lines: Iterable[str]) -> list[LogEvent]:
        return [self.event(line) for line in lines]

    def event(self, line: str) -> LogEvent:
        second, kind, *words = line.split()
        more: dict[str, Any] = {"account": self.account}
        more |= self.told(kind, [word for word in words if "=" not in word])
        for key, _, value in (word.partition("=") for word in words if "=" in word):
            more[key] = moment(float(value), self.at) if key in ("due", "until", "recorded") else value or None
        if isinstance(more.get("round"), str):
            more["round"] = int(more["round"])
        return event(float(second), kind, self.at, **more)

    def told(self, kind: str, words: list[str]) -> dict[str, Any]:
        if kind in OF_ATTEMPTS:
            return self.of_attempt(kind, *words)
        if kind in OF_CALLBACKS:
            return {OF_CALLBACKS[kind]: words[0]} if words and words[0] != "-" else {}
        if kind == "gap":
            return {"until": moment(float(words[0]), self.at)}
        if kind == "closed":
            return {"disposition": words[0]} if words else {}
        if kind == "resolved":
            return {"resolved": words[0] == "true"}
        return {"text": " ".join(words)} if words else {}

    def of_attempt(self, kind: str, who: str, *words: str) -> dict[str, Any]:
        said: dict[str, Any] = {"address" if who.startswith("+") else "person": who} if who != "-" else {}
        channel = next((word for word in words if word in CHANNELS), None)
        outcome = next((word for word in words if word in OUTCOMES), None)
        assert all(word in (channel, outcome) for word in words), f"{words}: what is meant?"
        if kind == "attempt_started":
            self.started.append((f"a{len(self.started) + 1}", who, str(channel)))
            return {**said, "attempt": self.started[-1][0], "channel": channel}
        about = [one for one, whose, by in self.started if whose == who and channel in (None, by)]
        return {**said, **({"attempt": about[-1]} if about else {}), **({"outcome": outcome} if outcome else {})}


def numbered(events: Sequence[LogEvent]) -> list[tuple[int, LogEvent]]:
    """Events with the lines that they stand in, from 1."""
    return list(enumerate(events, 1))


# What the engine did, as a log.


class Tried(msgspec.Struct):
    """An attempt as a log has it; `person` is None where a number is nobody's."""

    person: str | None
    channel: str
    address: str
    started: int
    picked_up: int | None
    ended: int | None
    outcome: str
    acknowledged: int | None = None

    def move(self, seconds: int) -> None:
        """It all came later, or sooner."""
        self.started += seconds
        self.picked_up = None if self.picked_up is None else self.picked_up + seconds
        self.ended = None if self.ended is None else self.ended + seconds
        self.acknowledged = None if self.acknowledged is None else self.acknowledged + seconds

    @property
    def last(self) -> int:
        """The last that is heard of it."""
        return max(one for one in (self.started, self.picked_up, self.ended, self.acknowledged) if one is not None)


class Story(msgspec.Struct):
    """A dispatch that can be broken, and then be written as a log."""

    attempts: list[Tried]
    hung_up: int | None
    opened: int | None
    owner: str | None
    due: int | None
    escalated: int | None
    escalated_to: str | None
    completed: int | None
    completed_by: str | None
    closed: int | None
    disposition: str | None

    def events(self, at: int = AT) -> list[LogEvent]:
        """The log: by time, and within an instant as things come about."""
        found = [event(0, "received", at)]
        for number, one in enumerate(self.attempts, 1):
            found += _events_of(one, f"a{number}", at)
        if self.hung_up is not None:
            found.append(event(self.hung_up, "caller_hung_up", at))
        if self.opened is not None:
            due = None if self.due is None else moment(self.due, at)
            found.append(event(self.opened, "callback_opened", at, owner=self.owner, due=due))
        if self.escalated is not None:
            found.append(event(self.escalated, "callback_escalated", at, owner=self.escalated_to))
        if self.completed is not None:
            found.append(event(self.completed, "callback_completed", at, person=self.completed_by))
        if self.closed is not None:
            found.append(event(self.closed, "closed", at, disposition=self.disposition))
        return sorted(found, key=lambda one: one.time)


def _events_of(one: Tried, name: str, at: int) -> list[LogEvent]:
    said = {"attempt": name, "person": one.person, "address": one.address, "channel": one.channel}
    found = [event(one.started, "attempt_started", at, **said)]
    if one.picked_up is not None:
        found.append(event(one.picked_up, "attempt_answered", at, attempt=name))
    if one.acknowledged is not None:
        found.append(event(one.acknowledged, "acknowledged", at, attempt=name, person=one.person))
    if one.ended is not None:
        found.append(event(one.ended, "attempt_ended", at, attempt=name, outcome=one.outcome))
    return found


def story_of(trace: Trace) -> Story:
    """The dispatch that a trace tells. A call that was picked up without being confirmed was answered, no more."""
    callback = trace.callback
    return Story(
        attempts=[_tried(one) for one in trace.attempts],
        hung_up=_whole(trace.hung_up),
        opened=_whole(callback.opened) if callback else None,
        owner=callback.told[0][1] if callback and callback.told else None,
        due=_whole(callback.due) if callback else None,
        escalated=_whole(callback.escalated) if callback else None,
        escalated_to=callback.escalated_to if callback else None,
        completed=_whole(callback.completed) if callback else None,
        completed_by=callback.completed_by if callback else None,
        closed=_whole(trace.ended),
        disposition=trace.disposition,
    )


def _tried(one: Any) -> Tried:
    taken = one.outcome == "acknowledged"
    unconfirmed = taken and not one.confirmed and one.channel == "voice"
    return Tried(
        one.person,
        one.channel,
        one.address,
        int(one.started),
        _whole(one.ended if unconfirmed else one.picked_up),
        _whole(one.ended),
        "answered" if unconfirmed else one.outcome,
        _whole(one.ended) if taken and not unconfirmed else None,
    )


def _whole(second: float | None) -> int | None:
    return None if second is None else int(second)
