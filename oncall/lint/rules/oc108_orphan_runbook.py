"""OC108 orphan-runbook."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import WARNING, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.spelling import suggestion


def check(context: Context) -> Iterator[Problem]:
    for path, runbook in context.runbooks.items():
        if not runbook.found or (runbook.owner is None and context.refused_in(runbook, "owner")):
            continue
        place = (path, *runbook.places.get("owner", (1, 1)))
        owner = runbook.owner
        if not owner:
            yield RULE.at(place, f"{path} has no owner: write `owner: PERSON` in its front matter")
        elif ("people", owner) not in context.workspace.places:
            if context.unread.may_define(owner):
                continue
            guess = suggestion(owner, list(context.workspace.people))
            yield RULE.at(
                place, f"the owner of {path}, {owner!r}, is nobody under `people:`{guess}: name a person's id"
            )
        elif owner in context.plan.people and not context.here(owner):
            yield RULE.at(place, f"the owner of {path}, {owner}, has left: give the page to somebody else")


RULE = Rule(
    code="OC108",
    name="orphan-runbook",
    severity=WARNING,
    finds="A runbook without an owner, or whose owner is unknown or has left.",
    why="A page that is nobody's is mended by nobody: whoever finds the mistake at night has no one to tell "
    "in the morning.",
    mend="Write `owner:` with the id of a person who is still there in the runbook's front matter.",
    check=check,
)
