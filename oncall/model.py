"""The words of the field as frozen plain data: what a workspace defines, and what a calendar says.

The classes that stand in YAML files have one field a key, in the order people write them; durations are whole seconds.
They are what files are validated into and what every question is answered from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Annotated, Any

from oncall import fields
from oncall.errors import Problem

CHANNELS = ("voice", "sms", "whatsapp", "viber", "push", "chat", "email", "secure", "pager")
OUTCOMES = (
    "acknowledged",
    "answered",
    "no_answer",
    "busy",
    "declined",
    "unreachable",
    "failed",
    "voicemail",
    "no_response",
    "cancelled",
)
ROLLOVER = ("busy", "unreachable", "failed", "voicemail", "no_answer")
ALWAYS = "always"
VOICE_WAIT = 25
MESSAGE_WAIT = 120
ACK_WINDOWS = {"call": 45, "message": 600}
DAY = 86_400

Words = Annotated[str, fields.WORDS]
Name = Annotated[str, fields.NAME]
Path = Annotated[str, fields.PATH]
Whole = Annotated[int, fields.WHOLE]
Positive = Annotated[int, fields.POSITIVE]
Flag = Annotated[bool, fields.FLAG]
Duration = Annotated[int, fields.DURATION]
Instant = Annotated[datetime, fields.INSTANT]
Date = Annotated[date, fields.DATE]
Time = Annotated[time, fields.TIME]
Zone = Annotated[str, fields.ZONE]
Pattern = Annotated[str, fields.PATTERN]
Channel = Annotated[str, fields.choice(*CHANNELS)]
Outcome = Annotated[str, fields.choice(*OUTCOMES)]
Days = Annotated[tuple[int, ...], fields.DAYS]


def _key(name: str) -> str:
    """The YAML key of a field: `from` cannot be an attribute of Python."""
    return {"start": "from"}.get(name, name)


STRICT: dict[str, Any] = {"extra": "forbid", "alias_generator": _key}


@dataclass(frozen=True, slots=True)
class ContactMethod:
    """One channel and address of a person; `wait` is how long it gets before the next one, by default 25s on voice and
    2m on a message."""

    __pydantic_config__ = STRICT
    channel: Channel
    address: Words
    wait: Duration | None = None

    @property
    def seconds(self) -> int:
        """How long this method gets."""
        if self.wait is not None:
            return self.wait
        return VOICE_WAIT if self.channel == "voice" else MESSAGE_WAIT


@dataclass(frozen=True, slots=True)
class Away:
    """A stretch in which a person is not there, half-open; without an offset in the person's zone."""

    __pydantic_config__ = STRICT
    start: Instant
    until: Instant
    reason: Words = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be on call. Contact methods are in order of preference; `last_day` is the last day with the
    organization, in the person's zone."""

    __pydantic_config__ = STRICT
    name: Words
    email: Words | None = None
    aliases: tuple[Words, ...] = ()
    timezone: Zone | None = None
    contact_methods: tuple[ContactMethod, ...] = ()
    never: tuple[Channel, ...] = ()
    away: tuple[Away, ...] = ()
    verified: Date | None = None
    last_day: Date | None = None

    def usable_methods(self, channels: tuple[str, ...] = ()) -> tuple[ContactMethod, ...]:
        """The contact methods that may be used, in order: outside `never`, and within `channels` where given."""
        return tuple(
            method
            for method in self.contact_methods
            if method.channel not in self.never and (not channels or method.channel in channels)
        )


@dataclass(frozen=True, slots=True)
class OpenWindow:
    """Days of the week on which a line is open, and from when until when; `until` at or before `from` is on the next
    day, both absent the whole day."""

    __pydantic_config__ = STRICT
    days: Annotated[tuple[Days, ...], fields.ONE_OR_MANY]
    start: Time | None = None
    until: Time | None = None

    @property
    def weekdays(self) -> frozenset[int]:
        """The weekdays, Monday 0."""
        return frozenset(day for days in self.days for day in days)


@dataclass(frozen=True, slots=True)
class Hours:
    """When a line promises a human. Closed days win over open days, and both over the weekly windows."""

    __pydantic_config__ = STRICT
    open: Annotated[tuple[OpenWindow, ...], fields.ONE_OR_MANY] = ()
    timezone: Zone | None = None
    open_days: Path | None = None
    closed_days: Path | None = None


@dataclass(frozen=True, slots=True)
class Rotation:
    """A calendar that says who is on call, and how to read it."""

    __pydantic_config__ = STRICT
    calendar: Path
    overrides: Annotated[tuple[Path, ...], fields.ONE_OR_MANY] = ()
    timezone: Zone | None = None
    people: tuple[Name, ...] = ()
    at_once: Positive | None = None
    hours: Name | None = None
    identify: Pattern | None = None


