"""Event logs made up of a number: the engine is driven by people at random, and some dispatches are broken on purpose.

The same workspace, stretch of time and seed give the same log. What is to be found in each dispatch is told with it.

python -m bench.calls FOLDER NUMBER OUT     a log of NUMBER dispatches over a month, about six attempts in each
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from heapq import heappop, heappush
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from bench.breakages import Breakage, Broken, Case, Known, unbroken
from bench.events import Clock, Front, as_recorded, events_of
from oncall import times
from oncall.escalation.responses import EVERY_CHANNEL, ByChannel, Response, Tries
from oncall.escalation.simulate import Assumed, simulate
from oncall.escalation.trace import Trace
from oncall.logs.event import LogEvent, encode
from oncall.plan import Plan
from oncall.workspace.opening import Plans

T = TypeVar("T")

HOUR = 3600
# How many calls come in an hour of the day, and on a day of the week, compared with others: most in the evening.
BY_HOUR = (3, 2, 2, 1, 1, 2, 4, 6, 7, 6, 5, 5, 6, 5, 5, 6, 8, 12, 15, 16, 14, 11, 8, 5)
BY_WEEKDAY = (10, 10, 10, 10, 11, 7, 6)
NOT_TAKEN = {"no_answer": 55, "voicemail": 18, "busy": 10, "unreachable": 8, "declined": 6, "failed": 3}
AREAS = ("212", "312", "347", "415", "617", "646", "718", "773", "862", "917")  # none of them in the example's numbers


class Manner(Struct, frozen=True):
    """How people are: the share of calls that are taken and of messages that are acknowledged, how long callers hold on
    average (seconds), the share of callbacks made in time and late, of calls picked up that nobody proves to have
    taken, and of dispatches that are broken, of those in which somebody was reached and of the others."""

    takes: float = 0.62
    reads: float = 0.5
    holds: float = 380
    calls_back: float = 0.88
    calls_back_late: float = 0.05
    unproved: float = 0.12
    broken: float = 0.0
    broken_unreached: float = 0.0
    on_time: bool = False  # the log's clock is that of the engine; else it is a few seconds late


BELIEVABLE = Manner()
ASLEEP = Manner(takes=0.03, reads=0.03, holds=1500)


class Call(Struct, frozen=True):
    """One dispatch of a log, the trace it was made from, and what is to be found in it."""

    events: list[LogEvent]
    trace: Trace
    known: Known


class Stretch(Struct, frozen=True):
    """From when until when a log is, half-open, and how many dispatches begin in it."""

    start: int
    until: int
    number: int


def calls(
    plans: Plans,
    accounts: Sequence[str],
    stretch: Stretch,
    seed: int,
    manner: Manner = BELIEVABLE,
    breakages: Sequence[Breakage] = (),
) -> Iterator[Call]:
    """Dispatches in the order they begin. `broken` of them are broken, by the first that applies of `breakages` in a
    random order."""
    names: dict[str, int] = {}
    zone = times.zone(plans.at(stretch.start).timezone) or UTC
    for count, at in enumerate(_instants(stretch, zone, Random(f"{seed}"))):
        dice = Random(f"{seed}/{count}")
        minute = f"{times.at(at, zone):%Y-%m-%d-%H%M}"
        names[minute] = number = names.get(minute, 0) + 1
        name = minute if number == 1 else f"{minute}-{number}"
        case = case_of(plans, _account(plans.at(at), accounts, at, dice), at, name, dice.getrandbits(64), manner)
        share = manner.broken if case.trace.reached else manner.broken_unreached
        broken = _broken(case, breakages) if dice.random() < share else None
        yield Call(broken.events if broken else case.events, case.trace, broken.known if broken else unbroken(case))


def _broken(case: Case, breakages: Sequence[Breakage]) -> Broken | None:
    tried = (breakage(case) for breakage in case.dice.sample(breakages, len(breakages)))
    return next((broken for broken in tried if broken), None)


def case_of(plans: Plans, account: str, at: int, name: str, seed: int, manner: Manner = BELIEVABLE) -> Case:
    """A dispatch as the policy says, with people at random."""

    def run(plan: Plan) -> Case:
        dice = Random(seed)
        trace = simulate(plan, account, at, _assumed(plan, account, dice, manner), name)
        clock = _clock(plan, trace, dice, manner)
        events = events_of(trace, clock, _front(plan, account, dice))
        return Case(plan, trace, events if manner.on_time else _as_people_talk(events, trace, dice), dice)

    return plans.ask(at, run)


def _as_people_talk(events: list[LogEvent], trace: Trace, dice: Random) -> list[LogEvent]:
    """A call that is taken is picked up, and a moment later somebody says who took it; then they talk, and perhaps
    somebody says whether that helped."""
    talked, moment = timedelta(seconds=dice.randint(20, 240)), timedelta(seconds=dice.randint(0, 3))
    by = next((one for one in trace.attempts if one.outcome == "acknowledged" and one.channel == "voice"), None)
    told: list[LogEvent] = []
    for one in events:
        of_it = by is not None and one.attempt == by.id
        if by and of_it and one.type == "acknowledged" and by.picked_up is None:
            told.append(replace(one, type="attempt_answered", person=None))
            one = replace(one, time=one.time + moment)
        if by and (one.type == "closed" or (of_it and one.type == "attempt_ended")):
            one = replace(one, time=one.time + talked)
        told.append(one)
    if dice.random() < 0.6:
        helped = dice.random() < (0.93 if trace.disposition in ("reached", "called_back") else 0.1)
        told.append(replace(told[-1], type="resolved", account=None, disposition=None, resolved=helped))
    return sorted(told, key=lambda one: one.time)


# When calls come, and to whom.


def _instants(stretch: Stretch, zone: tzinfo, dice: Random) -> list[int]:
    hours = range(stretch.start, stretch.until, HOUR)
    weights = list(accumulate(_traffic(times.at(hour, zone)) for hour in hours))
    chosen = dice.choices(hours, cum_weights=weights, k=stretch.number)
    found = (hour + dice.randrange(HOUR) for hour in chosen)
    return sorted(min(at, stretch.until - 1) for at in found)


def _traffic(local: datetime) -> int:
    return BY_HOUR[local.hour] * BY_WEEKDAY[local.weekday()]


def _account(plan: Plan, accounts: Sequence[str], at: int, dice: Random) -> str:
    """An account whose line promises somebody then; now and then any."""
    open_now = [name for name in accounts if plan.promises(plan.accounts[name], at)]
    return dice.choice(accounts if not open_now or dice.random() < 0.03 else open_now)


def _front(plan: Plan, account: str, dice: Random) -> Front:
    lines = plan.account_facts[account].lines
    operators = plan.accounts[account].operators
    return Front(
        f"+{lines[min(int(dice.expovariate(1.5)), len(lines) - 1)].digits}" if lines else None,
        f"+1{dice.choice(AREAS)}55501{dice.randrange(100):02}",
        dice.choice(operators) if operators else None,
    )


# How people are.


class Drawn(Mapping[str, T]):
    """Something of each person, made up when it is first asked for; None is nothing."""

    def __init__(self, draw: Callable[[str], T | None]) -> None:
        self._draw = draw
        self._known: dict[str, T | None] = {}

    def __getitem__(self, name: str) -> T:
        if name not in self._known:
            self._known[name] = self._draw(name)
        value = self._known[name]
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def _assumed(plan: Plan, account: str, dice: Random, manner: Manner) -> Assumed:
    profile = plan.accounts[account]
    recovery = plan.policies[str(profile.policy)].recovery
    confirm = bool(profile.confirm)

    def responds(person: str) -> ByChannel:
        methods = plan.people[person].contact_methods
        wait = next((method.seconds for method in methods if method.channel == "voice"), 25)
        call = _to_a_call(dice, manner, wait, confirm)
        return {"voice": Tries((call,)), EVERY_CHANNEL: Tries(tuple(_to_a_message(dice, manner) for _ in methods))}

    def calls_back(person: str) -> int | None:
        within = recovery.due_within if recovery else 0
        chance = dice.random()
        if chance < manner.calls_back:
            return int(within * dice.uniform(0.1, 0.85))
        return int(within * dice.uniform(1.15, 1.8)) if chance < manner.calls_back + manner.calls_back_late else None

    holds = 4 + int(dice.expovariate(1 / manner.holds)) if profile.kind == "call" else None
    return Assumed(Drawn(responds), holds, Drawn(calls_back))


def _to_a_call(dice: Random, manner: Manner, wait: int, confirm: bool) -> Response:
    if dice.random() < manner.takes:
        after = dice.randint(min(5, wait), max(wait - 4, min(5, wait)))
        if confirm:
            return Response("answered", after, "acknowledged", after + dice.randint(3, 9))
        return Response("answered" if dice.random() < manner.unproved else "acknowledged", after)
    (outcome,) = dice.choices(tuple(NOT_TAKEN), tuple(NOT_TAKEN.values()))
    if outcome == "no_answer":
        return Response(outcome)
    if outcome == "voicemail":
        after = max(wait - dice.randint(2, 6), 1)
        return Response("answered", after, "ends", after + dice.randint(5, 12)) if confirm else Response(outcome, after)
    return Response(outcome, dice.randint(3, 11) if outcome == "declined" else dice.randint(1, 4))


def _to_a_message(dice: Random, manner: Manner) -> Response:
    chance = dice.random()
    if chance < manner.reads:
        return Response("acknowledged", 8 + int(dice.expovariate(1 / 90)))
    if chance < manner.reads + 0.03:
        return Response("failed", dice.randint(1, 5))
    return Response("declined", dice.randint(20, 60)) if chance < manner.reads + 0.05 else Response("no_response")


# The clock of the log.


def _clock(plan: Plan, trace: Trace, dice: Random, manner: Manner) -> Clock:
    """When a log says that something happened: a little late, and later the longer it takes. On time where a few
    seconds would have put another person on call."""
    start = times.at(trace.at, times.zone(plan.timezone) or UTC)
    start = start.replace(tzinfo=_fixed(start.utcoffset() or timedelta()))
    most = 0 if manner.on_time or not _is_steady(plan, trace) else dice.randint(0, 4)

    def clock(after: float) -> datetime:
        return start + timedelta(seconds=after + round(most * min(after, 60) / 60))

    return clock


@cache
def _fixed(offset: timedelta) -> timezone:
    """A zone of one offset, in which times can be reckoned with and compared whatever the clocks do."""
    return timezone(offset)


def _is_steady(plan: Plan, trace: Trace) -> bool:
    account, policy = plan.accounts[trace.account], plan.policies[trace.policy]
    for run in trace.tiers:
        bindings = account.bindings(policy.tiers[run.index].notify)
        now, soon = (plan.bound(bindings, trace.at + run.started + late) for late in (0, 5))
        if [shift.who for shift in now] != [shift.who for shift in soon]:
            return False
    return True


# Many of them as one log.


def interleaved(dispatches: Iterable[Sequence[LogEvent]]) -> Iterator[LogEvent]:
    """The events of dispatches, given in the order they begin, as a system writes them: by their time."""
    waiting: list[tuple[datetime, int, LogEvent]] = []
    count = 0
    for events in dispatches:
        begins = min(one.time for one in events)
        while waiting and waiting[0][0] < begins:
            yield heappop(waiting)[-1]
        for event in events:
            count += 1
            heappush(waiting, (event.time, count, event))
    while waiting:
        yield heappop(waiting)[-1]


def write(folder: str, number: int, out: str) -> None:
    """A large log of a workspace, its people hard to reach."""
    plans = Plans(folder, None)
    start = times.instant(times.parse_instant("2026-11-02T00:00:00Z"), times.zone("UTC"))  # type: ignore[arg-type]
    accounts = sorted(plans.at(start).accounts)
    made = calls(plans, accounts, Stretch(start, start + 28 * times.DAY, number), 1, ASLEEP)
    with Path(out).open("wb") as file:
        for event in as_recorded(interleaved(call.events for call in made)):
            file.write(encode(event) + b"\n")


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]), sys.argv[3])
