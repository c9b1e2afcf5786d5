"""OC208 ring-time."""

from __future__ import annotations

from collections.abc import Iterator

from oncall import times
from oncall.errors import WARNING, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.lint.rules import oc207_blast

SHORTEST, LONGEST = 15, 30


def check(context: Context) -> Iterator[Problem]:
    blasts = {one.place[:3] for one in oc207_blast.check(context)}
    for name, person in context.workspace.people.items():
        for index, method in enumerate(person.contact_methods):
            if method.channel != "voice" or method.channel in person.never or SHORTEST <= method.seconds <= LONGEST:
                continue
            place = context.place("people", name).at("contact_methods", index, "wait")
            if place in blasts:
                continue
            why = "too short to wake anybody" if method.seconds < SHORTEST else "by then the carrier's voicemail has it"
            rings = f"the phone of {name} rings for {times.show_duration(method.seconds)}, {why}"
            yield RULE.at(place, f"{rings}: give it {SHORTEST}s to {LONGEST}s")


RULE = Rule(
    code="OC208",
    name="ring-time",
    severity=WARNING,
    finds="A voice contact method whose `wait` is shorter than 15s or longer than 30s.",
    why="A phone that rings twice wakes nobody. One that rings for long is answered by the carrier's voicemail, which "
    "sounds like somebody who picked up.",
    mend="Let voice ring for 15s to 30s. Somebody who sleeps deeply is better served by a second contact method.",
    check=check,
)
