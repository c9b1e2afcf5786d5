"""What no file can mend: which line of the policy the people, or the system, that worked the call did not follow."""

from __future__ import annotations

import json
from collections.abc import Iterator

from oncall.postmortem.fix import Case, Fix, Place
from oncall.replay.misdialled import Slip, is_dead, is_whole_number, slip_of
from oncall.replay.verdict import Divergence
from oncall.workspace.amend import Wish

GONE_THROUGH = "We go through this with whoever handled it: "
_TITLES = {
    "blast": "Try one person by one method at a time",
    "extra_attempt": "End where the policy ends, or put who else is to be tried into it",
    "wrong_channel": "Try people by the method that is due",
    "late": "Start each attempt when it is due",
    "early": "Give each attempt the time it has before the next",
    "skipped_tier": "Try every tier in its turn",
    "skipped_step": "Try each person by every method that is due",
    "wrong_person": "Try whoever is on call by the calendar",
    "stopped_early": "Go on until the chain is over",
    "no_recovery": "Open a callback whenever nobody took the call",
    "callback_late": "Make callbacks by when they are due",
    "unknown_contact": "Dial the numbers that are in the workspace, and no others",
}
_WHYS = {
    "blast": "A second attempt was begun while the first was still open: two answers can come, or none.",
    "extra_attempt": "An attempt was made that no rule asks for.",
    "wrong_channel": "The person was right, and the method was not the one that the policy and the profile ask for.",
    "late": "The attempt came later than the policy says: the rules were not too slow, but were not kept.",
    "early": "The attempt came before the one ahead of it had had its time.",
    "skipped_tier": "The person who was due was not called; somebody of a later tier was.",
    "skipped_step": "A method that was due was left out: the person was tried, but not in every way the profile lists.",
    "wrong_person": "Somebody was tried who was not due: as from an older list, or from memory.",
    "stopped_early": "Somebody was due, and nobody was tried any more.",
    "no_recovery": "The policy says who owes the callback; none was opened.",
    "callback_late": "The callback was owned, and was not made in time.",
    "unknown_contact": "The number that was dialled is nobody's in the workspace.",
}

_ASKED = f"{GONE_THROUGH}{{}}."
_CLIENT = {
    "blast": _ASKED.format("nobody is to be called twice at the same time"),
    "extra_attempt": _ASKED.format("only those who are on call are to be called"),
    "wrong_channel": _ASKED.format("people are to be reached in the way that was agreed"),
    "late": _ASKED.format("nobody is to be called later than agreed"),
    "early": _ASKED.format("everybody is to be given the time to answer"),
    "skipped_tier": _ASKED.format("nobody in line is to be left out"),
    "skipped_step": _ASKED.format("people are to be tried in every way that was agreed"),
    "wrong_person": _ASKED.format("whoever is on call is to be called"),
    "stopped_early": _ASKED.format("everybody in line is to be called before we give up"),
    "no_recovery": _ASKED.format("a callback is to be arranged whenever nobody answers"),
    "callback_late": _ASKED.format("callbacks are to be made in time"),
    "unknown_contact": _ASKED.format("only numbers on our list are to be dialled"),
}

_SECOND = "Everybody who can be reached in only one way is given a second one."
_TESTED = "The phone that could not be reached is tested."
_STAYING = "Whoever passes a call on stays on the line until somebody has picked up."
_RECORD = "Our record of calls is completed, so that we can tell what happened next time."


def follow(case: Case, one: Divergence) -> Iterator[Fix]:
    """To keep the rule that was not kept, and to check the runbook that those who work calls read."""
    what = "the rule that was not kept"
    if one.kind in ("wrong_person", "unknown_contact") and one.file is not None and one.file.endswith(".ics"):
        what = "who was on call"
    places = [Place(one.file, one.line, what)] if one.file is not None and one.line is not None else []
    runbook = case.account.runbook
    if runbook is not None and case.plan.account_facts[case.name].runbook_found:
        places.append(Place(runbook, 1, "the runbook that operators read: say it there"))
    why = _misdialled(case, one) or _WHYS[one.kind]
    yield Fix(_TITLES[one.kind], why, places=tuple(places), for_people=True, client=_CLIENT[one.kind])


