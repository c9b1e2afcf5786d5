"""OC501 backup-never-exercised."""

from __future__ import annotations

from collections.abc import Iterator

from oncall import times
from oncall.errors import WARNING, Problem
from oncall.lint.context import Context
from oncall.lint.rule import Rule
from oncall.lint.rules.oc101_missing_backup import further_roles
from oncall.lint.wording import listed


def is_judged(context: Context) -> bool:
    return context.log is not None and context.log.covers


def check(context: Context) -> Iterator[Problem]:
    log = context.log
    if log is None or log.last is None or not log.covers:
        return
    before = f"{times.show_duration(log.every)} before {_day(context, log.until)}"
    end = _day(context, log.last)
    for name, account in context.workspace.accounts.items():
        policy = context.policy(account)
        roles = [role for role in further_roles(policy) if account.bindings(role)] if policy and policy.tiers else []
        found = log.of(name)
        if not roles or found.taken or found.unclear:
            continue
        counted = f"dispatches: {found.dispatches}, of which tried them: {found.tried}, end of the log: {end}"
        message = f"no dispatch of {name} has reached {listed(roles)} in the {before} ({counted})"
        place = context.place("accounts", name).at("contacts", roles[0])
        yield RULE.at(place, f"{message}: try them on purpose, and see that they take it")


def _day(context: Context, instant: float) -> str:
    return times.at(instant, context.zone).date().isoformat()


RULE = Rule(
    code="OC501",
    name="backup-never-exercised",
    severity=WARNING,
    finds="With an event log (`--log`): an account with somebody bound beyond the first tier, none of whom has taken a "
    "dispatch within `lint.exercise_every` (90d) before `--at`. To take one is to acknowledge it, or to pick up where "
    "the account does not ask to `confirm` and nobody was tried after it; to have been tried is not enough. "
    "Who was the backup is what the workspace said at the time of the dispatch. A log that begins later "
    "than the period says nothing, and neither does one in which missing evidence may hide that it was taken.",
    why="A backup that never has to answer is a guess: the number may be old, the phone silenced at night, the person "
    "unaware. The first to find out should not be a client whose primary is asleep.",
    mend="Place a call that the first tier leaves unanswered on purpose, see that the backup takes it, and let it be "
    "in the log. Give `lint.exercise_every` another length where that is too often.",
    check=check,
    needs_log=True,
    is_judged=is_judged,
)
