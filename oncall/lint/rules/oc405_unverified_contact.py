"""OC405 unverified-contact."""

from __future__ import annotations

from collections.abc import Iterator

from oncall import times
from oncall.errors import WARNING, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule


def check(context: Context) -> Iterator[Problem]:
    every = context.workspace.lint.verify_every
    cadence = times.show_duration(every)
    for name, person in context.plan.people.items():
        place = context.place("people", name)
        if not person.contact_methods or not context.here(name):
            continue
        if person.verified is None:
            if not context.refused(place, "verified"):
                message = f"nobody has verified that the contact methods of {name} work"
                yield RULE.at(place.at(), f"{message}: try them, and write `verified: DATE`")
            continue
        if context.is_future(person.verified):
            message = f"the contact methods of {name} can't have been verified on {person.verified}, which is in the"
            yield RULE.at(place.at("verified"), f"{message} future: write the day on which somebody tried them")
            continue
        last = context.last_day(person.verified, every)
        if context.today > last:
            message = f"the contact methods of {name} should have been verified by {last}: last on {person.verified}"
            yield RULE.at(place.at("verified"), f"{message} and due every {cadence}; try them, and write the date")


RULE = Rule(
    code="OC405",
    name="unverified-contact",
    severity=WARNING,
    finds="Somebody whose contact methods were never verified, or longer ago than `lint.verify_every` (180d), or on a "
    "day that is in the future.",
    why="People change phones and forget to say so. A number that has not rung for a year is a guess.",
    mend="Ring or write to the person by each of their methods, and write today's date as `verified:`.",
    check=check,
)