def _misdialled(case: Case, one: Divergence) -> str:
    """Which number was meant by one that is nobody's, where that can be told; else that it does not work."""
    if one.kind != "unknown_contact" or one.actual is None:
        return ""
    attempt = case.verdict.actual[one.actual]
    slip = _slip(case, one)
    if slip is not None:
        return (
            f"Dialled: {slip.dialled}. The number of {case.called(slip.person)} is {slip.address}: {slip.difference}."
        )
    if attempt.address is not None and is_dead(attempt.address, case.verdict):
        return f"{attempt.address} was dialled, which is nobody's in the workspace, and the call failed."
    return ""


def _slip(case: Case, one: Divergence) -> Slip | None:
    if one.actual is None:
        return None
    attempt = case.verdict.actual[one.actual]
    due = case.verdict.expected[one.expected].attempt.person if one.expected is not None else None
    named = next((each.person for each in case.record.attempts if each.id == attempt.id), None)
    return slip_of(attempt, case.plan, due, named)


def take_the_number(case: Case, one: Divergence) -> Iterator[Fix]:
    """A number that was dialled and is nobody's becomes that of who was due, if it is theirs: not one that failed, nor
    a known one with a slip in it, nor an extension."""
    if one.actual is None or one.expected is None:
        return
    address = case.verdict.actual[one.actual].address
    due = case.verdict.expected[one.expected].attempt
    if address is None or due.person not in case.plan.people:
        return
    if is_dead(address, case.verdict) or not is_whole_number(address, case.plan.country):
        return
    if _slip(case, one) is not None:
        return
    methods = case.plan.people[due.person].contact_methods
    index = next((place for place, method in enumerate(methods) if method.address == due.address), None)
    if index is None or methods[index].channel != due.channel:
        return
    who = case.called(due.person)
    wish = Wish(f"people/{due.person}", ("contact_methods", index, "address"), json.dumps(address, ensure_ascii=False))
    why = f"{address} was dialled where {who} was due, whose {due.channel} is {due.address} by the workspace."
    decide = f"Right only if {address} is the new number of {who}: ask. If it is not, find where it was dialled from."
    yield Fix(f"Give {who} the number that was dialled", why, (wish,), decide=decide, only_if=True)


def second_method(case: Case) -> Iterator[Fix]:
    """Another way to reach somebody who has one."""
    for person in dict.fromkeys(one.person for one in case.verdict.actual if one.outcome == case.verdict.cause):
        if person is None or person not in case.plan.people:
            continue
        known = case.plan.people[person]
        if len(known.usable_methods()) == 1:
            channel = known.usable_methods()[0].channel
            places = case.place(f"people/{person}#contact_methods", "how to reach them")
            why = f"{case.called(person)} can be reached by {channel} alone: when that fails there is nothing else."
            decide = "Ask for another number, or an app: nobody else can know it."
            yield Fix(
                f"Give {case.called(person)} a second contact method", why, places=places, decide=decide, client=_SECOND
            )


def check_contact(case: Case) -> Iterator[Fix]:
    """To find out why a phone could not be reached at all."""
    for person in dict.fromkeys(one.person for one in case.verdict.actual if one.outcome == case.verdict.cause):
        if person is not None and person in case.plan.people:
            places = case.place(f"people/{person}#contact_methods", "how to reach them")
            why = f"Calls to {case.called(person)} did not get through."
            decide = "Call it in daylight, mend what is wrong, and write the day under `verified`."
            yield Fix(f"Test the number of {case.called(person)}", why, places=places, decide=decide, client=_TESTED)


def keep_the_line(case: Case) -> Iterator[Fix]:
    """To stay on the line until whoever takes over has picked up."""
    if not case.verdict.lost_in_transfer:
        return
    why = "The call was picked up and passed on, nobody picked up there, and the caller hung up."
    decide = "Announce a transfer: the caller waits with somebody, and does not ring into the void."
    title = "Stay on the line until whoever takes over has picked up"
    yield Fix(title, why, decide=decide, for_people=True, client=_STAYING)


def complete_the_log(_: Case) -> Iterator[Fix]:
    """Evidence for the next time."""
    why = "The log lacks what would tell how this call ended, or why. What is missing is listed below."
    decide = "Look at what writes the log, or at how it is exported."
    yield Fix("Make the record complete", why, decide=decide, client=_RECORD)
