"""What holds for every dispatch: laws of traces, over plans and responses at random."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from oncall.escalation.engine import Dispatch
from oncall.escalation.trace import Attempt, Event, Trace
from oncall.model import CALL_WINDOW, MESSAGE_WINDOW

from . import generate
from .plans import ACCOUNT, DISPATCH, POLICY, Dry, feed, told

many = settings(max_examples=150)

DISPOSITIONS = {"reached", "called_back", "overdue", "unowned", "abandoned", "no_one_on_call", "exhausted"}


def holds_until(one: Attempt) -> float:
    """Until when an attempt keeps its person and its address at least: calls to their end, messages until they have an
    outcome or their wait is over, which may stand still and be over later."""
    if one.channel == "voice" and one.ended is not None:
        return one.ended
    return one.started + one.wait if one.ended is None else min(one.started + one.wait, one.ended)


def endpoint(dry: Dry, one: Attempt) -> str:
    return dry.plan.endpoints[one.person][one.step - 1]


@many
@given(generate.dry_runs)
def test_nobody_is_tried_again_while_their_attempt_has_no_outcome_and_its_wait_is_not_over(dry: Dry) -> None:
    for first, second in combinations(dry.run().attempts, 2):
        if first.person == second.person:
            assert second.started >= holds_until(first)


@many
@given(generate.dry_runs)
def test_an_address_is_never_tried_twice_at_once(dry: Dry) -> None:
    for first, second in combinations(dry.run().attempts, 2):
        if endpoint(dry, first) == endpoint(dry, second):
            assert second.started >= holds_until(first)


@many
@given(generate.dry_runs)
def test_nothing_is_tried_after_an_acknowledgement_a_hang_up_or_the_end(dry: Dry) -> None:
    trace = dry.run()
    assert trace.ended is not None
    ends = [trace.ended, trace.hung_up, trace.callback.opened if trace.callback else None]
    ends += [one.ended for one in trace.attempts if one.outcome == "acknowledged"]
    for one in trace.attempts:
        assert one.started <= min(end for end in ends if end is not None)
    if trace.hung_up is not None and trace.callback and trace.callback.opened == trace.hung_up:
        assert all(one.started < trace.hung_up for one in trace.attempts)


@many
@given(generate.dry_runs)
def test_attempts_are_in_the_order_of_time_and_end_after_they_begin(dry: Dry) -> None:
    trace = dry.run()
    starts = [one.started for one in trace.attempts]
    assert starts == sorted(starts)
    assert [one.at for one in trace.skipped] == sorted(one.at for one in trace.skipped)
    for one in trace.attempts:
        assert one.ended is None or one.started <= one.ended
        assert one.waited_until >= one.started
        assert one.ended is not None or one.channel != "voice"


@many
@given(generate.dry_runs)
def test_attempts_are_within_the_window_of_their_tier(dry: Dry) -> None:
    trace = dry.run()
    runs = {(one.tier, one.round): one for one in trace.tiers}
    assert len(runs) == len(trace.tiers)
    for (tier, number), run in runs.items():
        started = [one.started for one in trace.attempts if (one.tier, one.round) == (tier, number)]
        assert (run.window_until is None) == (not started)
        if not started or run.window_until is None:
            continue
        window = window_of(dry, run.index)
        assert run.window_until >= started[0] + window
        if not dry.account.confirm:
            assert run.window_until == started[0] + window
        for start in started:
            assert run.started <= started[0] <= start <= run.ended <= run.window_until
            assert start < run.window_until or window == 0


def window_of(dry: Dry, index: int) -> int:
    for window in (dry.account.ack_window, dry.policy.tiers[index].ack_window):
        if window is not None:
            return window
    return CALL_WINDOW if dry.account.kind == "call" else MESSAGE_WINDOW


@many
@given(generate.dry_runs)
def test_every_dispatch_ends_in_few_steps_with_exactly_one_disposition(dry: Dry) -> None:
    dispatch = Dispatch(dry.plan, ACCOUNT, dry.at, DISPATCH)
    steps = 0
    while dispatch.disposition is None:
        assert dispatch.until is not None
        dispatch.go_on(dispatch.until)
        steps += 1
        assert steps < 500
    trace = dry.run()
    assert trace.disposition in DISPOSITIONS
    assert (trace.reached is not None) == (trace.disposition == "reached") == (trace.after is not None)
    assert (trace.callback is not None) == (trace.disposition in ("called_back", "overdue", "unowned"))
    if trace.callback:
        assert (trace.callback.completed is not None) == (trace.disposition == "called_back")
        assert (trace.callback.owner is None) == (trace.disposition == "unowned") == (trace.callback.due is None)


@many
@given(generate.dry_runs)
def test_whoever_is_reached_had_been_tried(dry: Dry) -> None:
    trace = dry.run()
    by = [one for one in trace.attempts if one.outcome == "acknowledged"]
    if trace.reached is not None:
        assert [(one.person, one.ended) for one in by] == [(trace.reached, trace.after)]
    elif trace.callback is None:
        assert not by
    else:
        assert all(one.ended is not None and one.ended >= trace.callback.opened for one in by)


@many
@given(generate.dry_runs)
def test_nobody_who_is_away_has_left_or_is_unknown_is_tried(dry: Dry) -> None:
    for one in dry.run().attempts:
        presence, instant = dry.plan.presences[one.person], dry.at + one.started
        assert one.person in dry.plan.people
        assert presence.gone is None or instant < presence.gone
        assert not any(away.start <= instant < away.end for away in presence.away)


@many
@given(generate.dry_runs)
def test_a_channel_is_not_used_where_it_may_not_be(dry: Dry) -> None:
    for one in dry.run().attempts:
        method = dry.plan.people[one.person].contact_methods[one.step - 1]
        tier = dry.policy.tiers[dry.policy.tier_names.index(one.tier)]
        assert (one.channel, one.address, one.wait) == (method.channel, method.address, method.seconds)
        assert one.channel not in dry.plan.people[one.person].never
        assert not tier.channels or one.channel in tier.channels


@many
@given(generate.dry_runs)
def test_attempts_have_names_of_their_own(dry: Dry) -> None:
    trace = dry.run()
    names = [one.id for one in trace.attempts]
    assert names == [f"{DISPATCH}/{one.round}/{one.tier}/{one.person}/{one.step}" for one in trace.attempts]
    assert len(set(names)) == len(names)


@many
@given(generate.dry_runs)
def test_nobody_is_tried_after_they_declined(dry: Dry) -> None:
    trace = dry.run()
    for one in trace.attempts:
        if one.outcome == "declined" and one.ended is not None:
            assert not [other for other in trace.attempts if other.person == one.person and other.started > one.ended]


@many
@given(generate.dry_runs, st.integers(0, 10), st.integers(0, 49))
def test_whoever_acknowledges_sooner_never_makes_the_dispatch_end_later(dry: Dry, which: int, sooner: int) -> None:
    alone = replace(dry.policy, recovery=None)  # an owner found sooner changes whom a callback is escalated to
    plan = replace(dry.plan, policies={POLICY: alone})
    given_now, given_sooner = (acknowledged_sooner(dry.given, which, less) for less in (0, sooner))
    now = Dry(plan, given_now, dry.hang_up, dry.callbacks).run()
    then = Dry(plan, given_sooner, dry.hang_up, dry.callbacks).run()
    assert now.ended is not None
    assert then.ended is not None
    assert then.ended <= now.ended
    if now.disposition == "reached":
        assert then.disposition == "reached"


def acknowledged_sooner(given_of: Any, which: int, less: int) -> Any:
    """The same responses with one acknowledgement sooner."""
    seen = -1

    def sooner(written: Any) -> Any:
        nonlocal seen
        if isinstance(written, list):
            return [sooner(one) for one in written]
        if not isinstance(written, dict):
            return written
        if "acknowledged" not in written:
            return {key: sooner(one) for key, one in written.items()}
        seen += 1
        delay, least = (int(str(written.get(key) or "0s")[:-1]) for key in ("acknowledged", "answered"))
        return {**written, "acknowledged": f"{max(least, delay - less)}s"} if seen == which else written

    return sooner(given_of)


@many
@given(generate.dry_runs, st.integers(0, 100))
def test_a_hang_up_changes_nothing_that_was_before_it(dry: Dry, at: int) -> None:
    without = Dry(dry.plan, dry.given, None, dry.callbacks).run()
    with_it = Dry(dry.plan, dry.given, at, dry.callbacks).run()

    def before(trace: Trace) -> list[Any]:
        return [*begun_before(trace, at), *(one for one in trace.skipped if one.at < at)]

    assert before(with_it) == before(without)


def begun_before(trace: Trace, at: float) -> list[Any]:
    """What had begun before an instant, with the ends that had come by then."""
    return [
        (one.id, one.started, (one.ended, one.outcome) if one.ended is not None and one.ended < at else None)
        for one in trace.attempts
        if one.started < at
    ]


@many
@given(generate.dry_runs)
def test_a_dispatch_that_is_told_what_happened_in_it_goes_the_same_way(dry: Dry) -> None:
    trace = dry.run()
    assert told(feed(dry, trace.events()).trace()) == told(trace)


@many
@given(generate.dry_runs)
def test_a_dispatch_that_is_told_what_happened_in_it_is_the_same_dispatch_reasons_and_all(dry: Dry) -> None:
    trace = dry.run()
    assert feed(dry, trace.events()).trace() == trace


@many
@given(generate.dry_runs, st.floats(0, 1))
def test_a_dispatch_that_was_interrupted_goes_on_the_same_way(dry: Dry, share: float) -> None:
    """Whatever drove it is gone: another is told what the trace says had happened, and what happens then."""
    events = dry.run().events()
    whole = feed(dry, events).trace()
    first, rest = interrupted(dry, events, share * (whole.ended or 0))
    again = feed(dry, [*first.trace().events(), *rest])
    assert told(again.trace()) == told(whole)


def interrupted(dry: Dry, events: list[Event], at: float) -> tuple[Dispatch, list[Event]]:
    """A dispatch that has come to an instant, and the events it has not been told."""
    rest = [one for one in events if one.at > at]
    early = [one for one in events if one.at <= at]
    dispatch = feed(dry, early, until=at)
    return dispatch, rest


@many
@given(generate.dry_runs)
def test_a_dispatch_that_is_asked_more_often_goes_the_same_way(dry: Dry) -> None:
    trace = dry.run()
    assert feed(dry, trace.events(), every=1).trace() == feed(dry, trace.events()).trace()


@many
@given(generate.dry_runs, st.integers(0, 2**20))
def test_the_order_of_unrelated_names_does_not_matter(dry: Dry, number: int) -> None:
    dice = generate.Dice(number)

    def shuffled(names: Any) -> Any:
        return {name: names[name] for name in dice.shuffled(list(names))}

    plan = dry.plan
    account = replace(dry.account, contacts=shuffled(dry.account.contacts))
    other = replace(
        plan,
        people=shuffled(plan.people),
        endpoints=shuffled(plan.endpoints),
        presences=shuffled(plan.presences),
        accounts=shuffled({**plan.accounts, "another": account, ACCOUNT: account}),
        policies=shuffled({**plan.policies, "another": dry.policy}),
        rotations=shuffled(plan.rotations),
        schedules=shuffled(plan.schedules),
    )
    assert Dry(other, shuffled(dry.given), dry.hang_up, shuffled(dry.callbacks)).run() == dry.run()


@many
@given(generate.dry_runs)
def test_the_same_dispatch_is_the_same_whenever_it_is_run(dry: Dry) -> None:
    assert dry.run() == dry.run()


def test_a_dispatch_is_not_told_of_what_it_never_began() -> None:
    dry = generate.dry_run(1)
    with pytest.raises(KeyError):
        Dispatch(dry.plan, ACCOUNT, dry.at, DISPATCH).tell(Event(0, "acknowledged", "d/9/nobody/nobody/9"))
