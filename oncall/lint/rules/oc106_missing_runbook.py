"""OC106 missing-runbook."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import ERROR, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule


def check(context: Context) -> Iterator[Problem]:
    for name, account in context.workspace.accounts.items():
        place = context.place("accounts", name)
        if not account.runbook:
            if account.runbook is not None or not context.refused(place, "runbook"):
                yield RULE.at(place.at("runbook"), f"{name} has no runbook: write one, and its path under `runbook:`")
            continue
        runbook = context.runbooks.get(account.runbook)
        if runbook is not None and runbook.missing is not None:
            message = f"the runbook of {name}, {account.runbook}, is not there: {runbook.missing}"
            yield RULE.at(place.at("runbook"), f"{message}; write it, or mend the path")


RULE = Rule(
    code="OC106",
    name="missing-runbook",
    severity=ERROR,
    finds="An account without a runbook, or whose runbook is not there.",
    why="Whoever is woken at 2 a.m. has the runbook and nobody to ask: without one they guess, or they wake "
    "somebody else.",
    mend="Write a page of Markdown that says what to do, and give its path in the workspace under the "
    "account's `runbook:`.",
    check=check,
)
