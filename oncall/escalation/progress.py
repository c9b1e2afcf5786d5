"""What the engine keeps of a dispatch while it is under way."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from oncall.escalation.trace import Attempt, Callback, TierRun, Why
from oncall.model import ContactMethod, Shift, Tier

Steps = list[tuple[int, ContactMethod]]


class Window:
    """How long a tier is given, and where that is written."""

    __slots__ = ("seconds", "where")

    def __init__(self, seconds: int, where: str) -> None:
        self.seconds = seconds
        self.where = where


class Try:
    """One attempt. `wait_until` is when its wait is over, as far as that is known."""

    __slots__ = (
        "answered",
        "confirmed",
        "ended",
        "id",
        "method",
        "outcome",
        "person",
        "picked_up",
        "started",
        "step",
        "tier",
        "track",
        "voice",
        "wait",
        "wait_until",
        "why",
    )

    def __init__(self, name: str, tier: TierInProgress, track: Track, step: int, method: ContactMethod, now: float):
        self.id = name
        self.tier = tier
        self.track = track
        self.person = track.person
        self.step = step
        self.method = method
        self.voice = method.channel == "voice"
        self.started = now
        self.wait = method.seconds
        self.wait_until: float = now + self.wait
        self.why = track.why
        self.ended: float | None = None
        self.outcome = "no_response"
        self.confirmed = False
        self.answered = False
        self.picked_up: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is a message that can still be answered."""
        return not self.voice and self.ended is None

    @property
    def holds_until(self) -> float:
        """Until when neither its person nor its address may be tried again, as far as that is known."""
        if self.ended is not None:
            return -inf
        still = self.tier.still_since
        if self.voice or (still is not None and self.wait_until >= still):
            return inf
        return self.wait_until

    def end(self, outcome: str, now: float) -> None:
        """It ended."""
        self.outcome, self.ended, self.answered = outcome, now, False

    def attempt(self) -> Attempt:
        """As the trace has it."""
        tier, method = self.tier, self.method
        return Attempt(
            self.id,
            tier.name,
            tier.round,
            self.person,
            self.step,
            method.channel,
            method.address,
            self.wait,
            self.started,
            self.wait_until,
            self.ended,
            self.outcome,
            self.confirmed,
            self.picked_up,
            self.why,
            self.track.shift,
        )


class Track:
    """Somebody's way through their contact methods within a tier: the steps left, the attempt that the next one waits
    for, until when they have to be left alone, and why the next step comes."""

    __slots__ = ("alone_until", "current", "over", "person", "shift", "steps", "why")

    def __init__(self, person: str, shift: Shift, steps: Steps, why: Why) -> None:
        self.person = person
        self.shift = shift
        self.steps = steps
        self.why = why
        self.current: Try | None = None
        self.alone_until: float | None = None
        self.over = False

    def go_on(self, why: Why) -> None:
        """The attempt is no longer waited for."""
        self.current = None
        self.why = why


class TierInProgress:
    """A tier: who is still to be tried, who is being tried, and its clock, which stands still while a call is answered
    that has to be confirmed."""

    __slots__ = (
        "index",
        "name",
        "people",
        "round",
        "settings",
        "started",
        "still_since",
        "tracks",
        "tries",
        "waiting",
        "why",
        "why_next",
        "window",
        "window_until",
    )

    def __init__(
        self, settings: Tier, name: str, turn: tuple[int, int], now: float, why: Why, people: Sequence[Shift]
    ) -> None:
        self.settings = settings
        self.name = name
        self.round, self.index = turn
        self.started = now
        self.why = self.why_next = why
        self.people = people
        self.waiting = list(people)
        self.window: Window
        self.window_until: float | None = None
        self.tracks: list[Track] = []
        self.tries: list[Try] = []
        self.still_since: float | None = None

    def deadline(self) -> float | None:
        """When something is due in it by itself; None while only the end of a conversation is waited for."""
        runs = self.still_since is None
        first = self.window_until if runs and self.window_until is not None else inf
        for track in self.tracks:
            if track.alone_until is not None:
                first = min(first, track.alone_until)
            elif runs and track.current is not None and track.current.wait_until < first:
                first = track.current.wait_until
        return None if first == inf else first

    def stand_still(self, now: float) -> None:
        """A call was answered."""
        if self.still_since is None:
            self.still_since = now

    def run_again(self, now: float) -> None:
        """No call is answered any longer: what was left of the window and of every wait is left now."""
        since = self.still_since
        if since is None or any(one.answered for one in self.tries):
            return
        self.still_since = None
        if self.window_until is not None:
            self.window_until += now - since
        for one in self.tries:
            if one.wait_until >= since:
                one.wait_until += now - max(since, one.started)

    def run(self, now: float) -> TierRun:
        """As the trace has it, left now."""
        return TierRun(self.name, self.round, self.index, self.started, now, self.window_until, self.why)


class CallbackInProgress:
    """A callback that is owed."""

    __slots__ = (
        "completed",
        "completed_by",
        "due",
        "due_next",
        "escalated",
        "escalated_to",
        "opened",
        "owner",
        "told",
        "why",
    )

    def __init__(self, owner: str | None, opened: float, due: float, why: Why) -> None:
        self.owner = owner
        self.opened = opened
        self.due = due if owner is not None else None
        self.due_next = due
        self.why = why
        self.escalated_to: str | None = None
        self.escalated: float | None = None
        self.completed: float | None = None
        self.completed_by: str | None = None
        self.told: list[tuple[float, str]] = []

    def callback(self) -> Callback:
        """As the trace has it."""
        return Callback(
            self.owner,
            self.opened,
            self.due,
            self.why,
            self.escalated_to,
            self.escalated,
            self.completed,
            self.completed_by,
            tuple(self.told),
        )
