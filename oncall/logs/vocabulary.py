"""The words of tables: what columns, events, outcomes and channels are called, as people write them and systems do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import get_args

from oncall.logs.event import OUTCOMES, TYPES
from oncall.model import Channel

CHANNELS: tuple[str, ...] = get_args(Channel)
HEADERS: Mapping[str, tuple[str, ...]] = {
    "time": ("at", "timestamp", "datetime", "date time", "when", "started", "start", "start time", "started at"),
    "date": ("day",),
    "event": ("type", "what", "what happened", "action"),
    "dispatch": ("call", "call id", "callid", "id", "incident", "ticket", "dispatch id"),
    "account": ("client", "customer"),
    "line": ("called", "called number", "dialled line", "did", "published number"),
    "caller": ("from", "caller number", "caller id"),
    "person": ("who", "name", "agent", "technician"),
    "address": ("number", "phone", "to", "telephone", "contact"),
    "channel": ("by", "method", "medium"),
    "outcome": ("result", "status"),
    "answered": ("answered at", "picked up", "picked up at", "answer"),
    "ended": ("end", "end time", "ended at", "finished"),
    "attempt": ("attempt id", "leg"),
    "tier": ("role", "level"),
    "round": ("pass",),
    "text": ("note", "notes", "comment", "comments", "details", "description"),
    "operator": ("op", "taken by"),
    "recording": ("recording url", "audio"),
    "owner": ("callback owner",),
    "due": ("callback due",),
    "resolved": ("solved",),
    "disposition": (),
    "until": (),
    "recorded": ("entered at",),
    "provider_id": ("provider id", "sid"),
}
EVENTS: Mapping[str, tuple[str, ...]] = {
    "received": (
        "call",
        "call received",
        "incoming",
        "incoming call",
        "call came in",
        "came in",
        "new call",
        "inbound",
        "inbound call",
        "enterqueue",
        "trigger",
        "triggered",
        "created",
        "opened",
    ),
    "tier_started": ("escalated", "escalated to", "escalation", "escalate"),
    "attempt_started": (
        "called",
        "calling",
        "dialled",
        "dialed",
        "dialing",
        "dialling",
        "tried",
        "paged",
        "texted",
        "notified",
        "notify",
        "attempt",
        "started",
        "initiated",
    ),
    "attempt_ringing": ("ringing", "rang", "rings", "alerting"),
    "attempt_answered": ("answered", "picked up", "connected", "connect", "in progress"),
    "attempt_ended": ("ended", "call ended", "completeagent", "completecaller", "disconnected"),
    "acknowledged": ("accepted", "took it", "taken", "ack", "acked", "acknowledge", "acknowledgement"),
    "transferred": ("transfer", "blindtransfer", "attendedtransfer"),
    "caller_hung_up": ("hung up", "hang up", "abandon", "abandoned", "caller left", "caller gave up", "caller hang up"),
    "callback_opened": ("callback", "callback promised", "to call back", "callback due"),
    "callback_completed": ("called back", "callback done"),
    "resolved": ("solved", "resolve"),
    "closed": ("call closed", "done", "close"),
    "note": ("comment", "remark"),
}
WORDS: Mapping[str, tuple[str, ...]] = {
    "acknowledged": ("accepted", "ack", "took it"),
    "answered": ("completed", "picked up", "connected"),
    "no_answer": (
        "no reply",
        "noanswer",
        "not answered",
        "unanswered",
        "rang out",
        "timeout",
        "missed",
        "ringnoanswer",
    ),
    "busy": ("engaged", "user busy"),
    "declined": ("rejected", "refused", "call rejected"),
    "unreachable": ("unavailable", "out of reach", "switched off"),
    "failed": ("error", "congestion"),
    "voicemail": ("voice mail", "mailbox", "answering machine", "machine", "left voicemail"),
    "no_response": ("no reaction",),
    "cancelled": ("canceled", "cancelled by caller", "originator cancel", "ringcanceled"),
}
_CHANNEL_WORDS = {"phone": "voice", "call": "voice", "telephone": "voice", "text": "sms", "mail": "email"}
IMPLIED_CHANNELS = {
    "called": "voice",
    "calling": "voice",
    "dialled": "voice",
    "dialed": "voice",
    "dialing": "voice",
    "dialling": "voice",
    "texted": "sms",
}
NOTHING = frozenset(("", "-", "--", "—", "none", "null", r"\n", "n/a", "nil"))


def plain(text: str) -> str:
    """A heading or a word without what does not count in it: case, spaces, punctuation. Letters are of any alphabet."""
    return " ".join(re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text).casefold()).split())


def _words(known: Sequence[str], others: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The word that each spelling stands for; a word's own spelling before any other's."""
    spellings = {plain(other): word for word, synonyms in others.items() for other in synonyms}
    return spellings | {plain(word): word for word in known}


OWN_FIELDS = _words(list(HEADERS), {})
FIELDS = _words(list(HEADERS), HEADERS)
OUTCOME_WORDS = _words(OUTCOMES, WORDS)
EVENT_WORDS = _words(TYPES, EVENTS)
CHANNEL_WORDS = {**{name: name for name in CHANNELS}, **_CHANNEL_WORDS}
