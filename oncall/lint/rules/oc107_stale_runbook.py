"""OC107 stale-runbook."""

from __future__ import annotations

from collections.abc import Iterator

from oncall import times
from oncall.errors import WARNING, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule


def check(context: Context) -> Iterator[Problem]:
    for path, runbook in context.runbooks.items():
        if not runbook.found or (runbook.reviewed is None and context.refused_in(runbook, "reviewed")):
            continue
        place = (path, *runbook.places.get("reviewed", (1, 1)))
        if runbook.reviewed is None:
            yield RULE.at(place, f"{path} does not say when it was reviewed: look it over, and write `reviewed: DATE`")
            continue
        if context.is_future(runbook.reviewed):
            message = f"{path} can't have been reviewed on {runbook.reviewed}, which is in the future"
            yield RULE.at(place, f"{message}: write the day on which somebody looked it over")
            continue
        every = runbook.review_every
        if every is None:
            every = context.workspace.settings.runbook_review_every
        last = context.last_day(runbook.reviewed, every)
        if context.today > last:
            cadence = f"last reviewed on {runbook.reviewed} and due every {times.show_duration(every)}"
            yield RULE.at(place, f"{path} should have been looked over by {last}: {cadence}; do, and write the date")


RULE = Rule(
    code="OC107",
    name="stale-runbook",
    severity=WARNING,
    finds="A runbook that was not reviewed within its `review_every` (else `settings.runbook_review_every`, "
    "180d), that does not say when it was, or that gives a day in the future.",
    why="Door codes change and valves move. A page that nobody has read for a year sends people to the wrong "
    "door with confidence.",
    mend="Read the page with somebody who knows, mend it, and write today's date as `reviewed:` in its front matter.",
    check=check,
)
