"""Changes of the rules: what to write in an account, a policy or a calendar so that the next call ends better.

Each function looks at today's files: what has been mended since is not proposed again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from oncall import model
from oncall.model import ROLLOVER, Binding, as_tuple
from oncall.plan import Plan
from oncall.postmortem.fix import Case, Fix
from oncall.postmortem.proof import Shift
from oncall.schedule import Schedule, Segment
from oncall.times import DAY, show_duration
from oncall.workspace.amend import Wish

_SHORTEST = 20  # seconds in which a phone can be heard and picked up
_STEP = 5
_TO_WAKE = 15  # seconds of ringing after which it is not the chain that was too slow
_LONGEST_GAP = 14 * DAY
_LONGEST_NAME = 90  # letters of a definition that somebody has to read
_TELEPHONE = ("busy", "unreachable", "failed", "voicemail", "no_answer")

# What a client is told of each.
_SOMEBODY = "The time in which nobody was on call first in line is filled."
_BACKUP = "When the first person on call does not answer, a backup is called."
_SOONER = "When somebody does not answer, the next person is called sooner."
_AT_ONCE = "When somebody cannot be reached, the next person is called at once."
_AGAIN = "When nobody has answered and the caller is still there, everybody is called a second time."
_CALLBACK = "When nobody answers, somebody is responsible for calling back within minutes."
_HANDED_ON = "A callback that is not made in time is handed on to somebody else."
_CONFIRM = "Whoever picks up has to confirm that they are taking the call, so that no voicemail can take it."


# Somebody on call.


def fill_gap(case: Case, index: int) -> Iterator[Fix]:
    """Somebody for the stretch in which a tier had nobody."""
    role = case.policy.tiers[index].notify
    bindings = case.account.bindings(role)
    at = _started(case, index)
    if not bindings:
        yield from bind(case, role)
        return
    if case.plan.bound(bindings, case.instant + at):
        return
    for binding in bindings:
        if binding.rotation is not None and binding.rotation in case.plan.schedules:
            yield _shift(case, str(binding.rotation), role, int(case.instant + at))
            return


def _started(case: Case, index: int) -> float:
    trace = case.trace
    runs = [run.started for run in trace.tiers if run.index == index] if trace else []
    if runs or trace is None or not trace.tiers:
        return runs[0] if runs else 0
    return trace.tiers[-1].ended


def _shift(case: Case, rotation: str, role: str, instant: int) -> Fix:
    schedule = case.plan.schedules[rotation]
    index = bisect_right(schedule.starts, instant)
    before = schedule.segments[index - 1] if index else None
    after = schedule.segments[index] if index < len(schedule.segments) else None
    start = before.end if before and instant - before.end < _LONGEST_GAP else instant - instant % 3600
    ends = after is not None and after.start - start < _LONGEST_GAP
    until = after.start if after and ends else start + DAY * (1 + (instant - start) // DAY)
    near = [shift.person for one in (before, after) if one for shift in one.shifts]
    facts = case.plan.rotations[rotation]
    person = next((one for one in (*near, *facts.people) if _can(case, one, start, until)), None)
    why = f"The rotation {rotation}, which is the {role} of {case.name}, had nobody on call"
    why += "." if ends else ", and nobody after it: the calendar had run out."
    places = case.place(f"rotations/{rotation}#calendar", "the calendar")
    if person is None:
        decide = "Nobody of the rotation can be proposed: name who is to be on call."
        return Fix(f"Put somebody on call in {rotation}", why, places=places, decide=decide, client=_SOMEBODY)
    wishes: tuple[Wish, ...] = ()
    if len(facts.files) < 2:
        wishes = (Wish(f"rotations/{rotation}", ("overrides",), f"rotations/{rotation}-overrides.ics"),)
    return Fix(
        f"Put {case.called(person)} on call in {rotation}",
        why,
        wishes,
        (Shift(rotation, person, start, until),),
        places,
        f"{case.called(person)} is on call next to the gap and therefore proposed: who it is to be is for you to say."
        " If the calendar has the same gap again, close it in the calendar itself; lint's OC301 names each.",
        client=_SOMEBODY,
    )


def _can(case: Case, person: str | None, start: int, until: int) -> bool:
    """Whether somebody can be put on call for a stretch."""
    if case.plan.why_not(person, start) is not None or person is None:
        return False
    gone = case.plan.presences[person].gone
    return gone is None or until <= gone


def add_backup(case: Case) -> Iterator[Fix]:
    """Somebody after the first tier."""
    further = case.policy.tiers[1:]
    if not further:
        yield from _second_tier(case)
        return
    unbound = [tier.notify for tier in further if not case.account.bindings(tier.notify)]
    if unbound:
        yield from bind(case, unbound[0])
        return
    for index in range(1, len(case.policy.tiers)):
        yield from fill_gap(case, index)


def bind(case: Case, role: str) -> Iterator[Fix]:
    """Somebody for a role that the policy names and the account does not fill."""
    why = f"The policy {case.account.policy} goes to the {role}, and {case.name} has nobody in that role."
    found = _somebody(case, role)
    title = f"Give {case.name} a {role}"
    if found is None:
        places = case.place(f"accounts/{case.name}#contacts", "who has which role")
        decide = f"Name who it is to be: `{role}: {{person: ID}}` under `contacts`."
        yield Fix(title, why, places=places, decide=decide, client=_BACKUP)
        return
    written, from_where = found
    yield Fix(title, why, (_binding(case, role, written),), decide=from_where, client=_BACKUP)


def _binding(case: Case, role: str, written: str) -> Wish:
    if not case.account.contacts:
        return Wish(f"accounts/{case.name}", ("contacts",), f"{{{role}: {written}}}")
    return Wish(f"accounts/{case.name}", ("contacts", role), written)


def _second_tier(case: Case) -> Iterator[Fix]:
    if not case.policy.tiers:
        return
    first = case.policy.tiers[0]
    window = show_duration(case.window_of(first))
    spare = [role for role in case.account.contacts if role != first.notify and _others(case, role)]
    role = "backup" if "backup" in spare or not spare else str(spare[0])
    tier = Wish(case.written, ("tiers", len(case.policy.tiers)), f"{{notify: {role}, ack_window: {window}}}")
    why = f"The policy {case.account.policy} tries the {first.notify} and then nobody."
    title = f"Go on to the {role} after the {first.notify}"
    if role in spare:
        yield Fix(title, why, (tier,), decide=case.everybody_with_it(), client=_BACKUP)
        return
    found = _somebody(case, role)
    if found is None:
        places = case.place(f"{case.written}#tiers", "the only tier")
        decide = f"Name who the {role} of {case.name} is to be."
        yield Fix(title, why, places=places, decide=decide, client=_BACKUP)
        return
    written, from_where = found
    decide = " ".join(part for part in (from_where, case.everybody_with_it()) if part)
    yield Fix(title, why, (tier, _binding(case, role, written)), decide=decide, client=_BACKUP)


def _somebody(case: Case, role: str) -> tuple[str, str] | None:
    """Who could have a role, as YAML, and why they are proposed: somebody who could be reached at the time, and is not
    in the first tier anyway."""
    used = {tier.notify for tier in case.policy.tiers}
    for other in case.account.contacts:
        bindings = case.account.bindings(other)
        if other not in used and bindings and _leads_on(case, bindings):
            return _yaml(bindings), _proposed(case, bindings, f"is the {other} of this account")
    for bindings in _elsewhere(case, role):
        if _leads_on(case, bindings):
            return _yaml(bindings), _proposed(case, bindings, f"has that role elsewhere under {case.account.policy}")
    supervisor = as_tuple(case.account.supervisor)
    if supervisor and _leads_on(case, supervisor):
        return _yaml(supervisor), _proposed(case, supervisor, "supervises the account")
    manager = case.account.account_manager
    if manager is not None and _leads_on(case, (Binding(person=manager),)):
        return _yaml((Binding(person=manager),)), _proposed(case, (Binding(person=manager),), "manages the account")
    return None


def _elsewhere(case: Case, role: str) -> list[tuple[Binding, ...]]:
    """What other accounts with the policy bind to a role, the most frequent first."""
    bound = (case.plan.accounts[name].bindings(role) for name in case.sharers())
    return [bindings for bindings, _ in Counter(one for one in bound if one).most_common()]


def _leads_on(case: Case, bindings: tuple[Binding, ...]) -> bool:
    """Whether bindings led to somebody who could be reached, and is not in the first tier."""
    first = set(case.people_of([case.policy.tiers[0].notify])) if case.policy.tiers else set()
    shifts = case.plan.bound(bindings, case.instant)
    return any(one.person not in first and case.plan.why_not(one.person, case.instant) is None for one in shifts)


def _others(case: Case, role: str) -> bool:
    return _leads_on(case, case.account.bindings(role))


def _yaml(bindings: tuple[Binding, ...]) -> str:
    written = [
        f"{{rotation: {one.rotation}}}" if one.rotation is not None else f"{{person: {one.person}}}" for one in bindings
    ]
    return written[0] if len(written) == 1 else f"[{', '.join(written)}]"


def _proposed(case: Case, bindings: tuple[Binding, ...], why: str) -> str:
    one = bindings[0]
    who = f"The rotation {one.rotation}" if one.rotation is not None else case.called(one.person)
    return f"{who} {why} and therefore proposed: who it is to be is for you to say."


# Sooner.


def shorten(case: Case) -> Iterator[Fix]:
    """Shorter windows, so that every tier starts before the caller left; none shorter than its first ringing. Where
    these break something, longer ones: as long as the first ringing of everybody who has the policy takes, then as long
    as everybody needs who is written down."""
    left, tiers = case.verdict.hung_up, case.policy.tiers
    if left is None or len(tiers) < 2:
        return
    if left - sum(case.window_of(tier) for tier in tiers[:-1]) >= _TO_WAKE:
        return
    everybody = [case.name, *case.sharers()] if case.account.ack_window is None else [case.name]
    floors = (
        lambda tier: _first_wait(case, tier, [case.name]),
        lambda tier: _first_wait(case, tier, everybody),
        lambda tier: _last_start(case, tier, everybody),
    )
    variants = dict.fromkeys(windows for floor in floors if (windows := _windows(case, floor)) is not None)
    fixes = [_shortened(case, left, windows) for windows in variants]
    if fixes:
        yield replace(fixes[0], instead=tuple(fixes[1:]))


def _windows(case: Case, floor: Callable[[model.Tier], int]) -> tuple[int, ...] | None:
    """The windows of the tiers before the last that are short enough for the caller, and as long as they have to be;
    None where none is shorter than it is."""
    tiers = case.policy.tiers
    share = int((case.verdict.hung_up or 0) / len(tiers) // _STEP) * _STEP
    windows = [min(case.window_of(tier), max(share, floor(tier))) for tier in tiers[:-1]]
    if case.account.ack_window is not None:
        windows = [max(windows)] * len(windows)
    return tuple(windows) if sum(windows) < sum(case.window_of(tier) for tier in tiers[:-1]) else None


def _shortened(case: Case, left: float, windows: tuple[int, ...]) -> Fix:
    tiers = case.policy.tiers
    start = sum(case.window_of(tier) for tier in tiers[:-1])
    why = (
        f"The caller waited {show_duration(left)}. Where nobody answers, the {tiers[-1].notify} is due after"
        f" {show_duration(start)}; with these windows after {show_duration(sum(windows))}."
    )
    if left <= sum(windows):
        why += " That is still later than this caller left: no phone rings for less than its first ringing takes."
    if case.account.ack_window is not None:
        wish = Wish(f"accounts/{case.name}", ("ack_window",), show_duration(windows[0]))
        return Fix(f"Give each tier of {case.name} {show_duration(windows[0])}", why, (wish,), client=_SOONER)
    shorter = [index for index, tier in enumerate(tiers[:-1]) if windows[index] < case.window_of(tier)]
    wishes = tuple(
        Wish(case.written, ("tiers", index, "ack_window"), show_duration(windows[index])) for index in shorter
    )
    names = " and ".join(f"the {tiers[index].notify} {show_duration(windows[index])}" for index in shorter)
    return Fix(f"Give {names}", why, wishes, decide=case.everybody_with_it(), client=_SOONER)


def _methods(case: Case, tier: model.Tier, accounts: Iterable[str]) -> Iterator[list[list[int]]]:
    """The waits of the contact methods of everybody whom a tier may try, account by account and binding by binding."""
    for name in accounts:
        for binding in case.plan.accounts[name].bindings(tier.notify):
            people: Iterable[str] = (binding.person,) if binding.person is not None else ()
            if binding.rotation is not None and binding.rotation in case.plan.rotations:
                scheduled = case.people_of([tier.notify]) if name == case.name else []
                people = dict.fromkeys((*case.plan.rotations[binding.rotation].people, *scheduled))
            known = [
                case.plan.people[person].usable_methods(tier.channels) for person in people if _known(case, person)
            ]
            yield [[method.seconds for method in methods] for methods in known if methods]


def _known(case: Case, person: str) -> bool:
    return person in case.plan.people


def _first_wait(case: Case, tier: model.Tier, accounts: Iterable[str]) -> int:
    """How long the first try of anybody in a tier takes."""
    waits = [each[0] for people in _methods(case, tier, accounts) for each in people]
    return max((_SHORTEST, *waits))


def _last_start(case: Case, tier: model.Tier, accounts: Iterable[str]) -> int:
    """When the last method of the last person in a tier is due, and a little more."""
    longest = 0
    for name in accounts:
        bindings = [people for people in _methods(case, tier, [name]) if people]
        if tier.order == "simultaneous" or not bindings:
            due = max((sum(each[:-1]) for people in bindings for each in people), default=0)
        else:
            due = sum(max(sum(each) for each in people) for people in bindings[:-1])
            due += max(sum(each[:-1]) for each in bindings[-1])
        longest = max(longest, due + _STEP)
    return longest


def apart(case: Case, fix: Fix) -> Fix | None:
    """A change of a policy that other accounts have as well, made in a copy of it for this account alone; None where
    it is this account's alone, or no change of one."""
    ours = [wish for wish in fix.wishes if wish.definition == case.written]
    if not ours or not case.sharers():
        return None
    name = f"{case.account.policy}-{case.name}"
    definition = f"policies/{name}"
    if len(definition) > _LONGEST_NAME or name in case.plan.policies:
        return None
    own = (
        Wish(definition, copy_of=case.written),
        Wish(f"accounts/{case.name}", ("policy",), name),
        *(replace(wish, definition=definition) if wish in ours else wish for wish in fix.wishes),
    )
    decide = fix.decide.replace(case.everybody_with_it(), "").strip()
    note = f"{case.name} gets a policy of its own for that, {name}: a copy of {case.account.policy}."
    return replace(fix, title=f"{fix.title}, in a policy of its own", wishes=own, decide=f"{note} {decide}".strip())


