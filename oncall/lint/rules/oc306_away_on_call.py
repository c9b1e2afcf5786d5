"""OC306 away-on-call."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import WARNING, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.lint.walk import Span, common


def check(context: Context) -> Iterator[Problem]:
    away = {name: _away(context, name) for name, presence in context.plan.presences.items() if presence.away}
    for rotation in context.schedules.read:
        for who, spans in context.schedules.on_call(rotation).items():
            for span in common(spans, away.get(who, ())):
                yield _finding(context, rotation, who, span)


def _away(context: Context, person: str) -> list[Span]:
    """The absences of somebody, up to the day they leave."""
    presence = context.plan.presences[person]
    gone = context.until if presence.gone is None else presence.gone
    return [(one.start, min(one.end, gone)) for one in presence.away if one.start < gone]


def _finding(context: Context, rotation: str, person: str, span: Span) -> Problem:
    absence = context.plan.presences[person].absence(span[0])
    assert absence is not None
    whole = (absence.start, absence.end)
    known = [part for part in (absence.reason, "" if whole == span else context.horizon.stretch(whole)) if part]
    away = f"away ({', '.join(known)})" if known else "away"
    key = f"{person} is on call in {rotation} while away"
    before, advice = f"{person} is on call in {rotation} while {away}", "put somebody else there with `oncall override`"
    place = context.schedules.event(rotation, person, span[0])
    return RULE.during(place, before, [span], context.horizon, advice, key)


RULE = Rule(
    code="OC306",
    name="away-on-call",
    severity=WARNING,
    finds="Somebody on call while they are away, where no override has put another in their place.",
    why="They said that they would not be there. Nobody is called in their place: the chain begins with the backup, "
    "and there is one fewer behind it.",
    mend="Put somebody else on call for the stretch with `oncall override`, or take the absence out if it is wrong.",
    check=check,
)
