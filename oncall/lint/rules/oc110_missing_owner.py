"""OC110 missing-owner."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import WARNING, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule


def check(context: Context) -> Iterator[Problem]:
    for name, account in context.workspace.accounts.items():
        place = context.place("accounts", name)
        manager = account.account_manager
        if manager is None:
            if not context.refused(place, "account_manager"):
                yield RULE.at(place.at(), f"{name} has no account manager: write `account_manager: PERSON`")
        elif manager in context.plan.people and not context.here(manager):
            message = f"the account manager of {name}, {manager}, has left: give the account to somebody else"
            yield RULE.at(place.at("account_manager"), message)


RULE = Rule(
    code="OC110",
    name="missing-owner",
    severity=WARNING,
    finds="An account without an account manager, or whose account manager has left.",
    why="When nobody in the chain can take a callback it falls to the account manager. Without one it is nobody's.",
    mend="Name somebody who is still there under the account's `account_manager:`.",
    check=check,
)
