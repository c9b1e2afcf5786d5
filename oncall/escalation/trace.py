"""What a dispatch was, told to its end: the trace. And what the engine is told, and says, on the way.

All times are seconds from the dispatch's start; only `Trace.at` is an instant.
"""

from typing import Literal

from msgspec import Struct

from oncall.model import Shift

Disposition = Literal["reached", "called_back", "overdue", "unowned", "abandoned", "no_one_on_call", "exhausted"]
SkipReason = Literal[
    "left",
    "away",
    "unidentified",
    "no_usable_channel",
    "declined",
    "already_tried",
    "already_sent",
    "shared_address",
    "no_one_on_call",
    "nobody_left_to_try",
]

# What makes a dispatch do the next thing, and the rule of the engine's prose that says so.
RULES = {
    "begins": 2,
    "window_over": 6,
    "ran_out": 6,
    "nobody_there": 4,
    "next_round": 8,
    "wait_over": 5,
    "rolled_over": 5,
    "waited_out": 7,
    "free_again": 5,
    "declined": 7,
    "left_out": 4,
    "chain_over": 8,
    "hung_up": 9,
    "overdue": 10,
    "unowned": 10,
    "completed": 10,
    "acknowledged": 7,
}


class Why(Struct, frozen=True):
    """Why something was done then: what happened (a key of RULES), to what (a tier, an outcome, a person), the length
    of what was over, and where that is written (`policies/NAME#tiers/0`, for `Plan.place`)."""

    because: str
    subject: str = ""
    seconds: float = 0
    where: str = ""

    @property
    def rule(self) -> int:
        """The rule that says so."""
        return RULES[self.because]


class Attempt(Struct, frozen=True):
    """One try of one person by one contact method.

    `tier` and `id` are as rule 13 has them, `step` the method's place in the person's `contact_methods` from 1. `ended`
    is None for a message nobody answered. `picked_up` is when a call was answered, where that did not end it.
    `waited_until` is when the next method was due, whatever came before.
    """

    id: str
    tier: str
    round: int
    person: str
    step: int
    channel: str
    address: str
    wait: float
    started: float
    waited_until: float
    ended: float | None
    outcome: str
    confirmed: bool
    picked_up: float | None
    why: Why
    shift: Shift


class Skip(Struct, frozen=True):
    """Somebody who was passed over without losing time, or a tier that had nobody (then without a person)."""

    at: float
    tier: str
    round: int
    person: str | None
    label: str | None
    reason: str


class TierRun(Struct, frozen=True):
    """One pass through one tier: from when until when, when its window was over (None where nobody was tried), why it
    started, and its place in the policy."""

    tier: str
    round: int
    index: int
    started: float
    ended: float
    window_until: float | None
    why: Why


class Callback(Struct, frozen=True):
    """What is owed to the caller, and why it was opened. `due` is the first due time, `owner` the last owner; `told` is
    who was told when, and any of them may complete it."""

    owner: str | None
    opened: float
    due: float | None
    why: Why
    escalated_to: str | None = None
    escalated: float | None = None
    completed: float | None = None
    completed_by: str | None = None
    told: tuple[tuple[float, str], ...] = ()


class Trace(Struct, frozen=True):
    """A dispatch: who was tried, in what order, how each attempt ended, who was passed over and why, and how it ended.

    `at` is the instant it started. `disposition`, `ended` and `why` it ended so are None while it is open. `after` is
    when somebody was reached, `hung_up` when the caller left.
    """

    dispatch: str
    account: str
    policy: str
    at: float
    disposition: Disposition | None
    ended: float | None
    reached: str | None
    after: float | None
    hung_up: float | None
    attempts: tuple[Attempt, ...]
    skipped: tuple[Skip, ...]
    tiers: tuple[TierRun, ...]
    callback: Callback | None
    why: Why | None

    def events(self) -> list["Event"]:
        """What happened in it, as the engine is told: a dispatch that is told this again gives this trace again. That
        an attempt was cancelled is the engine's own doing and is not told."""
        found: list[Event] = []
        for one in self.attempts:
            if one.picked_up is not None:
                found.append(Event(one.picked_up, "answered", one.id))
            if one.ended is None or one.outcome == "cancelled":
                continue
            if one.outcome == "acknowledged":
                found.append(Event(one.ended, "acknowledged" if one.confirmed else "answered", one.id))
            else:
                found.append(Event(one.ended, "ended", one.id, one.outcome))
        if self.hung_up is not None:
            found.append(Event(self.hung_up, "hung_up"))
        if self.callback and self.callback.completed is not None:
            found.append(Event(self.callback.completed, "completed", person=str(self.callback.completed_by)))
        order = {"acknowledged": 0, "answered": 0, "hung_up": 2}
        return sorted(found, key=lambda one: (one.at, order.get(one.kind, 1)))


class Event(Struct, frozen=True):
    """Something that happened, as the engine is told. `acknowledged`, `answered` and `ended` are of an attempt, the
    last with its outcome; `completed` is a person who called the caller back."""

    at: float
    kind: Literal["acknowledged", "answered", "ended", "completed", "hung_up"]
    attempt: str = ""
    outcome: str = ""
    person: str = ""


class Start(Struct, frozen=True):
    """To be done: try a person by a contact method. Unless something happens the next thing is due at `until`."""

    at: float
    attempt: str
    person: str
    channel: str
    address: str
    wait: float
    until: float
    why: Why


class Stop(Struct, frozen=True):
    """To be done: stop an attempt that is ringing or answered."""

    at: float
    attempt: str


class Tell(Struct, frozen=True):
    """To be done: tell a person that a callback is theirs, due at `due`."""

    at: float
    person: str
    due: float


Action = Start | Stop | Tell
