"""OC114 supervisor-span."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from oncall.errors import WARNING, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.lint.walk import Span, walk, where
from oncall.model import as_tuple


def check(context: Context) -> Iterator[Problem]:
    most = context.workspace.lint.max_accounts_per_supervisor
    for person, parts in _answering(context).items():
        if sum(accounts for accounts, _ in parts) <= most:
            continue
        changes: Counter[int] = Counter()
        for accounts, spans in parts:
            for start, end in spans:
                changes[start] += accounts
                changes[end] -= accounts
        running = _Sum(changes)
        span = list(walk(context.at, context.until, changes, running.at))
        too_many = where(span, lambda accounts: accounts > most)
        if too_many:
            number = max(one.state for one in span)
            before = f"{person} supervises {number} accounts at a time"
            advice = f"share them out to {most} each at most (lint.max_accounts_per_supervisor)"
            yield RULE.during(context.place("people", person).at(), before, too_many, context.horizon, advice)


class _Sum:
    """What changes add up to, asked in order."""

    def __init__(self, changes: Counter[int]) -> None:
        self._changes = changes
        self._total = 0

    def at(self, instant: int) -> int:
        self._total += self._changes[instant]
        return self._total


def _answering(context: Context) -> dict[str, list[tuple[int, list[Span]]]]:
    """For how many accounts each person answers, and when: those that are supervised alike are counted together."""
    alike = Counter(as_tuple(account.supervisor) for account in context.workspace.accounts.values())
    found: dict[str, list[tuple[int, list[Span]]]] = {}
    for supervisor, accounts in alike.items():
        for who, spans in context.schedules.bound(supervisor).items():
            if who in context.plan.people:
                found.setdefault(who, []).append((accounts, spans))
    return found


RULE = Rule(
    code="OC114",
    name="supervisor-span",
    severity=WARNING,
    finds="Somebody who supervises more accounts at a time than `lint.max_accounts_per_supervisor`, 40 unless it says "
    "otherwise.",
    why="A supervisor is asked when something does not go by the book. With too many accounts on one pair of shoulders "
    "two of them need the same minute, and one of them waits.",
    mend="Give some of the accounts another supervisor, or raise `lint.max_accounts_per_supervisor` if the floor is "
    "run that way on purpose.",
    check=check,
)
