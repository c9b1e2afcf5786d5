"""A verdict as a drawing: what was due above what happened, along one line of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import tzinfo
from typing import TypeVar

from oncall.output.blocks import Bar, Drawing, Lane, Mark
from oncall.output.replay_words import KINDS, actual_outcome, called, expected_outcome, name_of, offset, tried
from oncall.output.trace_text import OUTCOMES
from oncall.plan import Plan
from oncall.replay.verdict import UNKNOWN, ActualAttempt, ExpectedAttempt, Verdict

_MOST_LANES = 14
_LOOKS = {"acknowledged": "good", "answered": "note", UNKNOWN: "unknown", "cancelled": "quiet", "no_response": "quiet"}
_One = TypeVar("_One")


def drawing_of(verdict: Verdict, plan: Plan | None, zone: tzinfo) -> Drawing:
    """The dispatch, drawn."""
    expected, actual = list(verdict.expected), list(verdict.actual)
    due = [_due(one, number) for number, one in enumerate(expected, 1)]
    came = [_came(one, number, verdict) for number, one in enumerate(actual, 1)]
    marks = tuple(sorted(_marks(verdict, plan), key=lambda one: (one.at, one.look != "bad")))
    ends = [bar.end for bar in (*due, *came)] + [mark.at for mark in marks] + [verdict.ended, 1.0]
    starts = [bar.start for bar in (*due, *came)] + [mark.at for mark in marks] + [0.0]
    return Drawing(
        "Timeline: what was due, above what happened",
        tuple(_told(verdict, plan, marks)),
        _lanes(expected, due, lambda one: _of_due(one, plan), lambda one: f"tier {one.attempt.tier}"),
        _lanes(
            actual,
            came,
            lambda one: _of_actual(one, plan),
            lambda one: f"tier {one.tier}" if one.tier else "tier not told",
        ),
        marks,
        max(ends),
        min(starts),
        verdict.at,
        zone,
    )


def _lanes(
    attempts: Sequence[_One], bars: Sequence[Bar], name: Callable[[_One], str], tier: Callable[[_One], str]
) -> tuple[Lane, ...]:
    """The bars of each person and method, as long as there are few; else of each tier, else all in one."""
    for label in (name, tier):
        found: dict[str, list[Bar]] = {}
        for one, bar in zip(attempts, bars, strict=True):
            found.setdefault(label(one), []).append(bar)
        if len(found) <= _MOST_LANES:
            return tuple(Lane(text, tuple(those)) for text, those in found.items())
    return (Lane("all attempts", tuple(bars)),)


def _of_due(one: ExpectedAttempt, plan: Plan | None) -> str:
    return f"{name_of(one.attempt.person, plan)}, {one.attempt.channel}"


def _of_actual(one: ActualAttempt, plan: Plan | None) -> str:
    return f"{tried(one, plan, full=False)}, {one.channel or '?'}"


def _due(one: ExpectedAttempt, number: int) -> Bar:
    attempt = one.attempt
    end = attempt.ended if attempt.ended is not None and not one.unknown else max(attempt.waited_until, attempt.started)
    look = _LOOKS.get(one.outcome, "bad")
    is_open = one.unknown or attempt.ended is None
    return Bar(attempt.started, end, str(number), _word(one.outcome), look, is_open, one.depends)


def _came(one: ActualAttempt, number: int, verdict: Verdict) -> Bar:
    end = one.ended if one.ended is not None else max(one.started, verdict.ended)
    return Bar(
        one.started, end, str(number), _word(one.outcome), _LOOKS.get(one.outcome, "bad"), open=one.ended is None
    )


def _word(outcome: str) -> str:
    return OUTCOMES.get(outcome, outcome)


def _marks(verdict: Verdict, plan: Plan | None) -> Iterator[Mark]:
    first, callback = verdict.first_divergence, verdict.callback
    if first is not None:
        yield Mark(first.at, f"first divergence: {KINDS[first.kind]}", "first")
    if verdict.acknowledged is not None:
        yield Mark(verdict.acknowledged, f"{called(verdict.by, plan)} took it", "good")
    if verdict.hung_up is not None:
        yield Mark(verdict.hung_up, "the caller hung up", "bad")
    if callback is not None and callback.opened is not None:
        yield Mark(callback.opened, f"callback opened, owned by {name_of(callback.owner, plan)}", "note")
    if callback is not None and callback.due is not None:
        yield Mark(callback.due, "callback due", "note")
    if callback is not None and callback.escalated is not None:
        yield Mark(callback.escalated, f"callback passed on to {name_of(callback.escalated_to, plan)}", "note")
    if callback is not None and callback.completed is not None:
        late = callback.due is not None and callback.completed > callback.due
        text = f"{name_of(callback.completed_by, plan)} called back"
        yield Mark(callback.completed, text + (", late" if late else ""), "bad" if late else "good")
    if not any(one == verdict.ended for one in (verdict.acknowledged, verdict.hung_up)):
        yield Mark(verdict.ended, "the dispatch ended", "quiet")


def _told(verdict: Verdict, plan: Plan | None, marks: Sequence[Mark]) -> Iterator[str]:
    """The drawing in words."""
    for one in verdict.expected:
        end = f", {expected_outcome(one)}"
        yield f"Due at {offset(one.attempt.started)}: {_of_due(one, plan)}{end}"
    for actual in verdict.actual:
        yield f"At {offset(actual.started)}: {_of_actual(actual, plan)}, {actual_outcome(actual)}"
    for mark in marks:
        yield f"At {offset(mark.at)}: {mark.label}"
