"""The log of the example workspace: what the generator writes, clean, and with one story in it worth telling."""

from __future__ import annotations

from collections import Counter
from functools import cache

from bench.example_log import LOG, MIDNIGHT, SCHEDULES, example
from oncall.logs.event import DECODER, LogEvent
from oncall.replay.judge import judge
from oncall.replay.record import record_of
from oncall.replay.verdict import GOOD, Verdict
from oncall.workspace.opening import Plans


@cache
def dispatches() -> dict[str, list[tuple[int, LogEvent]]]:
    found: dict[str, list[tuple[int, LogEvent]]] = {}
    for number, line in enumerate(LOG.read_bytes().splitlines(), 1):
        event = DECODER.decode(line)
        found.setdefault(event.dispatch, []).append((number, event))
    return found


@cache
def verdicts() -> dict[str, Verdict]:
    plans, found = Plans(str(SCHEDULES), None), {}
    for name, events in dispatches().items():
        record = record_of(events)
        found[name] = plans.ask(record.start, lambda plan, record=record: judge(record, plan))  # type: ignore[misc]
    return found


def test_it_is_what_the_generator_writes() -> None:
    assert LOG.read_bytes() == example(), "run `make calls`"


def test_it_can_be_shown_whole_and_is_small() -> None:
    assert LOG.stat().st_size < 1_000_000
    events = [event for told in dispatches().values() for _, event in told]
    assert len({event.id for event in events}) == len(events)
    assert {event.source.system for event in events if event.source} == {"exchange", "messenger", "console"}


def test_it_covers_every_account_and_most_calls_in_it_end_well() -> None:
    found = verdicts().values()
    assert {one.account for one in found} == set(Plans(str(SCHEDULES), None).at(min(one.at for one in found)).accounts)
    results = Counter(one.result for one in found)
    assert 300 <= len(found) <= 500
    assert 0.75 < (results["reached"] + results["answered"]) / len(found) < 0.95
    assert {"reached", "answered", "recovered", "abandoned", "missed", "undetermined"} == set(results)


def test_what_went_wrong_in_it_has_many_causes() -> None:
    causes = {one.cause for one in verdicts().values() if one.result not in GOOD}
    kinds = {divergence.kind for one in verdicts().values() for divergence in one.divergences}
    assert {"caller_patience", "slow_escalation", "skipped_tier", "wrong_person", "undetermined"} <= causes
    assert {"late", "early", "wrong_channel", "extra_attempt", "unknown_contact", "no_recovery"} <= kinds


def test_at_two_minutes_to_midnight_the_backup_was_never_tried_and_nobody_called_back() -> None:
    story = verdicts()[MIDNIGHT]
    assert (story.account, story.result, story.cause) == ("field-support", "abandoned", "slow_escalation")
    assert [(one.kind, one.at) for one in story.divergences] == [("stopped_early", 45), ("no_recovery", 107)]
    assert story.also == ("no_recovery",)
    assert story.missing == ()
    assert {one.person for one in story.actual} == {"tech-4"}
    due = story.expected[story.divergences[0].expected or 0].attempt
    assert (due.person, due.tier, due.channel, due.started) == ("eng-syd-1", "backup", "voice", 45)
