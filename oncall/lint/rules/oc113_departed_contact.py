"""OC113 departed-contact."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import ERROR, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Place, Rule
from oncall.lint.walk import within
from oncall.model import as_tuple


def check(context: Context) -> Iterator[Problem]:
    gone = {
        name: presence.gone
        for name, presence in context.plan.presences.items()
        if presence.gone is not None and presence.gone < context.until
    }
    for person, place, what in _named(context):
        if person in gone:
            yield RULE.at(
                place, f"{_leaving(context, person, gone[person])}, and {what} beyond it: put somebody else there"
            )
    for rotation in context.schedules.read:
        for who, spans in context.schedules.on_call(rotation).items():
            if who in gone and (after := within(spans, gone[who], context.until)):
                before = f"{_leaving(context, who, gone[who])}, and {who} is on call in {rotation} beyond it"
                place = context.schedules.event(rotation, who, after[0][0])
                yield RULE.during(place, before, after, context.horizon, "schedule somebody else")


def _leaving(context: Context, person: str, gone: int) -> str:
    return f"{person}'s last day: {context.plan.people[person].last_day}"


def _named(context: Context) -> Iterator[tuple[str | None, Place, str]]:
    """Everybody an account names: who, where, and what for."""
    for name, account in context.workspace.accounts.items():
        place = context.place("accounts", name)
        for role in account.contacts:
            for index, one in enumerate(account.bindings(role)):
                yield one.person, place.at("contacts", role, index, "person"), f"{name} binds them to {role}"
        for index, one in enumerate(as_tuple(account.supervisor)):
            yield one.person, place.at("supervisor", index, "person"), f"they supervise {name}"
        for index, person in enumerate(account.operators):
            yield person, place.at("operators", index), f"they answer for {name}"


RULE = Rule(
    code="OC113",
    name="departed-contact",
    severity=ERROR,
    finds="Somebody who has left, or leaves before the horizon ends, and is bound by name, scheduled, or named as "
    "operator or supervisor beyond their last day.",
    why="People leave and their names stay: from the next midnight on the chain has a hole where somebody used to be, "
    "and nobody hears of it before a caller does.",
    mend="Put somebody else in their place, in the account or in the calendar, or mend `last_day` if they stay.",
    check=check,
)
