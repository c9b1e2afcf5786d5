"""What replay's words mean, in a few words of everyday English; people and times as its pages show them."""

from __future__ import annotations

from datetime import tzinfo

from oncall.output.trace_text import OUTCOMES, ended, why_text
from oncall.output.words import moment, safe
from oncall.plan import EnteredEvent, Plan, PlanUsed
from oncall.replay.misdialled import slip_of
from oncall.replay.verdict import UNKNOWN, ActualAttempt, Divergence, ExpectedAttempt, Verdict
from oncall.times import show_duration

RESULTS = {
    "reached": "a person took it",
    "answered": "picked up, and nothing proves that a person took it",
    "recovered": "called back in time",
    "abandoned": "the caller left before anybody had taken it",
    "missed": "nobody took it",
    "undetermined": "the log lacks what would tell",
}
CAUSES = {
    "schedule_gap": "the first tier had nobody on call",
    "wrong_person": "somebody was tried who was not the one due",
    "no_backup": "there is nobody after the first tier",
    "skipped_tier": "the person who was due was not called; somebody of a later tier was",
    "stopped_early": "nobody was tried any more, although somebody was due",
    "slow_escalation": "when the caller left, somebody who was due had not been tried",
    "caller_patience": "every attempt was made as the policy says, and the caller left before its end",
    "unreachable": "the phone of who was tried first could not be reached",
    "busy": "who was tried first was on the phone",
    "declined": "who was tried first declined",
    "voicemail": "a voicemail answered for who was tried first",
    "no_answer": "who was tried first did not pick up",
    "no_response": "who was tried first did not respond to the message",
    "failed": "the call to who was tried first could not be put through",
    "unconfirmed": "a call was picked up, and nothing shows that a person took it",
    "not_tried": "no try of anybody came to an end",
    "undetermined": "the log lacks what would tell why",
}
KINDS = {
    "unknown_contact": "a number that is nobody's",
    "blast": "tried again while still being tried",
    "extra_attempt": "tried although nothing was due",
    "wrong_channel": "tried by another channel",
    "late": "tried late",
    "early": "tried early",
    "skipped_tier": "a tier was skipped",
    "skipped_step": "an attempt that was due was left out",
    "wrong_person": "the wrong person was tried",
    "stopped_early": "stopped early",
    "no_recovery": "no callback was opened",
    "callback_late": "the callback was late",
}
CHANGES = {
    "saved": "ended badly, and would have ended well",
    "worse": "ended well, and would have ended badly",
    "still_missed": "ended badly, and still would have",
    "unchanged": "would have been tried the same, or ended well all the same",
    "unknown": "hangs on responses that nobody has ever seen",
}
ASSUMPTION = (
    "It is assumed that people respond to a try as they did when they were tried, so long after it started; that a"
    " caller who left would have left at the same moment, and that one who stayed would have stayed. What nobody has"
    " seen is not assumed: how an attempt would have ended that was never made, the rest of a call that was cut short,"
    " a callback that was never owed."
)


def short(word: str) -> str:
    """`slow_escalation` as `slow escalation`."""
    return word.replace("_", " ")


def offset(seconds: float) -> str:
    """Seconds from the start: `1m30s`, `-5s` for what is dated before it."""
    whole = round(seconds)
    return show_duration(whole) if whole >= 0 else f"-{show_duration(-whole)}"


def name_of(person: str | None, plan: Plan | None) -> str:
    """What somebody is called: their name; the id where there is no plan to look it up in."""
    if person is None:
        return "somebody"
    return safe(plan.people[person].name if plan and person in plan.people else person)


def called(person: str | None, plan: Plan | None) -> str:
    """`Priya Raman (tech-1)`."""
    name = name_of(person, plan)
    return name if person is None or name == safe(person) else f"{name} ({safe(person)})"


def tried(one: ActualAttempt, plan: Plan | None, *, full: bool = True) -> str:
    """Whom an attempt tried: somebody, a number that is nobody's, or nobody knows whom."""
    if one.person is not None:
        return (called if full else name_of)(one.person, plan)
    if one.address is None:
        return "nobody knows whom"
    return f"{safe(one.address)} (nobody's)" if full else safe(one.address)