@dataclass(frozen=True, slots=True)
class Tier:
    """One level of a policy: the role it notifies, and how long it is given."""

    __pydantic_config__ = STRICT
    notify: Name
    ack_window: Duration | None = None
    order: Annotated[str, fields.choice("in_turn", "simultaneous")] = "in_turn"
    trigger: Words | None = None
    channels: tuple[Channel, ...] = ()


@dataclass(frozen=True, slots=True)
class Recovery:
    """Who owes the callback when nobody could take it, and by when."""

    __pydantic_config__ = STRICT
    owner: Name
    due_within: Duration
    escalate_to: Name | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """The escalation rules: tiers in order, gone through `rounds` times."""

    __pydantic_config__ = STRICT
    tiers: tuple[Tier, ...]
    rounds: Positive = 1
    pause: Duration = 0
    rollover: tuple[Outcome, ...] = ROLLOVER
    recovery: Recovery | None = None


@dataclass(frozen=True, slots=True)
class Binding:
    """What a role leads to: a rotation or a person."""

    __pydantic_config__ = STRICT
    rotation: Name | None = None
    person: Name | None = None

    def __post_init__(self) -> None:
        if (self.rotation is None) == (self.person is None):
            raise ValueError("write either `rotation:` or `person:` here")


Bindings = Annotated[tuple[Binding, ...], fields.ONE_OR_MANY]


@dataclass(frozen=True, slots=True)
class SecureMessaging:
    """Where protected messages of an account are read."""

    __pydantic_config__ = STRICT
    endpoint: Words
    fallback: Words | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """How often an account's profile is to be looked over, and when that was last done."""

    __pydantic_config__ = STRICT
    every: Duration | None = None
    last: Date | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A client or team whose line is answered."""

    __pydantic_config__ = STRICT
    name: Words
    vertical: Annotated[str, fields.choice("medical", "property", "trades", "other")] = "other"
    kind: Annotated[str, fields.choice("call", "message")] = "call"
    lines: tuple[Words, ...] = ()
    hours: Name | None = None
    policy: Name | None = None
    contacts: dict[Name, Bindings] = field(default_factory=dict)
    ack_window: Duration | None = None
    rollover: tuple[Outcome, ...] | None = None
    confirm: Flag = False
    secure_messaging: SecureMessaging | None = None
    runbook: Path | None = None
    account_manager: Name | None = None
    supervisor: Bindings = ()
    operators: tuple[Name, ...] = ()
    review: Review | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for the whole workspace where nothing nearer says otherwise."""

    __pydantic_config__ = STRICT
    exclude: tuple[Words, ...] = ()
    country: Annotated[str, fields.Text(str.upper, {"type": "string", "pattern": "^[A-Za-z]{2}$"})] = "US"
    runbook_review_every: Duration = 180 * DAY
    account_review_every: Duration = 90 * DAY


@dataclass(frozen=True, slots=True)
class LintSettings:
    """What the linter is told: which findings to leave out, and where its lines are drawn."""

    __pydantic_config__ = STRICT
    ignore: tuple[Words, ...] = ()
    per_path: dict[str, tuple[Words, ...]] = field(default_factory=dict)
    horizon: Duration = 90 * DAY
    max_ack_window: Duration = 1800
    max_accounts_per_supervisor: Positive = 40
    max_tiers: Positive = 4
    caller_patience: Duration = 90
    max_time_to_last_tier: Duration = 1800
    max_stretch: Duration = 14 * DAY
    verify_every: Duration = 180 * DAY
    exercise_every: Duration = 90 * DAY


@dataclass(frozen=True, slots=True)
class Shift:
    """One person's part in one calendar event: what puts them on call.

    `person` is None where the event names nobody known; `label` is the name as written. `priority` is the `[L2]` mark.
    `layer` is `planned`, `override`, or `direct` for somebody bound without a calendar, who has no `uid` and no place.
    """

    person: str | None
    label: str
    layer: str
    priority: int = 0
    uid: str | None = None
    file: str | None = None
    line: int | None = None

    @property
    def who(self) -> str:
        """What tells this person from others: the id, or the label of somebody unknown (which no id can equal)."""
        return self.person if self.person is not None else f" {self.label}"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch in which the same shifts are in force, half-open, in seconds since the epoch; a gap has none."""

    start: int
    end: int
    shifts: tuple[Shift, ...]

    @property
    def people(self) -> frozenset[str]:
        """Who is on call."""
        return frozenset(shift.who for shift in self.shifts)


@dataclass(frozen=True, slots=True)
class CalendarInfo:
    """What a calendar says of itself: its zone, and when it was last written (an instant), where it says."""

    file: str
    zone: str | None = None
    written: int | None = None
    problems: tuple[Problem, ...] = ()