def roll_over(case: Case, outcome: str) -> Iterator[Fix]:
    """To move on at once at an outcome that waiting does not better."""
    own = case.account.rollover
    rollover = own if own is not None else case.policy.rollover
    if outcome not in ROLLOVER or outcome in rollover:
        return
    where = f"accounts/{case.name}" if own is not None else case.written
    why = f"After `{outcome}` the chain waits the rest of the attempt's time, although nobody can answer any more."
    decide = "" if own is not None else case.everybody_with_it()
    value = f"[{', '.join((*rollover, outcome))}]"
    title, wish = f"Move on at once at {outcome.replace('_', ' ')}", Wish(where, ("rollover",), value)
    yield Fix(title, why, (wish,), decide=decide, client=_AT_ONCE)


# Once more, and after all.


def go_round(case: Case) -> Iterator[Fix]:
    """A second pass, where the caller was still there after the first."""
    verdict = case.verdict
    if verdict.result != "missed" or verdict.hung_up is not None or case.policy.rounds > 1:
        return
    if verdict.cause not in _TELEPHONE or case.account.kind != "call":
        return
    why = "The caller had not left when the chain was over, and everybody was tried once."
    wish = Wish(case.written, ("rounds",), "2")
    yield Fix("Go through the tiers a second time", why, (wish,), decide=case.everybody_with_it(), client=_AGAIN)


