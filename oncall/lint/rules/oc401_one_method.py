"""OC401 one-method."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import WARNING, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.lint.rules.oc402_unreachable_person import has_lost_methods


def check(context: Context) -> Iterator[Problem]:
    for person in context.on_call:
        profile = context.plan.people[person]
        usable = profile.usable_methods()
        pairs = zip(profile.contact_methods, context.plan.endpoints[person], strict=True)
        ways = {(method.channel, endpoint) for method, endpoint in pairs if method in usable}
        if len(ways) != 1 or has_lost_methods(context, person):
            continue
        never = " outside `never`" if len(usable) < len(profile.contact_methods) else ""
        message = f"{person} is on call with one contact method{never}, {usable[0].channel} {usable[0].address}"
        yield RULE.at(context.place("people", person).at("contact_methods"), f"{message}: add another")


RULE = Rule(
    code="OC401",
    name="one-method",
    severity=WARNING,
    finds="Somebody on call with only one contact method that may be used (outside `never`; the `channels` of tiers "
    "aside).",
    why="Phones run flat and lose their signal. With one way to reach somebody, the first hitch is the end of it.",
    mend="Add a second contact method to the person, on another channel or number, or take a channel out of `never`.",
    check=check,
)
