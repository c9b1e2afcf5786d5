"""The event log, format 1: JSON Lines, one event a line, the same whether imported or written by a live dispatch."""

from datetime import datetime
from typing import Annotated, Any, Literal, get_args

from msgspec import Meta, Struct, field
from msgspec.json import Decoder, Encoder

from oncall import fields
from oncall.logs.shows import Shows
from oncall.model import Channel, Outcome

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
    "transferred",
    "caller_hung_up",
    "callback_opened",
    "callback_escalated",
    "callback_completed",
    "closed",
    "resolved",
    "gap",
    "note",
]
MEANINGS: dict[str, str] = {
    "received": "a call or message came in",
    "tier_started": "the chain went to a tier",
    "skipped": "somebody was passed over; `text` says why",
    "no_one_on_call": "a tier had nobody",
    "attempt_started": "one person is tried by one contact method",
    "attempt_ringing": "it rings there",
    "attempt_answered": "it was picked up",
    "attempt_ended": "it is over, with an `outcome`; after `attempt_answered` it is the end of the conversation",
    "acknowledged": "a person took responsibility",
    "transferred": "whoever had picked up passed the call on; what is tried from then on is the transfer's",
    "caller_hung_up": "the caller gave up; `text` says how, where that was not by hanging up (`pressed a key …`)",
    "callback_opened": "a callback is owed: `owner` and `due`",
    "callback_escalated": "it was handed on, to `owner`",
    "callback_completed": "it was made, by `person`",
    "closed": "the dispatch is over, with its `disposition`",
    "resolved": "whether the caller's reason was dealt with: `resolved` is true or false",
    "gap": "the record is incomplete from `time` to `until`; without one, what is not in the log did not happen",
    "note": "anything else, in `text`",
}
TYPES: tuple[str, ...] = get_args(Type)
OUTCOMES_MEAN: dict[str, str] = {
    "acknowledged": "a person took responsibility",
    "answered": "picked up, and not known to be by a person who took it",
    "no_answer": "it rang, and nobody picked up",
    "busy": "the line was busy",
    "declined": "refused",
    "unreachable": "switched off, or out of reach",
    "failed": "the call or message could not be put through",
    "voicemail": "a machine picked up",
    "no_response": "a message that nobody answered",
    "cancelled": "we or the caller stopped it: nothing had come until then",
}
OUTCOMES: tuple[str, ...] = get_args(Outcome)
Instant = Annotated[datetime, Meta(tz=True)]


LEFT_BY_KEY = "pressed a key to leave the queue"
"""The `text` of a `caller_hung_up` of a caller who left without hanging up."""


class Source(Struct, frozen=True, omit_defaults=True):
    """Where an imported event comes from: the system, its file, the line in it.

    `shows` is what the source can show at all; without it, everything. `channels` is the same for channels alone, in
    logs written before there was `shows`.
    """

    system: str | None = None
    file: str | None = None
    line: int | None = None
    channels: tuple[Channel, ...] | None = None
    shows: Shows | None = None

    @property
    def shown(self) -> Shows | None:
        """What the source can show; None where it does not say."""
        if self.shows is not None or self.channels is None:
            return self.shows
        return Shows(channels=self.channels)


def _version() -> int:
    """The format's version: always written, though it may be left out."""
    return 1


class LogEvent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened to one dispatch. Instants carry an offset."""

    v: Annotated[int, Meta(description="the format's version")] = field(default_factory=_version)
    id: Annotated[str | None, Meta(description="the event's own name, where the system gives it one")] = None
    time: Annotated[Instant, Meta(description="when it happened")]
    type: Annotated[Type, Meta(description="what happened")]
    dispatch: Annotated[str, Meta(description="the call or message it belongs to: the same in all its events")]
    recorded: Annotated[Instant | None, Meta(description="when it was learnt, where that is not `time`")] = None
    account: Annotated[str | None, Meta(description="the account it was for, by its name in the workspace")] = None
    line: Annotated[str | None, Meta(description="the published number that was called")] = None
    caller: Annotated[str | None, Meta(description="who called")] = None
    attempt: Annotated[
        str | None, Meta(description="the attempt it belongs to: the same in all events of one try of one person")
    ] = None
    round: Annotated[int | None, Meta(description="the pass through the tiers, from 1")] = None
    tier: Annotated[str | None, Meta(description="the role that was being notified")] = None
    person: Annotated[
        str | None, Meta(description="who was tried, took it, or called back, by their id in the workspace")
    ] = None
    address: Annotated[
        str | None,
        Meta(description="the number or address that was tried: it says who was rung, whatever `person` says"),
    ] = None
    channel: Annotated[
        Channel | None,
        Meta(description="by what: `voice`, `sms`, `whatsapp`, `viber`, `push`, `chat`, `email`, `secure` or `pager`"),
    ] = None
    outcome: Annotated[
        Outcome | None,
        Meta(description="how an attempt ended; on `attempt_started` where the source does not say when"),
    ] = None
    raw: Annotated[str | None, Meta(description="the source's own word for the outcome")] = None
    provider_id: Annotated[str | None, Meta(description="the telephone company's name for it")] = None
    owner: Annotated[str | None, Meta(description="who owes a callback, or to whom it was escalated")] = None
    due: Annotated[Instant | None, Meta(description="by when a callback is owed")] = None
    operator: Annotated[str | None, Meta(description="who answered the line")] = None
    recording: Annotated[str | None, Meta(description="where a recording is kept")] = None
    resolved: Annotated[bool | None, Meta(description="whether the caller's reason was dealt with")] = None
    disposition: Annotated[str | None, Meta(description="how the dispatch ended, as the system saw it")] = None
    plan: Annotated[str | None, Meta(description="the digest of the plan in force")] = None
    until: Annotated[Instant | None, Meta(description="the end of a `gap`")] = None
    text: Annotated[str | None, Meta(description="anything else worth reading")] = None
    inferred: Annotated[
        str | None, Meta(description="why this is taken to have happened, where no record of the source says so itself")
    ] = None
    source: Annotated[
        Source | None,
        Meta(
            description="where an imported event comes from; `shows` says what that source can show at all: what it "
            "cannot is no evidence of anything"
        ),
    ] = None


DECODER = Decoder(LogEvent)
ENCODER = Encoder(enc_hook=fields.encode)


def encode(event: LogEvent) -> bytes:
    """An event as its line, without the line's end."""
    return ENCODER.encode(event)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of one line."""
    import msgspec  # here: only `oncall schema log` and the documentation need it

    (event,), parts = msgspec.json.schema_components([LogEvent], ref_template="#/$defs/{name}")
    del event
    whole = parts.pop("LogEvent")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **whole,
        "title": "oncall event log, format 1: one line",
        "$defs": parts,
    }
