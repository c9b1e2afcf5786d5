"""OC207 blast."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import ERROR, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule


def check(context: Context) -> Iterator[Problem]:
    for name, person in context.workspace.people.items():
        usable = person.usable_methods()
        for index, method in enumerate(person.contact_methods):
            if method.seconds == 0 and any(method is one for one in usable[:-1]):
                message = f"{name} gets no time to answer by {method.channel} before the next contact method is tried"
                place = context.place("people", name).at("contact_methods", index, "wait")
                yield RULE.at(place, f"{message}: give it a `wait`")


RULE = Rule(
    code="OC207",
    name="blast",
    severity=ERROR,
    finds="A `wait` of 0s before another contact method of the same person.",
    why="Two phones that ring at once wake nobody faster. The person reaches for one while the other goes on, and "
    "nobody can say which of them was answered.",
    mend="Give each contact method the time its channel needs: 15s to 30s for voice, a minute or two for a message.",
    check=check,
)