def actual_outcome(one: ActualAttempt) -> str:
    """How an attempt ended, and when, as far as the log says."""
    if one.outcome == UNKNOWN:
        return "end not in the log"
    outcome = OUTCOMES.get(one.outcome, safe(one.outcome))
    picked_up = ""
    if one.picked_up is not None and one.picked_up != one.ended:
        picked_up = f"picked up at {offset(one.picked_up)}, "
    return f"{picked_up}{outcome} at {offset(one.ended)}" if one.ended is not None else f"{picked_up}{outcome}"


def expected_outcome(one: ExpectedAttempt) -> str:
    """How an attempt would have ended, and when; unknown where nobody has seen it."""
    return UNKNOWN if one.unknown else ended(one.attempt)


def cause_text(verdict: Verdict) -> str:
    """Why, in words."""
    if verdict.cause == "not_tried" and not verdict.actual:
        return "nobody was tried"
    if verdict.cause == "caller_patience" and not verdict.actual:
        return "the caller left before anybody could be tried"
    return CAUSES[str(verdict.cause)]


def divergence_text(one: Divergence, verdict: Verdict, plan: Plan | None) -> str:
    """What came, and what was due, people called by their names."""
    came = due = ""
    whom = None
    if one.actual is not None:
        actual = verdict.actual[one.actual]
        whom = actual.person
        by = f" by {safe(actual.channel)}" if actual.channel else ""
        came = f"{tried(actual, plan)} was tried{by} at {offset(actual.started)}"
    if one.expected is not None:
        expected = verdict.expected[one.expected].attempt
        who = f"{called(expected.person, plan)} was " if expected.person != whom else ""
        due = f"{who}due by {expected.channel} at {offset(expected.started)}"
        due += _slip_text(one, verdict, plan)
    if came:
        return f"{came}; {due or 'nothing more was due'}"
    nobody = "nobody was tried any more" if verdict.actual else "nobody was tried"
    return f"{nobody}; {due}" if due else safe(one.message, 600)


def _slip_text(one: Divergence, verdict: Verdict, plan: Plan | None) -> str:
    """Which number was meant by one that is nobody's, where a slip of the finger explains it."""
    if one.kind != "unknown_contact" or one.actual is None or one.expected is None or plan is None:
        return ""
    due = verdict.expected[one.expected].attempt.person
    slip = slip_of(verdict.actual[one.actual], plan, due)
    return f"; the number of {called(slip.person, plan)} is {slip.address}: {slip.difference}" if slip else ""


def place_of(one: Divergence) -> str:
    """The line of the log, and the file and line it contradicts."""
    against = f"{safe(one.file)}:{one.line}" if one.file is not None else ""
    if one.log_line is None:
        return against
    return f"log line {one.log_line}, against {against}" if against else f"log line {one.log_line}"


def plan_used(used: PlanUsed | None) -> str:
    """Which plan a verdict was given by."""
    if used is None:
        return "none could be had"
    return f"git {used.revision[:12]}" if used.revision is not None else "today's files"


def entered_text(event: EnteredEvent, zone: tzinfo) -> str:
    """Since when an override or absence was in force that git did not have then."""
    verb, proof = ("edited", "LAST-MODIFIED") if event.edited else ("entered", "CREATED")
    entered = f"{verb} {moment(event.entered, zone)}" if event.entered is not None else "entered nobody knows when"
    committed = f"committed {moment(event.committed, zone)}" if event.committed is not None else "never committed"
    return f"{entered}, {committed}; the file says so ({proof}), not git"


def later_text(event: EnteredEvent, zone: tzinfo) -> str:
    """Why an override or absence of today's files is not part of the plan."""
    entered = f"entered {moment(event.entered, zone)}" if event.entered is not None else "entered"
    return f"{entered}, after the call began, so it does not count; the file says so (CREATED)"


def why_due(one: ExpectedAttempt, plan: Plan) -> str:
    """Why an attempt was due then, by which rule and which line."""
    return why_text(one.attempt.why, plan)
