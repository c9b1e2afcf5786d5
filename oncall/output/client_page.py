"""A recorded dispatch as one page for the client whose line it came in on.

It is made of our own sentences, local times and durations, the client's name and their own line, and of nothing else:
no name, id, number or address of anybody, no dispatch id, no file, rule or command. Staff are who they were in the
chain: the first person on call, the backup, the next in line. What the log does not prove is said not to be known.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from oncall.output.blocks import Block, Bullets, Page, Section, Text, section
from oncall.output.told import (
    callback_told,
    cause_told,
    kind_of,
    lack_told,
    left_told,
    spoken,
    spoken_clock,
    spoken_moment,
    told,
)
from oncall.plan import Plan
from oncall.postmortem.findings import Findings
from oncall.postmortem.practice import GONE_THROUGH
from oncall.replay.run import Judged
from oncall.replay.verdict import GOOD, UNKNOWN, ActualAttempt, Verdict
from oncall.workspace.numbers import same

_MOST = 30  # attempts that are listed
_WHO = ("the first person on call", "the backup")
_NEXT = "the next person in line"
_NOT_ON_CALL = "somebody who was not on call"
_STRANGE = "a number that is not on our list"
_TRIED = {
    "voice": "We called {}",
    "sms": "We sent a text message to {}",
    "whatsapp": "We sent a message to {}",
    "viber": "We sent a message to {}",
    "push": "We sent an alert to {}",
    "chat": "We sent a message to {}",
    "email": "We sent an e-mail to {}",
    "secure": "We sent a secure message to {}",
    "pager": "We paged {}",
}
_TRIED_SOMEHOW = "We tried to reach {}"
_OUTCOMES = {
    "no_answer": "there was no answer",
    "unreachable": "the phone could not be reached",
    "busy": "the line was busy",
    "declined": "the call was declined",
    "voicemail": "a voicemail picked up",
    "no_response": "there was no response in time",
    "failed": "it could not be put through",
    "cancelled": "it was ended before there was an answer",
    UNKNOWN: "our record does not show what came of it",
}


def client_page(judged: Judged, findings: Findings, zone: tzinfo) -> Page:
    """The page."""
    verdict, plan = judged.verdict, judged.plan
    kind = kind_of(verdict, plan)
    sections = [
        section("In short", "short", [Text(told(verdict, zone, plan), "lead")]),
        section("What happened", "happened", [Bullets(tuple(_events(verdict, plan, zone, kind)))]),
        _why(verdict, kind),
        section("What is not known", "unknown", [_list(_unknown(verdict, kind), "Nothing that matters here.")]),
        section("What will change", "change", [_change(verdict, findings)]),
    ]
    title = f"Your {kind} of {spoken_moment(verdict.at, zone)}"
    return Page(title, _subject(verdict, plan), tuple(part for part in sections if part is not None))


def _subject(verdict: Verdict, plan: Plan | None) -> str:
    """The client's name, and the line where it is theirs and nobody's own number."""
    account = plan.accounts.get(verdict.account or "") if plan else None
    if plan is None or account is None:
        return "Our record does not show whose line it was."
    mine = any(same(verdict.line, line, plan.country) for line in account.lines)
    people = (method.address for person in plan.people.values() for method in person.contact_methods)
    if verdict.line is None or not mine or any(same(verdict.line, address, plan.country) for address in people):
        return account.name
    return f"{account.name} · on {verdict.line}"


def _list(items: Iterator[str], otherwise: str) -> Block:
    found = tuple(items)
    return Bullets(found) if found else Text(otherwise)


# What happened.


def _events(verdict: Verdict, plan: Plan | None, zone: tzinfo, kind: str) -> Iterator[str]:
    """Everything in its order, each with its time."""
    events = [(0.0, f"The {kind} came in.")]
    for place, attempt in enumerate(verdict.actual[:_MOST]):
        tier = _tier(verdict, plan, place)
        events.append((attempt.started, f"{_tried(attempt, tier)}: {_came_of(attempt, verdict)}."))
    if len(verdict.actual) > _MOST:
        events.append((verdict.actual[_MOST].started, f"We made {len(verdict.actual) - _MOST} more attempts."))
    if not verdict.actual:
        events.append((0.0, f"Our record shows no attempt to {'call' if kind == 'call' else 'contact'} anybody."))
    if verdict.transfer is not None:
        events.append((verdict.transfer.at, "The call was passed on to somebody else."))
        events += (
            (each.started, f"We called somebody else: {_came_of(each, verdict)}.") for each in verdict.transfer.attempts
        )
    if verdict.hung_up is not None:
        after = f"{spoken(verdict.hung_up)} after the {kind} came in"
        events.append((verdict.hung_up, f"The caller {left_told(verdict)}, {after}."))
    events += _acknowledged(verdict)
    events += _called_back(verdict)
    for second, text in sorted(events, key=lambda event: event[0]):
        yield f"{spoken_clock(verdict.at + second, zone, verdict.at)}: {text}"


def _tried(attempt: ActualAttempt, tier: int | None) -> str:
    if attempt.person is None:
        whom = _STRANGE if attempt.address is not None else "somebody; our record does not show whom"
    else:
        whom = _NOT_ON_CALL if tier is None else _WHO[tier] if tier < len(_WHO) else _NEXT
    return _TRIED.get(attempt.channel or "", _TRIED_SOMEHOW).format(whom)


def _tier(verdict: Verdict, plan: Plan | None, place: int) -> int | None:
    """The tier in which somebody was on call who was tried, from 0: that of the attempt that was due there, else the
    first that leads to them then; None where none does."""
    attempt = verdict.actual[place]
    at = verdict.at + attempt.started
    if plan is None or verdict.trace is None or attempt.person is None:
        return None
    policy, account = plan.policies[verdict.trace.policy], plan.accounts[verdict.trace.account]
    for due in verdict.expected:
        if due.beside == place and due.attempt.person == attempt.person:
            return policy.tier_names.index(due.attempt.tier)
    for index, tier in enumerate(policy.tiers if plan.window.holds(at) else ()):
        if any(shift.person == attempt.person for shift in plan.bound(account.bindings(tier.notify), at)):
            return index
    return None


def _came_of(attempt: ActualAttempt, verdict: Verdict) -> str:
    if attempt.outcome == "acknowledged":
        only = "" if verdict.result in ("reached", "answered") else "only "
        after = "" if attempt.ended is None else f" {only}after {spoken(attempt.ended - attempt.started)}"
        return f"they took it{after}"
    if attempt.outcome == "answered" or (attempt.picked_up is not None and attempt.outcome not in _OUTCOMES):
        known = attempt.picked_up is not None and attempt.pick_up_known
        after = f" after {spoken((attempt.picked_up or 0) - attempt.started)}" if known else ""
        return f"it was picked up{after}"
    return _OUTCOMES.get(attempt.outcome, _OUTCOMES[UNKNOWN])


def _acknowledged(verdict: Verdict) -> Iterator[tuple[float, str]]:
    if verdict.acknowledged is not None:
        late = verdict.result not in ("reached", "answered")
        yield verdict.acknowledged, f"A person took responsibility{', too late for the caller' if late else ''}."


def _called_back(verdict: Verdict) -> Iterator[tuple[float, str]]:
    callback = verdict.callback
    if callback is None:
        return
    if callback.opened is not None:
        due = "" if callback.due is None else f", to be made within {spoken(callback.due - callback.opened)}"
        yield callback.opened, f"A callback was arranged{due}."
    if callback.completed is not None:
        late = "" if callback.due is None else " in time" if callback.completed <= callback.due else " late"
        yield callback.completed, f"The caller was called back{late}."


# Why, what is not known, and what will change.


def _why(verdict: Verdict, kind: str) -> Section | None:
    if verdict.result in ("reached", "answered") or verdict.cause is None:
        if not verdict.lost_in_transfer:
            return None
        return section("Why", "why", [Text("The call was passed on, and nobody picked up there.")])
    cause = cause_told(verdict, kind)
    if verdict.cause == "caller_patience" and verdict.actual:
        cause = "everybody was called as planned, and nobody had answered when the caller left"
    return section("Why", "why", [Text(f"{cause[0].upper()}{cause[1:]}.")])


def _unknown(verdict: Verdict, kind: str) -> Iterator[str]:
    if verdict.result == "answered":
        yield "Whether a person took it: our record shows that it was picked up, and no more."
    if verdict.result == "undetermined" or verdict.missing:
        yield f"Part of what happened: {lack_told(verdict)}."
    if kind == "call" and not verdict.shows.hang_ups and verdict.result not in ("reached", "answered"):
        yield "Whether the caller hung up, and when: our record cannot show it."
    if not verdict.shows.callbacks and callback_told(verdict) and verdict.result not in ("reached", "answered"):
        yield "Whether anybody called back: our record cannot show it."
    if not verdict.shows.pick_ups and any(attempt.outcome == "answered" for attempt in verdict.actual):
        yield "When it was picked up: our record does not show it."
    if any(not verdict.shows.shows_channel(expected.attempt.channel) for expected in verdict.expected):
        yield "Which messages were sent to our people: our record shows only part of them."
    if verdict.resolved is None:
        yield f"Whether the reason for the {kind} was dealt with: our record does not say."


def _change(verdict: Verdict, findings: Findings) -> Block:
    fixes = [proposal.fix for proposal in findings.proposals if not proposal.fix.only_if]
    sentences = list(dict.fromkeys(fix.client for fix in fixes if fix.client))
    gone_through = [text.removeprefix(GONE_THROUGH).rstrip(".") for text in sentences if text.startswith(GONE_THROUGH)]
    items = [text for text in sentences if not text.startswith(GONE_THROUGH)]
    if gone_through:
        items.append(f"{GONE_THROUGH}{'; '.join(gone_through)}.")
    if items:
        return Bullets(tuple(items))
    if verdict.result in GOOD:
        return Text("Nothing: it went as agreed.")
    return Text("No change has been decided yet.")
