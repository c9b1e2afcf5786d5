"""OC109 review-overdue."""

from __future__ import annotations

from collections.abc import Iterator

from oncall import times
from oncall.errors import WARNING, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.model import Review


def check(context: Context) -> Iterator[Problem]:
    for name, account in context.workspace.accounts.items():
        place = context.place("accounts", name)
        review = account.review or Review()
        every = context.workspace.settings.account_review_every if review.every is None else review.every
        cadence = times.show_duration(every)
        if review.last is None:
            if not context.refused(place, "review", "last"):
                message = f"the profile of {name} was never reviewed, and is due every {cadence}"
                yield RULE.at(place.at(), f"{message}: look it over, and write `review: {{last: DATE}}`")
            continue
        if context.is_future(review.last):
            message = f"the profile of {name} can't have been looked over on {review.last}, which is in the future"
            yield RULE.at(place.at("review", "last"), f"{message}: write the day on which somebody did")
            continue
        last = context.last_day(review.last, every)
        if context.today > last:
            message = f"the profile of {name} should have been looked over by {last}: last on {review.last}"
            yield RULE.at(place.at("review", "last"), f"{message} and due every {cadence}; do, and write the date")


RULE = Rule(
    code="OC109",
    name="review-overdue",
    severity=WARNING,
    finds="An account whose profile was not reviewed within its `review.every` (else "
    "`settings.account_review_every`, 90d), never, or on a day that is in the future.",
    why="Clients change their hours, their people and their minds, and tell whoever they talk to. A review is"
    " when the profile hears of it.",
    mend="Go through the profile with the client, mend it, and write today's date as `last` under the "
    "account's `review:`.",
    check=check,
)
