"""Dispatches made up of a number: those that went as the policy says are found to have, and what is broken on purpose
is found, exactly that and nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count, groupby, pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bench import make_inputs
from bench.breakages import BREAKAGES, RECORD, Breakage, Broken, Case, Known, unbroken
from bench.calls import BELIEVABLE, Manner, Stretch, calls, case_of, interleaved, write
from bench.events import events_of
from oncall.logs.event import DECODER, LogEvent, encode
from oncall.plan import Plan
from oncall.replay.judge import judge
from oncall.replay.record import record_of
from oncall.replay.verdict import Verdict
from oncall.workspace.numbers import endpoint
from oncall.workspace.opening import Plans
from tests.escalation import generate
from tests.escalation.plans import AT, Dry

PLANS = Plans(str(Path(__file__).resolve().parents[2] / "schedules"), None)
START = int(datetime.fromisoformat("2026-10-12T00:00-04:00").timestamp())
UNTIL = int(datetime.fromisoformat("2026-11-16T00:00-05:00").timestamp())
ACCOUNTS = sorted(PLANS.at(START).accounts)
HARD = Manner(takes=0.2, reads=0.15, holds=150, calls_back=0.7, calls_back_late=0.15)
HURRIED = Manner(takes=0.4, reads=0.6, holds=60)
MANNERS = (BELIEVABLE, HARD, HURRIED, replace(HARD, on_time=True))
GOOD = {"reached": ("reached", "answered"), "called_back": ("recovered",)}

seeds = st.integers(0, 2**40)


def verdict(events: Iterable[LogEvent], plan: Plan | None = None) -> Verdict:
    """What is said of the events of one dispatch, in the order of the log."""
    record = record_of(list(enumerate(events, 1)))
    return judge(record, plan) if plan else PLANS.ask(record.start, lambda one: judge(record, one))


def kinds(one: Verdict) -> tuple[str, ...]:
    return tuple(divergence.kind for divergence in one.divergences)


def agree(one: Verdict, known: Known) -> None:
    assert one.result in known.results, known
    assert one.cause in known.causes, known
    if known.kinds is not None:
        assert kinds(one) == known.kinds, known


def cases(seed: int, manners: Sequence[Manner] = MANNERS) -> Iterator[Case]:
    """Dispatches without end, at any time of the five weeks, of each account in turn."""
    dice = Random(seed)
    for number in count():
        account = ACCOUNTS[number % len(ACCOUNTS)]
        at, manner = dice.randrange(START, UNTIL), dice.choice(manners)
        yield case_of(PLANS, account, at, f"d{number}", dice.getrandbits(40), manner)


def broken(breakage: Breakage, seed: int) -> tuple[Case, Broken]:
    """The first that a breakage applies to. Where evidence is lost, none that was picked up and had to be confirmed."""
    return next((case, found) for case in cases(seed) if (found := breakage(case)))


def some(seed: int, number: int) -> list[Case]:
    return [case for case, _ in zip(cases(seed), range(number), strict=False)]


# As the policy says.


@settings(max_examples=25)
@given(seeds)
def test_a_dispatch_that_goes_as_the_policy_says_is_found_to_have_even_where_the_log_is_some_seconds_late(
    seed: int,
) -> None:
    for case in some(seed, 10):
        found = verdict(case.events)
        agree(found, unbroken(case))
        assert found.missing == ()
        disposition = str(case.trace.disposition)
        late = "callback_late" in kinds(found)
        assert found.result in GOOD.get(disposition, ("abandoned", "missed")) or (late and disposition == "called_back")


def with_numbers(dry: Dry) -> Dry:
    """The same with telephone numbers for addresses, another for each contact method."""
    people = {
        name: replace(
            person,
            contact_methods=tuple(
                replace(method, address=f"+120255501{place}{step}")
                for step, method in enumerate(person.contact_methods)
            ),
        )
        for place, (name, person) in enumerate(dry.plan.people.items())
    }
    same = {
        name: tuple(endpoint(one.address, dry.plan.country) for one in person.contact_methods)
        for name, person in people.items()
    }
    return dataclasses.replace(dry, plan=replace(dry.plan, people=people, endpoints=same))


@settings(max_examples=150)
@given(generate.dry_runs)
def test_the_log_of_any_trace_of_the_engine_leaves_the_policy_nowhere_but_for_callbacks_that_people_made_late(
    dry: Dry,
) -> None:
    dry = with_numbers(dry)
    trace = dry.run()
    found = verdict(events_of(trace, lambda after: datetime.fromtimestamp(AT + after, UTC)), dry.plan)
    assert set(kinds(found)) <= {"callback_late"}
    assert found.disposition == trace.disposition
    assert (found.result in GOOD["reached"]) == (trace.disposition == "reached")
    assert {one.id for one in found.actual} == {one.id for one in trace.attempts}


# What is broken is found.


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda one: one.__name__)
@settings(max_examples=25)
@given(seed=seeds)
def test_what_is_broken_is_found_exactly_that_and_nothing_else(breakage: Breakage, seed: int) -> None:
    _, found = broken(breakage, seed)
    agree(verdict(found.events), found.known)


@pytest.mark.parametrize("breakage", RECORD, ids=lambda one: one.__name__)
@settings(max_examples=25)
@given(seed=seeds)
def test_where_evidence_is_missing_it_is_said_what(breakage: Breakage, seed: int) -> None:
    _, found = broken(breakage, seed)
    assert verdict(found.events).missing


@pytest.mark.parametrize("breakage", RECORD, ids=lambda one: one.__name__)
@settings(max_examples=12)
@given(seed=seeds)
def test_losing_more_of_what_cannot_be_told_never_makes_a_confident_wrong_cause(breakage: Breakage, seed: int) -> None:
    """Right is what the whole log says, or would say without that event. An attempt that leaves nothing in a log has
    not happened, and a gap that is not told is none."""
    case, found = broken(breakage, seed)
    if verdict(found.events).cause != "undetermined":
        return
    for index, event in enumerate(found.events):
        rest = found.events[:index] + found.events[index + 1 :]
        traceless = event.type == "attempt_started" and all(one.attempt != event.attempt for one in rest)
        if event.type == "gap" or traceless or not rest:
            continue
        now = verdict(rest)
        whole = [one for one in case.events if not is_same(one, event)]
        right = [(one.result, one.cause) for one in (verdict(case.events), verdict(whole))] if whole else []
        assert now.cause == "undetermined" or (now.result, now.cause) in right, event


def is_same(one: LogEvent, other: LogEvent) -> bool:
    return (one.time, one.type, one.attempt) == (other.time, other.type, other.attempt)


# The order of a log.


def said(one: Verdict) -> tuple[object, ...]:
    """A verdict without the lines of the log."""
    divergences = [replace(divergence, log_line=None) for divergence in one.divergences]
    actual = [replace(attempt, log_line=None) for attempt in one.actual]
    callback = one.callback and replace(one.callback, log_line=None)
    missing = {missing.what for missing in one.missing}
    return one.result, one.cause, one.also, divergences, actual, callback, missing, one.expected, one.ended, one.hung_up


@settings(max_examples=40)
@given(seeds)
def test_events_of_one_instant_in_another_order_change_no_verdict(seed: int) -> None:
    dice = Random(seed)
    for case in some(seed, 6):
        found = dice.choice(BREAKAGES)(case)
        events = found.events if found else case.events
        events = sorted(events, key=lambda one: one.time)
        instants = [list(together) for _, together in groupby(events, key=lambda one: one.time)]
        shuffled = [one for together in instants for one in dice.sample(together, len(together))]
        assert said(verdict(shuffled)) == said(verdict(events))


@settings(max_examples=10)
@given(seeds)
def test_dispatches_that_were_written_among_each_other_are_told_apart(seed: int) -> None:
    made = list(calls(PLANS, ACCOUNTS, Stretch(START, START + 2 * 3600, 8), seed, HARD))
    events = list(interleaved(call.events for call in made))
    assert all(one.time <= other.time for one, other in pairwise(events))
    for call in made:
        mine = [one for one in events if one.dispatch == call.trace.dispatch]
        assert said(verdict(mine)) == said(verdict(call.events))


# The generator itself.


def test_the_same_number_makes_the_same_log_and_another_makes_another() -> None:
    stretch = Stretch(START, UNTIL, 20)
    manner = replace(BELIEVABLE, broken=0.5, broken_unreached=0.5)
    first, again, other = (list(calls(PLANS, ACCOUNTS, stretch, seed, manner, BREAKAGES)) for seed in (1, 1, 2))
    assert [call.events for call in first] == [call.events for call in again]
    assert [call.events for call in first] != [call.events for call in other]


def test_most_calls_come_in_the_evening_and_to_lines_that_promise_somebody() -> None:
    made = list(calls(PLANS, ACCOUNTS, Stretch(START, UNTIL, 300), 1))
    assert len({call.trace.dispatch for call in made}) == 300
    hours = [call.events[0].time.hour for call in made]
    assert sum(17 <= hour < 23 for hour in hours) > 2 * sum(0 <= hour < 6 for hour in hours)
    promised = [
        PLANS.at(call.trace.at).promises(PLANS.at(call.trace.at).accounts[call.trace.account], call.trace.at)
        for call in made
    ]
    assert sum(promised) > 280


def test_callers_have_numbers_that_are_set_aside_for_fiction_and_are_nobody_elses() -> None:
    callers = {call.events[0].caller for call in calls(PLANS, ACCOUNTS, Stretch(START, UNTIL, 100), 3)}
    known = {address for addresses in PLANS.at(START).endpoints.values() for address in addresses}
    for caller in callers:
        assert caller is not None
        assert caller[5:10] == "55501"
        assert caller not in known


def test_times_keep_their_order_where_the_clocks_are_set_back() -> None:
    hour_before = int(datetime.fromisoformat("2026-11-01T01:50-04:00").timestamp())
    for seed in range(20):
        events = case_of(PLANS, "swiftline-delivery", hour_before, "d", seed, HARD).events
        assert all(one.time <= other.time for one, other in pairwise(events))
        assert all(timedelta() <= one.time - events[0].time < timedelta(hours=3) for one in events)


def test_a_large_log_has_about_six_attempts_a_dispatch_and_every_line_is_an_event(tmp_path: Path) -> None:
    make_inputs.chain(tmp_path / "chain")
    write(str(tmp_path / "chain"), 200, str(tmp_path / "log.jsonl"))
    events = [DECODER.decode(line) for line in (tmp_path / "log.jsonl").read_bytes().splitlines()]
    assert all(one.time <= other.time for one, other in pairwise(events))
    assert len({one.dispatch for one in events}) == 200
    assert 5 <= sum(one.type == "attempt_started" for one in events) / 200 <= 6


def test_an_event_is_the_same_when_it_has_been_written_and_read() -> None:
    for case in some(5, 30):
        for event in case.events:
            assert DECODER.decode(encode(event)) == event
