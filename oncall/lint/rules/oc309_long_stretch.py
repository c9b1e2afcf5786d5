"""OC309 long-stretch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from oncall import times
from oncall.errors import WARNING, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Place, Rule
from oncall.lint.schedules import by_person
from oncall.lint.walk import Span

_OFF = times.DAY


def check(context: Context) -> Iterator[Problem]:
    most = context.workspace.lint.max_stretch
    runs = _runs_ahead(context)
    since = _since(context, {who: ahead[0] for who, ahead in runs.items() if ahead[0][0] < context.at + _OFF}, most)
    for person, ahead in runs.items():
        whole = [(since.get(person, ahead[0][0]), ahead[0][1]), *ahead[1:]]
        too_long = [run for run in whole if run[1] - run[0] > most]
        if too_long:
            limit = times.show_duration(most)
            before = f"{person} is on call for longer than {limit} without 24 hours off"
            place = _event(context, person, max(context.at, too_long[0][0] + most))
            yield RULE.during(place, before, too_long, context.horizon, "give some of it to somebody else")


def _runs(spans: Iterable[Span]) -> list[Span]:
    """Spans, joined wherever less than 24 hours lie between them."""
    runs: list[Span] = []
    for start, end in sorted(spans):
        if runs and start - runs[-1][1] < _OFF:
            runs[-1] = (runs[-1][0], max(end, runs[-1][1]))
        else:
            runs.append((start, end))
    return runs


def _runs_ahead(context: Context) -> dict[str, list[Span]]:
    """The stretches of everybody known in the horizon, all rotations together."""
    found: dict[str, list[Span]] = {}
    for rotation in context.schedules.read:
        for who, spans in context.schedules.on_call(rotation).items():
            if who in context.plan.people:
                found.setdefault(who, []).extend(spans)
    return {who: _runs(spans) for who, spans in found.items()}


def _since(context: Context, running: dict[str, Span], most: int) -> dict[str, int]:
    """Since when those have been without 24 hours off who may be when the horizon begins. The plan begins there: the
    calendars are read farther and farther back for those whose stretch began before what has been read."""
    schedules = context.schedules
    known: dict[str, int] = {}
    back = most + 2 * _OFF
    while running:
        begin = context.at - back
        past: dict[str, list[Span]] = {who: [ahead] for who, ahead in running.items()}
        for rotation in schedules.read:
            if not schedules.named(rotation).isdisjoint(past):
                for who, spans in by_person(schedules.elsewhere(rotation, begin, context.at)).items():
                    past.get(who, []).extend(spans)
        for who, spans in past.items():
            known[who] = next(start for start, end in _runs(spans) if end >= running[who][1])
        if begin <= schedules.beginning:
            break
        running = {who: ahead for who, ahead in running.items() if known[who] < begin + _OFF}
        back *= 8
    return known


def _event(context: Context, person: str, moment: int) -> Place:
    """The event that has somebody on call at a moment, or next after it."""
    schedules = context.schedules
    following = [
        (max(start, moment), rotation)
        for rotation in schedules.read
        for start, end in schedules.on_call(rotation).get(person, ())
        if end > moment
    ]
    instant, rotation = min(following)
    return schedules.event(rotation, person, instant)


RULE = Rule(
    code="OC309",
    name="long-stretch",
    severity=WARNING,
    finds="Somebody on call for longer than `lint.max_stretch`, 14 days unless it says otherwise, without 24 hours "
    "off: in all rotations together, and counted from when the stretch really began.",
    why="Nobody sleeps well beside a phone that may ring. After two weeks of it people are slower than they know, and "
    "sooner or later they are gone.",
    mend="Give some of the shifts to somebody else, so that there is a whole day off in between.",
    check=check,
)
