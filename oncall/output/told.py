"""A recorded dispatch in one sentence that a client can be told.

It says what the record proves and no more: no number, no name, no id, and of the reasons only what was seen. What the
record cannot show, the sentence says is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo

from oncall import times
from oncall.logs.event import LEFT_BY_KEY
from oncall.output.words import zone_mark
from oncall.plan import Plan
from oncall.replay.facts import taken_by
from oncall.replay.verdict import UNKNOWN, Verdict

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_OUTCOMES = {
    "unreachable": "the phone could not be reached",
    "busy": "the line was busy",
    "declined": "the call was declined",
    "voicemail": "a voicemail picked up",
    "no_answer": "there was no answer",
    "no_response": "nobody responded to the message in time",
    "failed": "the call could not be put through",
    "unconfirmed": "the call was picked up but not taken",
}
_TAKEN = ("reached", "answered")
_NOT_TAKEN = ("missed", "abandoned")
_MOST_BEFORE = 3
_BECAUSE = {
    "schedule_gap": "nobody was on call first in line",
    "no_backup": "there was no backup behind the first in line",
    "wrong_person": "somebody who was not on call was called instead",
    "skipped_tier": "the person who was due was not called",
    "slow_escalation": "the next person who was due by then had not been called yet",
    "caller_patience": "until then everybody was called as planned",
    "stopped_early": "nobody else was called, although somebody was due",
    "not_tried": "every attempt was cut short",
}
_BECAUSE_NOBODY = {  # where nobody was called at all
    "slow_escalation": "nobody had been called by then",
    "caller_patience": "the caller left before anybody could be called",
    "stopped_early": "nobody was called",
    "not_tried": "nobody was called",
}


def told(verdict: Verdict, zone: tzinfo, plan: Plan | None = None) -> str:
    """The sentence. Times are in the zone; with the plan a message is called one."""
    dispatch = f"{kind_of(verdict, plan)} of {spoken_moment(verdict.at, zone)}"
    again = again_told(verdict, zone)
    after = f" {again}." if again else ""
    if verdict.result == "undetermined" and not verdict.is_known_not_taken:
        return f"We can't say how your {dispatch} ended: {lack_told(verdict)}.{after}"
    return f"Your {dispatch} {'; '.join(_clauses(verdict, kind_of(verdict, plan)))}.{after}"


def again_told(verdict: Verdict, zone: tzinfo) -> str:
    """That the same caller called again, and what came of that; else that they had called before, in vain."""
    related = verdict.related or ()
    later = [call for call in related if call.at >= verdict.at]
    if verdict.result in _TAKEN or not later:
        before = [call.at for call in related if call.at < verdict.at and call.result in _NOT_TAKEN]
        clocks = " and ".join(spoken_minute(at, zone, verdict.at) for at in before[-_MOST_BEFORE:])
        return f"The same caller had called before, at {clocks}, and was not reached" if before else ""
    clock = spoken_minute(later[0].at, zone, verdict.at)
    again, taken = f"The same caller called again at {clock}", verdict.taken_later
    if taken is not None:
        what = "was reached" if taken.result == "reached" else "somebody picked up"
        then = spoken_minute(taken.at if taken.taken is None else taken.taken, zone, verdict.at)
        return f"{again} and {what}{'' if then == clock else f' at {then}'}"
    return f"{again}, and was not reached" if all(call.result in _NOT_TAKEN for call in later) else again


def experienced(verdict: Verdict) -> str:
    """How it went for who was waiting, for those who know the words of the field: how it was picked up, and what came
    of it then."""
    return "it " + "; ".join(_answered(verdict))


def kind_of(verdict: Verdict, plan: Plan | None) -> str:
    """`call`, or `message` where the account's dispatches are messages."""
    account = plan.accounts.get(verdict.account) if plan and verdict.account is not None else None
    return "message" if account is not None and account.kind == "message" else "call"


def _clauses(verdict: Verdict, kind: str) -> Iterator[str]:
    if verdict.result == "reached":
        yield f"was taken by a person {_after(verdict.acknowledged)}"
    elif verdict.result == "answered":
        yield from _answered(verdict)
    else:
        yield from _not_answered(verdict, kind)


def _answered(verdict: Verdict) -> Iterator[str]:
    at, place = taken_by(verdict)
    known = place is not None and verdict.actual[place].pick_up_known
    yield f"was picked up {_after(at)}" if known else "was picked up (our record does not show when)"
    transfer = verdict.transfer
    if transfer is None:
        yield "the record does not show whether a person took it"
        return
    passed_on = f"it was passed on {_after(transfer.at)}"
    if any(one.picked_up is not None for one in transfer.attempts):
        yield f"{passed_on}, and picked up there"
    elif verdict.lost_in_transfer and verdict.hung_up is not None:
        yield f"{passed_on} and not answered there; the caller hung up {_after(verdict.hung_up)}"
    else:
        yield passed_on


def _not_answered(verdict: Verdict, kind: str) -> Iterator[str]:
    picked_up = any(one.outcome == "answered" for one in verdict.actual)
    was = "was picked up, but nobody is known to have taken it" if picked_up else "was not answered"
    if verdict.hung_up is not None:
        was = f"{was}, and the caller {left_told(verdict)} {_after(verdict.hung_up)}"
    elif verdict.result == "undetermined":
        was = f"{was} (our record does not show whether the caller hung up)"
    yield f"{was}: {cause_told(verdict, kind)}"
    late = late_told(verdict)
    if late and not (verdict.callback and verdict.callback.completed is not None):
        yield late
    callback = callback_told(verdict)
    if callback:
        yield callback


