"""The words of the field as frozen plain data: what a workspace defines, and what a calendar says.

The classes that stand in YAML files have one field a key, in the order people write them; durations are whole seconds.
They are what files are validated into and what every question is answered from.
"""

from datetime import date
from typing import Annotated, Literal, cast

from msgspec import Meta, Struct, field

from oncall.fields import (
    Clock,
    Country,
    Duration,
    Flag,
    Instant,
    Name,
    Pattern,
    Zone,
    constant,
    is_name,
    parse_days,
)

Channel = Literal["voice", "sms", "whatsapp", "viber", "push", "chat", "email", "secure", "pager"]
Outcome = Literal[
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
]
Positive = Annotated[int, Meta(ge=1, le=100_000)]
Rounds = Annotated[int, Meta(ge=1, le=100)]

ROLLOVER: tuple[Outcome, ...] = ("busy", "unreachable", "failed", "voicemail", "no_answer")
ALWAYS = "always"
VOICE_WAIT = 25
MESSAGE_WAIT = 120
CALL_WINDOW = 45
MESSAGE_WINDOW = 600
DAY = 86_400


class ContactMethod(Struct, frozen=True, forbid_unknown_fields=True):
    """One channel and address of a person; `wait` is how long it gets before the next one, by default 25s on voice and
    2m on a message."""

    channel: Channel
    address: str
    wait: Duration | None = None

    @property
    def seconds(self) -> int:
        """How long this method gets."""
        if self.wait is not None:
            return self.wait
        return VOICE_WAIT if self.channel == "voice" else MESSAGE_WAIT


class Away(Struct, frozen=True, forbid_unknown_fields=True, rename={"start": "from"}):
    """A stretch in which a person is not there, half-open; without an offset in the person's zone."""

    start: Instant
    until: Instant
    reason: str = ""


