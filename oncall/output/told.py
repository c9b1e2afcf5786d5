"""A recorded dispatch in one sentence that a client could be told.

It says what the record proves and no more: no number, no name, nobody's id, and of why only what was seen. Where the
record does not tell, the sentence says what is not known.
"""

from __future__ import annotations

from datetime import tzinfo

from oncall import times
from oncall.output.words import zone_mark
from oncall.plan import Plan
from oncall.replay.verdict import UNKNOWN, Verdict

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ENDED_WITH = {
    "unreachable": "a phone that could not be reached",
    "busy": "a busy line",
    "declined": "a refusal",
    "voicemail": "a voicemail",
    "no_answer": "no answer",
    "no_response": "a message that nobody responded to in time",
    "failed": "a call that could not be put through",
    "unconfirmed": "a call that was picked up, though nobody is known to have taken it",
}
_BECAUSE = {
    "schedule_gap": "the schedule had nobody on call first in line",
    "no_backup": "there was nobody in line after those on call first",
    "wrong_person": "somebody was tried whose turn it was not",
    "skipped_tier": "the person who was due was not called",
    "slow_escalation": "somebody whose turn had come by then had not been tried",
    "caller_patience": "until then everybody was tried as and when the rules say",
}


def told(verdict: Verdict, zone: tzinfo, plan: Plan | None = None) -> str:
    """The sentence. Times are in the zone; with the plan a message is called one."""
    subject = f"{_kind(verdict, plan)} of {spoken_moment(verdict.at, zone)}"
    if verdict.result == "undetermined":
        return f"What became of your {subject} cannot be told: {_lack(verdict)}."
    return f"Your {subject} {_became(verdict)}."


def _kind(verdict: Verdict, plan: Plan | None) -> str:
    account = plan.accounts.get(verdict.account) if plan and verdict.account is not None else None
    return "message" if account is not None and account.kind == "message" else "call"


def _became(verdict: Verdict) -> str:
    if verdict.result == "reached":
        return f"was taken by a person {_after(verdict.acknowledged)}"
    if verdict.result == "answered":
        picked_up = max((one.picked_up for one in verdict.actual if one.picked_up is not None), default=None)
        return f"was picked up {_after(picked_up)}; that a person took it is not on record"
    callback = callback_told(verdict)
    after = f"; {callback}" if callback else ""
    if verdict.result == "recovered":
        return f"was not taken at once: {_cause(verdict)}{after}"
    if verdict.result == "abandoned":
        return f"was not taken before the caller hung up {_after(verdict.hung_up)}: {_cause(verdict)}{after}"
    return f"was not taken: {_cause(verdict)}{after}"


def _cause(verdict: Verdict) -> str:
    """Why, as far as the record proves it."""
    cause, first = str(verdict.cause), verdict.first_divergence
    if cause == "undetermined":
        return f"why cannot be told, because {_lack(verdict)}"
    if cause == "wrong_person" and first is not None and first.kind == "unknown_contact":
        return "a number was tried that is nobody's on the list"
    if cause == "stopped_early":
        still = "nobody was tried any more" if verdict.actual else "nobody was tried"
        return f"{still}, although somebody was due"
    if cause == "caller_patience" and not verdict.actual:
        return "the caller left before anybody could be tried"
    if cause == "not_tried":
        return "every try was cut short" if verdict.actual else "nobody was tried"
    return _BECAUSE.get(cause) or _outcome(cause, verdict)


def _outcome(cause: str, verdict: Verdict) -> str:
    people = {one.person or one.address or one.id for one in verdict.actual}
    ended_with = _ENDED_WITH[cause]
    if len(people) <= 1:
        return f"trying the person on call ended with {ended_with}"
    number = f"{len(people)} people were tried, and none of them took it in time"
    return f"{number}; trying those first in line ended with {ended_with}"


def callback_told(verdict: Verdict) -> str:
    """What became of the callback, where one was owed or made."""
    callback = verdict.callback
    if callback is None or (callback.opened is None and callback.completed is None):
        return "no callback was arranged" if "no_recovery" in verdict.also else ""
    if callback.completed is None:
        return "a callback was arranged, and none is on record"
    made = f"the caller was called back {_after(callback.completed)}"
    if callback.due is None:
        return made
    late = callback.completed - callback.due
    return f"{made}, in time" if late <= 0 else f"{made}, {spoken(late)} late"


def _lack(verdict: Verdict) -> str:
    """What is not known."""
    lost = sum(one.outcome == UNKNOWN for one in verdict.actual)
    parts = []
    if lost:
        parts.append(f"how {'one' if lost == 1 else lost} of the calls that were made ended is not on record")
    if verdict.trace is None:
        parts.append("the rules that it should have gone by cannot be established")
    if not parts or len(verdict.missing) > lost + (verdict.trace is None):
        parts.append("part of the record is missing or cannot be relied on")
    return " and ".join(parts)


def spoken_moment(instant: float, zone: tzinfo) -> str:
    """`Thursday 5 November 2026, 11:58 pm EST`."""
    local = times.at(instant, zone)
    day = f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"
    clock = f"{local.hour % 12 or 12}:{local.minute:02} {'pm' if local.hour >= 12 else 'am'}"
    return f"{day}, {clock} {zone_mark(instant, zone)}"


def _after(seconds: float | None) -> str:
    if seconds is None:
        return "in time"
    return "at once" if round(seconds) <= 0 else f"after {spoken(seconds)}"


def spoken(seconds: float) -> str:
    """`1 minute 30 seconds`: two units at most."""
    left = max(1, round(seconds))
    parts = []
    for size, unit in ((times.DAY, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        number, left = divmod(left, size)
        if number:
            parts.append(f"{number} {unit}{'' if number == 1 else 's'}")
        elif parts:
            break
        if len(parts) == 2:
            break
    return " ".join(parts)
