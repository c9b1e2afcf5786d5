"""What is explained is what the engine does: on hundreds of plans made by chance."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from oncall.escalation.responses import Response, Tries
from oncall.escalation.simulate import Assumed, simulate
from oncall.explain import Explanation, explanation, runbook_review
from oncall.output.explain_text import explain_lines, spoken, told
from oncall.plan import AccountFacts, Plan
from oncall.workspace.runbooks import Runbook
from tests.escalation.generate import dry_run, numbers
from tests.escalation.plans import ACCOUNT, AT


class Explained(NamedTuple):
    """A plan, what is found out about it, and the sentences by their section."""

    plan: Plan
    facts: Explanation
    sentences: Mapping[str, list[str]]

    @property
    def walk(self) -> list[str]:
        """The sentences about the walk to which nobody responds."""
        return [*self.sentences["First"], *self.sentences.get("Then", [])]


def explained(number: int) -> Explained:
    """People get names that stand in no sentence by chance."""
    plan = dry_run(number).plan
    named = {name: replace(one, name=f"Dr {name.upper()}") for name, one in plan.people.items()}
    plan = replace(plan, people=named, account_facts={ACCOUNT: AccountFacts()})
    facts = explanation(plan, ACCOUNT, AT)
    sections = told(facts, None, UTC).sections
    return Explained(
        plan, facts, {one.title: ["".join(text for text, _ in line) for line in one.sentences] for one in sections}
    )


def name(person: str) -> str:
    return f"Dr {person.upper()}"


@settings(max_examples=150)
@given(numbers)
def test_everybody_who_is_tried_is_named_and_nobody_else_is_said_to_be_tried(number: int) -> None:
    found = explained(number)
    tried = {one.person for one in found.facts.walk.attempts}
    assert all(name(person) in " ".join(found.walk) for person in tried)
    for sentence in found.walk:
        if re.search(r"\brings? for | gets? an? |: an? [\w -]+ to ", sentence) and "unaccepted" not in sentence:
            assert not [person for person in found.plan.people if person not in tried and name(person) in sentence]


@settings(max_examples=150)
@given(numbers)
def test_every_attempt_of_the_first_round_is_told_with_its_time(number: int) -> None:
    found = explained(number)
    for one in found.facts.walk.attempts:
        if one.round == 1 and one.started:
            assert f"fter {spoken(one.started)}" in " ".join(found.walk)


@settings(max_examples=150)
@given(numbers)
def test_who_owes_the_callback_is_who_the_walk_says(number: int) -> None:
    found = explained(number)
    callback = found.facts.walk.callback
    first, *others = found.sentences["If nobody answers"]
    if callback is None:
        assert "nobody owes a callback" in first
    elif callback.owner is None:
        assert "nobody who can own it" in first
    else:
        assert f"{name(callback.owner)}" in first
        assert any("is told as well" in one for one in others) == (callback.escalated_to is not None)


@settings(max_examples=150)
@given(numbers)
def test_what_is_said_to_follow_a_decline_does(number: int) -> None:
    found = explained(number)
    declined = found.facts.declined
    if declined is None:
        assert not found.facts.walk.attempts
        return
    first = declined.attempt
    given = {first.person: {first.channel: Tries((Response("declined", 0),))}}
    trace = simulate(found.plan, ACCOUNT, AT, Assumed(given))
    next_one = declined.follows.attempt
    if next_one is not None:
        assert next_one.id in {one.id for one in trace.attempts}
        assert next_one.person != first.person
    assert declined.again is False


@pytest.mark.parametrize("width", [30, 80, 100])
@settings(max_examples=30)
@given(number=numbers)
def test_lines_are_no_wider_than_they_may_be_and_lose_no_word(width: int, number: int) -> None:
    words = told(explained(number).facts, None, UTC)
    lines = ["".join(text for text, _ in line) for line in explain_lines(words, width)]
    assert all(len(line) <= width for line in lines)
    whole = [words.heading, *(line for one in words.sections for line in (((one.title, ""),), *one.sentences))]
    assert " ".join(lines).split() == " ".join("".join(text for text, _ in line) for line in whole).split()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (25, "25 seconds"),
        (60, "1 minute"),
        (90, "1 minute 30 seconds"),
        (600, "10 minutes"),
        (3600, "1 hour"),
        (3661, "1 hour 1 minute 1 second"),
        (2 * 86_400, "2 days"),
    ],
)
def test_lengths_of_time_are_in_words(seconds: int, words: str) -> None:
    assert spoken(seconds) == words


@pytest.mark.parametrize(
    ("reviewed", "own", "due", "overdue"),
    [
        (date(2026, 3, 10), None, date(2026, 3, 20), False),
        (date(2026, 2, 28), None, date(2026, 3, 10), False),  # the date plus the cadence is the last day allowed
        (date(2026, 2, 27), None, date(2026, 3, 9), True),
        (date(2026, 2, 27), 11 * 86_400, date(2026, 3, 10), False),
        (date(2026, 3, 11), None, date(2026, 3, 21), False),
        (date(9999, 12, 31), None, date(9999, 12, 31), False),
        (None, None, None, True),
    ],
)
def test_a_review_counts_until_the_last_day_of_its_cadence(
    reviewed: date | None, own: int | None, due: date | None, overdue: bool
) -> None:
    runbook = Runbook("a.md", reviewed=reviewed, review_every=own)
    found = runbook_review(dry_run(0).plan, runbook, AT, 10 * 86_400)
    assert (found.due, found.overdue) == (due, overdue)
