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
    TitlePattern,
    Zone,
    constant,
    is_name,
    key,
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

    channel: Annotated[Channel, key("How it reaches them.")]
    address: Annotated[str, key("The number or address: a telephone number best with + and its country's code.")]
    wait: Annotated[
        Duration | None, key("How long it gets before the next one; by default 25s on voice, 2m on a message.")
    ] = None

    @property
    def seconds(self) -> int:
        """How long this method gets."""
        if self.wait is not None:
            return self.wait
        return VOICE_WAIT if self.channel == "voice" else MESSAGE_WAIT


class Away(Struct, frozen=True, forbid_unknown_fields=True, rename={"start": "from"}):
    """A stretch in which a person is not there, half-open; without an offset in the person's zone."""

    start: Annotated[Instant, key("When it begins; without an offset in the person's zone.")]
    until: Annotated[Instant, key("When they are back.")]
    reason: Annotated[str, key("Why, in a few words.")] = ""


class Person(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who can be on call. Contact methods are in order of preference; `last_day` is the last day with the
    organization, in the person's zone."""

    name: Annotated[str, key("The full name, as calendars write it.")]
    email: Annotated[str | None, key("Finds them in calendars that hold e-mail addresses alone.")] = None
    aliases: Annotated[tuple[str, ...], key("Other spellings of the name, in calendars and logs.")] = ()
    extensions: Annotated[
        tuple[str, ...],
        key("Their extensions in the telephone system, as `7004`: found in logs by them, never called."),
    ] = ()
    timezone: Annotated[
        Zone | None, key("The zone of their absences and of their last day; by default the workspace's.")
    ] = None
    contact_methods: Annotated[
        tuple[ContactMethod, ...], key("How to reach them, in order of preference: one at a time, never two at once.")
    ] = ()
    never: Annotated[tuple[Channel, ...], key("Channels on which they must not be contacted.")] = ()
    away: Annotated[tuple[Away, ...], key("Absences, besides those of the calendars under `absences`.")] = ()
    verified: Annotated[date | None, key("The day on which somebody last saw that the contact methods work.")] = None
    last_day: Annotated[date | None, key("The last day with the organization, in their zone.")] = None

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

    days: Annotated[str | tuple[str, ...], key("The days: `daily`, `mon`, `mon-fri`, or a list of these.")]
    start: Annotated[Clock | None, key("From when; with neither this nor `until` the whole day.")] = None
    until: Annotated[Clock | None, key("Until when; at or before `from` it is on the next day.")] = None

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

    open: Annotated[tuple[OpenWindow, ...], key("The weekly windows in which a human is promised.")] = ()
    timezone: Annotated[Zone | None, key("The zone of the windows; by default the workspace's.")] = None
    open_days: Annotated[str | None, key("A calendar whose all-day events are open all day.")] = None
    closed_days: Annotated[str | None, key("A calendar whose all-day events are closed all day, which wins.")] = None


class Rotation(Struct, frozen=True, forbid_unknown_fields=True):
    """A calendar that says who is on call, and how to read it."""

    calendar: Annotated[str, key("The calendar file of the planned shifts.")]
    overrides: Annotated[
        str | tuple[str, ...], key("The calendar of shifts that replace planned ones, or several.")
    ] = ()
    timezone: Annotated[
        Zone | None, key("The zone of shifts that name none; by default the calendar's, then the workspace's.")
    ] = None
    people: Annotated[tuple[Name, ...], key("Who may appear in it, and their order within a tier.")] = ()
    at_once: Annotated[Positive | None, key("How many people are meant to be on call together at most.")] = None
    hours: Annotated[
        Name | None,
        key("When somebody has to be on call: `always`, or a name under `hours`. Without it nothing is promised."),
    ] = None
    identify: Annotated[
        Pattern | None,
        key("A regular expression, as Python has them, whose group `who` is the person in an event's title."),
    ] = None
    ignore: Annotated[
        TitlePattern | None,
        key("A regular expression, as Python has them: events whose title it is found in are left out, unreported."),
    ] = None

    @property
    def override_files(self) -> tuple[str, ...]:
        """The paths of the overrides."""
        return (self.overrides,) if isinstance(self.overrides, str) else self.overrides


class AbsenceCalendar(Struct, frozen=True, forbid_unknown_fields=True):
    """Calendars that say who is away, and how to read their titles."""

    calendar: Annotated[str | tuple[str, ...], key("The calendar file, or several.")]
    identify: Annotated[
        Pattern | None,
        key("A regular expression, as Python has them, whose group `who` is the person in an event's title."),
    ] = None
    ignore: Annotated[
        TitlePattern | None,
        key("A regular expression, as Python has them: events whose title it is found in are left out, unreported."),
    ] = None


class Tier(Struct, frozen=True, forbid_unknown_fields=True):
    """One level of a policy: the role it notifies, and how long it is given."""

    notify: Annotated[Name, key("The role that is notified.")]
    ack_window: Annotated[
        Duration | None, key("How long the tier is given; by default 45s for a call, 10m for a message.")
    ] = None
    order: Annotated[
        Literal["in_turn", "simultaneous"],
        key("Whether its people are tried one after another or all at the same time."),
    ] = "in_turn"
    trigger: Annotated[str | None, key("In one sentence, when this tier is called, for whoever is.")] = None
    channels: Annotated[
        tuple[Channel, ...], key("Only these channels on this tier; by default all that people have.")
    ] = ()


class Recovery(Struct, frozen=True, forbid_unknown_fields=True):
    """Who owes the callback when nobody could take it, and by when."""

    owner: Annotated[Name, key("The role that owes the callback.")]
    due_within: Annotated[Duration, key("How soon the caller has to be called back.")]
    escalate_to: Annotated[
        Name | None, key("The role it goes to if nobody of the first can be reached, or it is late.")
    ] = None


class Policy(Struct, frozen=True, forbid_unknown_fields=True):
    """The escalation rules: tiers in order, gone through `rounds` times with `pause` between."""

    tiers: Annotated[tuple[Tier, ...], Meta(max_length=100, description="Who is tried, first to last.")]
    rounds: Annotated[Rounds, key("How often the tiers are gone through.")] = 1
    pause: Annotated[Duration, key("How long to wait between two rounds.")] = constant(Duration(0))
    rollover: Annotated[tuple[Outcome, ...], key("The outcomes at which the next step comes at once.")] = ROLLOVER
    recovery: Annotated[Recovery | None, key("Who owes a callback when nobody could take it.")] = None

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

    rotation: Annotated[Name | None, key("Whoever is on call in this rotation.")] = None
    person: Annotated[Name | None, key("This person, at all times.")] = None

    def __post_init__(self) -> None:
        if (self.rotation is None) == (self.person is None):
            raise ValueError("write either `rotation:` or `person:` here")


Bindings = Binding | tuple[Binding, ...]


class SecureMessaging(Struct, frozen=True, forbid_unknown_fields=True):
    """Where protected messages of an account are read."""

    endpoint: Annotated[str, key("Where protected messages are read.")]
    fallback: Annotated[str | None, key("Where they are read if that is down.")] = None


class Review(Struct, frozen=True, forbid_unknown_fields=True):
    """How often an account's profile is to be looked over, and when that was last done."""

    every: Annotated[Duration | None, key("How often it is due; by default `settings.account_review_every`.")] = None
    last: Annotated[date | None, key("The day on which it was last done.")] = None


class Account(Struct, frozen=True, forbid_unknown_fields=True):
    """A client or team whose line is answered."""

    name: Annotated[str, key("What the client or team is called.")]
    vertical: Annotated[
        Literal["medical", "property", "trades", "other"],
        key("The trade, which decides what is checked: contacts of medical accounts have to be secure."),
    ] = "other"
    kind: Annotated[
        Literal["call", "message"],
        key("`call`: somebody is holding the line; `message`: a dispatch to be acknowledged."),
    ] = "call"
    lines: Annotated[tuple[str, ...], key("The published numbers.")] = ()
    hours: Annotated[
        Name | None,
        key("When the line promises a human: `always`, or a name under `hours`. It never stops a dispatch."),
    ] = None
    policy: Annotated[Name | None, key("The escalation rules, by their name under `policies`.")] = None
    contacts: Annotated[
        dict[Name, Bindings], key("What each role leads to: a rotation, a person, or a list of either.")
    ] = {}
    ack_window: Annotated[Duration | None, key("Replaces the window of every tier of the policy.")] = None
    rollover: Annotated[tuple[Outcome, ...] | None, key("Replaces the policy's.")] = None
    confirm: Annotated[Flag, key("Whether answering is not enough, and a key has to be pressed.")] = constant(Flag(0))
    secure_messaging: Annotated[SecureMessaging | None, key("Where protected messages are read.")] = None
    runbook: Annotated[str | None, key("The Markdown file that says what to do.")] = None
    account_manager: Annotated[Name | None, key("The person who answers for the account.")] = None
    supervisor: Annotated[Bindings, key("Who is asked when something does not go by the book: as a contact.")] = ()
    operators: Annotated[tuple[Name, ...], key("The people who answer the line.")] = ()
    review: Annotated[Review | None, key("When the profile was last gone through, and how often that is due.")] = None

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

    exclude: Annotated[tuple[str, ...], key("Files that are not read, as globs.")] = ()
    country: Annotated[
        Country | None,
        key("The country of telephone numbers that are written without one, as two letters. None is assumed."),
    ] = None
    runbook_review_every: Annotated[
        Duration, key("How often a runbook is to be reviewed where it does not say; by default 180d.")
    ] = constant(Duration(180 * DAY))
    account_review_every: Annotated[
        Duration, key("How often a profile is to be reviewed where it does not say; by default 90d.")
    ] = constant(Duration(90 * DAY))


class LintSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """What the linter is told: which findings to leave out, and where its lines are drawn."""

    ignore: Annotated[tuple[str, ...], key("Codes, or beginnings of codes, that are not reported.")] = ()
    per_path: Annotated[dict[str, tuple[str, ...]], key("The same in the files of a glob.")] = {}
    horizon: Annotated[Duration, key("How far ahead schedules are checked; by default 90d.")] = constant(
        Duration(90 * DAY)
    )
    max_ack_window: Annotated[Duration, key("OC105: the longest window; by default 30m.")] = constant(Duration(1800))
    max_accounts_per_supervisor: Annotated[Positive, key("OC114: the most accounts at a time; by default 40.")] = 40
    max_tiers: Annotated[Positive, key("OC204: the most tiers of a policy; by default 4.")] = 4
    caller_patience: Annotated[Duration, key("OC206: by when the last tier is tried in a call; by default 90s.")] = (
        constant(Duration(90))
    )
    max_time_to_last_tier: Annotated[Duration, key("OC206: the same for a message; by default 30m.")] = constant(
        Duration(1800)
    )
    max_stretch: Annotated[Duration, key("OC309: the longest time on call without 24 hours off; by default 14d.")] = (
        constant(Duration(14 * DAY))
    )
    verify_every: Annotated[Duration, key("OC405: how often contact methods are to be tried; by default 180d.")] = (
        constant(Duration(180 * DAY))
    )
    exercise_every: Annotated[Duration, key("OC501: how often a backup has to be reached; by default 90d.")] = constant(
        Duration(90 * DAY)
    )


class Head(Struct, frozen=True, forbid_unknown_fields=True):
    """What only `oncall.yaml` says of the whole workspace."""

    version: Annotated[Positive, key("The format of the workspace: 1.")]
    organization: Annotated[str, key("Whose it is.")] = ""
    timezone: Annotated[
        Zone, key("The zone for display, and of times that name none and have none nearer; by default UTC.")
    ] = constant(Zone("UTC"))
    settings: Annotated[Settings, key("What holds for the whole workspace.")] = field(default_factory=Settings)
    lint: Annotated[LintSettings, key("What `oncall lint` leaves out, and its limits.")] = field(
        default_factory=LintSettings
    )


class Shift(Struct, frozen=True):
    """One person's part in one calendar event: what puts them on call.

    `person` is None where the event names nobody in `people:`, or says that whoever it names is not on call, which is
    then the `reason`; `label` is then the title as written. `priority` is the `[L2]` mark. `layer` is `planned`,
    `override`, or `direct` for somebody bound without a calendar, who has no `uid` and no place.
    """

    person: str | None
    label: str
    layer: str
    priority: int = 0
    uid: str | None = None
    file: str | None = None
    line: int | None = None
    reason: str = ""

    @property
    def who(self) -> str:
        """What tells this person from others: the id, or the label of somebody unknown (which no id can equal)."""
        return self.person if self.person is not None else f" {self.label}"