def left_told(verdict: Verdict) -> str:
    """How the caller left. What the log has in words of its own is free text, and no client's."""
    if verdict.left is None:
        return "hung up"
    return verdict.left if verdict.left == LEFT_BY_KEY else "left"


def late_told(verdict: Verdict) -> str:
    """That somebody took responsibility when it was over for the caller; nothing where nobody did."""
    is_over = verdict.is_known_not_taken if verdict.result == "undetermined" else verdict.result not in _TAKEN
    if verdict.acknowledged is None or not is_over:
        return ""
    return f"somebody took responsibility {_after(verdict.acknowledged)}, too late for the caller"


def cause_told(verdict: Verdict, kind: str) -> str:
    """Why, as far as the record proves it; people are called about a call, and contacted about a message."""
    cause = _cause(verdict)
    return cause.replace(" called", " contacted") if kind == "message" else cause


def _cause(verdict: Verdict) -> str:
    cause, first = str(verdict.cause), verdict.first_divergence
    if cause == "undetermined":
        return f"our record is incomplete, so we can't say why ({lack_told(verdict)})"
    if cause == "wrong_person" and first is not None and first.kind == "unknown_contact":
        return "a number was called that belongs to nobody on the list"
    if not verdict.actual and cause in _BECAUSE_NOBODY:
        return _BECAUSE_NOBODY[cause]
    return _BECAUSE.get(cause) or _outcome(cause, verdict)


def _outcome(cause: str, verdict: Verdict) -> str:
    people = {one.person for one in verdict.actual if one.person is not None}
    ended = _OUTCOMES[cause]
    verb = "called" if all(one.channel in (None, "voice") for one in verdict.actual) else "contacted"
    if len(people) <= 1:
        return f"the person on call was {verb}, and {ended}"
    return f"{len(people)} people were {verb}, and none of them took it in time; for the first in line, {ended}"


def callback_told(verdict: Verdict) -> str:
    """What became of the callback, where one was owed or made, or whether the record can show one at all."""
    callback = verdict.callback
    if callback is None or (callback.opened is None and callback.completed is None):
        if not verdict.shows.callbacks:
            return "our record cannot show whether anybody called back"
        return "no callback was arranged" if "no_recovery" in verdict.also and verdict.taken_later is None else ""
    if callback.completed is None:
        return "a callback was arranged, but none is on record"
    made = f"the caller was called back {_after(callback.completed)}"
    if callback.due is None:
        return made
    late = callback.completed - callback.due
    return f"{made}, in time" if late <= 0 else f"{made}, {spoken(late)} late"


def lack_told(verdict: Verdict) -> str:
    """What is not known."""
    lost = sum(one.outcome == UNKNOWN for one in verdict.actual)
    hidden, strange, left = (
        sum(one.what.startswith(start) for one in verdict.missing)
        for start in ("attempts by ", "whose ", "whether the caller hung up")
    )
    unseen = {one.attempt.channel for one in verdict.expected if not verdict.shows.shows_channel(one.attempt.channel)}
    unseen = unseen if hidden else set()
    others = len(verdict.missing) - lost - (verdict.trace is None) - hidden - strange - left
    parts = []
    if unseen:
        parts.append(f"it can't show {' or '.join(sorted(unseen))} messages")
    if lost:
        parts.append(
            f"how {'one of the calls' if lost == 1 else f'{lost} of the calls'} to our people ended is missing"
        )
    if strange:
        parts.append("we don't know whose phone was called")
    if verdict.trace is None:
        parts.append("the rules that applied then can't be established")
    if left and not parts:
        parts.append("it can't show whether the caller hung up")
    if not parts or others > 0:
        parts.append("part of the record is missing or contradicts itself")
    return " and ".join(parts)


def spoken_moment(instant: float, zone: tzinfo) -> str:
    """`Thursday 5 November 2026, 11:58 pm EST`."""
    local = times.at(instant, zone)
    clock = f"{local.hour % 12 or 12}:{local.minute:02} {'pm' if local.hour >= 12 else 'am'}"
    return f"{_spoken_day(local)} {local.year}, {clock} {zone_mark(instant, zone)}"


def spoken_clock(instant: float, zone: tzinfo, start: float) -> str:
    """`11:58:20 pm`, with the day where it is not that of `start`, and the zone where its clocks have changed since."""
    return _spoken_clock(instant, zone, start, f":{times.at(instant, zone).second:02}")


def spoken_minute(instant: float, zone: tzinfo, start: float) -> str:
    """The same without the seconds."""
    return _spoken_clock(instant, zone, start, "")


def _spoken_clock(instant: float, zone: tzinfo, start: float, seconds: str) -> str:
    local, before = times.at(instant, zone), times.at(start, zone)
    clock = f"{local.hour % 12 or 12}:{local.minute:02}{seconds} {'pm' if local.hour >= 12 else 'am'}"
    day = "" if local.date() == before.date() else f"{_spoken_day(local)}, "
    mark = zone_mark(instant, zone)
    return f"{day}{clock}{'' if mark == zone_mark(start, zone) else f' {mark}'}"


def _spoken_day(local: datetime) -> str:
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}"


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
