"""The event log, format 1: JSON Lines, one event a line, the same whether imported or written by a live dispatch."""

from datetime import datetime
from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct, field
from msgspec.json import Decoder, Encoder

from oncall import fields
from oncall.model import Outcome

Type = Literal[
    "received",
    "tier_started",
    "skipped",
    "no_one_on_call",
    "attempt_started",
    "attempt_ringing",
    "attempt_answered",
    "attempt_ended",
    "acknowledged",
    "caller_hung_up",
    "callback_opened",
    "callback_escalated",
    "callback_completed",
    "closed",
    "resolved",
    "gap",
    "note",
]
TYPES: tuple[str, ...] = get_args(Type)
OUTCOMES: tuple[str, ...] = get_args(Outcome)
Instant = Annotated[datetime, Meta(tz=True)]


class Source(Struct, frozen=True, omit_defaults=True):
    """Where an imported event comes from: the system, its file, the line in it."""

    system: str | None = None
    file: str | None = None
    line: int | None = None


def _version() -> int:
    """The format's version: always written, though it may be left out."""
    return 1


class LogEvent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened to one dispatch. Instants carry an offset.

    `recorded` is when it was learnt, where that is not `time`; `tier` a role; `raw` the source's own word for the
    outcome; `owner` and `due` are of a callback; `until` is the end of a `gap`; `plan` the digest of the plan in force.
    """

    v: int = field(default_factory=_version)
    id: str | None = None
    time: Instant
    type: Type
    dispatch: str
    recorded: Instant | None = None
    account: str | None = None
    line: str | None = None
    caller: str | None = None
    attempt: str | None = None
    round: int | None = None
    tier: str | None = None
    person: str | None = None
    address: str | None = None
    channel: str | None = None
    outcome: Outcome | None = None
    raw: str | None = None
    provider_id: str | None = None
    owner: str | None = None
    due: Instant | None = None
    operator: str | None = None
    recording: str | None = None
    resolved: bool | None = None
    disposition: str | None = None
    plan: str | None = None
    until: Instant | None = None
    text: str | None = None
    source: Source | None = None


DECODER = Decoder(LogEvent)
ENCODER = Encoder(enc_hook=fields.encode)


def encode(event: LogEvent) -> bytes:
    """An event as its line, without the line's end."""
    return ENCODER.encode(event)
