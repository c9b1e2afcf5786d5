"""What replay says of one dispatch, as plain data.

All times are seconds from the dispatch's start; only `Verdict.at` is an instant.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from oncall.escalation.trace import Attempt, Trace
from oncall.logs.shows import EVERYTHING, Shows
from oncall.plan import PlanUsed as PlanUsed

RULES_VERSION = 1
"""The version of the rules that verdicts are given by: an old report can be told from a changed mind."""

TOLERANCE = 10
"""Seconds by which an attempt may be off and is still on time."""

Result = Literal["reached", "answered", "recovered", "abandoned", "missed", "undetermined"]
Cause = Literal[
    "schedule_gap",
    "wrong_person",
    "no_backup",
    "skipped_tier",
    "stopped_early",
    "slow_escalation",
    "caller_patience",
    "unreachable",
    "busy",
    "declined",
    "voicemail",
    "no_answer",
    "no_response",
    "failed",
    "unconfirmed",
    "not_tried",
    "undetermined",
]
Kind = Literal[
    "unknown_contact",
    "blast",
    "extra_attempt",
    "wrong_channel",
    "late",
    "early",
    "skipped_tier",
    "skipped_step",
    "wrong_person",
    "stopped_early",
    "no_recovery",
    "callback_late",
]
Change = Literal["unchanged", "unknown", "saved", "worse", "still_missed"]
WORST_FIRST: tuple[Result, ...] = ("missed", "abandoned", "undetermined", "recovered")
"""The results that are worth a look, the worst first."""

GOOD: tuple[Result, ...] = ("reached", "answered", "recovered")
UNKNOWN = "unknown"


class ActualAttempt(Struct, frozen=True):
    """One attempt as the log has it.

    `person` is None for a number that is nobody's. `outcome` is `unknown` for a call whose end is not in the log.
    `picked_up` is when the log says it was answered; where `pick_up_known` is false that is its end, for want of
    anything better, and no time to be told. `log_line` is the line of its first event.
    """

    id: str
    person: str | None
    channel: str | None
    address: str | None
    tier: str | None
    round: int | None
    started: float
    picked_up: float | None
    ended: float | None
    outcome: str
    confirmed: bool
    raw: str | None = None
    recording: str | None = None
    log_line: int | None = None
    pick_up_known: bool = True


class Transfer(Struct, frozen=True):
    """Somebody who had picked up passed the call on: when, and what was tried from then on."""

    at: float
    attempts: tuple[ActualAttempt, ...]
    log_line: int


class ExpectedAttempt(Struct, frozen=True):
    """One attempt as the policy wanted it. `unknown`: it never happened, so that nobody knows what would have come of
    it; the dispatch goes on as if nothing had. `depends`: that it comes, or when, hangs on such an attempt. `beside` is
    the place of the actual attempt that stands beside it, from 0."""

    attempt: Attempt
    unknown: bool = False
    depends: bool = False
    beside: int | None = None

    @property
    def outcome(self) -> str:
        """How it ended; `unknown` where it never happened."""
        return UNKNOWN if self.unknown else self.attempt.outcome


class Divergence(Struct, frozen=True):
    """A place where what happened leaves the policy: the kind, when, what was due and what came in words, the log's
    line, and the file and line of the policy, calendar or profile that it contradicts. `expected` and `actual` are the
    places of the attempts it is about, from 0."""

    kind: Kind
    at: float
    message: str
    log_line: int | None = None
    file: str | None = None
    line: int | None = None
    expected: int | None = None
    actual: int | None = None


class Missing(Struct, frozen=True):
    """Evidence that is not there, or cannot be used, and the line of the log that shows it."""

    what: str
    log_line: int | None = None


class ActualCallback(Struct, frozen=True):
    """What the log says of a callback. `opened` is None where it was completed without being opened, `due` is as
    recorded, else as the policy says."""

    owner: str | None
    opened: float | None
    due: float | None
    escalated_to: str | None = None
    escalated: float | None = None
    completed: float | None = None
    completed_by: str | None = None
    log_line: int | None = None


class Move(Struct, frozen=True):
    """A recorded response that is taken to have come at another time."""

    person: str
    channel: str
    start: float
    to: float


class Counterfactual(Struct, frozen=True):
    """The same dispatch by other rules. `unknown` are the ids of attempts nobody has ever seen the response to; `best`
    and `worst` the verdict if all of them went well, and if none did."""

    verdict: Change
    result: Result
    cause: Cause | None
    expected: tuple[ExpectedAttempt, ...]
    moved: tuple[Move, ...]
    plan: PlanUsed | None
    best: Change
    worst: Change
    trace: Trace | None = None
    why: str | None = None

    @property
    def unknown(self) -> tuple[str, ...]:
        """The ids of the attempts whose response was never observed."""
        return tuple(one.attempt.id for one in self.expected if one.unknown)


class RelatedCall(Struct, frozen=True):
    """Another call of the same caller: when it came in, how it ended, and when somebody took it, where somebody did."""

    dispatch: str
    at: float
    result: Result
    taken: float | None = None


class Verdict(Struct, frozen=True):
    """What a recorded dispatch was: what should have happened, what did, where the two part, how it ended and why.

    `at` is the instant it started, seconds since the epoch; `ended` when it did (the first of acknowledgement, hang-up,
    callback and close, else the end of its last attempt), `acknowledged` when a person took it, and `by` who. `left` is
    how the caller left, where that was not by hanging up. `also` are the kinds of the divergences after the first.
    `trace` is the engine's own, None where there is nothing to hold the dispatch against. `log_line` is the line of its
    first event. `resolved` is whether the caller's reason was dealt with. `shows` is what the log's sources can show at
    all, `possible` every result that the record leaves open; empty where it may be any. `transfer` is what became of
    the call after somebody picked up and passed it on. `related` are the same caller's other calls within an
    hour, in the order in which they came; None where nobody looked.
    """

    dispatch: str
    account: str | None
    at: float
    result: Result
    cause: Cause | None
    also: tuple[str, ...]
    missing: tuple[Missing, ...]
    divergences: tuple[Divergence, ...]
    expected: tuple[ExpectedAttempt, ...]
    actual: tuple[ActualAttempt, ...]
    callback: ActualCallback | None
    ended: float
    hung_up: float | None
    left: str | None
    acknowledged: float | None
    by: str | None
    disposition: str | None
    resolved: bool | None
    line: str | None
    caller: str | None
    operator: str | None
    recordings: tuple[str, ...]
    log_line: int
    shows: Shows = EVERYTHING
    possible: tuple[Result, ...] = ()
    transfer: Transfer | None = None
    plan: PlanUsed | None = None
    trace: Trace | None = None
    counterfactual: Counterfactual | None = None
    related: tuple[RelatedCall, ...] | None = None

    @property
    def taken_later(self) -> RelatedCall | None:
        """The later call at which the same caller was reached."""
        calls = (call for call in self.related or () if call.at >= self.at and call.result in ("reached", "answered"))
        return next(calls, None)

    @property
    def is_known_not_taken(self) -> bool:
        """Whether nobody took it while the caller was there, whatever else the record leaves open."""
        return bool(self.possible) and not {"reached", "answered"}.intersection(self.possible)

    @property
    def lost_in_transfer(self) -> bool:
        """Whether it was picked up and passed on, nobody picked up there, and the caller hung up."""
        if self.transfer is None or not self.transfer.attempts or self.hung_up is None:
            return False
        return all(attempt.picked_up is None for attempt in self.transfer.attempts)

    @property
    def first_divergence(self) -> Divergence | None:
        """Where it first leaves the policy."""
        return self.divergences[0] if self.divergences else None