def owe_a_callback(case: Case) -> Iterator[Fix]:
    """A callback, where nobody owes one."""
    if case.verdict.result not in ("missed", "abandoned") or case.policy.recovery is not None or not case.policy.tiers:
        return
    if case.verdict.taken_later is not None:  # who called again and was reached needs no callback
        return
    bound = list(dict.fromkeys(tier.notify for tier in case.policy.tiers if case.account.bindings(tier.notify)))
    if not bound:
        return
    escalate = f", escalate_to: {bound[-1]}" if len(bound) > 1 else ""
    why = f"The policy {case.account.policy} has no recovery: when nobody takes a call, nobody owes the caller one."
    wish = Wish(case.written, ("recovery",), f"{{owner: {bound[0]}, due_within: 15m{escalate}}}")
    decide = " ".join(part for part in ("Fifteen minutes are a proposal.", case.everybody_with_it()) if part)
    yield Fix("Make somebody owe the callback", why, (wish,), decide=decide, client=_CALLBACK)


def escalate_the_callback(case: Case) -> Iterator[Fix]:
    """Somebody else to be told when a callback is not made."""
    recovery = case.policy.recovery
    if recovery is None or recovery.escalate_to is not None:
        return
    owners = set(case.people_of([recovery.owner]))
    for tier in reversed(case.policy.tiers):
        if set(case.people_of([tier.notify])) - owners:
            why = "When the callback was due and had not been made, nobody else was told of it."
            wish = Wish(case.written, ("recovery", "escalate_to"), str(tier.notify))
            title = f"Tell the {tier.notify} of a callback that was not made"
            yield Fix(title, why, (wish,), decide=case.everybody_with_it(), client=_HANDED_ON)
            return


def ask_to_confirm(case: Case) -> Iterator[Fix]:
    """To ask who picks up to press a key."""
    if case.account.confirm:
        return
    why = "A call was picked up, and nothing shows that a person took it: a voicemail picks up as well."
    wish = Wish(f"accounts/{case.name}", ("confirm",), "true")
    yield Fix("Ask whoever picks up to confirm with a key", why, (wish,), client=_CONFIRM)


def with_shifts(plan: Plan, shifts: tuple[Shift, ...]) -> Plan:
    """A plan in which people are on call in gaps of rotations, as `oncall override` puts them there."""
    for one in shifts:
        schedule = plan.schedules[one.rotation]
        shift = model.Shift(one.person, plan.people[one.person].name, "override")
        segments = sorted((*schedule.segments, Segment(one.start, one.until, (shift,))), key=lambda each: each.start)
        schedules = {**plan.schedules, one.rotation: Schedule(schedule.window, tuple(segments))}
        plan = replace(plan, schedules=schedules)
    return plan
