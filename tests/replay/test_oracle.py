"""Replay beside an oracle: the same verdict, whatever happened. And laws: the order of lines within a second does not
matter, what the engine did itself is as it should be, and from less of a log nothing is told that more of it denies."""

from __future__ import annotations

from random import Random

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from oncall.logs.event import LogEvent
from oncall.plan import Plan
from oncall.replay.judge import judge
from oncall.replay.record import record_of
from oncall.replay.verdict import Verdict
from tests.escalation.generate import Dice
from tests.escalation.plans import AT

from . import broken, oracle
from .logs import event, moment, numbered, story_of

numbers = st.integers(0, 2**40)
dispatches = numbers.map(broken.broken)
UNKNOWN = "undetermined"


def verdict_of(plan: Plan, events: list[LogEvent]) -> Verdict:
    return judge(record_of(numbered(events)), plan)


@settings(max_examples=600)
@given(dispatches)
def test_replay_says_what_the_oracle_says(one: broken.Broken) -> None:
    # Which of two calls to somebody in one second was the first nobody can say.
    tries = [(tried.person, tried.channel, tried.started) for tried in one.story.attempts]
    assume(len(set(tries)) == len(tries))
    events = one.story.events()
    verdict, said = verdict_of(one.plan, events), oracle.judge(one.plan, events)
    assert verdict.missing == ()
    assert verdict.result == said.result
    first = verdict.first_divergence
    assert (first and (first.kind, first.at)) in said.firsts
    assert verdict.cause in said.causes
    assert said.also <= set(verdict.also)


@settings(max_examples=600)
@given(numbers)
def test_what_the_engine_did_is_what_should_have_happened(number: int) -> None:
    dry, trace = broken.whole(number)
    verdict = verdict_of(dry.plan, story_of(trace).events())
    assert [one for one in verdict.divergences if one.kind != "callback_late"] == []
    good = {"reached": ("reached", "answered"), "called_back": ("recovered", "missed", "abandoned")}
    assert verdict.result in good.get(str(trace.disposition), ("missed", "abandoned"))


@settings(max_examples=500)
@given(dispatches, numbers)
def test_the_order_of_lines_within_a_second_does_not_matter(one: broken.Broken, number: int) -> None:
    events = one.story.events()
    mixed = sorted(Random(number).sample(events, len(events)), key=lambda one: one.time)
    first, second = verdict_of(one.plan, events), verdict_of(one.plan, mixed)
    for field in ("result", "cause", "also", "ended", "acknowledged", "by"):
        assert getattr(first, field) == getattr(second, field)
    assert [(one.kind, one.at) for one in first.divergences] == [(one.kind, one.at) for one in second.divergences]


@settings(max_examples=600)
@given(dispatches, numbers)
def test_nothing_is_told_of_half_a_log_that_the_whole_denies(one: broken.Broken, number: int) -> None:
    # By when a callback that nobody promised is in time nobody can say.
    assume(one.story.completed is None or one.story.due is not None)
    events = one.story.events()
    less = half(Dice(number), events)
    whole, told = verdict_of(one.plan, events), verdict_of(one.plan, less)
    assert told.result in (UNKNOWN, whole.result)
    assert told.cause in (UNKNOWN, whole.cause)
    assert told.missing or less == events


def half(dice: Dice, events: list[LogEvent]) -> list[LogEvent]:
    """A log that lacks something: how a call ended, its beginning, the account, or what happened in a gap."""
    calls = {one.attempt for one in events if one.channel == "voice"}
    ends = [one for one in events if one.attempt in calls and one.outcome not in (None, "acknowledged")]
    if ends and dice.one_in(3):
        gone = dice.of(ends)
        return [one for one in events if one is not gone]
    later = [second_of(one) for one in events if second_of(one) > 0]
    if later and dice.one_in(2):
        start, end = sorted((dice.of(later), dice.of(later)))
        some = dice.one_in(2)
        left = [one for one in events if not start <= second_of(one) <= end or (some and dice.one_in(2))]
        gap = event(start - 1, "gap", until=moment(end + 1))
        return sorted([*left, gap], key=lambda one: one.time)
    if dice.one_in(2) and len(events) > 1:
        return [one for one in events if one.type != "received"]
    return [replace(one, account="ghost") for one in events]


def second_of(one: LogEvent) -> int:
    return round(one.time.timestamp()) - AT
