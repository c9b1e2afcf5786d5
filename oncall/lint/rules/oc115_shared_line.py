"""OC115 shared-line."""

from __future__ import annotations

from collections.abc import Iterator

from oncall.errors import ERROR, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.lint.wording import few_others
from oncall.plan import Line


def check(context: Context) -> Iterator[Problem]:
    users: dict[tuple[str, str], dict[str, int]] = {}
    for name, facts in context.plan.account_facts.items():
        for index, line in enumerate(facts.lines):
            if line.digits:
                users.setdefault(_number(line), {}).setdefault(name, index)
    for accounts in users.values():
        for name, index in accounts.items() if len(accounts) > 1 else ():
            others = few_others(accounts, name)
            number = context.plan.account_facts[name].lines[index].shown
            message = f"the line {number} of {name} is a line of {others}, too: leave it to one of them"
            yield RULE.at(context.place("accounts", name).at("lines", index), message)


def _number(line: Line) -> tuple[str, str]:
    """What tells lines apart: the digits, and the extension where there is one."""
    return line.digits, line.shown.partition(" ext. ")[2]


RULE = Rule(
    code="OC115",
    name="shared-line",
    severity=ERROR,
    finds="One published line on two accounts.",
    why="Whoever calls that number gets the people of one of the two accounts: the other's callers wake a stranger.",
    mend="Take the number out of the `lines` of the account it does not belong to.",
    check=check,
)
