"""A trace in words: what is said of each attempt, skip, callback and end."""

from __future__ import annotations

from oncall.escalation.trace import Why
from oncall.output.words import REASONS, safe
from oncall.plan import Plan
from oncall.times import show_duration

_WHY = {
    "begins": "the dispatch begins",
    "window_over": "the {length} window of {subject} is over",
    "ran_out": "{subject} has nobody and nothing left to try",
    "nobody_there": "{subject} had nobody to try",
    "next_round": "round {subject} begins",
    "wait_over": "{subject} for {length}",
    "rolled_over": "{subject} rolls over",
    "waited_out": "{subject} does not roll over and waited its {length} out",
    "free_again": "{subject} is free again: the wait of an earlier message is over",
    "declined": "{subject} declined",
    "left_out": "{subject} was passed over",
    "chain_over": "the chain is over",
    "hung_up": "the caller hung up",
    "overdue": "nobody completed it in time",
    "unowned": "nobody who could own it is reachable",
    "completed": "{subject} called back",
    "acknowledged": "{subject} acknowledged",
}
OUTCOMES = {
    "acknowledged": "acknowledged",
    "answered": "answered",
    "no_answer": "no answer",
    "busy": "busy",
    "declined": "declined",
    "unreachable": "unreachable",
    "failed": "failed",
    "voicemail": "voicemail",
    "no_response": "no response",
    "cancelled": "cancelled",
}
SKIPPED = {
    **REASONS,
    "declined": "declined before",
    "already_tried": "already tried in this round",
    "already_sent": "already sent a message, still unanswered",
    "shared_address": "the same address is being tried",
    "no_one_on_call": "nobody on call",
    "nobody_left_to_try": "nobody left to try",
}
DISPOSITIONS = {
    "reached": "reached",
    "called_back": "called back",
    "overdue": "the callback was not made in time",
    "unowned": "nobody owns a callback",
    "abandoned": "the caller hung up and nobody owes a callback",
    "no_one_on_call": "no attempt was possible",
    "exhausted": "nobody was reached, and nobody owes a callback",
}


def why_text(why: Why, plan: Plan) -> str:
    """Why something was done then, which rule says so, and which line of which file."""
    place = plan.place(why.where)
    written = f", {safe(place[0])}:{place[1]}" if place else ""
    return f"{reason(why)} (rule {why.rule}{written})"


def reason(why: Why) -> str:
    """Why something was done then, in a few words."""
    subject = OUTCOMES.get(why.subject, safe(why.subject))
    return _WHY[why.because].format(subject=subject, length=show_duration(why.seconds))


def offset(seconds: float) -> str:
    """A time since the start: `0s`, `45s`, `1m30s`."""
    return show_duration(seconds)