class Person(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who can be on call. Contact methods are in order of preference; `last_day` is the last day with the
    organization, in the person's zone."""

    name: str
    email: str | None = None
    aliases: tuple[str, ...] = ()
    timezone: Zone | None = None
    contact_methods: tuple[ContactMethod, ...] = ()
    never: tuple[Channel, ...] = ()
    away: tuple[Away, ...] = ()
    verified: date | None = None
    last_day: date | None = None

    def is_usable(self, channels: tuple[str, ...] = ()) -> bool:
        """Whether there is any contact method that may be used."""
        for method in self.contact_methods:
            if method.channel not in self.never and (not channels or method.channel in channels):
                return True
        return False

    def usable_methods(self, channels: tuple[str, ...] = ()) -> tuple[ContactMethod, ...]:
        """The contact methods that may be used, in order: outside `never`, and within `channels` where given."""
        return tuple(
            method
            for method in self.contact_methods
            if method.channel not in self.never and (not channels or method.channel in channels)
        )


class OpenWindow(Struct, frozen=True, forbid_unknown_fields=True, rename={"start": "from"}):
    """Days of the week on which a line is open, and from when until when; `until` at or before `from` is on the next
    day, both absent the whole day."""

    days: str | tuple[str, ...]
    start: Clock | None = None
    until: Clock | None = None

    def __post_init__(self) -> None:
        if not self.weekdays:
            raise ValueError("days: no day at all; write daily, mon-fri or [tue, thu]")
        if (self.start is None) != (self.until is None):
            raise ValueError("`from` and `until` go together; without both it is the whole day")

    @property
    def weekdays(self) -> frozenset[int]:
        """The weekdays, Monday 0."""
        written = (self.days,) if isinstance(self.days, str) else self.days
        return frozenset(day for days in written for day in parse_days(days))


class Hours(Struct, frozen=True, forbid_unknown_fields=True):
    """When a line promises a human. Closed days win over open days, and both over the weekly windows."""

    open: tuple[OpenWindow, ...] = ()
    timezone: Zone | None = None
    open_days: str | None = None
    closed_days: str | None = None


class Rotation(Struct, frozen=True, forbid_unknown_fields=True):
    """A calendar that says who is on call, and how to read it."""

    calendar: str
    overrides: str | tuple[str, ...] = ()
    timezone: Zone | None = None
    people: tuple[Name, ...] = ()
    at_once: Positive | None = None
    hours: Name | None = None
    identify: Pattern | None = None

    @property
    def override_files(self) -> tuple[str, ...]:
        """The paths of the overrides."""
        return (self.overrides,) if isinstance(self.overrides, str) else self.overrides


class Tier(Struct, frozen=True, forbid_unknown_fields=True):
    """One level of a policy: the role it notifies, and how long it is given."""

    notify: Name
    ack_window: Duration | None = None
    order: Literal["in_turn", "simultaneous"] = "in_turn"
    trigger: str | None = None
    channels: tuple[Channel, ...] = ()


class Recovery(Struct, frozen=True, forbid_unknown_fields=True):
    """Who owes the callback when nobody could take it, and by when."""

    owner: Name
    due_within: Duration
    escalate_to: Name | None = None


class Policy(Struct, frozen=True, forbid_unknown_fields=True):
    """The escalation rules: tiers in order, gone through `rounds` times with `pause` between."""

    tiers: Annotated[tuple[Tier, ...], Meta(max_length=100)]
    rounds: Rounds = 1
    pause: Duration = constant(Duration(0))
    rollover: tuple[Outcome, ...] = ROLLOVER
    recovery: Recovery | None = None

    @property
    def tier_names(self) -> tuple[str, ...]:
        """What each tier is called: its role, `role.2` where that is named again."""
        named: dict[str, int] = {}
        names = []
        for tier in self.tiers:
            named[tier.notify] = count = named.get(tier.notify, 0) + 1
            names.append(tier.notify if count == 1 else f"{tier.notify}.{count}")
        return tuple(names)


class Binding(Struct, frozen=True, forbid_unknown_fields=True):
    """What a role leads to: a rotation or a person."""

    rotation: Name | None = None
    person: Name | None = None

    def __post_init__(self) -> None:
        if (self.rotation is None) == (self.person is None):
            raise ValueError("write either `rotation:` or `person:` here")


Bindings = Binding | tuple[Binding, ...]


class SecureMessaging(Struct, frozen=True, forbid_unknown_fields=True):
    """Where protected messages of an account are read."""

    endpoint: str
    fallback: str | None = None


class Review(Struct, frozen=True, forbid_unknown_fields=True):
    """How often an account's profile is to be looked over, and when that was last done."""

    every: Duration | None = None
    last: date | None = None


class Account(Struct, frozen=True, forbid_unknown_fields=True):
    """A client or team whose line is answered."""

    name: str
    vertical: Literal["medical", "property", "trades", "other"] = "other"
    kind: Literal["call", "message"] = "call"
    lines: tuple[str, ...] = ()
    hours: Name | None = None
    policy: Name | None = None
    contacts: dict[Name, Bindings] = {}
    ack_window: Duration | None = None
    rollover: tuple[Outcome, ...] | None = None
    confirm: Flag = constant(Flag(0))
    secure_messaging: SecureMessaging | None = None
    runbook: str | None = None
    account_manager: Name | None = None
    supervisor: Bindings = ()
    operators: tuple[Name, ...] = ()
    review: Review | None = None

    def __post_init__(self) -> None:
        for role in self.contacts:
            if not is_name(role):
                raise ValueError(f"contacts.{role}: not a role: letters, digits, '.', '_' and '-' make one")

    def bindings(self, role: str) -> tuple[Binding, ...]:
        """What a role leads to, in order; nothing where it is not bound."""
        return as_tuple(self.contacts.get(cast(Name, role), ()))


def as_tuple(bindings: Bindings) -> tuple[Binding, ...]:
    """Bindings as a tuple, however they were written."""
    return (bindings,) if isinstance(bindings, Binding) else bindings


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """What holds for the whole workspace where nothing nearer says otherwise."""

    exclude: tuple[str, ...] = ()
    country: Country = constant(Country("US"))
    runbook_review_every: Duration = constant(Duration(180 * DAY))
    account_review_every: Duration = constant(Duration(90 * DAY))


class LintSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What the linter is told: which findings to leave out, and where its lines are drawn."""

    ignore: tuple[str, ...] = ()
    per_path: dict[str, tuple[str, ...]] = {}
    horizon: Duration = constant(Duration(90 * DAY))
    max_ack_window: Duration = constant(Duration(1800))
    max_accounts_per_supervisor: Positive = 40
    max_tiers: Positive = 4
    caller_patience: Duration = constant(Duration(90))
    max_time_to_last_tier: Duration = constant(Duration(1800))
    max_stretch: Duration = constant(Duration(14 * DAY))
    verify_every: Duration = constant(Duration(180 * DAY))
    exercise_every: Duration = constant(Duration(90 * DAY))


class Head(Struct, frozen=True, forbid_unknown_fields=True):
    """What only `oncall.yaml` says of the whole workspace."""

    version: Positive
    organization: str = ""
    timezone: Zone = constant(Zone("UTC"))
    settings: Settings = field(default_factory=Settings)
    lint: LintSettings = field(default_factory=LintSettings)


class Shift(Struct, frozen=True):
    """One person's part in one calendar event: what puts them on call.

    `person` is None where the event names nobody known; `label` is then the name as written. `priority` is the `[L2]`
    mark. `layer` is `planned`, `override`, or `direct` for somebody bound without a calendar, who has no `uid` and no
    place.
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
